"""Typed lines in place of a microphone."""

import queue
import sys
import threading
import time
from collections.abc import Sequence
from typing import TextIO

from voice_guide.audio import BLOCK, RATE, Samples, silence
from voice_guide.engine import Engine
from voice_guide.hearing.command import Command, Unclear
from voice_guide.hearing.sentences import Sentences


class MuteVoice:
    """A voice for those who read: every utterance lasts one block."""

    def prepare(self, texts: Sequence[str]) -> None:
        """Nothing to do: nothing is rendered."""

    def speech(self, text: str) -> Samples:
        """Return one block of silence."""
        return silence()

    def set_rate(self, rate_wpm: int) -> None:
        """Nothing to do: people read at their own pace."""


class TypedEar:
    """Takes a typed line for a sentence that was heard."""

    def __init__(self, sentences: Sentences) -> None:
        self._sentences = sentences
        self._context: str | None = None
        self._line: str | None = None
        self._heard_samples = 0

    def type(self, line: str) -> None:
        """Hear this line in the next block."""
        self._line = line

    def listen_for(self, context: str) -> None:
        """Expect the sentences of this context from now on."""
        self._context = context

    def hear(self, heard: Samples, played: Samples) -> Sequence[Command | Unclear]:
        """Return what was typed, if anything was; what the microphone heard is of no interest."""
        self._heard_samples += BLOCK
        if self._line is None:
            return []
        line, self._line = self._line, None
        at_s = self._heard_samples / RATE
        meaning = self._sentences.match(line, self._context)
        if meaning is None:
            return [Unclear(line, at_s)]
        return [Command(meaning.intent, meaning.slots, line, at_s, at_s, at_s)]

    @property
    def hears_somebody(self) -> bool:
        """Never: typing makes no sound that the voice would have to give way to."""
        return False


def run(engine: Engine, ear: TypedEar, lines: TextIO | None = None) -> None:
    """Lead through a session by typed lines, to their end or to the session's.

    At a terminal a second is a second; from a file or pipe, each line comes as soon as
    the guide has said what it had to say.
    """
    lines = lines or sys.stdin
    if lines.isatty():
        _run_live(engine, ear, lines)
    else:
        _run_through(engine, ear, lines)


def _run_through(engine: Engine, ear: TypedEar, lines: TextIO) -> None:
    engine.start()
    _let_finish(engine)
    for line in filter(None, map(str.strip, lines)):
        ear.type(line)
        _let_finish(engine)
        if engine.is_finished:
            return


def _let_finish(engine: Engine) -> None:
    """Move on until there is nothing more to say for now, and the guide knows it was heard."""
    engine.process(silence(), silence())
    while engine.is_speaking:
        engine.process(silence(), silence())
    engine.process(silence(), silence())


def _run_live(engine: Engine, ear: TypedEar, lines: TextIO) -> None:
    typed: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in lines:
            typed.put(line.strip())
        typed.put(None)

    threading.Thread(target=read, daemon=True).start()
    engine.start()
    due = time.monotonic()
    while not engine.is_finished:
        engine.process(silence(), silence())
        due += BLOCK / RATE
        time.sleep(max(0.0, due - time.monotonic()))
        if not typed.empty():
            line = typed.get()
            if line is None:
                return
            if line:
                ear.type(line)
