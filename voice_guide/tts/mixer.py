"""Mixer: a queue of sounds, cut into the blocks that the speaker plays."""

from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from voice_guide.audio.pcm import BLOCK, RATE, Samples, silence

_FADE_SAMPLES = round(0.01 * RATE)
"""Samples over which playing stops: immediate to the ear, but without a click."""

_PAUSE_SAMPLES = round(0.4 * RATE)
"""Samples of silence between two sounds, as many as the voice leaves between two sentences."""

_DUCKED_GAIN = 10 ** (-12 / 20)
"""Gain while a person speaks, -12 dB: it plainly gives way, and can still be understood."""

_ATTACK_PER_SAMPLE = (1 - _DUCKED_GAIN) / BLOCK
"""Fall of the gain per sample when a person begins to speak: ducked within one block."""

_RELEASE_PER_SAMPLE = (1 - _DUCKED_GAIN) / (0.3 * RATE)
"""Rise of the gain per sample afterwards, over 0.3 s: slow enough not to startle."""

Start = TypeVar("Start")
End = TypeVar("End")


@dataclass
class _Clip(Generic[Start, End]):
    start: Start | None
    end: End | None
    rest: Samples


class Mixer(Generic[Start, End]):
    """Plays sounds one after the other, at a volume, and reports the labels of their ends."""

    def __init__(self, volume: float) -> None:
        self.volume = volume
        """Gain from 0 (mute) to 1 (as rendered)."""
        self.is_ducked = False
        """True while a person speaks, so that sounds are played softly."""
        self._waiting: deque[_Clip[Start, End]] = deque()
        self._fading = silence(0)
        self._gain = 1.0

    @property
    def is_playing(self) -> bool:
        """True if anything is left to play."""
        return bool(self._waiting)

    def play(self, sound: Samples, start: Start | None, end: End | None = None) -> None:
        """Add a sound to the queue, with labels for the blocks in which it starts and ends."""
        if self._waiting:
            self._waiting.append(_Clip(None, None, silence(_PAUSE_SAMPLES)))
        self._waiting.append(_Clip(start, end, sound))

    def stop(self) -> None:
        """Empty the queue; the sound that is playing fades out within the next block."""
        if self._waiting:
            playing = self._waiting[0].rest[:_FADE_SAMPLES]
            fade = np.linspace(self._gain, 0.0, len(playing))
            self._fading = (playing * fade).astype(np.int16)
            self._waiting.clear()
        if not self.is_ducked:
            # No one talks over the next sound yet: it starts at full volume.
            self._gain = 1.0

    def next_block(self) -> tuple[Samples, list[Start], list[End]]:
        """Return the next block, the labels of sounds that start in it, and of those that end."""
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
            gains = (self._gain - _ATTACK_PER_SAMPLE * samples).clip(min=_DUCKED_GAIN)
        else:
            gains = (self._gain + _RELEASE_PER_SAMPLE * samples).clip(max=1.0)
        self._gain = float(gains[-1])
        return gains
