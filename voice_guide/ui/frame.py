"""The layout of the live screen: one frame, to be read from across the room.

Colour never carries meaning alone, and nothing is dimmed, so that a frame reads the same on a
console of sixteen colours, on a white background, and for colour-blind readers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.plan.step_timer import StepTimer
from voice_guide.dialogue.prompts import Prompts
from voice_guide.dialogue.view import StepView, View
from voice_guide.ui.large_text import FontSize, render_large

MARGIN = 1
"""Columns left empty on each side."""

_MIN_SPACIOUS_ROWS = 20
"""The smallest number of rows that leaves room for gaps and a part of the conversation."""

_MIN_LARGE_TIME_ROWS = 6
"""The smallest number of free rows in which the time bar is shown."""

_TIMED_PHASES = (Phase.STEP, Phase.PAUSED)
"""The phases in which the time of a step is shown."""

Rows = list[Text]
"""Rows of a frame, none wider than the space for it."""


@dataclass(frozen=True)
class TranscriptLine:
    """A line of the conversation."""

    who: str
    """The name of the speaker, as shown."""

    text: str
    """The words."""

    style: str
    """The colour of the name, as rich calls it."""


@dataclass(frozen=True)
class Snapshot:
    """Everything a frame shows of the session at one moment."""

    view: View
    """The state of the dialogue."""

    sentence: str = ""
    """The sentence being spoken, or the last one."""

    is_speaking: bool = False
    """True while it is being spoken."""

    examples: tuple[str, ...] = ()
    """Examples of commands that can be said now, the most important first."""

    heard: str = ""
    """The line about what was heard last."""

    lines: tuple[TranscriptLine, ...] = ()
    """The last lines of the conversation."""

    timer_read_s: float = 0.0
    """The time of `time.monotonic` at which the view's step timer was current."""


def bar_cells(step_timer: StepTimer, left_s: float, width: int) -> int:
    """Return how many cells of the time bar are filled, in a window of `width` columns."""
    share = left_s / step_timer.total_s if step_timer.total_s else 0
    return ceil((width - 2 * MARGIN) * min(share, 1.0))


