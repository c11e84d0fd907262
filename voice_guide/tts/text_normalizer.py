"""Numbers, units and abbreviations, as they are written and as they are said.

Voices read what is plain, but "250 g" as a letter, and a phone number as a large number. What is
said instead is the language's business, and in a file of its folder; how the kinds of it combine
is here. Transcripts show what was written.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from hassil.numbers import get_rbnf_engine

from voice_guide.tts import normalization_rules
from voice_guide.tts.normalization_rules import Fractions, NormalizationRules, PhoneNumbers, Times

_Rewriting: TypeAlias = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_FRACTION_SLASH = "⁄"
"""What Unicode takes "½" apart with."""

_FRACTION = r"\d+/\d+"

_LIKE_A_YEAR = re.compile(r"\d{4,15}")
"""Numbers that a voice may read in pairs: "twenty twenty-four grams"; longer ones have no name."""

_ALONE = r"(?<![\w.,/–-])"
"""Where a number begins, and not the rest of a date, of a version or of a name."""

_SPACE = r"[ \u00a0\u202f]"
"""Also those that keep a number and its unit on one line."""


class TextNormalizer:
    """Puts what is written the way it is said, in one language."""

    def __init__(self, file: Path) -> None:
        """Read a language's tables (TOML), in the folder that is named by its code.

        Without the file everything is left to the voice. Raises VoiceGuideError, naming it and
        each key, where it cannot be used.
        """
        self._language = file.parent.name
        self._rewritings: list[_Rewriting] = []
        if file.exists():
            self._read(normalization_rules.load(file))

    def _read(self, rules: NormalizationRules) -> None:
        self._units: Mapping[str, tuple[str, str]] = rules.units
        self._minus = rules.numbers.minus
        decimal, thousands = map(re.escape, (rules.numbers.decimal, rules.numbers.thousands))
        self._number = rf"\d+(?:{thousands}\d{{3}})*(?:{decimal}\d+)?"
        # What comes first takes apart what would mean something else to what comes later.
        self._rewritings = [
            *self._phone_numbers(rules.phone_numbers),
            self._time(rules.times),
            self._negative(),
            self._between(rules.between_numbers),
            self._money(rules.money),
            self._unit(),
            self._number_of_units(),
            self._fraction(rules.fractions),
            self._before(rules.before_numbers),
            self._abbreviation(rules.abbreviations),
            self._symbol(rules.symbols),
        ]

    def normalize(self, text: str) -> str:
        """Return a sentence in words that any voice reads well; most are such already."""
        text = "".join(map(_apart, text))
        for pattern, said in self._rewritings:
            text = pattern.sub(said, text)
        return re.sub(" {2,}", " ", text).strip()

    def _phone_numbers(self, table: PhoneNumbers) -> Iterable[_Rewriting]:
        signs = table.signs

        def said(found: re.Match[str]) -> str:
            groups = re.findall(r"\+|\d+", found[0])
            return ", ".join(" ".join(signs.get(sign, sign) for sign in group) for group in groups)

        for pattern in table.patterns:
            yield re.compile(rf"(?<![\w+-])(?:{pattern})(?![\w-])"), said

    def _time(self, table: Times) -> _Rewriting:
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

        half = rf"(?:{_SPACE}?({_any_of(halves)})(?!\w))?"
        return re.compile(rf"(?<![\w.,:])(\d{{1,2}})(?::(\d\d))?{half}(?![\w:])"), said

    def _negative(self) -> _Rewriting:
        return re.compile(r"(?<![^\s(])[-−](?=\d)"), lambda _: f"{self._minus} "

    def _between(self, table: Mapping[str, str]) -> _Rewriting:
        """From one number, which may have a unit, to another that is the last of them."""
        sign = f"{_SPACE}?({_any_of(table)}){_SPACE}?"
        last = rf"(?={self._number}(?!\d*[/–-]))"
        pattern = rf"({_ALONE}{self._number}(?:{self._symbols})?){sign}{last}"
        return re.compile(pattern), lambda found: f"{found[1]} {table[found[2]]} "

    def _money(self, table: Mapping[str, tuple[str, str]]) -> _Rewriting:
        def said(found: re.Match[str]) -> str:
            return f"{found[2]} {_form(table[found[1]], found[2])}"

        return re.compile(f"({_any_of(table)})({self._number})"), said

    @property
    def _symbols(self) -> str:
        """All symbols of units, each with the space before it."""
        apart = [symbol[1:] for symbol in self._units if symbol.startswith(" ")]
        close = [symbol for symbol in self._units if not symbol.startswith(" ")]
        return rf"(?:{_SPACE}(?:{_any_of(apart)})|(?:{_SPACE}|-)?(?:{_any_of(close)}))(?!\w)"

    def _unit(self) -> _Rewriting:
        def said(found: re.Match[str]) -> str:
            number, symbol = found[1], found[2].lstrip(" \u00a0\u202f")
            is_attribute = symbol.startswith("-")
            symbol = symbol.removeprefix("-")
            forms = self._units.get(symbol) or self._units[f" {symbol}"]
            form = forms[0] if is_attribute else _form(forms, number)
            return f"{self._in_words(number)} {form}"

        number = rf"{_ALONE}(?:\d+ )?{_FRACTION}|{_ALONE}{self._number}"
        # A full stop is the unit's own where a sentence goes on after it.
        return re.compile(rf"({number})({self._symbols})(?:\.(?=\s+[^\sA-Z]))?"), said

    def _number_of_units(self) -> _Rewriting:
        words = {word for forms in self._units.values() for word in forms}
        pattern = rf"{_ALONE}({_LIKE_A_YEAR.pattern})(?= (?:{_any_of(words)})\b)"
        return re.compile(pattern), lambda found: self._in_words(found[1])

    def _fraction(self, table: Fractions) -> _Rewriting:
        parts = table.parts

        def said(found: re.Match[str]) -> str:
            whole, above, below = found.groups()
            if below not in parts or len(above) > len(below) or int(above) >= int(below):
                return found[0]
            part = parts[below][0] if above == "1" else f"{above} {parts[below][1]}"
            return table.mixed.format(whole=whole, part=part) if whole else part

        return re.compile(rf"{_ALONE}(?:(\d+) )?(\d+)/(\d+)(?![\w/])"), said

    def _before(self, table: Mapping[str, str]) -> _Rewriting:
        pattern = rf"(?<!\w)({_any_of(table)}){_SPACE}?(?=\d)"
        return re.compile(pattern), lambda found: f"{table[found[1]]} "

    def _abbreviation(self, table: Mapping[str, str]) -> _Rewriting:
        capitals = {_capital(short): _capital(long) for short, long in table.items()}
        meanings = {**capitals, **table}

        def said(found: re.Match[str]) -> str:
            # At the end of a sentence its full stop is the sentence's as well.
            return meanings[found[1]] + ("." if found[2] is not None else "")

        pattern = rf"(?<![\w.])({_any_of(meanings)})(?!\w)((?<=\.)(?=[\"')]*$))?"
        return re.compile(pattern), said

    def _symbol(self, table: Mapping[str, str]) -> _Rewriting:
        return re.compile(_any_of(table)), lambda found: f" {table[found[0]]} "

    def _in_words(self, number: str) -> str:
        """Return a number as it was written where every voice reads it, else in words."""
        if not _LIKE_A_YEAR.fullmatch(number):
            return number
        try:
            return get_rbnf_engine(self._language).format_number(number).text
        except ValueError:
            # Nobody has written down how numbers are said in it: that is left to the voice.
            return number


_NOTHING = "(?!)"
"""A pattern that is nowhere."""


def _any_of(texts: Iterable[str]) -> str:
    """Return a pattern of any of these, the longest possible."""
    return "|".join(map(re.escape, sorted(texts, key=len, reverse=True))) or _NOTHING


def _apart(letter: str) -> str:
    """Return a letter that is a whole fraction as one of digits: " 1/2"."""
    parts = unicodedata.normalize("NFKC", letter)
    return " " + parts.replace(_FRACTION_SLASH, "/") if _FRACTION_SLASH in parts else letter


def _form(forms: tuple[str, str], number: str) -> str:
    """Return what is said after a number: for one, or part of one; or for several."""
    is_one = number == "1" or re.fullmatch(_FRACTION, number)
    return forms[0] if is_one else forms[1]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
