"""Echo cancelling for a recognizer: the guide's voice goes, the person's stays as it is.

Cancellers made for calls silence the person too, with what they do to be sure that no echo is
left. This one only ever takes out its estimate of the echo, and tells how much of it may be
left.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from voice_guide.audio.pcm import BLOCK, Samples, silence, to_int16
from voice_guide.hearing.echo.adaptive import PARTS, AdaptiveFilter
from voice_guide.hearing.echo.alignment import WINDOW, Alignment
from voice_guide.hearing.echo.loudspeaker import Loudspeaker
from voice_guide.hearing.echo.spectrum import (
    BINS,
    Power,
    Sound,
    last_block,
    spectrum,
    spectrum_after_silence,
)

_FULL_SCALE = np.float32(32768)

_NOTHING = np.zeros(BINS, np.float32)
"""No echo."""

_FITS = 0.95
"""An echo loses more than this, in power, while the filter goes through it for the first time."""

_WORSE = 2.0
"""What is left after cancelling may be louder than what came in by this much, in power: only
a filter that no longer fits makes it so."""

_CARRIED_OVER = 0.8
"""How much of the mean powers of what came in and what is left is from the block before."""


@dataclass(frozen=True)
class NearEndBlock:
    """What somebody in the room has said, in one block."""

    sound: Samples
    """The microphone's block without the echo, shape (BLOCK,)."""

    echo: Power
    """Power of the echo that may still be in it, of 16-bit samples, shape (BINS,): how
    uncertain the filter is, which is more than there is most of the time."""

    played: Samples
    """What was played, when it was heard, shape (BLOCK,)."""


@dataclass(frozen=True)
class EchoPath:
    """The way of what is played to the microphone."""

    delay_s: float
    """How much later something is heard than it was played."""

    drift: float
    """By how much that grows, in seconds a second: how far the devices' clocks are apart."""


class Canceller(Protocol):
    """Whatever takes the echo out of what is heard."""

    def cancel(self, heard: Samples, played: Samples) -> NearEndBlock | None:
        """Take a block of the microphone and what the speaker played in the same moment.

        Return None while it cannot be told what of it is echo.
        """


class NoCanceller:
    """Leaves it to the sound device."""

    def cancel(self, heard: Samples, played: Samples) -> NearEndBlock:
        """Return what was heard as it is."""
        return NearEndBlock(heard, _NOTHING, played)


class EchoCanceller:
    """Takes out of what is heard what is played, block by block."""

    def __init__(self) -> None:
        self._alignment = Alignment()
        self._loudspeaker = Loudspeaker()
        self._filter = AdaptiveFilter()
        self._last = np.zeros(BLOCK, np.float32)
        self._played = np.zeros((PARTS, BINS), np.complex64)
        self._silent_blocks = PARTS
        self._gain = 0.0
        self._is_lost = False
        self._came_in = self._left = 0.0

    @property
    def path(self) -> EchoPath | None:
        """What is known of the echo; None where none was found yet."""
        delay_s = self._alignment.delay_s
        return None if delay_s is None else EchoPath(delay_s, self._alignment.clocks_apart)

    def cancel(self, heard: Samples, played: Samples) -> NearEndBlock | None:
        """Take a block of the microphone and what the speaker played in the same moment.

        Return None while it is not known when what is played is heard: for half a second when
        the guide first speaks, and when the sound system has had a hitch.
        """
        sound = heard.astype(np.float32) / _FULL_SCALE
        has_turned = self._alignment.push(sound, played.astype(np.float32) / _FULL_SCALE)
        if self._alignment.is_searching:
            self._is_lost = True
            return None
        if self._alignment.delay_s is None or self._alignment.is_quiet:
            return NearEndBlock(heard, _NOTHING, played)
        if has_turned and not self._begin():
            self._alignment.forget()
            return None
        if self._is_lost:
            self._catch_up(PARTS)
        self._is_lost = False
        return self._cancel(sound, self._alignment.reference())

    def _begin(self) -> bool:
        """Learn at once from the second in which the echo was found, or found elsewhere.

        Return whether it was an echo: a voice that says one sound twice may look like one.
        """
        is_first = not self._gain
        self._gain = self._alignment.gain
        if not is_first:
            self._filter.unsettle(self._gain)
            return True
        self._filter.start(self._gain)
        is_echo = self._catch_up(WINDOW // BLOCK - 1) < _FITS
        if is_echo:
            self._catch_up(WINDOW // BLOCK - 1)
        else:
            self._gain = 0.0
        return is_echo

    def _catch_up(self, blocks: int) -> float:
        """Go once more through so many of the last blocks; return what part of them is left."""
        left = heard = 0.0
        for ago in range(blocks, 0, -1):
            block = self._alignment.heard(ago)
            near_end = self._cancel(block, self._alignment.reference(ago))
            left += float(np.sum(np.square(near_end.sound / _FULL_SCALE)))
            heard += float(block @ block)
        return left / heard if heard else 1.0

    def _cancel(self, sound: Sound, reference: Sound) -> NearEndBlock:
        self._silent_blocks = 0 if reference.any() else self._silent_blocks + 1
        if self._silent_blocks > PARTS:
            return NearEndBlock(to_int16(sound), _NOTHING, silence())
        emitted = self._loudspeaker.play(reference)
        self._played = np.roll(self._played, 1, axis=0)
        self._played[0] = spectrum(self._last, emitted)
        self._last = emitted
        left = sound - last_block(self._filter.echo(self._played))
        spectrum_left = spectrum_after_silence(left)
        uncertain = self._filter.uncertain_power(self._played)
        self._filter.learn(self._played, spectrum_left, uncertain)
        if self._filter.is_settled:
            error = self._filter.noise + uncertain
            self._loudspeaker.learn(self._filter.weights, spectrum_left, error)
        self._came_in = _CARRIED_OVER * self._came_in + float(sound @ sound)
        self._left = _CARRIED_OVER * self._left + float(left @ left)
        if self._left > _WORSE * self._came_in:
            self._filter.start(self._gain)
            left = sound
        return NearEndBlock(to_int16(left), uncertain * _FULL_SCALE**2, to_int16(reference))
