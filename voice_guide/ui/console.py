"""What is told in plain lines: everything that a device without a terminal needs, and more."""

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.events import Event
from voice_guide.dialogue.view import View
from voice_guide.doctor.check_result import CheckResult
from voice_guide.nlu.command import Command
from voice_guide.routines.library import Problem


class Seen(Protocol):
    """Whatever can be looked at: the engine."""

    @property
    def view(self) -> View:
        """What there is to see at this moment."""


class Display(Protocol):
    """Whatever shows a session."""

    def following(self, engine: Seen) -> AbstractContextManager[None]:
        """Show it from now on, until the `with` block ends."""

    def observe(self, at_s: float, happening: Event | Action) -> None:
        """Show an event or an action, if it is one to show."""

    def note(self, at_s: float, text: str) -> None:
        """Show what a person should know about, and that is no part of the conversation."""


class Log:
    """Tells, on standard error, what a person should know; of the conversation, nothing."""

    def __init__(self) -> None:
        # While sound runs, its system is kept from standard error; this one is not.
        self._out = os.fdopen(os.dup(sys.stderr.fileno()), "w", errors="backslashreplace")

    @contextmanager
    def following(self, _: object) -> Iterator[None]:
        """Take nothing before, and leave nothing behind."""
        yield

    def observe(self, at_s: float, happening: Event | Action) -> None:
        """Keep to oneself what is said and heard."""

    def note(self, _: float, text: str) -> None:
        """Tell what a person should know about."""
        print(f"voice-guide: {text}", file=self._out, flush=True)


def show_rejected_packs(problems: Iterable[Problem]) -> None:
    """Tell, on standard error, which packs are left out and why, a line each."""
    for file, text in problems:
        check = f"voice-guide check {shlex.quote(str(file))}"
        print(f"voice-guide: {file}: {text}: left out; see: {check}", file=sys.stderr)


def show_commands(path: Path, duration_s: float, commands: Sequence[Command]) -> None:
    """Print what was heard in a recording, a command a line."""
    print(f"{path} ({duration_s:.1f} s)")
    for command in commands:
        span = f"{command.start_s:7.2f} to {command.end_s:.2f} s"
        print(f"  {span}: {command.text} → {describe(command)}")
    if not commands:
        print("  no command")


@contextmanager
def on_terminal() -> Iterator[Callable[[str], None]]:
    """Give what shows a line to whoever sits at a terminal, and to nobody else."""
    # A copy, for standard error is closed to the sound system's own complaints meanwhile.
    shown = os.dup(2) if sys.stderr.isatty() else os.open(os.devnull, os.O_WRONLY)
    with os.fdopen(shown, "w") as terminal:
        yield lambda text: print(text, file=terminal, flush=True)


def show_finding(finding: CheckResult) -> None:
    """Print what the doctor has found, as soon as it has."""
    mark = "ok" if finding.is_well else "!!"
    print(f"{mark}  {finding.part:<10}  {finding.report}", flush=True)


def describe(command: Command) -> str:
    """Return an intent with its values: "GoTo number=3"."""
    return " ".join(
        [command.intent, *(f"{name}={value}" for name, value in command.slots.items())]
    )
