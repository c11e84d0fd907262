"""One client's connection: its events in order, and what each of the programs answers."""

import asyncio
import logging
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wyoming.asr import Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event, Eventable
from wyoming.handle import Handled, NotHandled
from wyoming.info import Info
from wyoming.ping import Pong
from wyoming.server import AsyncEventHandler
from wyoming.tts import SynthesizeStopped

from voice_guide.audio.pcm import RATE
from voice_guide.errors import VoiceGuideError
from voice_guide.skills.dialogues import Dialogues, place_of
from voice_guide.skills.wyoming.ear import Ear, Turn
from voice_guide.skills.wyoming.pcm_stream import FormatError, PcmFormat
from voice_guide.skills.wyoming.reading import ProtocolError, read_event
from voice_guide.skills.wyoming.voice import MAX_TEXT, SentenceSplitter, Voice, pieces

_log = logging.getLogger(__name__)

ROOMS = "voice-guide-rooms"
"""The one event that the protocol does not have: it asks for the sessions of all satellites."""

MAX_CONNECTIONS = 64
"""Clients at once; Home Assistant has one connection for each request that is under way."""

MAX_IDLE_S = 60.0
"""Seconds without a whole event, or without taking what is sent, until a client is sent away."""

_MAX_CLOSING_S = 5.0
"""Seconds that a client has to take the last that was sent."""

_WIDTH = 2
"""Bytes of a sample of the guide's voice."""

_TOO_LONG = f"a text of more than {MAX_TEXT} characters is not spoken: send shorter ones"
"""The answer to such a text."""

_MAX_SHOWN = 120
"""Characters of a problem that are logged."""


@dataclass(frozen=True)
class Programs:
    """The programs of the service, shared by all connections."""

    info: Info
    """Its description."""

    dialogues: Dialogues
    """The program that answers texts."""

    ear: Ear
    """The recognizer."""

    voice: Voice
    """The synthesizer."""


