"""Echo canceller for a recognizer: remove the guide's voice, leave a person's as it is.

Cancellers made for calls also suppress whatever may be left of the echo, and the person with it.
This one subtracts its estimate of the echo and nothing else, and reports how much may be left.
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
    FULL_SCALE,
    Power,
    Sound,
    last_block,
    spectrum,
    spectrum_after_silence,
    to_float,
)

_NO_ECHO = np.zeros(BINS, np.float32)
"""Power of an echo that is not there, shape (BINS,)."""

_MAX_FIRST_RESIDUAL = 0.95
"""Part of the power that may be left after the filter first goes through an echo; of what is no
echo, more is left."""

_MAX_AMPLIFICATION = 2.0
"""Power of the residual against that of the microphone beyond which the filter does not fit any
more."""

_POWER_SMOOTHING = 0.8
"""Part of the smoothed powers of microphone and residual that comes from the block before."""


@dataclass(frozen=True)
class NearEndBlock:
    """One block of the room's sound (the near end), without the echo."""

    sound: Samples
    """The block of the microphone without the echo, shape (BLOCK,)."""

    echo: Power
    """Power of the echo that may still be in it, of 16-bit samples, shape (BINS,). It is the
    uncertainty of the filter, and more than there is most of the time."""

    played: Samples
    """The sound played, delayed until it is heard, shape (BLOCK,)."""


@dataclass(frozen=True)
class EchoPath:
    """The path of a sound from the speaker to the microphone."""

    delay_s: float
    """Delay in seconds between playing a sound and hearing it."""

    drift: float
    """Growth of the delay in seconds per second: the difference between the devices' clocks."""


class Canceller(Protocol):
    """Anything that removes the echo from what is heard."""

    def cancel(self, heard: Samples, played: Samples) -> NearEndBlock | None:
        """Take a block of the microphone and what the speaker played at the same moment.

        Return the block without echo, or None while it is unknown what of it is echo.
        """


class NoCanceller:
    """Passes blocks on where the sound device cancels the echo itself."""

    def cancel(self, heard: Samples, played: Samples) -> NearEndBlock:
        """Return what was heard unchanged."""
        return NearEndBlock(heard, _NO_ECHO, played)


class EchoCanceller:
    """Removes what is played from what is heard, block by block."""

    def __init__(self) -> None:
        self._alignment = Alignment()
        self._loudspeaker = Loudspeaker()
        self._filter = AdaptiveFilter()
        self._last = np.zeros(BLOCK, np.float32)
        self._played = np.zeros((PARTS, BINS), np.complex64)
        self._silent_blocks = PARTS
        self._gain = 0.0
        self._is_behind = False
        self._heard_power = self._left_power = 0.0

    @property
    def path(self) -> EchoPath | None:
        """The path of the echo as measured; None before an echo was found."""
        delay_s = self._alignment.delay_s
        return None if delay_s is None else EchoPath(delay_s, self._alignment.measured_drift)

    def cancel(self, heard: Samples, played: Samples) -> NearEndBlock | None:
        """Take a block of the microphone and what the speaker played at the same moment.

        Return the block without echo, or None while the delay of the echo is unknown: for half a
        second when the guide first speaks, and after a gap in the sound system.
        """
        has_moved = self._alignment.push(heard, played)
        if self._alignment.is_searching:
            self._is_behind = True
            return None
        if self._alignment.delay_s is None or self._alignment.is_quiet:
            return NearEndBlock(heard, _NO_ECHO, played)
        if has_moved and not self._begin():
            self._alignment.forget()
            return None
        if self._is_behind:
            self._catch_up(PARTS)
        self._is_behind = False
        return self._cancel(to_float(heard), self._alignment.reference())

    def _begin(self) -> bool:
        """Adapt at once to the second in which the echo was found, or found at another delay.

        Return whether it was an echo: a voice that repeats a sound may look like one.
        """
        is_first = not self._gain
        self._gain = self._alignment.gain
        if not is_first:
            self._filter.unsettle(self._gain)
            return True
        self._filter.start(self._gain)
        is_echo = self._catch_up(WINDOW // BLOCK - 1) < _MAX_FIRST_RESIDUAL
        if is_echo:
            self._catch_up(WINDOW // BLOCK - 1)
        else:
            self._gain = 0.0
        return is_echo

    def _catch_up(self, blocks: int) -> float:
        """Go through the last blocks again; return the part of their power that is left."""
        left = heard = 0.0
        for ago in range(blocks, 0, -1):
            block = self._alignment.heard(ago)
            near_end = self._cancel(block, self._alignment.reference(ago))
            left += float(np.sum(np.square(near_end.sound / FULL_SCALE)))
            heard += float(block @ block)
        return left / heard if heard else 1.0

    def _cancel(self, sound: Sound, reference: Sound) -> NearEndBlock:
        self._silent_blocks = 0 if reference.any() else self._silent_blocks + 1
        if self._silent_blocks > PARTS:
            return NearEndBlock(to_int16(sound), _NO_ECHO, silence())
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
        self._heard_power = _POWER_SMOOTHING * self._heard_power + float(sound @ sound)
        self._left_power = _POWER_SMOOTHING * self._left_power + float(left @ left)
        if self._left_power > _MAX_AMPLIFICATION * self._heard_power:
            self._filter.start(self._gain)
            left = sound
        return NearEndBlock(to_int16(left), uncertain * FULL_SCALE**2, to_int16(reference))
