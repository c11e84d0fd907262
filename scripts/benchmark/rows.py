"""Rows of the benchmark's table, whose limits are Voice Guide's to reach."""

from collections.abc import Callable, Mapping

from benchmark.systems import VOICE_GUIDE
from harness import table
from harness.table import Limit, ResultRow


def compared(
    title: str,
    figures: Mapping[str, float],
    show: Callable[[float], str],
    measured_on: str,
    limit: Limit | None = None,
) -> ResultRow:
    """Return a row with the figure of each system, written by `show`."""
    voice_guides = (VOICE_GUIDE, limit) if limit else None
    return table.compared(title, figures, show, measured_on, voice_guides)
