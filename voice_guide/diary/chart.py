"""The diary as a chart: the pain before and after each session, one panel per area."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from io import BytesIO
from itertools import groupby
from math import ceil, nan, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice_guide.diary.history import MAX_PAIN, Entry
from voice_guide.errors import VoiceGuideError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE_PX = (900, 500)
"""Width and height of the chart, in pixels."""

_DPI = 100
"""Pixels per inch, which scales the text."""

_BEFORE_STYLE: dict[str, Any] = {
    "marker": "o",
    "color": "#D55E00",
    "markerfacecolor": "white",
    "markeredgewidth": 1.5,
    "markersize": 7,
}
"""The marker of the pain before a session: a large ring."""

_AFTER_STYLE: dict[str, Any] = {"marker": "D", "color": "#0072B2", "markersize": 4}
"""The marker of the pain after a session: a small diamond, visible inside the ring if the pain
was the same. The two colours differ for colour-blind readers too (Okabe and Ito's palette)."""

_MAX_FULL_WIDTH_PANELS = 3
"""The largest number of panels that all have the full width; more are set side by side."""

_MAX_COLUMNS = 3
"""The largest number of panels side by side: more have no room for labelled days."""

_MAX_LABELLED_DAYS = {1: 12, 2: 6, 3: 6}
"""Number of panels side by side to the largest number of labelled days in each."""

_EPOCH = date(1970, 1, 1)
"""The day that matplotlib counts days from."""

_MIN_DAYS = 7
"""The smallest number of days on the axis: two over the whole width look like a long time."""


def draw(entries: Sequence[Entry], file: Path) -> None:
    """Write a chart of the entries as a PNG file.

    Raises VoiceGuideError if no entry has a number for pain, or the file cannot be written.
    """
    with_pain = [e for e in entries if e.before is not None or e.after is not None]
    if not with_pain:
        raise VoiceGuideError("nothing to draw: no session in the diary has a number for pain")
    try:
        # Numbers are not in the order of the days if the clock was set back.
        file.write_bytes(_render(sorted(with_pain, key=lambda entry: entry.day)))
    except OSError as error:
        raise VoiceGuideError(f"{file}: cannot be written: {error.strerror}") from error


def _render(entries: Sequence[Entry]) -> bytes:
    # Imported here because it is slow, and the table does not need it.
    from matplotlib.figure import Figure

    areas = list(dict.fromkeys(entry.area for entry in entries))
    many = len(areas) > _MAX_FULL_WIDTH_PANELS
    columns = min(ceil(sqrt(len(areas))), _MAX_COLUMNS) if many else 1
    width, height = (pixels / _DPI for pixels in _SIZE_PX)
    figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
    panels = figure.subplots(
        ceil(len(areas) / columns), columns, sharex=True, sharey=True, squeeze=False
    ).ravel()
    _set_scales(panels[0], entries[0].day, entries[-1].day, _MAX_LABELLED_DAYS[columns])
    for panel, area in zip(panels, areas, strict=False):
        _draw_area(panel, area, [entry for entry in entries if entry.area == area])
    for panel in panels[len(areas) - columns : len(areas)]:
        # The lowest panel of each column, also above an empty place.
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
    for label, style, pains in (
        ("before", _BEFORE_STYLE, [entry.before for entry in entries]),
        ("after", _AFTER_STYLE, [entry.after for entry in entries]),
    ):
        heights = [nan if pain is None else pain for pain in pains]
        panel.plot(days, heights, linestyle="none", label=label, clip_on=False, **style)
    # A `$` in a pack's words does not start a formula.
    panel.set_title(area, fontsize="medium", loc="left", parse_math=False)
    panel.tick_params(labelsize="small")
    panel.grid(alpha=0.3)
    panel.spines[["top", "right"]].set_visible(False)


def _days(entries: Iterable[Entry]) -> Iterator[float]:
    """Yield each session's place on the axis, in days since 1970; one day's are side by side."""
    for day, sessions in groupby(entries, lambda entry: entry.day):
        count = len(list(sessions))
        for number in range(1, count + 1):
            yield (day - _EPOCH).days - 0.5 + number / (count + 1)


def _set_scales(panel: "Axes", first: date, last: date, max_labels: int) -> None:
    """Set the scales of the axes, which all panels share."""
    from matplotlib import dates

    start, end = (first - _EPOCH).days, (last - _EPOCH).days
    start = min(start, end - _MIN_DAYS + 1)
    edge = max(0.5, (end - start) / 50)
    panel.set_xlim(start - edge, end + edge)
    locator = dates.AutoDateLocator(minticks=2, maxticks=max_labels)
    panel.xaxis.set_major_locator(locator)
    panel.xaxis.set_major_formatter(
        # Labels of years, months or days, and at the first day of a year or month among them.
        dates.ConciseDateFormatter(
            locator,
            formats=["%Y", "%b", "%d %b", "", "", ""],
            zero_formats=["", "%Y", "%d %b", "", "", ""],
            show_offset=False,
        )
    )
    panel.set_ylim(-0.5, MAX_PAIN + 0.5)
    panel.set_yticks(range(0, MAX_PAIN + 1, 2))
