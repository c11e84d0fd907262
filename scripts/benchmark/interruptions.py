"""Commands given while the guide speaks.

A scene, so that it can be rebuilt: the guide reads everything it can say
(`reader.guide_speech`), in random order and in its own voice, pace and volume, with a pause of
0.25 s after each text. A person one metre away gives commands over it, each 3 to 6 s after the
one before, whatever the guide is saying then. Of a round of 24 commands, eight are safe words
("stop", "pause", "wait", "it hurts", twice each) and sixteen are other common sentences; a round
is in random order, and all voices of `harness.voices` take turns. Once the guide has decided on
a command it falls silent within a block, and goes on with the next text after 0.5 s.

All of it takes place in `voice_guide.simulation.room`, in closed loop, block by block: the
microphone hears the person through a room's response; the guide's loudspeaker through another,
0.05 s after the guide handed the sound out; and a quiet room's noise (-66 dBFS). The active
level of the echo is -20 dBFS, so that hardly anything is clipped, and that of the person, command
by command, below it by as much as the situation says. In the quiet situations the guide is
silent and the person at -26 dBFS.

A command is understood if from its first sound until 1.5 s after its last one there is exactly
one decision, and it is the right one. A decision at another time is a false accept. All times
count from when the person's sound arrives at the microphone.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from benchmark.accuracy import ClipResult
from benchmark.materials import Clip, spoken_clips
from benchmark.reader import ReadingGuide, ReadingStage
from benchmark.situations import Situation
from benchmark.systems import Decision, vocabulary
from harness.levels import end_of_speech_s, gain, start_of_speech_s
from harness.voices import VOICES
from voice_guide.audio.pcm import BLOCK, RATE, Samples
from voice_guide.simulation.acoustics import Acoustics
from voice_guide.simulation.room import Room

SAFE_WORDS = ("stop", "pause", "wait", "it hurts")
"""Commands that matter most."""

COMMANDS = (
    *("next", "next step", "go back", "repeat that", "say that again", "start over"),
    *("slower", "faster", "louder", "quieter", "help", "where am i"),
    *("how many steps are left", "what do i need", "go to step three", "who can i call"),
)
"""Other sentences that are often said in the middle of a step."""

_ROUND = (*SAFE_WORDS, *SAFE_WORDS, *COMMANDS)

_PAUSE_S = (3.0, 6.0)
"""Shortest and longest time from the end of one command to the start of the next, in seconds."""

_DECISION_WITHIN_S = 1.5
"""Seconds after a command's last sound in which it may still be decided on."""


@dataclass(frozen=True)
class TimedCommand:
    """A command and its times, in seconds from the start of the scene."""

    clip: Clip
    """The recording."""

    at_s: float
    """The start of the recording, which is the start of a block."""

    start_s: float
    """The first sound."""

    end_s: float
    """The last sound."""


@dataclass(frozen=True)
class InterruptionResult:
    """The result of one command."""

    result: ClipResult
    """The decisions in time."""

    duck_s: float
    """Time from the person's first sound until the voice was lowered, in seconds; infinite if
    it was not lowered in time."""

    @property
    def is_safe_word(self) -> bool:
        """True for the commands that matter most."""
        return self.result.clip.partition(" (")[0] in SAFE_WORDS


@dataclass(frozen=True)
class InterruptionSceneResult:
    """The result of a whole scene."""

    interruptions: Sequence[InterruptionResult]
    """The result of each command."""

    false_accepts: Sequence[Decision]
    """Decisions at times without a command."""

    ducked: float
    """The part of those times for which the voice was lowered, from 0 to 1."""

    heard_s: float
    """The length of the scene, in seconds."""


def scene_commands(count: int, number: int) -> list[Clip]:
    """Return the commands of a scene; the same for the same number."""
    chance = random.Random(number)
    texts: list[str] = []
    while len(texts) < count:
        texts += chance.sample(_ROUND, len(_ROUND))
    said = [(VOICES[(at + 5 * number) % len(VOICES)], text) for at, text in enumerate(texts)]
    return spoken_clips(vocabulary("step"), said[:count])


