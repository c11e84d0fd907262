"""A real `voice-guide`, or another program, whose printed lines are read while it runs."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, NamedTuple, Self

from voice_guide.errors import VoiceGuideError

MAX_WAIT_S = 10.0
"""Seconds that anything may take whose duration is not measured."""

NO_SOUND_SERVER = {"PULSE_SERVER": "unix:/nonexistent/native"}
"""Environment of a machine without any sound device."""


def voice_guide_command(*arguments: str) -> list[str]:
    """Return the command that runs `voice-guide` with these arguments."""
    return [sys.executable, "-m", "voice_guide", *arguments]


def user_environment(folder: os.PathLike[str]) -> dict[str, str]:
    """Return the variables that make this folder a user's home."""
    home = os.fspath(folder)
    kinds = ("config", "data", "state", "cache")
    return {"HOME": home} | {f"XDG_{kind.upper()}_HOME": f"{home}/{kind}" for kind in kinds}


@dataclass(frozen=True)
class PrintedLine:
    """A line that a program printed."""

    at_s: float
    """The moment, on the clock of `time.monotonic`."""

    text: str
    """The line without its end."""


class NotPrintedError(AssertionError):
    """A line that was expected is not printed in time."""


class PrintedLines(threading.Thread):
    """The lines that a program has printed so far, while it goes on."""

    def __init__(self, stream: IO[str], show: Callable[[str], None] | None = None) -> None:
        """`show` is called with each line."""
        super().__init__(daemon=True)
        self._stream = stream
        self._show = show
        self.lines: list[PrintedLine] = []
        self.start()

    def run(self) -> None:
        """Read to the end of the stream."""
        for line in self._stream:
            self.lines.append(PrintedLine(time.monotonic(), line.rstrip("\n")))
            if self._show:
                self._show(line.rstrip())

    @property
    def text(self) -> str:
        """Everything printed so far."""
        return "".join(f"{line.text}\n" for line in self.lines.copy())

    def first(
        self, matches: Callable[[str], bool], since_s: float = 0.0, within_s: float = MAX_WAIT_S
    ) -> PrintedLine | None:
        """Return the first line printed since then that matches, waiting up to `within_s` for it.

        Return None if there is none by then.
        """
        until_s = time.monotonic() + within_s
        while True:
            is_last_look = time.monotonic() > until_s or not self.is_alive()
            for line in self.lines.copy():
                if line.at_s >= since_s and matches(line.text):
                    return line
            if is_last_look:
                return None
            time.sleep(0.01)

    def wait_for(
        self, text: str, since_s: float = 0.0, within_s: float = MAX_WAIT_S
    ) -> PrintedLine:
        """Return the first line printed since then that contains this text.

        Raise NotPrintedError if there is none within so many seconds from now.
        """
        line = self.first(lambda printed: text in printed, since_s, within_s)
        if line is None:
            printed = [line.text for line in self.lines.copy() if line.at_s >= since_s]
            raise NotPrintedError(f'"{text}" is not printed, but {printed}')
        return line


class ProgramEnd(NamedTuple):
    """The end of a program."""

    status: int
    """The exit status."""

    output: str
    """All that it printed on standard output."""

    errors: str
    """All that it printed on standard error, where that was read."""


class HeardAttempt(NamedTuple):
    """A command that was heard."""

    number: int
    """The number of the attempt, from 0."""

    line: PrintedLine
    """The line that shows it."""


class RunningProgram:
    """A program that is ended with the `with` block at the latest."""

    end_signal = signal.SIGKILL
    """The signal that ends it with the `with` block."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        stderr: int | None = subprocess.PIPE,
        show: Callable[[str], None] | None = None,
    ) -> None:
        """Start it; `show` is called with each line that it prints on standard output.

        `stderr` is a file descriptor, or None to leave standard error as it is.
        """
        self._name = " ".join(command)
        self.started_s = time.monotonic()
        self.process = subprocess.Popen(
            command,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            # As from a terminal: background processes of a shell start with Ctrl-C ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        assert self.process.stdout
        self.output = PrintedLines(self.process.stdout, show)
        self.errors = PrintedLines(self.process.stderr) if self.process.stderr else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        self.process.send_signal(self.end_signal)
        status = self.process.wait()
        self.output.join(MAX_WAIT_S)
        if self.errors:
            self.errors.join(MAX_WAIT_S)
            if isinstance(error, AssertionError):
                error.add_note(f"it ended with {status} and printed {self.errors.text!r}")

    @property
    def is_running(self) -> bool:
        """True until it ends."""
        return self.process.poll() is None

    def end(self, within_s: float = 3 * MAX_WAIT_S) -> ProgramEnd:
        """Wait for its end; raise VoiceGuideError if it does not come in time."""
        try:
            status = self.process.wait(within_s)
        except subprocess.TimeoutExpired as error:
            raise VoiceGuideError(f"{self._name}: still running after {within_s:.0f} s") from error
        self.output.join(MAX_WAIT_S)
        if self.errors:
            self.errors.join(MAX_WAIT_S)
        return ProgramEnd(status, self.output.text, self.errors.text if self.errors else "")

    def say_until_heard(
        self,
        attempts: Iterable[Callable[[], None]],
        is_heard: Callable[[str], bool],
        within_s: float,
    ) -> HeardAttempt | None:
        """Say something again until a matching line is printed within so many seconds after it.

        Return None if no attempt was heard.
        """
        for number, say in enumerate(attempts):
            began_s = time.monotonic()
            say()
            if line := self.output.first(is_heard, began_s, within_s):
                return HeardAttempt(number, line)
        return None


def start_voice_guide(
    *arguments: str, environment: Mapping[str, str], stderr: int | None = subprocess.PIPE
) -> RunningProgram:
    """Start `voice-guide` with these arguments, and variables on top of this process's."""
    return RunningProgram(voice_guide_command(*arguments), environment, stderr)
