"""What the speaker plays: one thing after the other, in blocks."""

from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from voice_guide.audio.pcm import BLOCK, RATE, Samples, silence

_FADE = round(0.01 * RATE)
"""Samples over which playing stops: at once to the ear, but without a click."""

_PAUSE = round(0.4 * RATE)
"""Samples of silence between two things said one after the other: what the voice itself
leaves between two sentences."""

_DUCKED = 10 ** (-12 / 20)
"""Gain while somebody else speaks, -12 dB: plainly giving way, and still loud enough that
nothing is lost to who goes on listening."""

_DOWN = (1 - _DUCKED) / BLOCK
"""What the gain loses in a sample when somebody begins to speak: ducked within a block."""

_UP = (1 - _DUCKED) / (0.3 * RATE)
"""What it gains in a sample afterwards: slowly enough not to startle."""

Start = TypeVar("Start")
End = TypeVar("End")


@dataclass
class _Clip(Generic[Start, End]):
    start: Start | None
    end: End | None
    rest: Samples


class Mixer(Generic[Start, End]):
    """A queue of sounds, labelled at their start and their end, and how loud they are played."""

    def __init__(self, volume: float) -> None:
        self.volume = volume
        """Gain from 0 (mute) to 1 (as rendered)."""
        self.is_ducked = False
        """Whether to play softly, since somebody else is speaking."""
        self._waiting: deque[_Clip[Start, End]] = deque()
        self._fading = silence(0)
        self._gain = 1.0

    @property
    def is_playing(self) -> bool:
        """Whether anything is left to play."""
        return bool(self._waiting)

    def play(self, sound: Samples, start: Start | None, end: End | None = None) -> None:
        """Play this after what is waiting already, and tell these when it starts and ends."""
        if self._waiting:
            self._waiting.append(_Clip(None, None, silence(_PAUSE)))
        self._waiting.append(_Clip(start, end, sound))

    def stop(self) -> None:
        """Drop everything; what is playing fades out within the next block."""
        if self._waiting:
            playing = self._waiting[0].rest[:_FADE]
            fade = np.linspace(self._gain, 0.0, len(playing))
            self._fading = (playing * fade).astype(np.int16)
            self._waiting.clear()
        if not self.is_ducked:
            # What comes next has not been talked over, and is not to begin softly.
            self._gain = 1.0

    def next_block(self) -> tuple[Samples, list[Start], list[End]]:
        """Return the next block for the speaker.

        With it come the labels of what starts in it, and of what is played to its end in it.
        """
        block = silence()
        filled = len(self._fading)
        started, ended = [], []
        while self._waiting and filled < BLOCK:
            clip = self._waiting[0]
            if clip.start is not None:
                started.append(clip.start)
                clip.start = None
            part = clip.rest[: BLOCK - filled]
            block[filled : filled + len(part)] = part
            filled += len(part)
            clip.rest = clip.rest[len(part) :]
            if not len(clip.rest):
                self._waiting.popleft()
                if clip.end is not None:
                    ended.append(clip.end)
        block = (block * self._next_gains()).astype(np.int16)
        block[: len(self._fading)] = self._fading
        self._fading = silence(0)
        return (block * self.volume).astype(np.int16), started, ended

    def _next_gains(self) -> npt.NDArray[np.float64]:
        """Return the gain of each sample of a block, shape (BLOCK,)."""
        samples = np.arange(1, BLOCK + 1)
        if self.is_ducked:
            gains = (self._gain - _DOWN * samples).clip(min=_DUCKED)
        else:
            gains = (self._gain + _UP * samples).clip(max=1.0)
        self._gain = float(gains[-1])
        return gains
