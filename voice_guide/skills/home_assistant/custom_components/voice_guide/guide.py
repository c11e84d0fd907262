"""The guide as the integration asks it, at the address of its service or inside Home Assistant."""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol


class GuideError(Exception):
    """The guide cannot be reached or used, or gives no answer."""


@dataclass(frozen=True)
class GuideAnswer:
    """An answer of the guide."""

    text: str
    """The words to be said; may be none."""

    is_understood: bool
    """True if the text was for the guide."""

    expects_reply: bool
    """True if the satellite is to listen after it."""


@dataclass(frozen=True)
class Room:
    """The session at a satellite, with the fields of the guide's `RoomView`.

    The integration runs where the guide's own modules are not installed.
    """

    satellite: str
    """The satellite's entity."""

    phase: str
    """The phase of the dialogue."""

    routine: str
    """The title of the routine; empty while none is chosen."""

    step: int
    """The number of the step, from 1; 0 before the first."""

    steps: int
    """The number of steps; 0 before the first."""

    title: str
    """The title of the step."""

    side: str
    """The side of the step; empty where it has none."""

    left_s: float | None
    """Seconds left of the step's time; None where it has none."""

    is_running: bool
    """True while that time runs."""

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Room":
        """Return a room as the guide describes it; newer versions may tell more."""
        return cls(**{name: data[name] for name in cls.__dataclass_fields__})


class Guide(Protocol):
    """The guide, wherever it runs. Every method raises GuideError."""

    async def is_guide(self) -> bool:
        """Return True if what answers there leads dialogues."""

    async def rooms(self) -> list[Room]:
        """Return what is led at each satellite."""

    async def answer(
        self, text: str, language: str, place: dict[str, str | None], listens: bool
    ) -> GuideAnswer:
        """Return the guide's answer to a text that was said at a place.

        `listens` is true where the satellite will listen after it, without its wake word.
        """


def import_inside() -> ModuleType:
    """Return the module that runs the guide inside Home Assistant; this may take a second.

    Raises GuideError where the project is not installed in Home Assistant's Python.
    """
    try:
        return import_module(".inside", __package__)
    except ImportError as error:
        raise GuideError(
            f"the guide is not installed in Home Assistant's Python ({error}): install it there "
            "with pip, as the README of the integration says"
        ) from error
