"""What is understood, when, and what is taken for a command that is none."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TypeVar

import numpy as np
import soxr

from benchmark.materials import Clip
from benchmark.scenes import SPEECH_DBFS, Condition
from benchmark.systems import Decision, decisions, new_system, vocabulary
from voice_guide.audio.pcm import RATE, Samples, to_int16
from voice_guide.nlu.sentences import Meaning

_T = TypeVar("_T")

_CLIPS_AT_ONCE = 25
"""Clips of one piece of work: small enough to keep all processors busy to the end."""

_PAUSE_S = (0.3, 1.5)
"""How long people pause between two sentences, in seconds."""


@dataclass(frozen=True)
class Listening:
    """Who listens for what."""

    system: str
    """Voice Guide or stock Vosk."""

    vocabulary: str
    """What is listened for."""

    sensitivity: float | None = None
    """How much to accept, from 0 to 1; None is the setting as delivered."""


@dataclass(frozen=True)
class Outcome:
    """What a system made of one clip."""

    clip: str
    """The clip's name."""

    expected: Meaning | None
    """What it should have been taken for."""

    end_s: float
    """Where the person ended, in seconds from the start of the scene."""

    decided: Sequence[Decision]
    """What was decided."""

    @property
    def is_right(self) -> bool:
        """Whether it was taken for just what it was."""
        wanted = [self.expected] if self.expected else []
        return [decision.meaning for decision in self.decided] == wanted

    @property
    def is_missed(self) -> bool:
        """Whether a command was not noticed at all."""
        return self.expected is not None and not self.decided

    @property
    def delay_s(self) -> float:
        """From the end of speech to the first decision, in seconds."""
        return self.decided[0].at_s - self.end_s

    @property
    def is_early_mistake(self) -> bool:
        """Whether a decision before the end of speech was wrong, or not the last one."""
        if not self.decided or self.delay_s >= 0:
            return False
        return len(self.decided) > 1 or self.decided[0].meaning != self.expected


@dataclass(frozen=True)
class Trial:
    """Clips for a system to hear, each on its own, in one condition."""

    listening: Listening
    """Who listens."""

    condition: Condition
    """Where the person speaks."""

    clips: Sequence[Clip]
    """What is said."""

    @property
    def where(self) -> str:
        """The condition's name."""
        return self.condition.name

    def pieces(self) -> list["Trial"]:
        """Return the same in small pieces."""
        return [replace(self, clips=clips) for clips in _portions(self.clips)]

    def run(self) -> list[Outcome]:
        """Hear every clip."""
        return [self._outcome(clip) for clip in self.clips]

    def _outcome(self, clip: Clip) -> Outcome:
        # The same stretch of noise for whoever hears this clip.
        chance = np.random.default_rng(zlib.crc32(clip.name.encode()))
        scene = self.condition.scene(clip.sound, chance)
        who = self.listening
        system = new_system(who.system, vocabulary(who.vocabulary), who.sensitivity)
        return Outcome(clip.name, clip.meaning, scene.end_s, decisions(system, scene.sound))


@dataclass(frozen=True)
class Alarms:
    """Commands heard where nobody gave any."""

    heard_s: float
    """How long was listened, in seconds."""

    decided: Sequence[Decision]
    """What was taken for commands."""


@dataclass(frozen=True)
class Bystanding:
    """Sound that is not meant for the system, in one stream."""

    listening: Listening
    """Who listens."""

    where: str
    """talk, television, or the name of a noise."""

    condition: Condition
    """Where it comes from."""

    clips: Sequence[Samples]
    """The sounds, which follow one another with pauses."""

    speed: float = 1.0
    """How much faster than recorded, which also makes other voices of them."""

    level_dbfs: float = SPEECH_DBFS
    """The active level of each clip."""

    def pieces(self) -> list["Bystanding"]:
        """Return the same in small pieces."""
        return [replace(self, clips=clips) for clips in _portions(self.clips)]

    def run(self) -> Alarms:
        """Listen to all of it."""
        sound = self.sound()
        who = self.listening
        system = new_system(who.system, vocabulary(who.vocabulary), who.sensitivity)
        return Alarms(len(sound) / RATE, decisions(system, sound))

    def sound(self) -> Samples:
        """Return all of it."""
        chance = np.random.default_rng(len(self.clips))
        parts = []
        for clip in self.clips:
            changed = clip if self.speed == 1.0 else soxr.resample(clip, RATE * self.speed, RATE)
            parts.append(self.condition.heard(changed, self.level_dbfs))
            parts.append(np.zeros(round(chance.uniform(*_PAUSE_S) * RATE)))
        stream = np.concatenate(parts)
        return to_int16(stream + self.condition.background(len(stream), chance))


def _portions(clips: Sequence[_T]) -> list[Sequence[_T]]:
    return [clips[at : at + _CLIPS_AT_ONCE] for at in range(0, len(clips), _CLIPS_AT_ONCE)]


def share(outcomes: Sequence[Outcome]) -> float:
    """Return the part of commands that were understood, in percent."""
    return 100 * sum(outcome.is_right for outcome in outcomes) / len(outcomes)


def shown_share(outcomes: Sequence[Outcome]) -> str:
    """Return that in words, and what became of the others."""
    missed = 100 * fmean(outcome.is_missed for outcome in outcomes)
    wrong = 100 - share(outcomes) - missed
    return f"{share(outcomes):.1f} % ({missed:.1f} missed, {max(0.0, wrong):.1f} wrong)"


def delays_s(outcomes: Sequence[Outcome]) -> list[float]:
    """Return the delays of all commands that were understood, in seconds."""
    return [outcome.delay_s for outcome in outcomes if outcome.is_right]


def false_accepts_per_hour(alarms: Sequence[Alarms]) -> float:
    """Return the commands that nobody gave, in an hour."""
    hours = sum(alarm.heard_s for alarm in alarms) / 3600
    return sum(len(alarm.decided) for alarm in alarms) / hours
