"""Mixing the channels of a microphone or a recording to one, without those that do harm.

A microphone array, a HAT or a recorder may have a channel that is not connected, one that has
only noise, or one whose wires are swapped, so that it cancels another. The same rule finds them
in a live session, as it goes on, and in a recording, before it is heard.
"""

from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from voice_guide.audio.pcm import SILENCE_DBFS

Frames: TypeAlias = npt.NDArray[np.float32]
"""Sound of several channels, shape (frames, channels); full scale is 1.0."""

REMEMBERED_BLOCKS = 1_000
"""Blocks that the choice is based on: 20 s of a live session."""

_CHOOSE_EVERY_BLOCKS = 5
"""Blocks between two choices: 0.1 s of a live session."""

_MAX_DEAD_DBFS = -86.0
"""Level that a dead channel never exceeds: resampled digital silence has up to -88 dBFS."""

_NOISE_PERCENTILE, _SPEECH_PERCENTILE = 20, 98
"""Percentiles of a channel's levels that are taken for its noise and its speech."""

_MIN_SPEECH_OVER_NOISE_DB = 10.0
"""Range of levels of speech: steady noise alone has 1 dB."""

_MAX_WORSE_DB = 6.0
"""Ratio of speech to noise, below that of the best channel, at which a channel is left out:
the mean of two channels of which one is 5 dB worse is as good as the better one alone."""

_MAX_WORSE_TO_RETURN_DB = 3.0
"""The same at which a channel that was left out is used again, so that it does not alternate."""

_MIN_LOUD_DB = 6.0
"""Level over the noise of the blocks in which channels are compared."""

_CANCELLED = 0.1
"""Power of the mix relative to its loudest channel below which one cancels another."""

_INVERTED_CORRELATION = -0.5
"""Correlation with the best channel below which a channel is inverted."""


class ChannelState(StrEnum):
    """The use that is made of a channel."""

    USED = "used"
    """It is part of the mix."""

    INVERTED = "inverted"
    """It is part of the mix, with its sign changed."""

    NOISY = "noisy"
    """It is left out: it has much more noise than another, or no speech."""

    DEAD = "silent"
    """It is left out: it is digitally silent."""


_IN_MIX = frozenset({ChannelState.USED, ChannelState.INVERTED})


class ChannelMixer:
    """Mixes channels to one, and learns from their sound which of them to use."""

    def __init__(self, channels: int) -> None:
        self.states: tuple[ChannelState, ...] = (ChannelState.USED,) * channels
        """The use made of each channel at present."""
        self._weights = np.full(channels, 1 / channels, np.float32)
        self._levels = np.zeros((REMEMBERED_BLOCKS, channels))
        self._products = np.zeros((REMEMBERED_BLOCKS, channels, channels))
        self._learned = 0
        self._mixes_all = True

    def mix(self, frames: Frames) -> npt.NDArray[np.float32]:
        """Return the mean of the channels in use, shape (frames,)."""
        return frames @ self._weights

    def learn(self, frames: Frames) -> None:
        """Take a block of about 20 ms into account."""
        if not len(frames):
            return
        if self._mixes_all and np.array_equal(frames[:, 1:], frames[:, :-1]):
            # Nothing to choose between: a single channel, or copies that a sound server made.
            return
        # A constant offset is not sound.
        sound = frames.astype(np.float64) - frames.mean(axis=0)
        products = sound.T @ sound / len(sound)
        floor = 10 ** (SILENCE_DBFS / 10)
        at = self._learned % REMEMBERED_BLOCKS
        self._levels[at] = 10 * np.log10(np.maximum(np.diag(products), floor))
        self._products[at] = products
        self._learned += 1
        if self._learned % _CHOOSE_EVERY_BLOCKS == 1 or self._cancels(products):
            self.choose()

    def _cancels(self, products: npt.NDArray[np.float64]) -> bool:
        """Return True if the mix of a block is much softer than its channels."""
        mixed = self._weights @ products @ self._weights
        return bool(mixed < _CANCELLED * np.diag(products)[self._weights != 0].max())

    def choose(self) -> None:
        """Choose the channels to use, from all that was learned."""
        levels = self._levels[: self._learned]
        is_alive = levels.max(axis=0, initial=SILENCE_DBFS) > _MAX_DEAD_DBFS
        if not is_alive.any():
            return
        noise, speech = np.percentile(levels, (_NOISE_PERCENTILE, _SPEECH_PERCENTILE), axis=0)
        over_noise = np.where(is_alive, speech - noise, -np.inf)
        best = int(np.argmax(over_noise))
        is_loud = levels[:, best] > noise[best] + _MIN_LOUD_DB
        products = self._products[: len(levels)][is_loud if is_loud.any() else ...].sum(axis=0)
        power = np.sqrt(np.maximum(np.diag(products), 1e-20))
        correlation = products[best] / (power * power[best])
        self.states = tuple(
            self._state(at, bool(is_alive[at]), over_noise[best], over_noise[at], correlation[at])
            for at in range(len(self.states))
        )
        signs = {ChannelState.USED: 1.0, ChannelState.INVERTED: -1.0}
        weights = np.array([signs.get(state, 0.0) for state in self.states], np.float32)
        self._weights = weights / np.abs(weights).sum()
        self._mixes_all = set(self.states) == {ChannelState.USED}

    def _state(
        self, at: int, is_alive: bool, best_db: float, over_noise_db: float, correlation: float
    ) -> ChannelState:
        if not is_alive:
            return ChannelState.DEAD
        is_in_mix = self.states[at] is not ChannelState.NOISY
        max_worse_db = _MAX_WORSE_DB if is_in_mix else _MAX_WORSE_TO_RETURN_DB
        if best_db > _MIN_SPEECH_OVER_NOISE_DB and best_db - over_noise_db > max_worse_db:
            return ChannelState.NOISY
        if correlation < _INVERTED_CORRELATION:
            return ChannelState.INVERTED
        return ChannelState.USED

    def __str__(self) -> str:
        """Return the use made of them, counted from 1: "channel 2 of 2 is used; 1 is ..."."""
        numbers = [str(at) for at, state in enumerate(self.states, 1) if state in _IN_MIX]
        used = f"channel{'s' if len(numbers) > 1 else ''} {' and '.join(numbers)}"
        verb = "are" if len(numbers) > 1 else "is"
        others = [
            f"{at} is {state}" if state in _IN_MIX else f"{at} is left out because it is {state}"
            for at, state in enumerate(self.states, 1)
            if state is not ChannelState.USED
        ]
        return "; ".join([f"{used} of {len(self.states)} {verb} used", *others])
