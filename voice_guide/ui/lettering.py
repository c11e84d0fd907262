"""Large letters for a terminal: what is to be read from across the room."""

from enum import StrEnum
from functools import cache, lru_cache

from pyfiglet import Figlet


class Letters(StrEnum):
    """How large; the values are the names of fonts whose strokes are blocks, which every
    terminal has, the console of a Raspberry Pi included."""

    LARGE = "ansi_regular"
    """Five rows high, with strokes two columns wide."""

    MEDIUM = "pagga"
    """Three rows high."""


_BACKGROUND = "░"
"""What one of the fonts puts between its letters."""


@lru_cache(maxsize=64)
def large(text: str, letters: Letters, width: int) -> tuple[str, ...] | None:
    """Return the rows of a text in large letters, an empty one between its lines.

    None where a word is wider than that, or has a letter that the font lacks.
    """
    figlet = _figlet(letters)
    font = figlet.Font
    # The one way to tell: what a font lacks is left out without a word.
    if any(ord(letter) not in font.chars for letter in text):
        return None
    if any(sum(font.width[ord(letter)] for letter in word) > width for word in text.split()):
        return None
    figlet.width = width
    drawn = [
        row.replace(_BACKGROUND, " ").rstrip() for row in figlet.renderText(text).splitlines()
    ]
    lines = [drawn[at : at + font.height] for at in range(0, len(drawn), font.height)]
    used = max((at for line in lines for at, row in enumerate(line, 1) if row), default=0)
    rows = [row for line in lines if any(line) for row in [*line[:used], ""]]
    return tuple(rows[:-1])


@cache
def _figlet(letters: Letters) -> Figlet:
    return Figlet(font=letters)
