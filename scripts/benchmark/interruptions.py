"""Commands given while the guide speaks.

A scene, to be rebuilt: the guide reads all it can say (`reader.guide_speech`), in a random
order and in its own voice, pace and volume, with a pause of 0.25 s after each text. A person
one metre away says commands over it, each 3 to 6 s after the one before, whatever the guide
is saying then. Of a round of 24, eight are safe words ("stop", "pause", "wait", "it hurts",
twice each) and the others sixteen common sentences; a round is in random order, and all
voices of `voices.py` take turns. Once the guide has decided on a command it falls silent
within a block, and goes on with the next text after 0.5 s.

All of it takes place in `devices/room.py`, in closed loop, block by block: the microphone
hears the person through a room's response; the guide's loudspeaker through another, 0.05 s
after the guide handed the sound out; and a quiet room's noise (-66 dBFS). The active level
of the echo is -20 dBFS, so that hardly anything is clipped, and the person's, command by
command, so much below it as a situation says. In the quiet situations the guide is silent,
and the person at -26 dBFS.

A command is understood if from its first sound until 1.5 s after its last one just one
command is decided on, and it is the right one. What is decided on at another time is a
false accept. All times count from when the person's sound arrives at the microphone.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from benchmark.accuracy import Outcome
from benchmark.materials import Clip
from benchmark.reader import DEVICE_DELAY_S, ECHO_DBFS, Reader, Stage
from benchmark.scenes import SPEECH_DBFS, end_of_speech_s, gain, start_of_speech_s
from benchmark.systems import EVERYTHING, Decision, Parts, vocabulary
from benchmark.voices import VOICES, rendered
from voice_guide.audio.pcm import BLOCK, RATE, Samples
from voice_guide.simulation.acoustics import Acoustics
from voice_guide.simulation.room import Room

SAFE_WORDS = ("stop", "pause", "wait", "it hurts")
"""What must be heard above all."""

COMMANDS = (
    *("next", "next step", "go back", "repeat that", "say that again", "start over"),
    *("slower", "faster", "louder", "quieter", "help", "where am i"),
    *("how many steps are left", "what do i need", "go to step three", "who can i call"),
)
"""Other sentences that are often said in the middle of a step."""

_ROUND = (*SAFE_WORDS, *SAFE_WORDS, *COMMANDS)

_PAUSE_S = (3.0, 6.0)
"""From the end of one recording of a command to the start of the next, in seconds."""

_ANSWERED_S = 1.5
"""How long after its last sound a command may still be decided on, in seconds."""


@dataclass(frozen=True)
class Situation:
    """What makes it difficult to hear the person."""

    name: str
    """How the table calls it."""

    below_db: float | None
    """How much weaker than the echo the person is, in dB; None where the guide is silent."""

    parts: Parts = EVERYTHING
    """What there is to hear her with."""

    delay_s: float = DEVICE_DELAY_S
    """How long after it is handed out sound is played, in seconds."""

    drift_ppm: float = 0.0
    """By how much the loudspeaker's clock is faster than the microphone's, in millionths."""

    distortion: float = 0.0
    """Total harmonic distortion of the loudspeaker at full scale."""

    snr_db: float | None = None
    """The person's active level over the mean level of a noise, in dB; None for no noise."""

    @property
    def person_dbfs(self) -> float:
        """The person's active level at the microphone."""
        return SPEECH_DBFS if self.below_db is None else ECHO_DBFS - self.below_db


def _over_the_voice(below_db: float) -> Situation:
    return Situation(f"{below_db:g} dB below the voice", below_db)


QUIET = Situation("the voice silent", None)
"""What all others are compared with."""

QUIET_AS_BEFORE = replace(QUIET, name=f"{QUIET.name}, no canceller", parts=Parts(canceller=False))
"""What the canceller must not make worse."""

OVER_THE_VOICE = tuple(_over_the_voice(below_db) for below_db in (0, 5, 10, 15))
"""With everything there is to hear through the voice, from easy to hard."""

_HARD = _over_the_voice(10)

FEW_SITUATIONS = (QUIET, _HARD)
"""For a first impression."""

WITH = {
    "everything": EVERYTHING,
    "no ducking": Parts(ducking=False),
    "no own words": Parts(own_words=False),
    "no canceller": Parts(canceller=False),
}
"""What there may be to hear the person with."""

_MORE_DIFFICULT = {
    "delay 0.25 s": replace(_HARD, delay_s=0.25),
    "drift +50 ppm": replace(_HARD, drift_ppm=50),
    "drift -100 ppm": replace(_HARD, drift_ppm=-100),
    "distortion 10 %": replace(_HARD, distortion=0.1),
    "noise, 15 dB": replace(_HARD, snr_db=15),
    "all of these": replace(_HARD, delay_s=0.15, drift_ppm=50, distortion=0.03, snr_db=20),
}

