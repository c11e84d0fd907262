"""Accuracy: commands understood, decision delays, and false commands."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TypeVar

import numpy as np
import soxr

from benchmark.conditions import SPEECH_DBFS, ListeningCondition
from benchmark.materials import Clip
from benchmark.systems import Decision, HearingSystem, decisions, new_system, vocabulary
from voice_guide.audio.pcm import RATE, Samples, to_int16
from voice_guide.nlu.sentences import Meaning

_T = TypeVar("_T")

_CLIPS_PER_PIECE = 25
"""Clips in one piece of work: few enough to keep all processors busy to the end."""

_PAUSE_S = (0.3, 1.5)
"""Shortest and longest pause between two sentences of talk, in seconds."""


@dataclass(frozen=True)
class ListenerSetup:
    """A system and the sentences that it listens for."""

    system: str
    """Voice Guide or stock Vosk."""

    vocabulary: str
    """The name of the vocabulary."""

    sensitivity: float | None = None
    """Voice Guide's sensitivity, from 0 to 1; None for the default."""

    def new_system(self) -> HearingSystem:
        """Return the system as it is when it starts to listen."""
        return new_system(self.system, vocabulary(self.vocabulary), self.sensitivity)


@dataclass(frozen=True)
class ClipResult:
    """Decisions of a system about one clip."""

    clip: str
    """The clip's name."""

    expected: Meaning | None
    """The right meaning; None if it is no command."""

    end_s: float
    """The end of the speech, in seconds from the start of the sound."""

    decided: Sequence[Decision]
    """The decisions."""

    @property
    def is_right(self) -> bool:
        """True if the decisions are the right one and no other."""
        right = [self.expected] if self.expected else []
        return [decision.meaning for decision in self.decided] == right

    @property
    def is_missed(self) -> bool:
        """True if a command led to no decision."""
        return self.expected is not None and not self.decided

    @property
    def delay_s(self) -> float:
        """Time from the end of the speech to the first decision, in seconds."""
        return self.decided[0].at_s - self.end_s

    @property
    def is_early_mistake(self) -> bool:
        """True if a decision before the end of the speech was wrong, or not the last one."""
        if not self.decided or self.delay_s >= 0:
            return False
        return len(self.decided) > 1 or self.decided[0].meaning != self.expected


@dataclass(frozen=True)
class ClipTest:
    """Clips that a system hears one by one, in one condition."""

    setup: ListenerSetup
    """The listening system."""

    condition: ListeningCondition
    """The surroundings of the person."""

    clips: Sequence[Clip]
    """The clips."""

    @property
    def condition_name(self) -> str:
        """The condition's name."""
        return self.condition.name

    def pieces(self) -> list["ClipTest"]:
        """Return the same test in small pieces."""
        return [replace(self, clips=clips) for clips in _portions(self.clips)]

    def run(self) -> list[ClipResult]:
        """Return the result of each clip."""
        return [self._result(clip) for clip in self.clips]

    def _result(self, clip: Clip) -> ClipResult:
        # Every system hears the clip over the same stretch of noise.
        chance = np.random.default_rng(zlib.crc32(clip.name.encode()))
        placed = self.condition.place(clip.sound, chance)
        decided = decisions(self.setup.new_system(), placed.sound)
        return ClipResult(clip.name, clip.meaning, placed.end_s, decided)


@dataclass(frozen=True)
class FalseAccepts:
    """False commands."""

    heard_s: float
    """Length of the sound, in seconds."""

    decided: Sequence[Decision]
    """The decisions, all of them wrong."""


@dataclass(frozen=True)
class BackgroundTest:
    """One stream of sound without any command."""

    setup: ListenerSetup
    """The listening system."""

    condition_name: str
    """The name in the table: talk, television, or that of a noise."""

    condition: ListeningCondition
    """The surroundings of the sounds."""

    clips: Sequence[Samples]
    """The sounds, which follow one another with pauses."""

    speed: float = 1.0
    """Playback speed, which also changes the voices."""

    level_dbfs: float = SPEECH_DBFS
    """The active level of each clip, in dBFS."""

    def pieces(self) -> list["BackgroundTest"]:
        """Return the same test in small pieces."""
        return [replace(self, clips=clips) for clips in _portions(self.clips)]

    def run(self) -> FalseAccepts:
        """Return the commands found in all of it."""
        sound = self.sound()
        return FalseAccepts(len(sound) / RATE, decisions(self.setup.new_system(), sound))

    def sound(self) -> Samples:
        """Return the whole stream."""
        chance = np.random.default_rng(len(self.clips))
        parts = []
        for clip in self.clips:
            changed = clip if self.speed == 1.0 else soxr.resample(clip, RATE * self.speed, RATE)
            parts.append(self.condition.at_level(changed, self.level_dbfs))
            parts.append(np.zeros(round(chance.uniform(*_PAUSE_S) * RATE)))
        stream = np.concatenate(parts)
        return to_int16(stream + self.condition.background(len(stream), chance))


def _portions(clips: Sequence[_T]) -> list[Sequence[_T]]:
    return [clips[at : at + _CLIPS_PER_PIECE] for at in range(0, len(clips), _CLIPS_PER_PIECE)]


def percent_right(results: Sequence[ClipResult]) -> float:
    """Return the percentage of clips with the right result."""
    return 100 * sum(result.is_right for result in results) / len(results)


def describe_results(results: Sequence[ClipResult]) -> str:
    """Return the percentages of commands understood, missed and mistaken, as text."""
    right = percent_right(results)
    missed = 100 * fmean(result.is_missed for result in results)
    wrong = max(0.0, 100 - right - missed)
    return f"{right:.1f} % ({missed:.1f} missed, {wrong:.1f} wrong)"


def delays_s(results: Sequence[ClipResult]) -> list[float]:
    """Return the delays of all commands that were understood, in seconds."""
    return [result.delay_s for result in results if result.is_right]


def false_accepts_per_hour(heard: Sequence[FalseAccepts]) -> float:
    """Return the number of false commands per hour."""
    hours = sum(one.heard_s for one in heard) / 3600
    return sum(len(one.decided) for one in heard) / hours