class Connection(AsyncEventHandler):
    """Answers the events of one client until it leaves, or breaks the protocol."""

    def __init__(self, reader: StreamReader, writer: StreamWriter, programs: Programs) -> None:
        super().__init__(reader, writer)
        self._programs = programs
        self._turn: Turn | None = None
        self._text: SentenceSplitter | None = None
        self._spoken_characters = 0
        self._handlers: Mapping[str, Callable[[Event], Awaitable[None]]] = {
            "describe": self._describe,
            "ping": self._ping,
            "transcript": self._answer,
            ROOMS: self._tell_rooms,
            "audio-start": self._begin_to_hear,
            "audio-chunk": self._hear,
            "audio-stop": self._finish_hearing,
            "synthesize": self._speak,
            "synthesize-start": self._begin_to_speak,
            "synthesize-chunk": self._speak_part,
            "synthesize-stop": self._finish_speaking,
        }

    async def run(self) -> None:
        """Answer events until the client leaves."""
        self._is_running = True
        try:
            while self._is_running:
                async with asyncio.timeout(MAX_IDLE_S):
                    event = await read_event(self.reader)
                if event is None or not await self.handle_event(event):
                    break
        except TimeoutError:
            self._note(f"nothing came or went for {MAX_IDLE_S:.0f} s")
        except ProtocolError as error:
            self._note(f"it sent {error}")
        except OSError as error:
            self._note(f"it has gone ({error.strerror or error})")
        except Exception:
            # One client's fault must not end the others' time.
            _log.exception("A client's request failed.")
        finally:
            self._leave()

    async def handle_event(self, event: Event) -> bool:
        """Answer one event; those of other programs are ignored, as the protocol has it."""
        handler = self._handlers.get(event.type)
        if handler is None:
            return True
        try:
            await handler(event)
        except (FormatError, VoiceGuideError) as error:
            self._note(str(error))
            await self._send(Error(str(error)))
            return False
        return True

    def _leave(self) -> None:
        """Close the connection, without waiting for what the client does not take."""
        # At once, since it is large: this object lives until Python collects its garbage.
        self._turn = None
        self.writer.close()
        asyncio.get_running_loop().call_later(_MAX_CLOSING_S, self.writer.transport.abort)

    def _note(self, problem: str) -> None:
        _log.info("A client was sent away: %s.", problem[:_MAX_SHOWN])

    async def _send(self, *events: Eventable) -> None:
        for each in events:
            await self._write(each.event())

    async def _write(self, event: Event) -> None:
        async with asyncio.timeout(MAX_IDLE_S):
            await self.write_event(event)

    async def _describe(self, _: Event) -> None:
        await self._send(self._programs.info)

    async def _ping(self, event: Event) -> None:
        text = event.data.get("text")
        await self._send(Pong(str(text) if text else None))

    async def _answer(self, event: Event) -> None:
        """Answer a text that was said to the guide."""
        text, context = str(event.data.get("text") or ""), event.data.get("context")
        context = context if isinstance(context, dict) else {}
        place = place_of(context)
        answer = await asyncio.to_thread(self._programs.dialogues.answer, text, place)
        kind = Handled if answer.is_understood else NotHandled
        context = {**context, "continue_conversation": answer.expects_reply}
        await self._send(kind(answer.text, context=context))

    async def _tell_rooms(self, _: Event) -> None:
        """Tell what is led at each satellite; the integration shows it."""
        rooms = await asyncio.to_thread(self._programs.dialogues.rooms)
        await self._write(Event(ROOMS, {"rooms": rooms}))

    async def _begin_to_hear(self, event: Event) -> None:
        PcmFormat.of(event.data)
        contexts = await asyncio.to_thread(self._programs.dialogues.contexts)
        self._turn = await self._programs.ear.work(self._programs.ear.turn, contexts)

    async def _hear(self, event: Event) -> None:
        """Hear a piece of sound, and answer as soon as something is understood."""
        turn = self._turn
        if turn is None:
            return
        form = PcmFormat.of(event.data)
        await self._programs.ear.work(turn.hear, form, event.payload or b"")
        if turn.is_over:
            await self._transcribe(turn.text or "")

    async def _finish_hearing(self, _: Event) -> None:
        turn = self._turn
        if turn is not None:
            await self._transcribe(await self._programs.ear.work(turn.finish))

    async def _transcribe(self, text: str) -> None:
        # What comes after it is not heard.
        self._turn = None
        code = self._programs.info.asr[0].models[0].languages[0]
        await self._send(
            TranscriptStart(language=code),
            TranscriptChunk(text),
            Transcript(text, language=code),
            TranscriptStop(),
        )

    async def _speak(self, event: Event) -> None:
        """Speak a text; within a stream of texts, it is what the stream has already."""
        if self._text is None:
            splitter = SentenceSplitter()
            texts = [*splitter.take(_text(event)), *splitter.finish()]
            await self._begin_sound()
            await self._speak_all(texts)
            await self._send(AudioStop())

    async def _begin_to_speak(self, _: Event) -> None:
        self._text = SentenceSplitter()
        await self._begin_sound()

    async def _speak_part(self, event: Event) -> None:
        if self._text is not None:
            await self._speak_all(self._text.take(_text(event)))

    async def _finish_speaking(self, _: Event) -> None:
        if self._text is not None:
            await self._speak_all(self._text.finish())
            self._text = None
            await self._send(AudioStop(), SynthesizeStopped())

    async def _begin_sound(self) -> None:
        self._spoken_characters = 0
        await self._send(AudioStart(RATE, _WIDTH, 1))

    async def _speak_all(self, texts: list[str]) -> None:
        for text in texts:
            self._spoken_characters += len(text)
            if self._spoken_characters > MAX_TEXT:
                raise VoiceGuideError(_TOO_LONG)
            speech = await asyncio.to_thread(self._programs.voice.speech, text)
            await self._send(*(AudioChunk(RATE, _WIDTH, 1, each) for each in pieces(speech)))


def _text(event: Event) -> str:
    text: Any = event.data.get("text")
    if not isinstance(text, str):
        raise VoiceGuideError(f"{event.type} has no text: send one to be spoken")
    if len(text) > MAX_TEXT:
        raise VoiceGuideError(_TOO_LONG)
    return text
