"""Asking the guide's service, with the library of the Wyoming integration."""

import asyncio
from dataclasses import dataclass
from typing import Any

from wyoming.asr import Transcript
from wyoming.client import AsyncTcpClient
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe, Info

_PATIENCE_S = 10
"""Seconds until the service has answered, at most."""


class GuideError(Exception):
    """The service cannot be reached, or gives no answer."""


@dataclass(frozen=True)
class GuideAnswer:
    """An answer of the guide."""

    text: str
    """What is to be said; may be empty."""

    is_understood: bool
    """True if the text was for the guide."""

    expects_reply: bool
    """True if the satellite is to listen after it."""


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

    async def answer(self, text: str, language: str, place: dict[str, str | None]) -> GuideAnswer:
        """Return the guide's answer to a text that was said at a place."""
        context: dict[str, Any] = {name: value for name, value in place.items() if value}
        request = Transcript(text, context={**context, "listens": True}, language=language)

        def is_answer(kind: str) -> bool:
            return Handled.is_type(kind) or NotHandled.is_type(kind)

        event = await self._ask(request.event(), is_answer)
        returned = event.data.get("context") or {}
        return GuideAnswer(
            event.data.get("text") or "",
            Handled.is_type(event.type),
            returned.get("continue_conversation") is True,
        )

    async def _ask(self, request: Any, is_wanted: Any) -> Any:
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
