"""Text normalization: numbers, units and abbreviations in the words that people say.

Voices read plain words well, but "250 g" as a letter and a phone number as a large number. The
words are data in each language's `spoken.toml`; this module and `quantities` know how the kinds
of rules combine. Transcripts show the text as it was written.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from voice_guide.tts import normalization_rules
from voice_guide.tts.normalization_rules import Fractions, NormalizationRules, PhoneNumbers, Times
from voice_guide.tts.patterns import NUMBER_START, SPACE, Rewriting, any_of
from voice_guide.tts.quantities import Quantities
from voice_guide.tts.text_cleaning import cleaned, with_plain_digits

_ELEMENTS = "Al|Ag|Ca|Cl|Cu|Fe|Li|Mg|Na|Si|Zn|[BCFHIKNOPS]"
"""Symbols of the chemical elements in everyday formulas."""

_FORMULA = re.compile(rf"(?<![\w-])(?=[A-Za-z]+\d)(?:(?:{_ELEMENTS})\d*){{2,}}(?![\w-])")
"""A chemical formula with a number in it: "H2O", "CO2"."""

_PLACEHOLDER = 0xE000
"""First of Unicode's private characters, which stand for texts that are left as written."""


class TextNormalizer:
    """Rewrites texts of one language for any voice."""

    def __init__(self, file: Path) -> None:
        """Read a language's rules (TOML) from a folder that is named by its code.

        Without the file everything is left to the voice. Raises VoiceGuideError, naming the file
        and each key, where it cannot be used.
        """
        self._as_written: re.Pattern[str] | None = None
        self._of_numbers: list[Rewriting] = []
        self._of_words: list[Rewriting] = []
        if file.exists():
            self._use(normalization_rules.load(file), file.parent.name)

    def _use(self, rules: NormalizationRules, language: str) -> None:
        if rules.as_written:
            self._as_written = re.compile("|".join(f"(?:{each})" for each in rules.as_written))
        quantities = Quantities(rules, language)
        # Each rewriting takes apart what the later ones would misread.
        self._of_numbers = [
            *_phone_numbers(rules.phone_numbers),
            _out_of(rules.out_of),
            *quantities.durations(),
            _time(rules.times),
            *quantities.others(),
            _fraction(rules.fractions),
            _before(rules.before_numbers),
            (_FORMULA, lambda found: " ".join(re.findall(r"[A-Za-z]|\d+", found[0]))),
        ]
        self._of_words = [_abbreviation(rules.abbreviations), _symbol(rules.symbols)]

    def normalize(self, text: str) -> str:
        """Return a text in words that any voice reads well; most texts stay as they are."""
        text = cleaned(text)
        if not self._of_words:
            return text
        text = with_plain_digits(text)
        if any(map(str.isdigit, text)):
            text = self._with_numbers_in_words(text)
        text = _rewritten(text, self._of_words)
        return re.sub(" {2,}", " ", text).strip()

    def _with_numbers_in_words(self, text: str) -> str:
        left: list[str] = []

        def leave(found: re.Match[str]) -> str:
            left.append(found[0])
            return chr(_PLACEHOLDER + len(left) - 1)

        if self._as_written:
            text = self._as_written.sub(leave, text)
        text = _rewritten(text, self._of_numbers)
        for number, written in enumerate(left):
            text = text.replace(chr(_PLACEHOLDER + number), written)
        return text


def _rewritten(text: str, rewritings: Iterable[Rewriting]) -> str:
    for pattern, said in rewritings:
        text = pattern.sub(said, text)
    return text


def _phone_numbers(table: PhoneNumbers) -> Iterable[Rewriting]:
    signs = table.signs

    def said(found: re.Match[str]) -> str:
        groups = re.findall(r"\+|\d+", found[0])
        return ", ".join(" ".join(signs.get(sign, sign) for sign in group) for group in groups)

    for pattern in table.patterns:
        yield re.compile(rf"(?<![\w+-])(?:{pattern})(?![\w-])"), said


def _out_of(table: Mapping[str, str]) -> Rewriting:
    """A number and the total, after a word that is counted: "Step 3/5"."""
    words = {word.lower(): between for word, between in table.items()}

    def said(found: re.Match[str]) -> str:
        word, sign, number, total = found.groups()
        if int(number) > int(total):
            return found[0]
        return f"{word}{sign}{number} {words[word.lower()]} {total}"

    number = r"(\d{1,4})"
    pattern = rf"(?<!\w)({any_of(words)})([\s:#(<>=≤≥]{{1,4}}){number} ?/ ?{number}(?![\w/])"
    return re.compile(pattern, re.IGNORECASE), said


def _time(table: Times) -> Rewriting:
    halves = table.halves

    def said(found: re.Match[str]) -> str:
        hour, minute, half = found.groups()
        if not (minute or half) or int(hour) > 24 or int(minute or 0) > 59:
            return found[0]
        if not int(minute or 0):
            words = hour if half else table.whole_hour.format(hour=hour)
        else:
            form = table.one_digit_minute if int(minute) < 10 else table.other
            words = form.format(hour=hour, minute=int(minute))
        return f"{words} {halves[half]}" if half else words

    half = rf"(?:{SPACE}?({any_of(halves)})(?!\w))?"
    return re.compile(rf"(?<![\w.,:])(\d{{1,2}})(?::(\d\d))?{half}(?![\w:])"), said


def _fraction(table: Fractions) -> Rewriting:
    parts = table.parts

    def said(found: re.Match[str]) -> str:
        whole, above, below = found.groups()
        if below not in parts or len(above) > len(below) or int(above) >= int(below):
            return found[0]
        part = parts[below][0] if above == "1" else f"{above} {parts[below][1]}"
        return table.mixed.format(whole=whole, part=part) if whole else part

    return re.compile(rf"{NUMBER_START}(?:(\d+)[ -])?(\d+)/(\d+)(?![\w/])"), said


def _before(table: Mapping[str, str]) -> Rewriting:
    pattern = rf"(?<!\w)({any_of(table)}){SPACE}?(?=\d)"
    return re.compile(pattern), lambda found: f"{table[found[1]]} "


def _abbreviation(table: Mapping[str, str]) -> Rewriting:
    capitals = {_capital(short): _capital(long) for short, long in table.items()}
    meanings = {**capitals, **table}

    def said(found: re.Match[str]) -> str:
        # The full stop of an abbreviation that ends a sentence is also the sentence's.
        return meanings[found[1]] + ("." if found[2] is not None else "")

    pattern = rf"(?<![\w.])({any_of(meanings)})(?!\w)((?<=\.)(?=[\"')]*$))?"
    return re.compile(pattern), said


def _symbol(table: Mapping[str, str]) -> Rewriting:
    """A sign anywhere, set apart from the words beside it."""
    pattern = rf"({any_of(table)})(?=([,.;:!?)])?)"
    return re.compile(pattern), lambda found: f" {table[found[1]]}{'' if found[2] else ' '}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
