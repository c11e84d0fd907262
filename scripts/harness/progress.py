"""Progress of a long run, on standard error."""

import sys
from collections.abc import Callable

ReportProgress = Callable[[str], None]
"""A function that shows a line about what is going on."""


def progress_of(program: str) -> ReportProgress:
    """Return a function that prints lines with this program's name."""

    def report(text: str) -> None:
        print(f"{program}: {text}", file=sys.stderr, flush=True)

    return report
