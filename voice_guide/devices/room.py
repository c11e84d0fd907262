"""A simulated room: a person who speaks, the guide's speaker, and the air between."""

import numpy as np
import numpy.typing as npt

from voice_guide.audio import BLOCK, RATE, Samples, silence, to_int16
from voice_guide.engine import Engine

_REVERBERATION_S = 0.25
"""Time in which sound in the room decays by 60 dB: a furnished bedroom."""

_PERSON_GAIN = 0.5
"""How loud the person reaches the microphone, against the rendered voice."""

_ECHO_GAIN = 0.7
"""How loud the speaker reaches the microphone, which is close to it."""

_NOISE_DBFS = -66.0
"""The room's own noise: a quiet evening."""


class Room:
    """Moves an engine on by what its microphone would hear, as fast as it can."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._chance = np.random.default_rng(0)
        self._noise = self._chance.normal(0, 10 ** (_NOISE_DBFS / 20), RATE)
        self._from_person = _impulse_response(self._chance, direct_to_reverb=6.0)
        self._from_speaker = _impulse_response(self._chance, direct_to_reverb=30.0)
        self._speech = np.zeros(0)
        self._echo = np.zeros(0)
        self._played = silence()
        self._recording: list[Samples] = []
        self._quiet_blocks = 0

    @property
    def guide_silent_for_s(self) -> float:
        """How long the guide has not spoken, in seconds."""
        return self._quiet_blocks * BLOCK / RATE

    @property
    def person_is_speaking(self) -> bool:
        """Whether something the person says is still to be heard."""
        return bool(len(self._speech))

    @property
    def recording(self) -> Samples:
        """What the room has heard so far, shape (n,)."""
        return np.concatenate([silence(0), *self._recording])

    def say(self, sound: Samples) -> None:
        """Let the person start to say this."""
        self._speech = np.convolve(sound / 32768 * _PERSON_GAIN, self._from_person)

    def move_on(self) -> None:
        """Let one block of time pass."""
        at = len(self._recording) * BLOCK
        noise = np.take(self._noise, range(at, at + BLOCK), mode="wrap")
        person, self._speech = _next(self._speech)
        if self._played.any():
            reflected = np.convolve(self._played / 32768 * _ECHO_GAIN, self._from_speaker)
            self._echo = _sum(self._echo, reflected)
        echo, self._echo = _next(self._echo)
        heard = to_int16(person + echo + noise)
        self._recording.append(heard)
        self._played = self._engine.process(heard, self._played)
        self._quiet_blocks = 0 if self._engine.is_speaking else self._quiet_blocks + 1


def _impulse_response(
    chance: np.random.Generator, direct_to_reverb: float
) -> npt.NDArray[np.float64]:
    """Direct sound and then noise that dies away (Polack's model of late reverberation).

    `direct_to_reverb` is the ratio of their energies, in dB. Shape (n,) at RATE.
    """
    at_s = np.arange(round(_REVERBERATION_S * RATE)) / RATE
    tail = chance.normal(0, 1, len(at_s)) * 10 ** (-3 * at_s / _REVERBERATION_S)
    tail[: round(0.003 * RATE)] = 0
    tail *= 10 ** (-direct_to_reverb / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return tail


def _next(
    sound: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Split off the next block, filled up with silence."""
    block = np.zeros(BLOCK)
    block[: len(sound[:BLOCK])] = sound[:BLOCK]
    return block, sound[BLOCK:]


def _sum(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer + np.pad(shorter, (0, len(longer) - len(shorter)))
