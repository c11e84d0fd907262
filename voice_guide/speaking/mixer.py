"""What the speaker plays: one thing after the other, in blocks."""

from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from voice_guide.audio import BLOCK, RATE, Samples, silence

_FADE = round(0.01 * RATE)
"""Samples over which playing stops: at once to the ear, but without a click."""

_PAUSE = round(0.25 * RATE)
"""Samples of silence between two things said one after the other."""

Label = TypeVar("Label")


@dataclass
class _Clip(Generic[Label]):
    label: Label | None
    rest: Samples


class Mixer(Generic[Label]):
    """A queue of labelled sounds, and the volume they are played at."""

    def __init__(self, volume: float) -> None:
        self.volume = volume
        """Gain from 0 (mute) to 1 (as rendered)."""
        self._waiting: deque[_Clip[Label]] = deque()
        self._fading = silence(0)

    @property
    def is_playing(self) -> bool:
        """Whether anything is left to play."""
        return bool(self._waiting)

    def play(self, sound: Samples, label: Label) -> None:
        """Play this after what is waiting already."""
        if self._waiting:
            self._waiting.append(_Clip(None, silence(_PAUSE)))
        self._waiting.append(_Clip(label, sound))

    def stop(self) -> None:
        """Drop everything; what is playing fades out within the next block."""
        if self._waiting:
            playing = self._waiting[0].rest[:_FADE]
            self._fading = (playing * np.linspace(1.0, 0.0, len(playing))).astype(np.int16)
            self._waiting.clear()

    def next_block(self) -> tuple[Samples, list[Label]]:
        """Return the next block for the speaker, and the labels of what starts in it."""
        block = silence()
        block[: len(self._fading)] = self._fading
        filled = len(self._fading)
        self._fading = silence(0)
        started = []
        while self._waiting and filled < BLOCK:
            clip = self._waiting[0]
            if clip.label is not None:
                started.append(clip.label)
                clip.label = None
            part = clip.rest[: BLOCK - filled]
            block[filled : filled + len(part)] = part
            filled += len(part)
            clip.rest = clip.rest[len(part) :]
            if not len(clip.rest):
                self._waiting.popleft()
        return (block * self.volume).astype(np.int16) if filled else block, started
