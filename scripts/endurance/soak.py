"""A day of sound for the guide: sessions, talk, music, noise and silence."""

import ctypes
import gc
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from endurance.program import SharedHearing
from endurance.simulated_home import FalseCommand, HomeActivity, SimulatedHome
from endurance.sounds import HomeSounds, home_sounds
from endurance.visitor import (
    RenderedSentences,
    Visitor,
    VisitorTally,
    WayOfLeaving,
    render_sentences,
)
from endurance.wording import ROUTINES
from harness.levels import active_level_dbfs
from harness.process_usage import memory, open_files, snapshot
from harness.progress import ReportProgress
from harness.voices import VOICES
from voice_guide.audio.pcm import Samples
from voice_guide.dialogue.phase import Phase
from voice_guide.simulation.acoustics import DEMO_ROOM, Acoustics

_TALK_MIN, _MUSIC_MIN, _KITCHEN_MIN, _SILENCE_MIN = 3.0, 2.0, 1.0, 48.0
"""Minutes of each activity between two sessions, in random order."""

_SURROUNDINGS_DBFS = -20.0
"""Level of talk, music and noise before the room, the same as that of people in sessions."""

_PAUSES_S = (0.2, 2.5)
"""Shortest and longest pause between two pieces of sound, in seconds."""

_BACKGROUND_DBFS = -52.0
"""Level at the microphone of the noise behind every other session, some 20 dB below the person."""

_AWAY_MIN = (1.0, 12.0)
"""Shortest and longest absence in the middle of a session, in minutes: long enough for the guide
to fall asleep."""

WARM_UP_SESSIONS = 8
"""Sessions after which memory may no longer grow: each routine was led twice by then, and the
voice's cache is full."""

_SAVED_WITHIN_S = 6.0
"""Seconds of real time after which every change is saved."""


_FIRST_START_S = 20.0
"""Seconds of a first start and end of the guide, before resources are counted."""


@dataclass(frozen=True)
class HeldResources:
    """Resources that this process holds at one moment."""

    memory_mb: float
    """Memory in RAM after a garbage collection, in MB."""

    files: int
    """Open file descriptors."""

    threads: int
    """Threads, those of libraries included."""


def _held_resources() -> HeldResources:
    gc.collect()
    return HeldResources(memory().resident_mb, open_files(), snapshot().threads)


@dataclass(frozen=True)
class SoakResult:
    """The result of a day."""

    begun: int
    """Sessions begun."""

    led: int
    """Sessions led to their end."""

    tally: VisitorTally
    """Counts of what people said in them."""

    heard_s: Mapping[tuple[HomeActivity, bool], float]
    """Seconds heard in each activity, awake (False) and asleep (True)."""

    false_commands: Sequence[FalseCommand]
    """False commands."""

    memory_mb: Sequence[float]
    """Memory after each session and at the end, in MB."""

    before: HeldResources
    """Resources held before the first session, after a first start and end."""

    after: HeldResources
    """Resources held after the last session."""

    idle_s: float
    """Seconds of silence heard asleep with everything saved."""

    idle_bytes: int
    """Bytes written meanwhile."""

    took_s: float
    """Real time that it took, in seconds."""

    processor_s: float
    """Processor time that it took, in seconds."""

    failures: Sequence[str]
    """Failures that the guide reported."""

    @property
    def growth_mb(self) -> float:
        """Growth of memory after the warm-up, in MB."""
        return self.memory_mb[-1] - self.memory_mb[min(WARM_UP_SESSIONS, len(self.memory_mb)) - 1]


