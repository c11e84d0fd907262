"""Text cleaning: remove what cannot be spoken, and write each fraction in one way."""

import re
import unicodedata

_ESCAPE_SEQUENCE = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|[@-Z\\\\^_])")
"""A command to a terminal, such as a change of colour (ECMA-48)."""

_JOINERS = frozenset("\u200c\u200d")
"""Invisible characters that some languages spell words with."""

_VARIATION_SELECTOR = re.compile("[\ufe00-\ufe0f]")
"""Characters that choose between a plain and a coloured form of the character before."""

_FRACTION_SLASH = "⁄"
"""The character that Unicode decomposes "½" with."""

_FRACTION = re.compile(
    f"(?:(?<![0-9])[0-9]+|[⁰¹²³⁴⁵⁶⁷⁸⁹]+) ?[{_FRACTION_SLASH}∕] ?(?:[0-9]+|[₀₁₂₃₄₅₆₇₈₉]+)"
)
"""A fraction of which each digit is a character: "1⁄2", "¹⁄₂"."""

_SUBSCRIPTS = re.compile("[₀₁₂₃₄₅₆₇₈₉]+")
"""Digits below the line, as in "CO₂"."""


def cleaned(text: str) -> str:
    """Return a text on one line, without characters that say nothing."""
    if not (text.isascii() and text.isprintable()):
        text = _VARIATION_SELECTOR.sub("", _ESCAPE_SEQUENCE.sub("", text))
        text = "".join(map(_printable, text))
    return re.sub(" {2,}", " ", text).strip()


def with_plain_digits(text: str) -> str:
    """Return a text whose fractions are digits and a slash, and without subscripts."""
    if text.isascii():
        return text
    text = _FRACTION.sub(lambda found: _plain_fraction(found[0]), text)
    text = "".join(map(_decomposed, text))
    return _SUBSCRIPTS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category[0] == "C" and character not in _JOINERS else character


def _plain_fraction(written: str) -> str:
    """Return a fraction of digits as "1/2", apart from a whole number right before it."""
    plain = re.sub(f" ?[{_FRACTION_SLASH}∕] ?", "/", unicodedata.normalize("NFKC", written))
    return plain if written[0].isascii() else f" {plain}"


def _decomposed(character: str) -> str:
    """Return a character that is a whole fraction, "½", as " 1/2"; any other as it is."""
    decomposed = unicodedata.normalize("NFKC", character)
    return _plain_fraction(character) if _FRACTION_SLASH in decomposed else character
