"""What `run` shows: the live picture on a terminal that is fit for it, else the transcript.

The engine's loop only notes what happens, in a snapshot that never changes afterwards; the
drawing is done in a thread of its own, and only where there is something new to see.
"""

import os
import re
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import ceil

from rich.console import Console
from rich.live import Live

from voice_guide.devices.keyboard import unechoed
from voice_guide.dialogue.actions import Action, PlayChime, Say, SayIfFree, StopSpeaking
from voice_guide.dialogue.events import Event, SentenceFinished, SpeechEnded
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.plan.step_timer import Call
from voice_guide.dialogue.prompts import Prompts
from voice_guide.dialogue.speech import sentences
from voice_guide.dialogue.view import View
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.ui.console import Display, Seen
from voice_guide.ui.picture import Line, Picture, Snapshot, bar_cells
from voice_guide.ui.transcript import Terminal, Transcript

_EVERY_S = 0.25
"""Seconds between two looks at whether there is anything new to draw."""

_LEAST_WIDTH, _LEAST_HEIGHT = 60, 18
"""Columns and rows below which the transcript is easier to read."""

_SHOWN = 40
"""Lines of the conversation that the picture may show."""

_KEPT = 100
"""Lines of the conversation that are printed in the end."""

_QUOTED = re.compile(r'"([^"]+)"')


