"""The home's other ear and voice: a Wyoming recognizer and synthesizer, scripted."""

import asyncio
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from typing import Any

from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import async_read_event, async_write_event
from wyoming.info import AsrModel, AsrProgram, Attribution, Info, TtsProgram, TtsVoice

from voice_guide.audio.pcm import RATE

NAME = "Other"
"""The name of both, after which Home Assistant names their entities."""

_SPOKEN_S = 0.2
"""Seconds of sound of each text."""


class OtherPrograms:
    """A recognizer that hears what the test says in any sound, and a voice that is silent."""

    def __init__(self) -> None:
        self.heard = ""
        """The text that is heard next."""

    async def start(self) -> int:
        """Listen on 127.0.0.1; return the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        is_heard = False
        with suppress(ConnectionError):
            while (event := await async_read_event(reader)) is not None:
                match event.type:
                    case "describe":
                        await async_write_event(_info().event(), writer)
                    case "transcribe":
                        is_heard = True
                    case "audio-stop" if is_heard:
                        await async_write_event(Transcript(self.heard).event(), writer)
                    case "synthesize":
                        sound = bytes(2 * round(_SPOKEN_S * RATE))
                        for each in (
                            AudioStart(RATE, 2, 1),
                            AudioChunk(RATE, 2, 1, sound),
                            AudioStop(),
                        ):
                            await async_write_event(each.event(), writer)
        writer.close()


def _info() -> Info:
    model = AsrModel(**_artifact(), languages=["en"])
    voice = TtsVoice(**_artifact(), languages=["en"])
    return Info(
        asr=[AsrProgram(**_artifact(), models=[model])],
        tts=[TtsProgram(**_artifact(), voices=[voice])],
    )


def _artifact() -> dict[str, Any]:
    return {
        "name": NAME,
        "description": "scripted",
        "attribution": Attribution("Voice Guide", "https://github.com/voice-guide/voice-guide"),
        "installed": True,
        "version": "1",
    }
