"""Text in letters several rows high, to be read from across the room."""

from enum import StrEnum
from functools import cache, lru_cache

from pyfiglet import Figlet


class FontSize(StrEnum):
    """The font sizes, largest first, with the name of pyfiglet's font as the value.

    The fonts draw with block characters, which every terminal has, the Linux console included.
    """

    LARGE = "ansi_regular"
    """Five rows high, with strokes two columns wide."""

    MEDIUM = "pagga"
    """Three rows high."""


_BACKGROUND = "░"
"""The character that the medium font puts between its letters."""


@lru_cache(maxsize=64)
def render_large(text: str, size: FontSize, width: int) -> tuple[str, ...] | None:
    """Return a text as rows of large letters, with an empty row between its lines.

    Returns None if a word is wider than `width` columns, or has a letter that the font lacks.
    """
    figlet = _figlet(size)
    font = figlet.Font
    # pyfiglet leaves out letters that the font lacks without an error.
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
def _figlet(size: FontSize) -> Figlet:
    return Figlet(font=size)
