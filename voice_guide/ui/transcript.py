"""The conversation, printed line by line."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.text import Text

from voice_guide.dialogue.actions import Action, PlayChime, Say, SayIfFree
from voice_guide.dialogue.events import Event
from voice_guide.dialogue.prompts import Prompts
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.ui.console import describe_command
from voice_guide.ui.display import ViewSource
from voice_guide.ui.terminal import PipeSafeConsole


class Transcript:
    """Prints what is said and heard, with colours on a terminal."""

    def __init__(self, prompts: Prompts, with_times: bool) -> None:
        """Create it; `with_times` starts each line with the seconds of audio since the start."""
        self._prompts = prompts
        self._width = max(len(prompts(f"screen.{who}")) for who in ("guide", "person", "heard"))
        self._console = PipeSafeConsole(highlight=False)
        # Lines are wrapped between words on a terminal, and not at all in a file or pipe.
        self._console.soft_wrap = not self._console.is_terminal
        self._with_times = with_times

    @contextmanager
    def showing(self, _: ViewSource) -> Iterator[None]:
        """Do nothing before and after the session."""
        yield

    def observe(self, at_s: float, happening: Event | Action) -> None:
        """Print an event or an action, if it is one to show."""
        match happening:
            case Say(text) | SayIfFree(text):
                self.print_line(at_s, self._prompts("screen.guide"), text, "cyan")
            case PlayChime(chime):
                sound = self._prompts(f"screen.{chime.name.lower()}")
                self.print_line(at_s, self._prompts("screen.guide"), sound, "cyan")
            case Command(text=text):
                meaning = describe_command(happening)
                self.print_line(
                    at_s, self._prompts("screen.heard"), f"{text} → {meaning}", "green"
                )
            case NotUnderstood(text):
                meaning = self._prompts("screen.not_understood")
                self.print_line(
                    at_s, self._prompts("screen.heard"), f"{text} → {meaning}", "yellow"
                )

    def note(self, at_s: float, text: str) -> None:
        """Print a message for the user that is not part of the conversation."""
        self.print_line(at_s, self._prompts("screen.note"), text, "yellow")

    def print_line(self, at_s: float, who: str, text: str, style: str) -> None:
        """Print a line of the conversation, with the name of who said it."""
        time = f"{at_s:7.2f} s  " if self._with_times else ""
        name = (f"{who:{self._width}}  ", f"bold {style}")
        self._console.print(Text.assemble((time, "dim"), name, text))
