"""CPU time spent on the utterance that is being heard."""

import time


class CpuMeter:
    """Adds up the CPU time of this thread between starts and stops.

    Asking the system for it takes longer than most of what is computed in silence.
    """

    def __init__(self) -> None:
        self._finished_s = 0.0
        self._started_s: float | None = None

    def start(self) -> None:
        """Count from this moment on, unless it counts already."""
        if self._started_s is None:
            self._started_s = time.thread_time()

    def stop(self) -> None:
        """Stop counting, if it does."""
        if self._started_s is not None:
            self._finished_s, self._started_s = self._total_s(), None

    @property
    def total_ms(self) -> float:
        """CPU time since the last reset in milliseconds, up to this moment."""
        return self._total_s() * 1000

    def reset(self) -> None:
        """Stop, and start again at zero."""
        self._finished_s, self._started_s = 0.0, None

    def _total_s(self) -> float:
        running_s = 0.0 if self._started_s is None else time.thread_time() - self._started_s
        return self._finished_s + running_s
