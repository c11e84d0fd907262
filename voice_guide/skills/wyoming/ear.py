"""The guide's ear as a recognizer for others: the sound of one turn in, its text out.

A client does not say for which satellite it asks. So the ear listens for what makes sense in every
room that is led at the moment: the first context in which something is understood decides.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from weakref import WeakSet

from voice_guide.app.content import Content
from voice_guide.app.speech_input import load_model, new_matcher, require_hearable_wake_phrase
from voice_guide.audio.pcm import BLOCK, RATE, Samples, silence
from voice_guide.config.settings import Settings
from voice_guide.dialogue.phase import Phase
from voice_guide.errors import VoiceGuideError
from voice_guide.hearing.listener import Listener
from voice_guide.nlu.command import Command
from voice_guide.skills.wyoming.pcm_stream import PcmFormat, PcmStream

MAX_TURN_S = 30.0
"""Seconds of sound that are listened to for one text."""

_MAX_CONTEXTS = 3
"""Contexts that are listened for side by side; of more rooms, any sentence is understood."""

MAX_TURNS = 16
"""Satellites that are heard at once; each takes up to 8 MB."""

_THREADS = 2
"""Threads that hear: each keeps memory for itself, and one hears several satellites at once."""

_Result = TypeVar("_Result")


class Ear:
    """A speech model and what it listens for, shared by all turns."""

    def __init__(self, content: Content, settings: Settings) -> None:
        """Load the speech model; raises VoiceGuideError where it is missing or damaged."""
        self._settings = settings
        self._model = load_model(content.language)
        require_hearable_wake_phrase(settings.hearing, self._model)
        self._matcher = new_matcher(content.interpreter, self._model, content.language)
        self._contexts = content.sentences.contexts
        self._turns: WeakSet[Turn] = WeakSet()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="hear")

    def prepare(self) -> None:
        """Make what each context needs, so that no turn has to wait for it."""
        # Sessions begin in the first; none is where many rooms are led.
        for context in (Phase.CHOOSING, Phase.STEP, *self._contexts, None):
            self._matcher.prepare(context)

    async def work(self, work: Callable[..., _Result], *arguments: Any) -> _Result:
        """Begin, hear or finish a turn in one of the threads that hear."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, work, *arguments)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(cancel_futures=True)

    def turn(self, contexts: Sequence[str]) -> "Turn":
        """Begin to listen for what may be said in these contexts.

        Raises VoiceGuideError while too many are heard.
        """
        if len(self._turns) >= MAX_TURNS:
            raise VoiceGuideError(
                f"more than {MAX_TURNS} satellites at once are not heard: try again later"
            )
        asked: Sequence[str | None] = contexts or [Phase.CHOOSING]
        if len(asked) > _MAX_CONTEXTS:
            asked = [None]
        turn = Turn([self._listener(context) for context in asked])
        self._turns.add(turn)
        return turn

    def _listener(self, context: str | None) -> Listener:
        sensitivity = self._settings.hearing.sensitivity
        # What a satellite plays is not known here: its own canceller has removed it.
        return Listener(self._model, self._matcher, context, sensitivity, cancels_echo=False)


class Turn:
    """The sound of one turn at a satellite. `text` is None until something is understood."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self.text: str | None = None
        """The text of what was understood."""
        self._listeners = listeners
        self._stream: PcmStream | None = None
        self._heard_samples = 0

    def hear(self, form: PcmFormat, sound: bytes) -> None:
        """Take the next piece of the sound; ignored once something is understood."""
        if self.is_over:
            return
        if self._stream is None or self._stream.form != form:
            self._stream = PcmStream(form)
        for block in self._stream.take(sound):
            self._hear(block)

    @property
    def is_over(self) -> bool:
        """True once something is understood, or nothing was for too long."""
        return self.text is not None or self._heard_samples > MAX_TURN_S * RATE

    def finish(self) -> str:
        """Return what was understood by the end of the sound; empty for nothing."""
        for listener in self._listeners:
            if self.text is None:
                self._note(listener.finish())
        return self.text or ""

    def _hear(self, block: Samples) -> None:
        self._heard_samples += BLOCK
        for listener in self._listeners:
            if self.text is None:
                self._note(listener.hear(block, silence()))

    def _note(self, found: Sequence[object]) -> None:
        for each in found:
            if isinstance(each, Command) and self.text is None:
                self.text = each.text
