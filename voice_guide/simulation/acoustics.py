"""Simulated acoustics: a loudspeaker, its clock, and the reflections of a room."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from voice_guide.audio.pcm import BLOCK, RATE, Samples

Sound = npt.NDArray[np.float64]
"""Mono sound or an impulse response, shape (n,), at RATE; full scale is 1.0."""

_REVERBERATION_S = 0.25
"""Seconds in which sound in the default room decays by 60 dB: a furnished bedroom."""

_SIDE_SAMPLES = 32
"""Samples on either side of a position that are interpolated."""

_KAISER_BETA = 7.0
"""Shape of the Kaiser window over them: 70 dB of attenuation outside the band, flat to 7.4 kHz."""

_PHASES = 512
"""Positions between two samples with precomputed weights; others are interpolated."""

_CONE_OFFSET = 0.1
"""Offset of the loudspeaker's cone at rest, relative to full scale: it makes even harmonics, a
little weaker than the odd ones."""

_MAX_DRIVE = 100.0
"""Drive beyond which no loudspeaker distorts."""


def reverberation(seconds: float, direct_to_reverb: float, seed: int) -> Sound:
    """Return an impulse response of direct sound and decaying noise (Polack's model).

    `seconds` is the time of a decay by 60 dB, and the length of the response;
    `direct_to_reverb` is the ratio of the energies of the two, in dB.
    """
    at_s = np.arange(round(seconds * RATE)) / RATE
    tail = np.random.default_rng(seed).normal(0, 1, len(at_s)) * 10 ** (-3 * at_s / seconds)
    tail[: round(0.003 * RATE)] = 0
    tail *= 10 ** (-direct_to_reverb / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return tail


def convolved(sound: Sound, response: Sound) -> Sound:
    """Return sound after a path with this impulse response, until it has decayed."""
    length = len(sound) + len(response) - 1
    # Lengths other than powers of two can take a hundred times as long.
    size = 1 << (length - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)[:length]


@dataclass(frozen=True)
class Acoustics:
    """A room and the devices in it; by default a quiet bedroom with a small speaker."""

    from_person: Sound = field(default_factory=lambda: reverberation(_REVERBERATION_S, 6, 1))
    """Impulse response from the person to the microphone."""

    person_gain: float = 0.5
    """Factor on the loudness of the person's recording."""

    from_speaker: Sound = field(default_factory=lambda: reverberation(_REVERBERATION_S, 30, 2))
    """Impulse response from the loudspeaker to the microphone, which is close to it."""

    echo_gain: float = 0.7
    """Factor on the loudness of the loudspeaker."""

    delay_s: float = 0.0
    """Seconds from handing out a block to playing it, at the start."""

    drift_ppm: float = 0.0
    """Excess of the loudspeaker's clock over the microphone's, in millionths: the delay gets
    shorter at this rate, or longer if it is negative."""

    distortion: float = 0.0
    """Total harmonic distortion of the loudspeaker at full scale, up to 0.4."""

    noise_dbfs: float = -66.0
    """Level of the room's own noise: a quiet evening."""

    background: Samples | None = None
    """Other sound in the room, repeated without end."""

    background_dbfs: float = -96.0
    """Its level at the microphone."""

    seed: int = 0
    """Seed of the noise."""


DEMO_ROOM = Acoustics(person_gain=0.25, echo_gain=1.0, delay_s=0.08, distortion=0.05)
"""The room of the demo: the guide is about 7 dB louder at its own microphone than the person."""


class Echo:
    """The path from the loudspeaker to the microphone, block by block.

    The distortion of the loudspeaker has no memory, so it is applied first.
    """

    def __init__(self, acoustics: Acoustics) -> None:
        self._drive = _drive(acoustics.distortion)
        self._clock = _DelayedClock(acoustics.delay_s, acoustics.drift_ppm)
        self._walls = _Walls(acoustics.from_speaker * acoustics.echo_gain)

    def of(self, played: Samples) -> Sound:
        """Take the block to play now; return the sound that arrives, both of shape (BLOCK,).

        Raises ValueError when a faster clock has nothing left to play.
        """
        sound = played / 32768.0
        if self._drive:
            sound = _saturated(sound, self._drive)
        return self._walls.reflect(self._clock.play(sound))


class _DelayedClock:
    """The delay of a device's buffers, and a clock that drifts."""

    def __init__(self, delay_s: float, drift_ppm: float) -> None:
        self._delay = round(delay_s * RATE)
        self._pace = 1 + drift_ppm / 1e6
        self._taken = 0
        self._kept = np.zeros(self._delay + _SIDE_SAMPLES)
        # The position of the first sample kept, counted from the first one taken.
        self._first = -len(self._kept)

    def play(self, block: Sound) -> Sound:
        kept = np.concatenate([self._kept, block])
        at = np.arange(self._taken, self._taken + BLOCK) * self._pace - self._delay - self._first
        whole = np.floor(at).astype(np.int64)
        self._taken += BLOCK
        forget = whole[-1] - _SIDE_SAMPLES
        self._kept = kept[forget:]
        self._first += forget
        if self._pace == 1:
            return kept[whole[0] : whole[0] + BLOCK]
        if whole[-1] + _SIDE_SAMPLES >= len(kept):
            raise ValueError("the loudspeaker's clock is so fast that nothing is left to play")
        around = sliding_window_view(kept, 2 * _SIDE_SAMPLES)[whole - _SIDE_SAMPLES + 1]
        phase = (at - whole) * _PHASES
        below = phase.astype(np.int64)
        lower, upper = (
            np.einsum("ij,ij->i", around, _weights()[below + above]) for above in (0, 1)
        )
        return np.asarray(lower + (phase - below) * (upper - lower))


@cache
def _weights() -> npt.NDArray[np.float64]:
    """Return the interpolation weights for each position between two samples.

    Shape (_PHASES + 1, 2 * _SIDE_SAMPLES).
    """
    places = np.arange(_PHASES + 1)[:, None] / _PHASES
    apart = np.arange(1 - _SIDE_SAMPLES, _SIDE_SAMPLES + 1) - places
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(0, 1 - (apart / _SIDE_SAMPLES) ** 2)))
    return np.asarray(np.sinc(apart) * window / np.i0(_KAISER_BETA))


