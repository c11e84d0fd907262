"""The report of a rehearsal: a line for all that happens, marked where it is not as expected."""

import statistics
import time
from collections.abc import Awaitable, Callable, Sequence


class Report:
    """Prints lines with the time since its beginning, and counts what is not as expected."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self.failed = 0
        """Expectations that were not met."""

    def at(self, time_s: float) -> str:
        """Return a time of the clock as the report counts it."""
        return f"{time_s - self._began_s:.1f} s"

    def tell(self, text: str) -> None:
        """Print a line."""
        print(f"{time.monotonic() - self._began_s:6.1f} s  {text}", flush=True)

    def expect(self, is_so: bool, text: str) -> None:
        """Print a line about what has to be so, with a mark."""
        self.failed += not is_so
        self.tell(f"{'ok' if is_so else '!!'}  {text}")

    def times(self, name: str, times_s: Sequence[float]) -> None:
        """Print the median and the worst of some times in seconds."""
        if times_s:
            self.tell(
                f"{name}: median {statistics.median(times_s):.2f} s, "
                f"worst {max(times_s):.2f} s, of {len(times_s)}"
            )

    async def part(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do one part, and print how long it took."""
        self.tell(f"--- {name}")
        began_s = time.monotonic()
        await work()
        self.tell(f"took {time.monotonic() - began_s:.1f} s")

    def close(self) -> bool:
        """Print the end; return True if everything was as expected."""
        self.tell("everything was as it should be" if not self.failed else f"{self.failed} !!")
        return not self.failed


def short(text: str) -> str:
    """Return the beginning and the end of a text."""
    return text if len(text) <= 90 else f"{text[:60]} ... {text[-25:]}"
