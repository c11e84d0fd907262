"""Results and problems printed as plain lines."""

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from voice_guide.nlu.command import Command
from voice_guide.routines.packs import PackProblem

_MAX_PROBLEMS = 10
"""Problems with sentences that are printed before what was asked for."""


def print_rejected_packs(problems: Iterable[PackProblem]) -> None:
    """Print on standard error which packs are not used and why, one per line."""
    for file, text in problems:
        check = f"voice-guide check {shlex.quote(str(file))}"
        print(f"voice-guide: {file}: {text}: left out; see: {check}", file=sys.stderr)


def print_unheard(path: Path, problems: Sequence[str]) -> None:
    """Print on standard error what cannot be heard of sentences, one per line, if not too many."""
    for problem in problems[:_MAX_PROBLEMS]:
        print(f"voice-guide: {path}: {problem}", file=sys.stderr)
    if (more := len(problems) - _MAX_PROBLEMS) > 0:
        check = f"voice-guide check {shlex.quote(str(path))}"
        print(f"voice-guide: {path}: {more} more cannot be heard; see: {check}", file=sys.stderr)


def print_commands(path: Path, duration_s: float, commands: Sequence[Command]) -> None:
    """Print the commands that were heard in a recording, one per line."""
    print(f"{path} ({duration_s:.1f} s)")
    for command in commands:
        span = f"{command.start_s:7.2f} to {command.end_s:.2f} s"
        print(f"  {span}: {command.text} → {describe_command(command)}")
    if not commands:
        print("  no command")


@contextmanager
def terminal_printer() -> Iterator[Callable[[str], None]]:
    """Yield a function that prints a line on standard error if that is a terminal."""
    # A copy, because standard error is silenced while the sound system runs.
    descriptor = os.dup(2) if sys.stderr.isatty() else os.open(os.devnull, os.O_WRONLY)
    with os.fdopen(descriptor, "w") as terminal:
        yield lambda text: print(text, file=terminal, flush=True)


def describe_command(command: Command) -> str:
    """Return an intent with its values: "GoTo number=3"."""
    return " ".join(
        [command.intent, *(f"{name}={value}" for name, value in command.slots.items())]
    )
