"""When something was: told so that a clock that is set does not make it older or younger."""

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""Where Linux tells one start of the machine from another."""


@dataclass(frozen=True)
class Moment:
    """A point in time, by every clock there is."""

    boot: str | None
    """Which start of the machine it is in; None where that cannot be told."""

    up_s: float
    """Seconds since that start, those included in which the machine was suspended."""

    wall_s: float
    """Seconds since 1970, by a clock that may be set at any time."""

    def seconds_since(self, earlier: "Moment") -> float:
        """Return how much later than another moment this is, as well as that can be told.

        Nothing disturbs it while the machine is on. From one start to another it is told by
        the calendar; where that was set back meanwhile, no time has passed.
        """
        if self.boot is not None and self.boot == earlier.boot:
            return self.up_s - earlier.up_s
        return max(0.0, self.wall_s - earlier.wall_s)


def now() -> Moment:
    """Return this moment."""
    return Moment(_boot(), time.clock_gettime(time.CLOCK_BOOTTIME), time.time())


@cache
def _boot() -> str | None:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return None