@dataclass(frozen=True)
class Frame:
    """The content of the screen at one moment, for a window of any size."""

    snapshot: Snapshot
    """The state to show."""

    prompts: Prompts
    """The language's words on the screen."""

    left_s: float
    """Seconds left of the step at this moment."""

    typed: str | None
    """The line typed so far; None if there is no keyboard input."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the segments of each row."""
        height = options.height or console.height
        for row in self._rows(console, options.max_width, height)[:height]:
            # As segments, because rich would wrap texts again, which takes longer than the rest.
            yield from row.render(console, end="\n")

    def _rows(self, console: Console, width: int, height: int) -> Rows:
        inside = width - 2 * MARGIN
        is_spacious = height >= _MIN_SPACIOUS_ROWS
        header = self._header(width)
        below = [*self._examples(inside, 2 if is_spacious else 1), *self._heard(inside)]
        typing = self._typing(inside)
        gap = [Text()] if is_spacious else []
        # The transcript gets the rows that are left, at least this many in a spacious window.
        min_transcript = 4 if is_spacious else 0
        room = height - len(header) - len(below) - len(typing) - 2 * len(gap) - min_transcript
        stage = self._stage(console, inside, room)
        transcript = self._transcript(console, inside, min_transcript + room - len(stage))
        rows = [*stage, *gap, *below, *transcript]
        rows += [Text()] * (height - len(header) - len(gap) - len(rows) - len(typing))
        return [*header, *gap, *(_indented(row) for row in [*rows, *typing])]

    def _header(self, width: int) -> Rows:
        view = self.snapshot.view
        state = self.prompts(f"screen.state_{view.context}")
        where = " · ".join(filter(None, (state, self._position(view.step))))
        title = Text(view.routine, no_wrap=True)
        title.truncate(max(0, width - len(where) - 2 * MARGIN - 2), overflow="ellipsis")
        between = width - 2 * MARGIN - title.cell_len - len(where)
        row = Text.assemble(" " * MARGIN, title, " " * between, where, " " * MARGIN)
        row.truncate(width, overflow="ellipsis")
        row.stylize("bold reverse")
        return [row]

    def _position(self, step: StepView | None) -> str:
        if step is None:
            return ""
        return self.prompts(
            "screen.position", number=step.number, total=step.total, side=step.side
        )

    # The stage: the large part

    def _stage(self, console: Console, width: int, room: int) -> Rows:
        """Return the headline, the time and the text, each as large as fits."""
        time = self._time(width) if room >= _MIN_LARGE_TIME_ROWS else []
        room -= len(time) + (1 if time else 0)
        headline = self._headline
        top = _largest(headline, width, room // 2) if headline else []
        if headline and not top:
            top = [_bold(headline, width)]
        room -= len(top) + (1 if top else 0)
        text = _largest(self._text, width, room) or _spaced(console, self._text, width, room)
        return [row for part in (top, time, text) if part for row in [*part, Text()]][:-1]

    @property
    def _headline(self) -> str:
        """The large top line: the running time, or the title of the routine or step."""
        view = self.snapshot.view
        if view.context == Phase.PREPARING:
            return view.routine
        if view.step is None or view.context not in _TIMED_PHASES:
            return ""
        step_timer = view.step.step_timer
        if step_timer is None or step_timer.is_up:
            return view.step.title
        if step_timer.is_fresh and not step_timer.is_running:
            return view.step.title
        if step_timer.step.repeat:
            return step_timer.repeat_position.call
        return clock_text(self.left_s)

    def _time(self, width: int) -> Rows:
        view = self.snapshot.view
        if view.step is None or view.step.step_timer is None or view.context not in _TIMED_PHASES:
            return []
        step_timer = view.step.step_timer
        cells = bar_cells(step_timer, self.left_s, width + 2 * MARGIN)
        label = self.prompts("time_up")
        if self.left_s > 0:
            label = self.prompts("duration", seconds=ceil(self.left_s))
        if step_timer.step.repeat and not step_timer.is_up:
            position = step_timer.repeat_position
            count = self.prompts("screen.repetition", number=position.number, times=position.times)
            label = f"{count} · {label}"
        bar = Text("█" * cells + "░" * (width - cells), style="bold")
        return [bar, _bold(label, width)]

    @property
    def _text(self) -> str:
        """The sentence being spoken; in a step after it was spoken, the step's instruction."""
        view = self.snapshot.view
        if view.context == Phase.STEP and view.step and not self.snapshot.is_speaking:
            return view.step.text
        return self.snapshot.sentence

    # Below the stage: examples of commands, what was heard, and the transcript

    def _examples(self, width: int, max_rows: int) -> Rows:
        row = Text(self.prompts("screen.can_say"))
        rows = []
        for example in self.snapshot.examples:
            quoted = Text(f' "{example}"', style="bold")
            if row.cell_len + quoted.cell_len > width:
                rows.append(row)
                row, quoted = Text(), quoted[1:]
            row.append_text(quoted)
        rows = [*rows, row][:max_rows]
        for row in rows:
            row.truncate(width, overflow="ellipsis")
        return rows

    def _heard(self, width: int) -> Rows:
        return [_bold(self.snapshot.heard, width)]

    def _transcript(self, console: Console, width: int, room: int) -> Rows:
        """Return as many of the last lines of the conversation as fit."""
        if room < 2:
            return []
        rows: Rows = []
        for line in reversed(self.snapshot.lines):
            rows = [*_wrapped_line(console, line, width), *rows]
            if len(rows) >= room - 1:
                break
        return [Text("─" * width), *rows[-(room - 1) :]]

    def _typing(self, width: int) -> Rows:
        if self.typed is None:
            return []
        before = f"{self.prompts('screen.typed')} "
        # The end of a long line, where the cursor is.
        shown = Text(self.typed)
        shown = shown[-(width - len(before) - 1) :]
        return [Text.assemble((before, "bold"), shown, (" ", "reverse"))]


def clock_text(seconds: float) -> str:
    """Return a time as seconds, or as minutes and seconds: 45, or 1:30."""
    minutes, rest = divmod(ceil(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes else f"{rest}"


def _largest(text: str, width: int, room: int) -> Rows:
    """Return the text in the largest letters that fit; no rows if none fit."""
    for size in FontSize:
        rows = render_large(text, size, width)
        if rows and len(rows) <= room:
            return [Text(row, style="bold", no_wrap=True) for row in rows]
    return []


def _spaced(console: Console, text: str, width: int, room: int) -> Rows:
    """Return the text in bold, with empty rows between its lines if they fit."""
    lines = list(Text(text, style="bold").wrap(console, width))
    if 2 * len(lines) - 1 <= room:
        return [row for line in lines for row in (line, Text())][:-1]
    return lines[: max(room, 1)]


def _wrapped_line(console: Console, line: TranscriptLine, width: int) -> Iterator[Text]:
    name = Text(f"{line.who}  ", style=f"bold {line.style}")
    wrapped = Text(line.text).wrap(console, max(1, width - name.cell_len))
    for number, row in enumerate(wrapped):
        yield Text.assemble(Text(" " * name.cell_len) if number else name, row)


def _bold(text: str, width: int) -> Text:
    row = Text(text, style="bold", no_wrap=True)
    row.truncate(width, overflow="ellipsis")
    return row


def _indented(row: Text) -> Text:
    return Text.assemble(" " * MARGIN, row) if row else row