class Screen:
    """Shows a conversation as a picture that follows it."""

    def __init__(self, console: Console, prompts: Prompts, example: str, wake_phrase: str) -> None:
        """`example` is a place that can be named, `wake_phrase` what wakes the guide."""
        self._console = console
        self._prompts = prompts
        self._values = {"example": example, "wake_phrase": wake_phrase}
        self._seen: Seen | None = None
        self._last_text = ""
        self._unsaid: list[str] = []
        self._heard = prompts("screen.nothing_heard")
        self._lines: deque[Line] = deque(maxlen=_SHOWN)
        self._printed_later: deque[Callable[[], None]] = deque(maxlen=_KEPT)
        self._transcript = Transcript(prompts, with_times=False)
        self._snapshot = Snapshot(View(Phase.CHOOSING))
        self._typed: str | None = None
        self._drawn: object = None
        self._is_changed = threading.Event()
        self._is_over = threading.Event()

    # What happens, told by the loop, which has no time to wait for a terminal

    def observe(self, at_s: float, happening: Event | Action) -> None:
        """Take note of an event or an action."""
        self._note(happening)
        line = self._line_of(happening)
        if line:
            self._lines.append(line)
            self._printed_later.append(partial(self._transcript.observe, at_s, happening))
        self._look()

    def note(self, at_s: float, text: str) -> None:
        """Show what a person should know about, and that is no part of the conversation."""
        self._lines.append(Line(self._prompts("screen.note"), text, "yellow"))
        self._printed_later.append(partial(self._transcript.note, at_s, text))
        self._look()

    def type(self, typed: str) -> None:
        """Show what was typed of a line so far, at once."""
        self._typed = typed
        self._is_changed.set()

    def _note(self, happening: Event | Action) -> None:
        match happening:
            case Say(text):
                self._last_text = text
                self._unsaid = sentences(text)
            case SentenceFinished():
                self._unsaid = self._unsaid[1:]
            case StopSpeaking() | SpeechEnded():
                self._unsaid = []
            case Command(text=text):
                self._heard = self._prompts("screen.last_heard", text=text)
            case NotUnderstood(text):
                self._heard = self._prompts("screen.last_not_understood", text=text)

    def _line_of(self, happening: Event | Action) -> Line | None:
        """Return what to add to the conversation, if anything."""
        guide, heard = self._prompts("screen.guide"), self._prompts("screen.heard")
        match happening:
            case Say(text):
                return Line(guide, text, "cyan")
            case SayIfFree(text) if self._is_halfway:
                return Line(guide, text, "cyan")
            case PlayChime(chime):
                return Line(guide, self._prompts(f"screen.{chime.name.lower()}"), "cyan")
            case Command(text=text):
                return Line(heard, text, "green")
            case NotUnderstood(text):
                return Line(
                    heard, self._prompts("screen.last_not_understood", text=text), "yellow"
                )
        return None

    @property
    def _is_halfway(self) -> bool:
        """Whether a cue tells what no number on the screen does."""
        step_timer = self._snapshot.view.step and self._snapshot.view.step.step_timer
        return bool(step_timer and step_timer.call is Call.HALFWAY)

    def _look(self) -> None:
        """Take a new snapshot."""
        if self._seen is None:
            return
        view, before = self._seen.view, self._snapshot
        is_same_time = (
            view.step and before.view.step and view.step.step_timer == before.view.step.step_timer
        )
        self._snapshot = Snapshot(
            view=view,
            said=self._unsaid[0] if self._unsaid else self._last_text,
            is_speaking=bool(self._unsaid),
            can_say=self._can_say(view),
            heard=self._heard,
            lines=tuple(self._lines),
            since_s=before.since_s if is_same_time else time.monotonic(),
        )

    def _can_say(self, view: View) -> tuple[str, ...]:
        step_timer = view.step.step_timer if view.step else None
        name = view.context
        if name == Phase.STEP and step_timer and step_timer.is_running:
            name = "time_runs"
        waits = bool(step_timer and not step_timer.is_up)
        told = self._prompts(f"can_say.{name}", waits=waits, **self._values)
        return tuple(_QUOTED.findall(told))

    # The terminal

    @contextmanager
    def following(self, seen: Seen) -> Iterator[None]:
        """Show it meanwhile; afterwards the terminal is as it was, with the conversation on it."""
        self._seen = seen
        self._look()
        live = Live(
            console=self._console,
            screen=True,
            auto_refresh=False,
            get_renderable=lambda: self.picture,
        )
        drawing = threading.Thread(target=self._keep_drawn, args=(live,), daemon=True)
        try:
            with _ended_in_order(), unechoed(), live:
                drawing.start()
                try:
                    yield
                finally:
                    self._is_over.set()
                    self._is_changed.set()
                    drawing.join()
                    # A console without a second page shows what follows on this one.
                    self._console.clear()
        finally:
            for print_it in self._printed_later:
                print_it()

    @property
    def picture(self) -> Picture:
        """The picture of this moment."""
        snapshot = self._snapshot
        step_timer = snapshot.view.step.step_timer if snapshot.view.step else None
        left_s = step_timer.left_s if step_timer else 0.0
        if step_timer and step_timer.is_running:
            left_s = max(0.0, left_s - (time.monotonic() - snapshot.since_s))
        return Picture(snapshot, self._prompts, left_s, self._typed)

    def _keep_drawn(self, live: Live) -> None:
        while not self._is_over.is_set():
            self._draw(live)
            self._is_changed.wait(_EVERY_S)
            self._is_changed.clear()

    def _draw(self, live: Live) -> None:
        """Draw what is new, if anything is: to look costs next to nothing, to draw does not."""
        picture, size = self.picture, self._console.size
        step_timer = picture.snapshot.view.step and picture.snapshot.view.step.step_timer
        cells = bar_cells(step_timer, picture.left_s, size.width) if step_timer else 0
        new = (picture.snapshot, ceil(picture.left_s), cells, picture.typed, size)
        if new != self._drawn:
            self._drawn = new
            live.refresh()


def display(prompts: Prompts, example: str, wake_phrase: str) -> Display:
    """Return the live picture where there is a terminal to show it, else the transcript."""
    console = Terminal(highlight=False)
    if not _shows_pictures(console):
        return Transcript(prompts, with_times=False)
    return Screen(console, prompts, example, wake_phrase)


def _shows_pictures(console: Console) -> bool:
    # Whatever the environment has rich believe, a file is no terminal.
    if not (sys.stdout.isatty() and console.is_interactive):
        return False
    is_large = console.width >= _LEAST_WIDTH and console.height >= _LEAST_HEIGHT
    return is_large and console.encoding.startswith("utf") and not _is_in_background()


def _is_in_background() -> bool:
    """Whether another program has the terminal, which would stop one that changes it."""
    try:
        return os.tcgetpgrp(sys.stdout.fileno()) != os.getpgrp()
    except OSError:
        return False


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let the program leave the terminal as it was where it is told to end, too."""

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
