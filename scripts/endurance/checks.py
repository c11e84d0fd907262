"""Several things to hold in one trial, as one line of the table."""

from collections.abc import Mapping

from endurance.table import Row


def row(what: str, checks: Mapping[str, bool]) -> Row:
    """Return the line: what held, and what did not."""
    found = "; ".join(name if is_good else f"NOT: {name}" for name, is_good in checks.items())
    return Row(what, found, "all of it", all(checks.values()))