class _Walls:
    """Convolution in equal partitions of one block each, without any delay of its own."""

    def __init__(self, response: Sound) -> None:
        parts = np.pad(response, (0, -len(response) % BLOCK)).reshape(-1, BLOCK)
        self._response = np.fft.rfft(parts, 2 * BLOCK)
        # The spectra of the last blocks, newest first, each with the block before it.
        self._spectra = np.zeros_like(self._response)
        self._last = np.zeros(BLOCK)
        self._silent_blocks = len(parts)

    def reflect(self, block: Sound) -> Sound:
        self._silent_blocks = 0 if block.any() else self._silent_blocks + 1
        if self._silent_blocks > len(self._response):
            # All reflections have decayed: hours of silence take no time.
            return np.zeros(BLOCK)
        self._spectra[1:] = self._spectra[:-1]
        self._spectra[0] = np.fft.rfft(np.concatenate([self._last, block]))
        self._last = block
        product = np.einsum("ij,ij->j", self._spectra, self._response)
        return np.fft.irfft(product, 2 * BLOCK)[BLOCK:]


def _drive(distortion: float) -> float:
    """Return the drive at which a sine at full scale has this total harmonic distortion."""
    if not distortion:
        return 0.0
    sine = np.sin(2 * np.pi * np.arange(256) / 256)
    softer, harder = 0.0, _MAX_DRIVE
    while harder - softer > 1e-6:
        drive = (softer + harder) / 2
        _, first, *others = np.abs(np.fft.rfft(_saturated(sine, drive)))
        if np.hypot.reduce(others) > distortion * first:
            harder = drive
        else:
            softer = drive
    return harder


def _saturated(sound: Sound, drive: float) -> Sound:
    """Return sound after soft saturation; quiet sound stays the same."""
    rest = np.tanh(drive * _CONE_OFFSET)
    return np.asarray((np.tanh(drive * (sound + _CONE_OFFSET)) - rest) / (drive * (1 - rest**2)))
