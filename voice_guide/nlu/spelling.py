"""Sentence templates as a speech model spells words: no capitals, punctuation or digits."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial

from voice_guide.nlu.number_words import number_words

_SYNTAX = re.compile(r"(\\.|\{[^{}]*\}|<[^<>]*>|[()\[\]|;])", re.DOTALL)
"""Parts of a template that are no words."""

_WORD = re.compile(
    r"(?P<initials>(?<!\w)(?:[^\W\d_]\.){2,}(?!\w))"
    r"|(?P<number>(?<![\w.,])-?\d+(?:[.,]\d+)*(?!\w))"
    r"|(?P<word>\w+(?:['-]\w+)*'?)"
)

_IGNORED = re.compile(r"[^\w'{}<> ]+")
_QUOTES = re.compile(r"(?<!\w)'+|'+(?= )")
_LETTERS_AND_DIGITS = re.compile(r"[^\W\d]+|\d+")
_THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+")

_SYMBOLS = "%&+=#@*/°€$£¥§"
"""Characters that people say a word for, which differs with the language."""

_SYMBOL_OF_MARK = {f"ˑ{chr(ord('a') + number)}": each for number, each in enumerate(_SYMBOLS)}
"""The symbol that each mark stands for; no speech model has a mark for a word."""

_MARKS = str.maketrans({symbol: f" {mark} " for mark, symbol in _SYMBOL_OF_MARK.items()})

_MAX_DIGITS = 15
"""Digits of a number that people say."""

_MAX_LETTERS = 5
"""Letters of an abbreviation in capitals that may be said one by one."""


class Spelling:
    """Spells templates in a language, as far as possible with words that a speech model has."""

    def __init__(self, language: str, knows: Callable[[str], bool] | None = None) -> None:
        """Take the language; `knows` tells whether the speech model has a word.

        Without a speech model, numbers in digits are left as they are typed.
        """
        self._language = language
        self._knows = knows

    def spelled(self, template: str) -> str:
        """Return a template with every word spelled as it is heard."""
        parts = _SYNTAX.split(_composed(template))
        if self._knows:
            _mark_symbols(parts)
        parts[1::2] = [" " if part.startswith("\\") else part for part in parts[1::2]]
        has_small_letters = any(part != part.upper() for part in parts[::2])
        parts[::2] = [self._spelled_words(part, has_small_letters) for part in parts[::2]]
        return "".join(parts).rstrip("'")

    def _spelled_words(self, text: str, has_small_letters: bool) -> str:
        text = _WORD.sub(partial(self._respelled, has_small_letters), text)
        # What was put in has the template's own syntax, and no punctuation.
        pieces = _SYNTAX.split(text)
        pieces[::2] = [_IGNORED.sub(" ", piece) for piece in pieces[::2]]
        return " ".join(_QUOTES.sub("", "".join(pieces)).split(" "))

    def _respelled(self, has_small_letters: bool, found: re.Match[str]) -> str:
        written = found[0]
        if found["number"]:
            ways = self._known(self._said_number(written) or [written])
        elif found["initials"]:
            letters = written.lower().replace(".", "")
            ways = self._known([" ".join(letters), letters])
        else:
            ways = self._known(list(self._ways(written, has_small_letters)))
        return ways[0] if len(ways) == 1 else f"({'|'.join(ways)})"

    def _ways(self, written: str, has_small_letters: bool) -> Iterator[str]:
        """Yield the ways to spell a word, the usual one first."""
        word = written.lower()
        apart = word.replace("-", " ").replace("_", " ")
        yield self._with_numbers(apart)
        if apart != word:
            yield word.replace("-", "").replace("_", "")
        if plain := _without_accents(apart):
            yield plain
        is_short = 1 < len(written) <= _MAX_LETTERS and written.isalpha()
        if is_short and written.isupper() and has_small_letters:
            yield " ".join(word)

    def _with_numbers(self, word: str) -> str:
        """Return "m p three" for "mp3"; a number before several letters ("2nd") is left."""
        if not re.search(r"\d", word) or re.search(r"\d[^\W\d]{2}", word):
            return word
        pieces = _LETTERS_AND_DIGITS.findall(word)
        return " ".join(next(iter(self._said_number(piece)), piece) for piece in pieces)

    def _said_number(self, written: str) -> list[str]:
        """Return the ways to say a number that is written in digits."""
        is_number = written.lstrip("-")[:1].isdigit() and len(written) <= _MAX_DIGITS
        if self._knows is None or not is_number:
            return []
        digits = written.replace(",", "" if _THOUSANDS.fullmatch(written) else ".")
        if digits.count(".") > 1:
            return []
        number = float(digits) if "." in digits else int(digits)
        has_zero = digits[0] == "0" and digits.isdecimal() and len(digits) > 1
        try:
            said = [] if has_zero else list(number_words(number, self._language))
            if digits.isdecimal() and (has_zero or len(digits) > 2):
                said.append(
                    " ".join(number_words(int(each), self._language)[0] for each in digits)
                )
            if len(digits) == 4 and digits.isdecimal() and digits[0] != "0" < digits[2]:
                halves = (int(digits[:2]), int(digits[2:]))
                said.append(" ".join(number_words(each, self._language)[0] for each in halves))
        except ValueError:
            # The language's number words are not known.
            return []
        return list(dict.fromkeys(said))

    def _known(self, ways: list[str]) -> list[str]:
        """Return the ways that the speech model can hear; the usual one where there is none."""
        knows = self._knows
        if knows is None:
            return ways[:1]
        return [way for way in ways if all(map(knows, way.split()))] or ways[:1]


def _composed(text: str) -> str:
    """Return a text without invisible characters, and with one sign for each character."""
    text = unicodedata.normalize("NFC", text).replace("\u2019", "'").replace("\u2018", "'")
    return "".join(
        " " if each.isspace() or unicodedata.category(each) == "Cc" else each
        for each in text
        if unicodedata.category(each) != "Cf"
    )


def _without_accents(word: str) -> str | None:
    """Return a word without its accents; None if it has none."""
    apart = unicodedata.normalize("NFD", word)
    plain = "".join(each for each in apart if not unicodedata.combining(each))
    return plain if plain != word else None


def _mark_symbols(parts: list[str]) -> None:
    """Replace symbols that people say a word for, and that cannot be left out, by marks."""
    depth = 0
    for number, part in enumerate(parts):
        depth += (part in "([") - (part in ")]") if number % 2 else 0
        if depth == 0 and number % 2 == 0:
            parts[number] = part.translate(_MARKS)


def written(word: str) -> str:
    """Return a word of a template as its author wrote it, where it is the mark of a symbol."""
    return _SYMBOL_OF_MARK.get(word, word)
