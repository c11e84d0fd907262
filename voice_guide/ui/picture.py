"""What `run` shows on a terminal: one picture, made to be read from across the room.

Nothing in it is told by colour alone, and nothing is dimmed: it is the same on a console of
sixteen colours, on a white background, and for who cannot tell colours apart.
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
from voice_guide.ui.lettering import Letters, large

MARGIN = 1
"""Columns left free on both sides."""

_ROOMY = 20
"""Rows from which on there is a place for everything."""

_TIMED = (Phase.STEP, Phase.PAUSED)
"""Where the time of a step is of interest."""

Rows = list[Text]
"""Rows of the picture, none wider than there is room for."""


@dataclass(frozen=True)
class Line:
    """One line of the conversation."""

    who: str
    """Who said it."""

    text: str
    """The words."""

    style: str
    """How the name is set off, beside being a name."""


@dataclass(frozen=True)
class Snapshot:
    """All that is known at one moment."""

    view: View
    """Where the conversation is."""

    said: str = ""
    """What is being said, or was said last."""

    is_speaking: bool = False
    """Whether it is being said."""

    can_say: tuple[str, ...] = ()
    """Examples of what can be said now, those that matter most first."""

    heard: str = ""
    """What was heard last, or that nothing was."""

    lines: tuple[Line, ...] = ()
    """The end of the conversation."""

    since_s: float = 0.0
    """Since when the step's time is as the view has it, by a clock that never goes back."""


def bar_cells(step_timer: StepTimer, left_s: float, width: int) -> int:
    """Return how much of a bar that fills the window stands for the time that is left."""
    share = left_s / step_timer.total_s if step_timer.total_s else 0
    return ceil((width - 2 * MARGIN) * min(share, 1.0))


@dataclass(frozen=True)
class Picture:
    """The picture of a moment, for a window of any size."""

    snapshot: Snapshot
    """What is shown."""

    prompts: Prompts
    """The words for it."""

    left_s: float
    """What is left of the step's time by now."""

    typed: str | None
    """What was typed of a line so far; None where nothing is typed."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it, row by row."""
        height = options.height or console.height
        for row in self._rows(console, options.max_width, height)[:height]:
            # As segments: a text would be wrapped once more, which takes longer than all else.
            yield from row.render(console, end="\n")

    def _rows(self, console: Console, width: int, height: int) -> Rows:
        inside = width - 2 * MARGIN
        is_roomy = height >= _ROOMY
        header = self._header(width)
        below = [*self._can_say(inside, 2 if is_roomy else 1), *self._heard(inside)]
        typing = self._typing(inside)
        gap = [Text()] if is_roomy else []
        # The conversation gets what is left, and where there is room no less than this.
        least = 4 if is_roomy else 0
        room = height - len(header) - len(below) - len(typing) - 2 * len(gap) - least
        stage = self._stage(console, inside, room)
        past = self._past(console, inside, least + room - len(stage))
        rows = [*stage, *gap, *below, *past]
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

    # The stage: what is large

    def _stage(self, console: Console, width: int, room: int) -> Rows:
        """Show the headline, the time and the text, each as large as there is room for."""
        time = self._time(width) if room >= 6 else []
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
        """What is large whatever is being said: the time while it runs, else what it is about."""
        view = self.snapshot.view
        if view.context == Phase.PREPARING:
            return view.routine
        if view.step is None or view.context not in _TIMED:
            return ""
        step_timer = view.step.step_timer
        if (
            step_timer is None
            or step_timer.is_up
            or (step_timer.is_fresh and not step_timer.is_running)
        ):
            return view.step.title
        return step_timer.place_in_repeat.call if step_timer.step.repeat else clock(self.left_s)

    def _time(self, width: int) -> Rows:
        view = self.snapshot.view
        if view.step is None or view.step.step_timer is None or view.context not in _TIMED:
            return []
        step_timer = view.step.step_timer
        cells = bar_cells(step_timer, self.left_s, width + 2 * MARGIN)
        told = self.prompts("time_up")
        if self.left_s > 0:
            told = self.prompts("duration", seconds=ceil(self.left_s))
        if step_timer.step.repeat and not step_timer.is_up:
            place = step_timer.place_in_repeat
            count = self.prompts("screen.repetition", number=place.number, times=place.times)
            told = f"{count} · {told}"
        bar = Text("█" * cells + "░" * (width - cells), style="bold")
        return [bar, _bold(told, width)]

    @property
    def _text(self) -> str:
        """What is being said; in a step, when all is said, what is to be done."""
        view = self.snapshot.view
        if view.context == Phase.STEP and view.step and not self.snapshot.is_speaking:
            return view.step.text
        return self.snapshot.said

    # What can be said, what was heard, and the conversation

    def _can_say(self, width: int, most: int) -> Rows:
        row = Text(self.prompts("screen.can_say"))
        rows = []
        for example in self.snapshot.can_say:
            quoted = Text(f' "{example}"', style="bold")
            if row.cell_len + quoted.cell_len > width:
                rows.append(row)
                row, quoted = Text(), quoted[1:]
            row.append_text(quoted)
        rows = [*rows, row][:most]
        for row in rows:
            row.truncate(width, overflow="ellipsis")
        return rows

    def _heard(self, width: int) -> Rows:
        return [_bold(self.snapshot.heard, width)]

    def _past(self, console: Console, width: int, room: int) -> Rows:
        """Show as much of the end of the conversation as there is room for."""
        if room < 2:
            return []
        rows: Rows = []
        for line in reversed(self.snapshot.lines):
            rows = [*_said(console, line, width), *rows]
            if len(rows) >= room - 1:
                break
        return [Text("─" * width), *rows[-(room - 1) :]]

    def _typing(self, width: int) -> Rows:
        if self.typed is None:
            return []
        before = f"{self.prompts('screen.typed')} "
        # Of a long line, the end: that is where it is typed.
        shown = Text(self.typed)
        shown = shown[-(width - len(before) - 1) :]
        return [Text.assemble((before, "bold"), shown, (" ", "reverse"))]


def clock(seconds: float) -> str:
    """Show a time in as few letters as it takes: 45, or 1:30."""
    minutes, rest = divmod(ceil(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes else f"{rest}"


def _largest(text: str, width: int, room: int) -> Rows:
    """Return the text in the largest letters that there is room for; nothing for none."""
    for letters in Letters:
        rows = large(text, letters, width)
        if rows and len(rows) <= room:
            return [Text(row, style="bold", no_wrap=True) for row in rows]
    return []


def _spaced(console: Console, text: str, width: int, room: int) -> Rows:
    """Return the text in bold, its lines well apart where there is room for that."""
    lines = list(Text(text, style="bold").wrap(console, width))
    if 2 * len(lines) - 1 <= room:
        return [row for line in lines for row in (line, Text())][:-1]
    return lines[: max(room, 1)]


def _said(console: Console, line: Line, width: int) -> Iterator[Text]:
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
