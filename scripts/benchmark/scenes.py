"""What a microphone hears: a recording at a set level, in noise or in a room."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voice_guide.audio.pcm import RATE, SILENCE_DBFS, Samples, to_int16
from voice_guide.simulation.acoustics import Sound, convolved

SPEECH_DBFS = -26.0
"""Active speech level of everything that is said, as telephone tests set it."""

ROOM_NOISE_DBFS = -66.0
"""Level of the noise that is in every scene: a quiet room's."""

_BEFORE_S, _AFTER_S = 1.0, 2.0
"""How long the scene goes on before and after what is said, in seconds. In the time after
it, any system comes to its own end of the utterance."""

_FRAME = RATE // 100
"""Samples that one level is taken of: 10 ms."""

_ACTIVE_DB = 30.0
"""Frames that are less than this below the loudest one are speech."""

_OVER_FLOOR_DB = 6.0
"""And by how much they are above the recording's own noise, which many a recording has
less than 30 dB below its speech."""

_FLOOR_PERCENTILE = 5
"""The quietest frames of a recording, in percent, taken for its own noise."""


@dataclass(frozen=True)
class Scene:
    """What one microphone heard."""

    sound: Samples
    """All of it."""

    end_s: float
    """Where the person ended, in seconds from its start."""


@dataclass(frozen=True)
class Condition:
    """Where somebody speaks: close by in a quiet room, unless there is something else."""

    name: str
    """How the table calls it."""

    noise: Samples | None = None
    """A recording of what else is to be heard."""

    snr_db: float = 0.0
    """Active speech level over the noise's mean level, in dB."""

    response: Samples | None = None
    """The room's impulse response, from the person to the microphone."""

    distance_m: float = 0.0
    """How far away the person is in that room, in metres."""

    def scene(self, dry: Samples, chance: np.random.Generator) -> Scene:
        """Return the scene in which this was said; `chance` chooses the stretch of noise."""
        said = self.heard(dry, SPEECH_DBFS)
        before, after = round(_BEFORE_S * RATE), round(_AFTER_S * RATE)
        sound = np.concatenate([np.zeros(before), said, np.zeros(after)])
        end_s = _BEFORE_S + self._direct_path_s + end_of_speech_s(dry)
        return Scene(to_int16(sound + self.background(len(sound), chance)), end_s)

    def heard(self, dry: Samples, level_dbfs: float) -> Sound:
        """Return sound as it comes from the room, without the noise, at an active level."""
        sound = dry / 32768.0
        if self.response is not None:
            sound = convolved(sound, self.response / 32768.0)
        level = active_level_dbfs(to_int16(sound))
        return np.asarray(sound * _factor(level_dbfs - level))

    def background(self, length: int, chance: np.random.Generator) -> Sound:
        """Return that many samples of all that is to be heard when nobody speaks."""
        background = chance.normal(0, _factor(ROOM_NOISE_DBFS), length)
        if self.noise is not None:
            noise = self.noise / 32768.0
            # The mean level of the whole recording, not of this stretch: a moment between
            # two clatters is to stay quiet.
            wanted = SPEECH_DBFS - self.snr_db
            start = int(chance.integers(len(noise)))
            stretch = np.resize(np.roll(noise, -start), length)
            background += stretch * _factor(wanted - _level_dbfs(noise))
        return background

    @property
    def _direct_path_s(self) -> float:
        """How long the sound is on its way."""
        return 0.0 if self.response is None else int(np.abs(self.response).argmax()) / RATE


CLEAN = Condition("clean")
"""Close by, in a quiet room."""


def gain(dry: Samples, response: Sound, level_dbfs: float) -> float:
    """Return how much louder sound has to become to arrive at an active level."""
    arrived = convolved(dry / 32768.0, response)
    # As a whole number of 16 bits it must not be clipped.
    half = 0.5 / max(float(np.abs(arrived).max()), 1e-9)
    return half * _factor(level_dbfs - active_level_dbfs(to_int16(half * arrived)))


def active_level_dbfs(sound: Samples) -> float:
    """Return the mean level while somebody speaks."""
    frames = _frames(sound)[_active(sound)]
    return _level_dbfs(frames) if len(frames) else SILENCE_DBFS


def start_of_speech_s(sound: Samples) -> float:
    """Return where the first speech in a recording begins, in seconds from its start."""
    return int(_active(sound).argmax()) * _FRAME / RATE


def end_of_speech_s(sound: Samples) -> float:
    """Return where the last speech in a recording ends, in seconds from its start."""
    active = np.flatnonzero(_active(sound))
    return (int(active[-1]) + 1) * _FRAME / RATE if len(active) else 0.0


def _active(sound: Samples) -> npt.NDArray[np.bool_]:
    """Tell for each frame whether it is speech."""
    power = np.mean(np.square(_frames(sound)), axis=1)
    levels = 10 * np.log10(np.maximum(power, 10 ** (SILENCE_DBFS / 10)))
    if not len(levels) or levels.max() <= SILENCE_DBFS:
        return np.zeros(len(levels), np.bool_)
    floor = np.percentile(levels, _FLOOR_PERCENTILE) + _OVER_FLOOR_DB
    # A recording that is speech from end to end has no floor to be seen.
    floor = min(floor, levels.max() - _ACTIVE_DB / 2)
    return np.asarray(levels >= max(floor, levels.max() - _ACTIVE_DB))


def _frames(sound: Samples) -> Sound:
    whole = len(sound) - len(sound) % _FRAME
    return np.asarray(sound[:whole].reshape(-1, _FRAME) / 32768.0)


def _level_dbfs(sound: Sound) -> float:
    power = float(np.mean(np.square(sound)))
    return 10 * math.log10(max(power, 10 ** (SILENCE_DBFS / 10)))


def _factor(change_db: float) -> float:
    return math.pow(10, change_db / 20)