def timeline(clips: Sequence[Clip], path_s: float, number: int) -> list[TimedCommand]:
    """Return the times of each command; the same for the same number.

    `path_s` is the time that sound takes to the microphone, in seconds.
    """
    chance = random.Random(number)
    timed = []
    samples = 0
    for clip in clips:
        samples += round(chance.uniform(*_PAUSE_S) * RATE / BLOCK) * BLOCK
        at_s = samples / RATE
        start_s, end_s = start_of_speech_s(clip.sound), end_of_speech_s(clip.sound)
        timed.append(TimedCommand(clip, at_s, at_s + path_s + start_s, at_s + path_s + end_s))
        samples += -(-len(clip.sound) // BLOCK) * BLOCK
    return timed


def judge(
    commands: Sequence[TimedCommand], decided: Sequence[Decision], ducked: Sequence[bool]
) -> InterruptionSceneResult:
    """Return the result of a scene from its commands and the guide's decisions.

    `ducked` has for each block whether the voice was lowered at its end.
    """
    in_time: list[Decision] = []
    interruptions = []
    ends_s = np.arange(1, len(ducked) + 1) * BLOCK / RATE
    lowered = np.array(ducked)
    is_quiet = np.ones(len(ducked), np.bool_)
    for command in commands:
        until_s = command.end_s + _DECISION_WITHIN_S
        found = [one for one in decided if command.start_s <= one.at_s <= until_s]
        in_time += found
        during = (ends_s >= command.start_s) & (ends_s <= until_s)
        is_quiet &= ~during
        ducks_s = ends_s[during & lowered]
        duck_s = float(ducks_s[0]) - command.start_s if len(ducks_s) else np.inf
        result = ClipResult(command.clip.name, command.clip.meaning, command.end_s, found)
        interruptions.append(InterruptionResult(result, duck_s))
    return InterruptionSceneResult(
        interruptions,
        [one for one in decided if one not in in_time],
        fmean(lowered[is_quiet]),
        len(ducked) * BLOCK / RATE,
    )


@dataclass(frozen=True)
class InterruptionScene:
    """Commands given over the guide's voice in one room and situation."""

    situation: Situation
    """The difficulty."""

    stage: ReadingStage
    """The room, and the texts that the guide reads."""

    clips: Sequence[Clip]
    """The commands."""

    number: int
    """The number of the scene, which determines its pauses."""

    noise: Samples
    """A recording of noise, heard if the situation has noise."""

    def run(self) -> InterruptionSceneResult:
        """Play the scene and return its result."""
        from_person = self.stage.room.from_person
        path_s = int(np.abs(from_person).argmax()) / RATE
        commands = timeline(self.clips, path_s, self.number)
        is_silent = self.situation.below_db is None
        guide = ReadingGuide(self.situation.parts, () if is_silent else self.stage.speech)
        room = Room(self._acoustics(), guide.process)
        for command in commands:
            while guide.now_s < command.at_s:
                room.move_on()
            sound = command.clip.sound
            room.say(sound, gain(sound, from_person, self.situation.person_dbfs))
        while guide.now_s < commands[-1].end_s + _PAUSE_S[0]:
            room.move_on()
        return judge(commands, guide.decided, guide.ducked)

    def _acoustics(self) -> Acoustics:
        situation = self.situation
        acoustics = replace(
            self.stage.acoustics(),
            delay_s=situation.delay_s,
            drift_ppm=situation.drift_ppm,
            distortion=situation.distortion,
        )
        if situation.snr_db is None:
            return acoustics
        level_dbfs = situation.person_dbfs - situation.snr_db
        return replace(acoustics, background=self.noise, background_dbfs=level_dbfs)
