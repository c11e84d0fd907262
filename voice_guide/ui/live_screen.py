"""The live screen of `run`, on a terminal that can show it; otherwise the transcript.

The engine's loop only stores what happens in an immutable snapshot. A separate thread draws it,
and only if something visible has changed.
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
from voice_guide.dialogue.plan.step_timer import Announcement
from voice_guide.dialogue.prompts import Prompts
from voice_guide.dialogue.speech import sentences
from voice_guide.dialogue.view import View
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.ui.display import SessionDisplay, ViewSource
from voice_guide.ui.frame import Frame, Snapshot, TranscriptLine, bar_cells
from voice_guide.ui.terminal import PipeSafeConsole
from voice_guide.ui.transcript import Transcript

_REDRAW_INTERVAL_S = 0.25
"""Seconds between two checks for something new to draw."""

_MIN_WIDTH, _MIN_HEIGHT = 60, 18
"""The smallest window, in columns and rows, in which the screen is easier to read than the
transcript."""

_MAX_SHOWN_LINES = 40
"""Lines of the conversation that are kept for the screen."""

_MAX_PRINTED_LINES = 100
"""Lines of the conversation that are printed when the session ends."""

_QUOTED = re.compile(r'"([^"]+)"')
"""A quoted example in a prompt."""


class LiveScreen:
    """Shows a session on the whole terminal, redrawn as it goes."""

    def __init__(self, console: Console, prompts: Prompts, example: str, wake_phrase: str) -> None:
        """Create the screen; `example` is the area named in the examples of commands."""
        self._console = console
        self._prompts = prompts
        self._values = {"example": example, "wake_phrase": wake_phrase}
        self._source: ViewSource | None = None
        self._last_text = ""
        self._unsaid: list[str] = []
        self._heard = prompts("screen.nothing_heard")
        self._lines: deque[TranscriptLine] = deque(maxlen=_MAX_SHOWN_LINES)
        self._printed_later: deque[Callable[[], None]] = deque(maxlen=_MAX_PRINTED_LINES)
        self._transcript = Transcript(prompts, with_times=False)
        self._snapshot = Snapshot(View(Phase.CHOOSING))
        self._typed: str | None = None
        self._last_drawn: object = None
        self._is_changed = threading.Event()
        self._is_over = threading.Event()

    # Called by the engine's loop, which must not wait for a terminal

    def observe(self, at_s: float, happening: Event | Action) -> None:
        """Show an event or an action, if it is one to show."""
        self._update(happening)
        line = self._line_of(happening)
        if line:
            self._lines.append(line)
            self._printed_later.append(partial(self._transcript.observe, at_s, happening))
        self._take_snapshot()

    def note(self, at_s: float, text: str) -> None:
        """Show a message for the user that is not part of the conversation."""
        self._lines.append(TranscriptLine(self._prompts("screen.note"), text, "yellow"))
        self._printed_later.append(partial(self._transcript.note, at_s, text))
        self._take_snapshot()

    def show_typed(self, typed: str) -> None:
        """Show the line typed so far, at once."""
        self._typed = typed
        self._is_changed.set()

    def _update(self, happening: Event | Action) -> None:
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

    def _line_of(self, happening: Event | Action) -> TranscriptLine | None:
        """Return the line to add to the conversation, or None."""
        guide, heard = self._prompts("screen.guide"), self._prompts("screen.heard")
        match happening:
            case Say(text):
                return TranscriptLine(guide, text, "cyan")
            case SayIfFree(text) if self._is_halfway:
                return TranscriptLine(guide, text, "cyan")
            case PlayChime(chime):
                return TranscriptLine(guide, self._prompts(f"screen.{chime.name.lower()}"), "cyan")
            case Command(text=text):
                return TranscriptLine(heard, text, "green")
            case NotUnderstood(text):
                return TranscriptLine(
                    heard, self._prompts("screen.last_not_understood", text=text), "yellow"
                )
        return None

    @property
    def _is_halfway(self) -> bool:
        """True if half of the step's time is announced, which no number on the screen shows."""
        step_timer = self._snapshot.view.step and self._snapshot.view.step.step_timer
        return bool(step_timer and step_timer.announcement is Announcement.HALFWAY)

    def _take_snapshot(self) -> None:
        """Replace the snapshot with the present state."""
        if self._source is None:
            return
        view, before = self._source.view, self._snapshot
        is_same_time = (
            view.step and before.view.step and view.step.step_timer == before.view.step.step_timer
        )
        self._snapshot = Snapshot(
            view=view,
            sentence=self._unsaid[0] if self._unsaid else self._last_text,
            is_speaking=bool(self._unsaid),
            examples=self._examples(view),
            heard=self._heard,
            lines=tuple(self._lines),
            timer_read_s=before.timer_read_s if is_same_time else time.monotonic(),
        )

    def _examples(self, view: View) -> tuple[str, ...]:
        step_timer = view.step.step_timer if view.step else None
        name = view.context
        if name == Phase.STEP and step_timer and step_timer.is_running:
            name = "time_runs"
        waits = bool(step_timer and not step_timer.is_up)
        line = self._prompts(f"can_say.{name}", waits=waits, **self._values)
        return tuple(_QUOTED.findall(line))

    # The terminal

    @contextmanager
    def showing(self, source: ViewSource) -> Iterator[None]:
        """Take the terminal over; restore it afterwards, and print the end of the conversation."""
        self._source = source
        self._take_snapshot()
        live = Live(
            console=self._console,
            screen=True,
            auto_refresh=False,
            get_renderable=lambda: self.frame,
        )
        drawing = threading.Thread(target=self._keep_drawn, args=(live,), daemon=True)
        try:
            with _exit_on_sigterm(), unechoed(), live:
                drawing.start()
                try:
                    yield
                finally:
                    self._is_over.set()
                    self._is_changed.set()
                    drawing.join()
                    # A terminal without an alternate screen keeps the last frame.
                    self._console.clear()
        finally:
            for print_line in self._printed_later:
                print_line()

    @property
    def frame(self) -> Frame:
        """The frame of this moment."""
        snapshot = self._snapshot
        step_timer = snapshot.view.step.step_timer if snapshot.view.step else None
        left_s = step_timer.left_s if step_timer else 0.0
        if step_timer and step_timer.is_running:
            left_s = max(0.0, left_s - (time.monotonic() - snapshot.timer_read_s))
        return Frame(snapshot, self._prompts, left_s, self._typed)

    def _keep_drawn(self, live: Live) -> None:
        while not self._is_over.is_set():
            self._draw(live)
            self._is_changed.wait(_REDRAW_INTERVAL_S)
            self._is_changed.clear()

    def _draw(self, live: Live) -> None:
        """Draw if something visible has changed; checking is far cheaper than drawing."""
        frame, size = self.frame, self._console.size
        step_timer = frame.snapshot.view.step and frame.snapshot.view.step.step_timer
        cells = bar_cells(step_timer, frame.left_s, size.width) if step_timer else 0
        new = (frame.snapshot, ceil(frame.left_s), cells, frame.typed, size)
        if new != self._last_drawn:
            self._last_drawn = new
            live.refresh()


def terminal_display(prompts: Prompts, example: str, wake_phrase: str) -> SessionDisplay:
    """Return the live screen if the terminal can show it, and the transcript otherwise."""
    console = PipeSafeConsole(highlight=False)
    if not _can_show_frames(console):
        return Transcript(prompts, with_times=False)
    return LiveScreen(console, prompts, example, wake_phrase)


def _can_show_frames(console: Console) -> bool:
    # The environment can make rich treat a file as a terminal.
    if not (sys.stdout.isatty() and console.is_interactive):
        return False
    is_large = console.width >= _MIN_WIDTH and console.height >= _MIN_HEIGHT
    return is_large and console.encoding.startswith("utf") and not _is_in_background()


def _is_in_background() -> bool:
    """Return True if another program has the terminal: changing it would stop this one."""
    try:
        return os.tcgetpgrp(sys.stdout.fileno()) != os.getpgrp()
    except OSError:
        return False


@contextmanager
def _exit_on_sigterm() -> Iterator[None]:
    """Exit by an exception on SIGTERM, so that the terminal is restored."""

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
