"""CPU time spent on the utterance that is being heard."""

import time
from types import TracebackType


class CpuMeter:
    """Adds up the CPU time of the thread that runs in `with` blocks."""

    def __init__(self) -> None:
        self._finished_s = 0.0
        self._started_s: float | None = None

    def __enter__(self) -> None:
        self._started_s = time.thread_time()

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._finished_s, self._started_s = self._total_s(), None

    @property
    def total_ms(self) -> float:
        """CPU time since the last reset in milliseconds, up to this moment."""
        return self._total_s() * 1000

    def reset(self) -> None:
        """Start again at zero; not for use inside a `with` block."""
        self._finished_s = 0.0

    def _total_s(self) -> float:
        running_s = 0.0 if self._started_s is None else time.thread_time() - self._started_s
        return self._finished_s + running_s
