"""The result of a check of this machine, and how it is printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CheckResult:
    """The result of checking one part of this machine."""

    part: str
    """The name of the part: "microphone"."""

    is_well: bool
    """True if the part works."""

    report: str
    """The state of the part and, if it does not work, what to do."""

    figures: Mapping[str, object] = field(default_factory=dict)
    """Measurements, by names that end with their units, and what was listed or set."""


def print_result(result: CheckResult) -> None:
    """Print a result in one line, at once."""
    mark = "ok" if result.is_well else "!!"
    print(f"{mark}  {result.part:<10}  {result.report}", flush=True)
