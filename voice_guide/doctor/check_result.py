"""What was found about one part of this machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CheckResult:
    """What was found about one part."""

    part: str
    """Which part."""

    is_well: bool
    """Whether it can be used."""

    report: str
    """What was found and, where it is not well, what to do."""

    figures: Mapping[str, object] = field(default_factory=dict)
    """What was measured, by names that end with their units, and what was listed or set."""
