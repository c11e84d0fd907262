"""Points in time whose distance stays right when the system clock is set."""

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")
"""The file in which Linux gives an ID of the running boot."""


@dataclass(frozen=True)
class Moment:
    """A point in time, by the machine's uptime and by the calendar."""

    boot: str | None
    """The ID of the boot it is in; None if the system has none."""

    up_s: float
    """Seconds since that boot, including those in which the machine was suspended."""

    wall_s: float
    """Seconds since 1970, by the system clock, which can be set at any time."""

    def seconds_since(self, earlier: "Moment") -> float:
        """Return the seconds from an earlier moment to this one.

        Within one boot, the uptime decides. Across boots the calendar does; if it was set back
        meanwhile, the result is 0.
        """
        if self.boot is not None and self.boot == earlier.boot:
            return self.up_s - earlier.up_s
        return max(0.0, self.wall_s - earlier.wall_s)


def now() -> Moment:
    """Return the present moment."""
    return Moment(_boot_id(), time.clock_gettime(time.CLOCK_BOOTTIME), time.time())


@cache
def _boot_id() -> str | None:
    try:
        return _BOOT_ID_FILE.read_text().strip()
    except OSError:
        return None
