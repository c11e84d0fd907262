"""Typed lines in place of a microphone."""

import codecs
import os
import queue
import re
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from voice_guide.audio.pcm import BLOCK, RATE, Samples, silence
from voice_guide.engine import Engine
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.sentences import Meaning

_END = "\x04"
"""The character of Ctrl-D."""

_ESCAPE_SEQUENCE = re.compile("\x1b(?:\\[[0-9;?]*[ -/]*[@-~]|O.|.)?")
"""The characters of arrows and other keys without a letter."""

_LAST_WORD = re.compile(r"\S*\s*$")


class SilentTts:
    """Text to speech for users who read: every text is one block of silence."""

    def prepare(self, texts: Sequence[str]) -> None:
        """Do nothing: there is nothing to render."""

    def speech(self, text: str) -> Samples:
        """Return one block of silence."""
        return silence()

    def set_rate(self, rate_wpm: int) -> None:
        """Do nothing: users read at their own pace."""


class TypedInput:
    """Speech input that takes typed lines as if they were heard."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._context: str | None = None
        self._line: str | None = None
        self._heard_samples = 0

    def type(self, line: str) -> None:
        """Hear this line in the next block."""
        self._line = line

    def understands(self, line: str) -> bool:
        """Return True if this line has a meaning in the present context."""
        return bool(self._meanings(line))

    def listen_for(self, context: str) -> None:
        """Expect the sentences of this context from now on."""
        self._context = context

    def hear(self, heard: Samples, played: Samples) -> Sequence[Command | NotUnderstood]:
        """Return the typed line's commands, if there is one; ignore the sound."""
        self._heard_samples += BLOCK
        if self._line is None:
            return []
        line, self._line = self._line, None
        at_s = self._heard_samples / RATE
        meanings = self._meanings(line)
        if not meanings:
            return [NotUnderstood(line, at_s)]
        return [Command(each.intent, each.slots, line, at_s, at_s, at_s) for each in meanings]

    def _meanings(self, line: str) -> tuple[Meaning, ...]:
        return self._interpreter.interpret(line, self._context).meanings

    @property
    def hears_speech(self) -> bool:
        """False: typing makes no sound that the voice would have to give way to."""
        return False


class Keys:
    """Lines typed on a terminal that does not show them itself."""

    def __init__(self, show: Callable[[str], None]) -> None:
        """`show` is called with the line so far, at every key."""
        self._show = show
        self._line = ""

    def __iter__(self) -> Iterator[str]:
        """Yield the lines, until Ctrl-D."""
        self._show(self._line)
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        while keys := os.read(sys.stdin.fileno(), 1024):
            for key in _ESCAPE_SEQUENCE.sub("", decode(keys)):
                if key in "\r\n":
                    line, self._line = self._line, ""
                    yield line
                elif key == _END and not self._line:
                    return
                else:
                    self._line = _edited(self._line, key)
            self._show(self._line)


def _edited(line: str, key: str) -> str:
    """Return a line after one more key, edited as a terminal does."""
    match key:
        case "\x7f" | "\b":
            return line[:-1]
        case "\x15":
            return ""
        case "\x17":
            return _LAST_WORD.sub("", line)
    return line + key if key.isprintable() else line


@contextmanager
def unechoed() -> Iterator[None]:
    """Make the terminal deliver every key at once, and show none of them."""
    if not sys.stdin.isatty():
        yield
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    local, control = 3, 6
    now = termios.tcgetattr(terminal)
    now[local] &= ~(termios.ECHO | termios.ICANON)
    now[control][termios.VMIN], now[control][termios.VTIME] = 1, 0
    # Ctrl-Z is disabled: it would leave the terminal like this, and the session's time goes on.
    now[control][termios.VSUSP] = bytes([os.fpathconf(terminal, "PC_VDISABLE")])
    # Keys typed before are kept; keys left over at the end are not passed on to the shell.
    termios.tcsetattr(terminal, termios.TCSADRAIN, now)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


def run(engine: Engine, ear: TypedInput, keys: Keys | None = None) -> None:
    """Run a session with typed lines, to their end or the session's.

    At a terminal it runs in real time; from a file or pipe each line is taken as soon as the
    guide has finished speaking. `keys` reads the lines of a terminal that is `unechoed`.
    """
    if keys or sys.stdin.isatty():
        _run_live(engine, ear, keys or sys.stdin)
    else:
        _run_through(engine, ear, sys.stdin)


def _run_through(engine: Engine, ear: TypedInput, lines: Iterable[str]) -> None:
    engine.start()
    _let_finish(engine)
    for line in filter(None, map(str.strip, lines)):
        ear.type(line)
        _let_finish(engine)
        if engine.is_finished:
            return


def _let_finish(engine: Engine) -> None:
    """Process blocks until the guide has finished speaking, and knows that it has."""
    engine.process(silence(), silence())
    while engine.is_speaking:
        engine.process(silence(), silence())
    engine.process(silence(), silence())


def _run_live(engine: Engine, ear: TypedInput, lines: Iterable[str]) -> None:
    typed: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in lines:
            typed.put(line.strip())
        typed.put(None)

    threading.Thread(target=read, daemon=True).start()
    engine.start()
    due = time.monotonic()
    line, may_cut_in = "", False
    while not engine.is_finished:
        engine.process(silence(), silence())
        due += BLOCK / RATE
        time.sleep(max(0.0, due - time.monotonic()))
        if not line and not typed.empty():
            taken = typed.get()
            if taken is None:
                return
            line, may_cut_in = taken, ear.understands(taken)
        # Unlike talk over the guide's voice, which is ignored, every typed line is answered.
        if line and (may_cut_in or not engine.is_speaking):
            ear.type(line)
            line = ""