ALL_SITUATIONS = (
    QUIET,
    QUIET_AS_BEFORE,
    *OVER_THE_VOICE,
    *(
        replace(situation, name=f"{situation.name}, {name}", parts=parts)
        for situation in OVER_THE_VOICE
        for name, parts in WITH.items()
        if parts != EVERYTHING
    ),
    *(
        replace(situation, name=f"{situation.name}, {name}")
        for name, situation in _MORE_DIFFICULT.items()
    ),
)
"""All that is tried. The mixture of all difficulties has less of each."""


@dataclass(frozen=True)
class Said:
    """A command, and when it is given, in seconds from the start of the scene."""

    clip: Clip
    """What is said."""

    at_s: float
    """Where its recording starts: at the start of a block."""

    start_s: float
    """Where its first sound is."""

    end_s: float
    """Where its last sound is."""


@dataclass(frozen=True)
class Interruption:
    """What became of a command."""

    outcome: Outcome
    """What was decided on in time."""

    duck_s: float
    """From the person's first sound until the voice was lowered, in seconds; inf where it
    was not before the command might be decided on."""

    @property
    def is_safe_word(self) -> bool:
        """Whether it must be heard above all."""
        return self.outcome.clip.partition(" (")[0] in SAFE_WORDS


@dataclass(frozen=True)
class Held:
    """What became of a whole scene."""

    interruptions: Sequence[Interruption]
    """Of each command."""

    false_accepts: Sequence[Decision]
    """What was decided on when nobody had said anything."""

    ducked: float
    """The part of that time for which the voice was lowered, from 0 to 1."""

    heard_s: float
    """How long the scene was, in seconds."""


def commands(count: int, number: int) -> list[Clip]:
    """Return what is said in a scene: the same for the same number."""
    chance = random.Random(number)
    texts: list[str] = []
    while len(texts) < count:
        texts += chance.sample(_ROUND, len(_ROUND))
    said = [(VOICES[(at + 5 * number) % len(VOICES)], text) for at, text in enumerate(texts)]
    return [
        Clip(f"{text} ({voice.name})", sound, vocabulary("step").means(text))
        for (voice, text), sound in zip(said[:count], rendered(said[:count]), strict=True)
    ]


def timeline(clips: Sequence[Clip], way_s: float, number: int) -> list[Said]:
    """Return when each command is given: the same for the same number.

    `way_s` is how long sound is on its way to the microphone, in seconds.
    """
    chance = random.Random(number)
    said = []
    samples = 0
    for clip in clips:
        samples += round(chance.uniform(*_PAUSE_S) * RATE / BLOCK) * BLOCK
        at_s = samples / RATE
        start_s, end_s = start_of_speech_s(clip.sound), end_of_speech_s(clip.sound)
        said.append(Said(clip, at_s, at_s + way_s + start_s, at_s + way_s + end_s))
        samples += -(-len(clip.sound) // BLOCK) * BLOCK
    return said


def judged(all_said: Sequence[Said], decided: Sequence[Decision], ducked: Sequence[bool]) -> Held:
    """Tell what became of each command, and what nobody had said.

    `ducked` tells for each block whether the voice was lowered at its end.
    """
    answered: list[Decision] = []
    interruptions = []
    ends_s = np.arange(1, len(ducked) + 1) * BLOCK / RATE
    lowered = np.array(ducked)
    is_quiet = np.ones(len(ducked), np.bool_)
    for said in all_said:
        until_s = said.end_s + _ANSWERED_S
        found = [one for one in decided if said.start_s <= one.at_s <= until_s]
        answered += found
        during = (ends_s >= said.start_s) & (ends_s <= until_s)
        is_quiet &= ~during
        ducks_s = ends_s[during & lowered]
        duck_s = float(ducks_s[0]) - said.start_s if len(ducks_s) else np.inf
        outcome = Outcome(said.clip.name, said.clip.meaning, said.end_s, found)
        interruptions.append(Interruption(outcome, duck_s))
    return Held(
        interruptions,
        [one for one in decided if one not in answered],
        fmean(lowered[is_quiet]),
        len(ducked) * BLOCK / RATE,
    )


@dataclass(frozen=True)
class Session:
    """A scene."""

    situation: Situation
    """How difficult it is."""

    stage: Stage
    """Where it takes place, and what the guide reads."""

    clips: Sequence[Clip]
    """What is said."""

    number: int
    """Which of several: it tells how long the pauses are."""

    noise: Samples
    """What else is to be heard, where the situation has noise."""

    def run(self) -> Held:
        """Let it happen."""
        from_person = self.stage.place.from_person
        way_s = int(np.abs(from_person).argmax()) / RATE
        all_said = timeline(self.clips, way_s, self.number)
        is_silent = self.situation.below_db is None
        reader = Reader(self.situation.parts, () if is_silent else self.stage.speech)
        room = Room(self._acoustics(), reader.process)
        for said in all_said:
            while reader.now_s < said.at_s:
                room.move_on()
            sound = said.clip.sound
            room.say(sound, gain(sound, from_person, self.situation.person_dbfs))
        while reader.now_s < all_said[-1].end_s + _PAUSE_S[0]:
            room.move_on()
        return judged(all_said, reader.decided, reader.ducked)

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