def soak(hours: float, speech: Path | None, report: ReportProgress) -> SoakResult:
    """Let so many hours pass; raise VoiceGuideError if recordings or a synthesizer are missing."""
    report("preparing the sounds")
    sounds, sentences = home_sounds(speech), render_sentences()
    hearing = SharedHearing.load()
    with SimulatedHome(hearing, report) as home:
        home.pass_time(_FIRST_START_S)
    # Give the memory of the preparations back to the system.
    ctypes.CDLL(None).malloc_trim(0)
    before = _held_resources()
    began_s, processor_began_s = time.monotonic(), time.process_time()
    with SimulatedHome(hearing, report) as home:
        day = _Day(home, sounds, sentences, random.Random(0))
        while home.passed_s < hours * 3600:
            day.next_round()
            report(
                f"{home.passed_s / 3600:.1f} of {hours:g} h "
                f"in {(time.monotonic() - began_s) / 60:.0f} min; "
                f"{day.led} of {day.begun} sessions led; memory {day.memory_mb[-1]:.1f} MB"
            )
    after = _held_resources()
    return SoakResult(
        begun=day.begun,
        led=day.led,
        tally=day.tally,
        heard_s=dict(home.heard_s),
        false_commands=home.false_commands,
        memory_mb=[*day.memory_mb, after.memory_mb],
        before=before,
        after=after,
        idle_s=day.idle_s,
        idle_bytes=day.idle_bytes,
        took_s=time.monotonic() - began_s,
        processor_s=time.process_time() - processor_began_s,
        failures=home.failures,
    )


class _Day:
    """Rounds of a session and the activities until the next."""

    def __init__(
        self,
        home: SimulatedHome,
        sounds: HomeSounds,
        sentences: RenderedSentences,
        chance: random.Random,
    ) -> None:
        self._home = home
        self._sounds = sounds
        self._sentences = sentences
        self._chance = chance
        self.begun = 0
        self.led = 0
        self.tally = VisitorTally()
        self.memory_mb: list[float] = []
        self.idle_s = 0.0
        self.idle_bytes = 0

    def next_round(self) -> None:
        self._lead_session()
        between = [
            lambda: self._play(HomeActivity.TALK, self._sounds.talk, _TALK_MIN),
            lambda: self._play(HomeActivity.MUSIC, self._sounds.music, _MUSIC_MIN),
            lambda: self._play(HomeActivity.KITCHEN, self._sounds.kitchen, _KITCHEN_MIN),
            self._be_silent,
        ]
        self._chance.shuffle(between)
        for pass_time in between:
            pass_time()

    def _lead_session(self) -> None:
        home, chance = self._home, self._chance
        home.enter(HomeActivity.SESSION, self._acoustics())
        voice = VOICES[self.begun % len(VOICES)]
        visitor = Visitor(voice, home, self._sentences, self.tally, chance, self._be_away)
        number = self.begun // len(VOICES) + self.begun
        leaving = list(WayOfLeaving)[self.begun % len(WayOfLeaving)]
        self.begun += 1
        self.led += visitor.is_led(number % len(ROUTINES), leaving)
        home.pass_time_until(lambda: home.is_silent)
        self.memory_mb.append(_held_resources().memory_mb)

    def _acoustics(self) -> Acoustics:
        """Return the room, with a noise in every other session."""
        noises = list(self._sounds.noises.values())
        behind = noises[self.begun // 2 % len(noises)] if self.begun % 2 else None
        return replace(
            DEMO_ROOM, background=behind, background_dbfs=_BACKGROUND_DBFS, seed=self.begun
        )

    def _be_away(self) -> None:
        home = self._home
        home.enter(HomeActivity.TALK)
        self._play(HomeActivity.TALK, self._sounds.talk, self._chance.uniform(*_AWAY_MIN))
        home.enter(HomeActivity.SESSION, self._acoustics())

    def _play(self, activity: HomeActivity, pieces: Sequence[Samples], minutes: float) -> None:
        home = self._home
        home.enter(activity)
        until_s = home.passed_s + minutes * 60
        while home.passed_s < until_s:
            piece = self._chance.choice(pieces)
            home.play(piece, _SURROUNDINGS_DBFS - active_level_dbfs(piece))
            home.pass_time(self._chance.uniform(*_PAUSES_S))

    def _be_silent(self) -> None:
        home = self._home
        home.enter(HomeActivity.SILENCE)
        until_s = home.passed_s + _SILENCE_MIN * 60
        home.pass_time_until(
            lambda: home.passed_s >= until_s or (home.context == Phase.ASLEEP and home.is_silent)
        )
        saved_s = time.monotonic() + _SAVED_WITHIN_S
        home.pass_time_until(lambda: home.passed_s >= until_s or time.monotonic() >= saved_s)
        began_s, written = home.passed_s, snapshot().written_bytes
        home.pass_time_until(lambda: home.passed_s >= until_s)
        if home.context == Phase.ASLEEP:
            self.idle_s += home.passed_s - began_s
            self.idle_bytes += snapshot().written_bytes - written
