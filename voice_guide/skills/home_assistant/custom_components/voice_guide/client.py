"""Asking the guide's service, with the library of the Wyoming integration."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wyoming.asr import Transcript
from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe, Info

_PATIENCE_S = 10
"""Seconds until the service has answered, at most."""

_ROOMS = "voice-guide-rooms"
"""The event that asks what is led where, and answers it."""


class GuideError(Exception):
    """The service cannot be reached, or gives no answer."""


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
    """The session at a satellite, with the fields of the service's `RoomView`.

    The integration runs where the service's own modules are not installed.
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
        """Return a room as the service describes it; newer services may tell more."""
        return cls(**{name: data[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class GuideClient:
    """The guide's service at an address."""

    host: str
    """Its machine."""

    port: int
    """Its port."""

    async def is_guide(self) -> bool:
        """Return True if the service there leads dialogues."""
        event = await self._ask(Describe().event(), Info.is_type)
        return any(program.name == "Voice Guide" for program in Info.from_event(event).handle)

    async def rooms(self) -> list[Room]:
        """Return what is led at each satellite."""
        event = await self._ask(Event(_ROOMS), _ROOMS.__eq__)
        try:
            return [Room.of(each) for each in event.data["rooms"]]
        except (KeyError, TypeError) as error:
            raise GuideError("the service is of another version") from error

    async def answer(
        self, text: str, language: str, place: dict[str, str | None], listens: bool
    ) -> GuideAnswer:
        """Return the guide's answer to a text that was said at a place.

        `listens` is true where the satellite will listen after it, without its wake word.
        """
        context: dict[str, Any] = {name: value for name, value in place.items() if value}
        request = Transcript(text, context={**context, "listens": listens}, language=language)

        def is_answer(kind: str) -> bool:
            return Handled.is_type(kind) or NotHandled.is_type(kind)

        event = await self._ask(request.event(), is_answer)
        returned = event.data.get("context") or {}
        return GuideAnswer(
            event.data.get("text") or "",
            Handled.is_type(event.type),
            returned.get("continue_conversation") is True,
        )

    async def _ask(self, request: Event, is_wanted: Callable[[str], bool]) -> Event:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                async with AsyncTcpClient(self.host, self.port) as client:
                    await client.write_event(request)
                    while (event := await client.read_event()) is not None:
                        if is_wanted(event.type):
                            return event
        except (OSError, TimeoutError) as error:
            raise GuideError(str(error) or "no answer in time") from error
        raise GuideError("the connection was closed")
