"""What the terminal shows, line by line: the conversation as it goes, and tables."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

from voice_guide.dialogue.actions import Action, PlayChime, Say, SayIfFree
from voice_guide.dialogue.events import Event
from voice_guide.dialogue.prompts import Prompts
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.ui.console import describe


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
            case Say(text) | SayIfFree(text):
                self.line(at_s, self._words("screen.guide"), text, "cyan")
            case PlayChime(chime):
                sound = self._words(f"screen.{chime.name.lower()}")
                self.line(at_s, self._words("screen.guide"), sound, "cyan")
            case Command(text=text):
                meaning = describe(happening)
                self.line(at_s, self._words("screen.heard"), f"{text} → {meaning}", "green")
            case NotUnderstood(text):
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


def show_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under their titles; on a terminal so that they fit, else a row a line."""
    table = Table(*titles, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*map(Text, row))
    Terminal(width=None if sys.stdout.isatty() else 1000).print(table)
