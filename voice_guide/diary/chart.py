"""The diary as a picture: the pain before and after each session, a panel for each area."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from io import BytesIO
from itertools import groupby
from math import ceil, nan, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice_guide.diary.history import MOST_PAIN, Entry
from voice_guide.errors import VoiceGuideError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE_PX = (900, 500)
_DPI = 100

_BEFORE: dict[str, Any] = {
    "marker": "o",
    "color": "#D55E00",
    "markerfacecolor": "white",
    "markeredgewidth": 1.5,
    "markersize": 7,
}
_AFTER: dict[str, Any] = {"marker": "D", "color": "#0072B2", "markersize": 4}
"""Two colours that everybody can tell apart, with marks that can be told apart without them,
and that are both seen where the pain was the same."""

_MOST_ROWS = 3
"""Panels one below the other, all over the width, before they are set side by side."""

_MOST_COLUMNS = 3
"""Panels side by side: in more of them no days could be named."""

_MOST_TICKS = {1: 12, 2: 6, 3: 6}
"""How many days are named, by the number of panels side by side."""

_EPOCH = date(1970, 1, 1)

_FEWEST_DAYS = 7
"""Days that are shown at least: two of them over the whole width look like a long time."""


def draw(entries: Sequence[Entry], file: Path) -> None:
    """Write a picture of them as PNG.

    Raises VoiceGuideError where no session has a number for pain, or the file cannot be written.
    """
    told = [e for e in entries if e.before is not None or e.after is not None]
    if not told:
        raise VoiceGuideError("nothing to draw: no session in the diary has a number for pain")
    try:
        # Not always in the order of their numbers: a clock may be set back.
        file.write_bytes(_picture(sorted(told, key=lambda entry: entry.day)))
    except OSError as error:
        raise VoiceGuideError(f"{file}: cannot be written: {error.strerror}") from error


def _picture(entries: Sequence[Entry]) -> bytes:
    # Only now: a table does not have to wait for it.
    from matplotlib.figure import Figure

    areas = list(dict.fromkeys(entry.area for entry in entries))
    columns = 1 if len(areas) <= _MOST_ROWS else min(ceil(sqrt(len(areas))), _MOST_COLUMNS)
    width, height = (pixels / _DPI for pixels in _SIZE_PX)
    figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
    panels = figure.subplots(
        ceil(len(areas) / columns), columns, sharex=True, sharey=True, squeeze=False
    ).ravel()
    _set_scales(panels[0], entries[0].day, entries[-1].day, _MOST_TICKS[columns])
    for panel, area in zip(panels, areas, strict=False):
        _draw_area(panel, area, [entry for entry in entries if entry.area == area])
    for panel in panels[len(areas) - columns : len(areas)]:
        # The lowest of a column, also where a panel is missing below it.
        panel.tick_params(labelbottom=True)
    for panel in panels[len(areas) :]:
        panel.remove()
    figure.suptitle("Pain before and after each session, from 0 (none) to 10 (worst)", fontsize=12)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    content = BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()


def _draw_area(panel: "Axes", area: str, entries: Sequence[Entry]) -> None:
    days = list(_days(entries))
    for day, entry in zip(days, entries, strict=True):
        if entry.before is not None and entry.after is not None:
            panel.plot([day, day], [entry.before, entry.after], color="0.6", zorder=1)
    for label, look, pains in (
        ("before", _BEFORE, [entry.before for entry in entries]),
        ("after", _AFTER, [entry.after for entry in entries]),
    ):
        told = [nan if pain is None else pain for pain in pains]
        panel.plot(days, told, linestyle="none", label=label, clip_on=False, **look)
    # A pack's words are no formula, whatever is in them.
    panel.set_title(area, fontsize="medium", loc="left", parse_math=False)
    panel.tick_params(labelsize="small")
    panel.grid(alpha=0.3)
    panel.spines[["top", "right"]].set_visible(False)


def _days(entries: Iterable[Entry]) -> Iterator[float]:
    """Yield where each session is drawn, in days since 1970: those of one day side by side."""
    for day, sessions in groupby(entries, lambda entry: entry.day):
        count = len(list(sessions))
        for number in range(1, count + 1):
            yield (day - _EPOCH).days - 0.5 + number / (count + 1)


def _set_scales(panel: "Axes", first: date, last: date, most_ticks: int) -> None:
    """Set the scales that all panels share."""
    from matplotlib import dates

    start, end = (first - _EPOCH).days, (last - _EPOCH).days
    start = min(start, end - _FEWEST_DAYS + 1)
    edge = max(0.5, (end - start) / 50)
    panel.set_xlim(start - edge, end + edge)
    locator = dates.AutoDateLocator(minticks=2, maxticks=most_ticks)
    panel.xaxis.set_major_locator(locator)
    panel.xaxis.set_major_formatter(
        # By years, months or days, and where a new year or month begins among them.
        dates.ConciseDateFormatter(
            locator,
            formats=["%Y", "%b", "%d %b", "", "", ""],
            zero_formats=["", "%Y", "%d %b", "", "", ""],
            show_offset=False,
        )
    )
    panel.set_ylim(-0.5, MOST_PAIN + 0.5)
    panel.set_yticks(range(0, MOST_PAIN + 1, 2))
