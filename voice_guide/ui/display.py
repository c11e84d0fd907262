"""The interface of everything that shows a session, and the one for a device without a screen."""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.events import Event
from voice_guide.dialogue.view import View


class ViewSource(Protocol):
    """An object that knows what to show at the moment: the engine."""

    @property
    def view(self) -> View:
        """The view of the session at this moment."""


class SessionDisplay(Protocol):
    """Shows a session to the user."""

    def showing(self, source: ViewSource) -> AbstractContextManager[None]:
        """Show the session until the `with` block ends."""

    def observe(self, at_s: float, happening: Event | Action) -> None:
        """Show an event or an action, at `at_s` seconds of audio, if it is one to show."""

    def note(self, at_s: float, text: str) -> None:
        """Show a message for the user that is not part of the conversation."""


class ServiceLog:
    """Prints messages for the user on standard error, and nothing of the conversation."""

    def __init__(self) -> None:
        # A copy, because standard error is silenced while the sound system runs.
        self._out = os.fdopen(os.dup(sys.stderr.fileno()), "w", errors="backslashreplace")

    @contextmanager
    def showing(self, _: ViewSource) -> Iterator[None]:
        """Do nothing before and after the session."""
        yield

    def observe(self, at_s: float, happening: Event | Action) -> None:
        """Print nothing, so that the log holds nothing that was said or heard."""

    def note(self, _: float, text: str) -> None:
        """Print a message for the user."""
        print(f"voice-guide: {text}", file=self._out, flush=True)
