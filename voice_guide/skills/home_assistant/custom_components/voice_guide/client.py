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

from .guide import GuideAnswer, GuideError, Room

_PATIENCE_S = 10
"""Seconds until the service has answered, at most."""

_ROOMS = "voice-guide-rooms"
"""The event that asks what is led where, and answers it."""


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
        """Return the guide's answer to a text that was said at a place."""
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
