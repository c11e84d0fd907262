"""The dialogue's timer, on a clock that counts whole units: samples or milliseconds."""

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True)
class Countdown:
    """A timer whose ticks are counted back from its end, so that the last parts are whole."""

    end: int
    """The time at which it is up, in units of its clock."""

    tick: int
    """Units between two ticks."""

    next_tick: int
    """The time of its next tick; the end itself is not a tick."""

    @classmethod
    def begin(cls, now: int, length: int, tick: int) -> Self:
        """Return a timer that starts now."""
        return cls(now + length, tick, now + (length % tick or tick))

    @property
    def due(self) -> int:
        """The time of its next tick or of its end, whichever comes first."""
        return min(self.next_tick, self.end)

    def run(self, now: int) -> tuple[int, Self | None]:
        """Return the units left at what is due by now, 0 at the end, and the timer from then on.

        Of several ticks that were missed, the last one counts. There is no timer after the end.
        """
        if now >= self.end:
            return 0, None
        last = now - (now - self.next_tick) % self.tick
        return self.end - last, replace(self, next_tick=last + self.tick)
