"""Recordings placed in noise or in a room, at a set level, as a microphone hears them."""

from dataclasses import dataclass

import numpy as np

from harness.levels import active_level_dbfs, end_of_speech_s, factor, mean_level_dbfs
from voice_guide.audio.pcm import RATE, Samples, to_int16
from voice_guide.simulation.acoustics import Sound, convolved

SPEECH_DBFS = -26.0
"""Active speech level of everything that is said, the usual one of telephone tests."""

ROOM_NOISE_DBFS = -66.0
"""Level of a quiet room's noise, which is always present."""

_BEFORE_S, _AFTER_S = 1.0, 2.0
"""Seconds of noise before and after the speech. In the time after it, any system comes to its
own end of the utterance."""


@dataclass(frozen=True)
class PlacedSpeech:
    """A recording as one microphone hears it."""

    sound: Samples
    """The microphone's signal."""

    end_s: float
    """The end of the speech, in seconds from the start."""


@dataclass(frozen=True)
class ListeningCondition:
    """Surroundings of the person who speaks; by default close by in a quiet room."""

    name: str
    """The name in the table."""

    noise: Samples | None = None
    """A recording of noise."""

    snr_db: float = 0.0
    """Active speech level over the noise's mean level, in dB."""

    response: Samples | None = None
    """The room's impulse response, from the person to the microphone."""

    distance_m: float = 0.0
    """Distance of the person in that room, in metres."""

    def place(self, dry: Samples, chance: np.random.Generator) -> PlacedSpeech:
        """Return the recording in these surroundings; `chance` chooses the stretch of noise."""
        speech = self.at_level(dry, SPEECH_DBFS)
        before, after = round(_BEFORE_S * RATE), round(_AFTER_S * RATE)
        sound = np.concatenate([np.zeros(before), speech, np.zeros(after)])
        end_s = _BEFORE_S + self._direct_path_s + end_of_speech_s(dry)
        return PlacedSpeech(to_int16(sound + self.background(len(sound), chance)), end_s)

    def at_level(self, dry: Samples, level_dbfs: float) -> Sound:
        """Return the recording in the room, without noise, at this active level."""
        sound = dry / 32768.0
        if self.response is not None:
            sound = convolved(sound, self.response / 32768.0)
        level = active_level_dbfs(to_int16(sound))
        return np.asarray(sound * factor(level_dbfs - level))

    def background(self, length: int, chance: np.random.Generator) -> Sound:
        """Return so many samples of everything but the person."""
        background = chance.normal(0, factor(ROOM_NOISE_DBFS), length)
        if self.noise is not None:
            noise = self.noise / 32768.0
            # The mean level of the whole recording, not of this stretch: a moment between
            # two clatters stays quiet.
            wanted = SPEECH_DBFS - self.snr_db
            start = int(chance.integers(len(noise)))
            stretch = np.resize(np.roll(noise, -start), length)
            background += stretch * factor(wanted - mean_level_dbfs(noise))
        return background

    @property
    def _direct_path_s(self) -> float:
        """The time that sound takes from the person to the microphone, in seconds."""
        return 0.0 if self.response is None else int(np.abs(self.response).argmax()) / RATE


CLEAN = ListeningCondition("clean")
"""Close by, in a quiet room."""
