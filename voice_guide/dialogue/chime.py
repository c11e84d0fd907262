"""The short sounds that the guide can play instead of words."""

from enum import Enum, auto


class Chime(Enum):
    """A short sound, by its meaning."""

    UNCLEAR = auto()
    """Speech was heard and not understood."""

    START = auto()
    """The time of a step begins."""

    TIME_UP = auto()
    """The time of a step is over."""

    WAKE = auto()
    """The guide is awake and listening."""
