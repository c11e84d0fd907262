"""A Wyoming satellite whose microphone and speaker are the test's."""

import asyncio
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from wyoming.audio import AudioChunk
from wyoming.event import Event, Eventable, async_read_event, async_write_event
from wyoming.info import Attribution, Info
from wyoming.info import Satellite as SatelliteInfo
from wyoming.ping import Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.snd import Played

from voice_guide.audio.pcm import RATE, Samples, silence

_PIECE_S = 0.03
"""Seconds of sound in one event."""

_PATIENCE_S = 20.0
"""Seconds that an answer may take."""

_AUDIBLE = 300
"""Absolute value of a sample from which on sound is heard, -41 dBFS."""


@dataclass
class Exchange:
    """The course of one exchange at a satellite; times are the clock's, in seconds."""

    last_sound_s: float = 0.0
    """The last sound of what was said."""

    transcript: str | None = None
    """The text that was understood."""

    transcript_s: float = 0.0
    """The moment of the transcript."""

    answer: str = ""
    """The text of the answer."""

    answer_s: float = 0.0
    """The moment of the first sound of the answer."""

    error: str = ""
    """The pipeline's error."""

    answered: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the answer begins, or there is none."""

    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the answer was played, or there is none."""

    def end(self) -> None:
        """Note that nothing more comes."""
        self.answered.set()
        self.over.set()


class ScriptedSatellite:
    """A satellite in one room. It plays what it gets in the time that takes, and says so."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.turn = Exchange()
        self.reports = True
        """True if it says when it has played something."""
        self._played: list[tuple[float, float]] = []
        self.connected = asyncio.Event()
        self._writer: StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self._playing: list[bytes] = []
        self._first_sound_s = 0.0
        self._rate = RATE
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def entity(self) -> str:
        """The name that Home Assistant gives it."""
        return f"assist_satellite.{self.name.lower()}"

    def first_sound_after(self, time_s: float) -> float | None:
        """Return when the first sound came of what was played after a time; None for nothing."""
        return next((began_s for began_s, _ in self._played if began_s > time_s), None)

    async def until_silent(self) -> None:
        """Wait until everything has been played."""
        while self._tasks:
            await asyncio.sleep(0.05)

    async def start(self) -> int:
        """Listen for Home Assistant; return the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def vanish_while_saying(self, sound: Samples) -> None:
        """Say the half of something, and lose the connection to Home Assistant."""
        self.turn = Exchange()
        await self._begin_to_speak()
        await self._send(AudioChunk(RATE, 2, 1, sound[: len(sound) // 2].tobytes()))
        assert self._writer
        self.connected.clear()
        self._writer.transport.abort()

    async def say(self, sound: Samples, to_end: bool = True) -> Exchange:
        """Say something after the wake word, in real time; return what came of it.

        Whatever is played is broken off. With `to_end`, wait until the answer was played.
        """
        for task in self._tasks:
            task.cancel()
        self.turn = turn = Exchange()
        await self._begin_to_speak()
        # A room is not digitally silent, and a satellite goes on sending.
        noise = np.random.default_rng(0)
        spoken = np.concatenate([silence(round(0.3 * RATE)), sound, silence(8 * RATE)])
        audible = np.flatnonzero(np.abs(spoken) > _AUDIBLE)
        size = round(_PIECE_S * RATE)
        began_s = time.monotonic()
        turn.last_sound_s = began_s + int(audible[-1]) / RATE
        for number, at in enumerate(range(0, len(spoken), size)):
            if turn.transcript is not None or turn.error:
                break
            piece = spoken[at : at + size]
            room = noise.normal(0, 16, len(piece))
            await self._send(AudioChunk(RATE, 2, 1, (piece + room).astype(np.int16).tobytes()))
            await asyncio.sleep(max(0.0, began_s + (number + 1) * _PIECE_S - time.monotonic()))
        async with asyncio.timeout(_PATIENCE_S + 60):
            await (turn.over if to_end else turn.answered).wait()
        return turn

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        # Home Assistant also connects for a moment to ask what this is.
        with suppress(ConnectionError):
            while (event := await async_read_event(reader)) is not None:
                await self._take(event, writer)
        if writer is self._writer:
            self.connected.clear()
        writer.close()

    async def _take(self, event: Event, writer: StreamWriter) -> None:
        turn, now_s = self.turn, time.monotonic()
        match event.type:
            case "describe":
                await async_write_event(self._info().event(), writer)
            case "ping":
                await async_write_event(Pong(event.data.get("text")).event(), writer)
            case "run-satellite":
                self._writer = writer
                self.connected.set()
            case "transcript":
                turn.transcript, turn.transcript_s = event.data["text"], now_s
                self._after(1.5, lambda: self._end_without_answer(turn))
            case "synthesize":
                turn.answer = event.data["text"]
            case "audio-start":
                self._playing, self._rate = [], event.data["rate"]
            case "audio-chunk":
                if not self._playing:
                    self._first_sound_s = now_s
                if turn.answer and not turn.answer_s:
                    turn.answer_s = now_s
                    turn.answered.set()
                self._playing.append(event.payload or b"")
            case "audio-stop":
                self._after(0.0, lambda: self._play(turn))
            case "error":
                turn.error = event.data["text"]
                turn.end()

    async def _play(self, turn: Exchange) -> None:
        length_s = sum(map(len, self._playing)) / 2 / self._rate
        self._played.append((self._first_sound_s, length_s))
        await asyncio.sleep(max(0.0, self._first_sound_s + length_s - time.monotonic()))
        # Home Assistant may have been restarted meanwhile.
        with suppress(ConnectionError):
            if self.reports:
                await self._send(Played())
        if turn.answer:
            turn.end()

    async def _end_without_answer(self, turn: Exchange) -> None:
        if not turn.answer:
            turn.end()

    def _after(self, seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async def later() -> None:
            await asyncio.sleep(seconds)
            await work()

        task = asyncio.create_task(later())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _begin_to_speak(self) -> None:
        await self._send(RunPipeline(PipelineStage.ASR, PipelineStage.TTS, restart_on_end=False))

    async def _send(self, event: Eventable) -> None:
        assert self._writer
        await async_write_event(event.event(), self._writer)

    def _info(self) -> Info:
        here = Attribution("Voice Guide", "https://github.com/voice-guide/voice-guide")
        return Info(
            satellite=SatelliteInfo(
                name=self.name,
                attribution=here,
                installed=True,
                description="a scripted satellite",
                version="1",
            )
        )
