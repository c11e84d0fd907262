"""What becomes of sound on its way to a microphone: the loudspeaker, its clock, the walls."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from voice_guide.audio.pcm import BLOCK, RATE, Samples

Sound = npt.NDArray[np.float64]
"""Mono sound or an impulse response, shape (n,), at RATE; full scale is 1.0."""

_REVERBERATION_S = 0.25
"""Time in which sound in the default room decays by 60 dB: a furnished bedroom."""

_REACH = 32
"""Samples on either side that one between two samples is made of."""

_STEEPNESS = 7.0
"""The shape of the window over them: 70 dB down outside of the band, and up to 7.4 kHz
nothing is lost."""

_PHASES = 512
"""Places between two samples that weights are kept for; in between, those are interpolated."""

_OFFSET = 0.1
"""How far off the middle a loudspeaker's cone rests, against full scale: that is what makes
even harmonics, a little weaker than the odd ones."""

_HARDEST = 100.0
"""Loudspeakers that distort more than this makes them do not exist."""


def reverberation(seconds: float, direct_to_reverb: float, seed: int) -> Sound:
    """Return direct sound and then noise that dies away (Polack's model).

    `seconds` is the time in which it decays by 60 dB, and the response's length;
    `direct_to_reverb` the ratio of the energies of the two, in dB.
    """
    at_s = np.arange(round(seconds * RATE)) / RATE
    tail = np.random.default_rng(seed).normal(0, 1, len(at_s)) * 10 ** (-3 * at_s / seconds)
    tail[: round(0.003 * RATE)] = 0
    tail *= 10 ** (-direct_to_reverb / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return tail


def convolved(sound: Sound, response: Sound) -> Sound:
    """Return sound as it arrives on a way with that response, until it has died away."""
    length = len(sound) + len(response) - 1
    # Other lengths than powers of two can take a hundred times as long.
    size = 1 << (length - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)[:length]


@dataclass(frozen=True)
class Acoustics:
    """A room, and the devices in it: where the demo takes place, unless told otherwise."""

    from_person: Sound = field(default_factory=lambda: reverberation(_REVERBERATION_S, 6, 1))
    """Impulse response from the person to the microphone."""

    person_gain: float = 0.5
    """How loud the person is, against the recording of what she says."""

    from_speaker: Sound = field(default_factory=lambda: reverberation(_REVERBERATION_S, 30, 2))
    """Impulse response from the loudspeaker to the microphone, which is close to it."""

    echo_gain: float = 0.7
    """How loud the loudspeaker plays."""

    delay_s: float = 0.0
    """How long after it is handed out a block is played, in seconds, at the start."""

    drift_ppm: float = 0.0
    """By how much the loudspeaker's clock is faster than the microphone's, in millionths:
    so fast does the delay get shorter, or longer where this is negative."""

    distortion: float = 0.0
    """Total harmonic distortion of the loudspeaker at full scale, up to 0.4."""

    noise_dbfs: float = -66.0
    """Level of the room's own noise: a quiet evening."""

    background: Samples | None = None
    """What else is to be heard, over and over."""

    background_dbfs: float = -96.0
    """Its level at the microphone."""

    seed: int = 0
    """The same for the same noise."""


DEMO_ROOM = Acoustics(person_gain=0.25, echo_gain=1.0, delay_s=0.08, distortion=0.05)
"""The room of the demo: the guide is about 7 dB louder at its own microphone than the person."""


class Echo:
    """The way of what is played to the microphone, block by block.

    Its loudspeaker has no memory, so that what it does is done before the rest.
    """

    def __init__(self, acoustics: Acoustics) -> None:
        self._drive = _drive(acoustics.distortion)
        self._clock = _Clock(acoustics.delay_s, acoustics.drift_ppm)
        self._walls = _Walls(acoustics.from_speaker * acoustics.echo_gain)

    def of(self, played: Samples) -> Sound:
        """Take what is handed out now; return what arrives meanwhile, both shape (BLOCK,).

        Raises ValueError once a faster clock has nothing left to play.
        """
        sound = played / 32768.0
        if self._drive:
            sound = _saturated(sound, self._drive)
        return self._walls.reflect(self._clock.play(sound))


class _Clock:
    """A device's buffers, and a clock of its own: sound comes out later, and stretched."""

    def __init__(self, delay_s: float, drift_ppm: float) -> None:
        self._delay = round(delay_s * RATE)
        self._pace = 1 + drift_ppm / 1e6
        self._taken = 0
        self._kept = np.zeros(self._delay + _REACH)
        # Which sample the first one kept is, counted from the first one taken.
        self._first = -len(self._kept)

    def play(self, block: Sound) -> Sound:
        kept = np.concatenate([self._kept, block])
        at = np.arange(self._taken, self._taken + BLOCK) * self._pace - self._delay - self._first
        whole = np.floor(at).astype(np.int64)
        self._taken += BLOCK
        forget = whole[-1] - _REACH
        self._kept = kept[forget:]
        self._first += forget
        if self._pace == 1:
            return kept[whole[0] : whole[0] + BLOCK]
        if whole[-1] + _REACH >= len(kept):
            raise ValueError("the loudspeaker's clock is so fast that nothing is left to play")
        around = sliding_window_view(kept, 2 * _REACH)[whole - _REACH + 1]
        phase = (at - whole) * _PHASES
        below = phase.astype(np.int64)
        lower, upper = (
            np.einsum("ij,ij->i", around, _weights()[below + above]) for above in (0, 1)
        )
        return np.asarray(lower + (phase - below) * (upper - lower))


@cache
def _weights() -> npt.NDArray[np.float64]:
    """How much of each sample around there is at a place between the middle two.

    Shape (_PHASES + 1, 2 * _REACH).
    """
    places = np.arange(_PHASES + 1)[:, None] / _PHASES
    apart = np.arange(1 - _REACH, _REACH + 1) - places
    window = np.i0(_STEEPNESS * np.sqrt(np.maximum(0, 1 - (apart / _REACH) ** 2)))
    return np.asarray(np.sinc(apart) * window / np.i0(_STEEPNESS))


class _Walls:
    """Convolution in equal partitions of one block each, without any delay of its own."""

    def __init__(self, response: Sound) -> None:
        parts = np.pad(response, (0, -len(response) % BLOCK)).reshape(-1, BLOCK)
        self._response = np.fft.rfft(parts, 2 * BLOCK)
        # Of the last blocks, the newest first; each with the one before it.
        self._spectra = np.zeros_like(self._response)
        self._last = np.zeros(BLOCK)
        self._silent_blocks = len(parts)

    def reflect(self, block: Sound) -> Sound:
        self._silent_blocks = 0 if block.any() else self._silent_blocks + 1
        if self._silent_blocks > len(self._response):
            # All has died away: hours of silence take no time.
            return np.zeros(BLOCK)
        self._spectra[1:] = self._spectra[:-1]
        self._spectra[0] = np.fft.rfft(np.concatenate([self._last, block]))
        self._last = block
        product = np.einsum("ij,ij->j", self._spectra, self._response)
        return np.fft.irfft(product, 2 * BLOCK)[BLOCK:]


def _drive(distortion: float) -> float:
    """Return how hard a loudspeaker is driven that distorts a sine at full scale so much."""
    if not distortion:
        return 0.0
    sine = np.sin(2 * np.pi * np.arange(256) / 256)
    softer, harder = 0.0, _HARDEST
    while harder - softer > 1e-6:
        drive = (softer + harder) / 2
        _, first, *others = np.abs(np.fft.rfft(_saturated(sine, drive)))
        if np.hypot.reduce(others) > distortion * first:
            harder = drive
        else:
            softer = drive
    return harder


def _saturated(sound: Sound, drive: float) -> Sound:
    """Return sound from a loudspeaker that gives way softly; what is quiet stays as it is."""
    rest = np.tanh(drive * _OFFSET)
    return np.asarray((np.tanh(drive * (sound + _OFFSET)) - rest) / (drive * (1 - rest**2)))
