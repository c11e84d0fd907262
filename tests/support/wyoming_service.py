"""The Wyoming service in this process, and the clients that ask it things."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.event import Event, Eventable

from voice_guide.config.settings import Settings
from voice_guide.skills.wyoming.service import Address, serving

_T = TypeVar("_T")

ANSWERS = ("handled", "not-handled")

_PATIENCE_S = 40.0

_PIECE_S = 0.03
"""Seconds of sound in one event, as Home Assistant sends them."""


class WyomingService:
    """The service, in a loop and a thread of its own."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._stack = AsyncExitStack()
        address = Address("127.0.0.1", 0)
        try:
            self.port: int = self.run(
                self._stack.enter_async_context(serving(settings, address, folder))
            )
        except BaseException:
            self._end()
            raise

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do something in the service's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def close(self) -> None:
        try:
            self.run(self._stack.aclose())
        finally:
            self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def ask(self, *events: Eventable | Event, until: Sequence[str]) -> list[Event]:
        """Send events, and return what comes back until an event of one of these types."""
        return asyncio.run(self._ask(events, until))

    def say(self, text: str, satellite: str = "assist_satellite.kitchen") -> Event:
        """Say a text at a satellite as Home Assistant reports it; return the answer."""
        context = {"conversation_id": "01K", "device_id": "d1", "satellite_id": satellite}
        return self.ask(Transcript(text, context=context, language="en"), until=ANSWERS)[-1]

    def hear(self, sound: bytes, rate: int = 16_000, width: int = 2, channels: int = 1) -> str:
        """Let the service hear a whole recording; return the transcript."""
        form = {"rate": rate, "width": width, "channels": channels}
        size = round(_PIECE_S * rate) * width * channels
        pieces = [sound[at : at + size] for at in range(0, len(sound), size)]
        chunks = [AudioChunk(audio=piece, **form) for piece in pieces]
        events = [Transcribe(language="en"), AudioStart(**form), *chunks, AudioStop()]
        text: str = self.ask(*events, until=["transcript"])[-1].data["text"]
        return text

    async def _ask(self, events: Sequence[Eventable | Event], until: Sequence[str]) -> list[Event]:
        received: list[Event] = []
        async with AsyncTcpClient("127.0.0.1", self.port) as client:
            async with asyncio.timeout(_PATIENCE_S):
                for event in events:
                    await client.write_event(event if isinstance(event, Event) else event.event())
                while (event := await client.read_event()) is not None:
                    received.append(event)
                    if event.type in until:
                        break
        return received
