"""A queue of samples between the engine's loop and the sound system's thread."""

import threading
from collections import deque

from voice_guide.audio.pcm import Samples, silence


class SampleQueue:
    """A queue of samples between the loop and the sound system's thread."""

    def __init__(self) -> None:
        self._parts: deque[Samples] = deque()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        with self._lock:
            return sum(map(len, self._parts))

    def put(self, samples: Samples) -> None:
        """Add samples at the end."""
        with self._lock:
            self._parts.append(samples)

    def take(self, frames: int) -> Samples:
        """Return so many samples, with silence after the last that there are."""
        taken = silence(frames)
        filled = 0
        with self._lock:
            while self._parts and filled < frames:
                part = self._parts.popleft()
                now = part[: frames - filled]
                taken[filled : filled + len(now)] = now
                filled += len(now)
                if len(now) < len(part):
                    self._parts.appendleft(part[len(now) :])
        return taken
