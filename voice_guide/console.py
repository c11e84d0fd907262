"""What the terminal shows: the conversation as it goes."""

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from voice_guide.finding import Finding
from voice_guide.guide.events import Action, Cue, Event, Play, Say
from voice_guide.guide.prompts import Prompts
from voice_guide.hearing.command import Command, Unclear
from voice_guide.routines.library import Problem


class Terminal(Console):
    """A console that leaves it to its user what a reader who has gone means."""

    def on_broken_pipe(self) -> None:
        """Pass the error on, where rich would end the program as failed."""
        raise BrokenPipeError


class Transcript:
    """Prints who said what; plainly where it is not shown on a terminal."""

    def __init__(self, prompts: Prompts, with_times: bool) -> None:
        """`with_times` puts the seconds of audio since the start before each line."""
        self._words = prompts
        self._width = max(len(prompts(f"screen.{who}")) for who in ("guide", "person", "heard"))
        self._console = Terminal(highlight=False)
        # A terminal's lines end between words; those in a file or pipe do not end at all.
        self._console.soft_wrap = not self._console.is_terminal
        self._with_times = with_times

    @contextmanager
    def following(self, _: object) -> Iterator[None]:
        """Print as it goes: that takes nothing before, and leaves nothing behind."""
        yield

    def observe(self, at_s: float, happening: Event | Action) -> None:
        """Show an event or an action, if it is one to show."""
        match happening:
            case Say(text) | Cue(text):
                self.line(at_s, self._words("screen.guide"), text, "cyan")
            case Play(chime):
                sound = self._words(f"screen.{chime.name.lower()}")
                self.line(at_s, self._words("screen.guide"), sound, "cyan")
            case Command(text=text):
                meaning = describe(happening)
                self.line(at_s, self._words("screen.heard"), f"{text} → {meaning}", "green")
            case Unclear(text):
                meaning = self._words("screen.not_understood")
                self.line(at_s, self._words("screen.heard"), f"{text} → {meaning}", "yellow")

    def note(self, at_s: float, text: str) -> None:
        """Show what a person should know about, and that is no part of the conversation."""
        self.line(at_s, self._words("screen.note"), text, "yellow")

    def line(self, at_s: float, who: str, text: str, style: str) -> None:
        """Show one line of the conversation."""
        time = f"{at_s:7.2f} s  " if self._with_times else ""
        name = (f"{who:{self._width}}  ", f"bold {style}")
        self._console.print(Text.assemble((time, "dim"), name, text))


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


def show_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under their titles; on a terminal so that they fit, else a row a line."""
    table = Table(*titles, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*map(Text, row))
    Terminal(width=None if sys.stdout.isatty() else 1000).print(table)


def show_left_out(problems: Iterable[Problem]) -> None:
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


def show_finding(finding: Finding) -> None:
    """Print what the doctor has found, as soon as it has."""
    mark = "ok" if finding.is_well else "!!"
    print(f"{mark}  {finding.part:<10}  {finding.report}", flush=True)


def describe(command: Command) -> str:
    """Return an intent with its values: "GoTo number=3"."""
    return " ".join(
        [command.intent, *(f"{name}={value}" for name, value in command.slots.items())]
    )
