"""Tables of text."""

import sys
from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from voice_guide.ui.terminal import PipeSafeConsole

_FILE_COLUMNS = 1000
"""Width in columns where the output is not a terminal: so wide that no row is wrapped."""


def print_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under their titles; fitted to a terminal, or one row a line in a file or pipe."""
    table = Table(*titles, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*map(Text, row))
    PipeSafeConsole(width=None if sys.stdout.isatty() else _FILE_COLUMNS).print(table)
