"""Speech levels: where speech is in a recording, how loud it is, and gain to reach a level."""

import math

import numpy as np
import numpy.typing as npt

from voice_guide.audio.pcm import RATE, SILENCE_DBFS, Samples, to_int16
from voice_guide.simulation.acoustics import Sound, convolved

_FRAME = RATE // 100
"""Samples of one level measurement: 10 ms."""

_SPEECH_RANGE_DB = 30.0
"""Frames at most this far below the loudest one are speech ..."""

_OVER_FLOOR_DB = 6.0
"""... if they are also this far above the recording's own noise, which in many recordings is
less than 30 dB below the speech."""

_FLOOR_PERCENTILE = 5
"""Percentage of the quietest frames that are taken for the recording's own noise."""


def gain(dry: Samples, response: Sound, level_dbfs: float) -> float:
    """Return the factor by which sound arrives through a room at this active level."""
    arrived = convolved(dry / 32768.0, response)
    # Half of full scale, so that 16 bits do not clip it.
    half = 0.5 / max(float(np.abs(arrived).max()), 1e-9)
    return half * factor(level_dbfs - active_level_dbfs(to_int16(half * arrived)))


def active_level_dbfs(sound: Samples) -> float:
    """Return the mean level of the parts that are speech, in dBFS."""
    frames = _frames(sound)[_is_speech(sound)]
    return mean_level_dbfs(frames) if len(frames) else SILENCE_DBFS


def start_of_speech_s(sound: Samples) -> float:
    """Return the start of the first speech, in seconds from the start of the recording."""
    return int(_is_speech(sound).argmax()) * _FRAME / RATE


def end_of_speech_s(sound: Samples) -> float:
    """Return the end of the last speech, in seconds from the start of the recording."""
    speech = np.flatnonzero(_is_speech(sound))
    return (int(speech[-1]) + 1) * _FRAME / RATE if len(speech) else 0.0


def mean_level_dbfs(sound: Sound) -> float:
    """Return the mean level of sound between -1 and 1, in dBFS."""
    power = float(np.mean(np.square(sound)))
    return 10 * math.log10(max(power, 10 ** (SILENCE_DBFS / 10)))


def factor(change_db: float) -> float:
    """Return the amplitude factor of a change in dB."""
    return math.pow(10, change_db / 20)


def _is_speech(sound: Samples) -> npt.NDArray[np.bool_]:
    """Return for each frame whether it is speech."""
    power = np.mean(np.square(_frames(sound)), axis=1)
    levels = 10 * np.log10(np.maximum(power, 10 ** (SILENCE_DBFS / 10)))
    if not len(levels) or levels.max() <= SILENCE_DBFS:
        return np.zeros(len(levels), np.bool_)
    floor = np.percentile(levels, _FLOOR_PERCENTILE) + _OVER_FLOOR_DB
    # A recording that is speech from end to end shows no noise floor.
    floor = min(floor, levels.max() - _SPEECH_RANGE_DB / 2)
    return np.asarray(levels >= max(floor, levels.max() - _SPEECH_RANGE_DB))


def _frames(sound: Samples) -> Sound:
    whole = len(sound) - len(sound) % _FRAME
    return np.asarray(sound[:whole].reshape(-1, _FRAME) / 32768.0)
