"""A day of sound through the guide: sessions, talk, music, noise and silence."""

import ctypes
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmark.scenes import active_level_dbfs
from benchmark.voices import VOICES
from endurance.home import FalseCommand, Home, Scene
from endurance.person import Leaving, Repertoire, Tally, Visitor, repertoire
from endurance.program import Hearing
from endurance.sounds import Sounds, sounds
from endurance.table import Row
from endurance.usage import Usage, usage, written_bytes
from endurance.wording import ROUTINES
from voice_guide.audio.pcm import Samples
from voice_guide.dialogue.phase import Phase
from voice_guide.simulation.acoustics import DEMO_ROOM, Acoustics

_TALK_MIN, _MUSIC_MIN, _KITCHEN_MIN, _SILENCE_MIN = 3.0, 2.0, 1.0, 48.0
"""What goes on between two sessions, in minutes: all of it, in any order."""

_AROUND_DBFS = -20.0
"""How loud talk, music and noise are, before the room: as loud as who speaks to the guide."""

_PAUSES_S = (0.2, 2.5)
"""Between two things that are said in talk, in seconds."""

_BEHIND_DBFS = -52.0
"""Noise behind some of the sessions, at the microphone: some 20 dB below the person."""

_CALL_MIN = (1.0, 12.0)
"""How long somebody is called away in the middle of a session, in minutes: the guide may fall
asleep meanwhile."""

_WARM_SESSIONS = 8
"""Sessions after which memory is no longer to grow: each routine was led twice by then, and
all that the voice keeps is there."""

_SETTLED_S = 6.0
"""What is kept is on the disk after so many seconds, by the clock on the wall."""

MOST_GROWTH_MB = 10.0
"""What memory may grow by from then on."""


@dataclass(frozen=True)
class Soaked:
    """What came of a day."""

    begun: int
    """Sessions begun."""

    led: int
    """Sessions led to their end."""

    tally: Tally
    """What was said in them, and what became of it."""

    heard_s: dict[tuple[Scene, bool], float]
    """How much was heard in each scene, awake and asleep (True), in seconds."""

    false_commands: Sequence[FalseCommand]
    """Commands that nobody gave."""

    memory_mb: Sequence[float]
    """Memory after each session, and at the very end."""

    before: Usage
    """What was held before the first session, after a first start and end."""

    after: Usage
    """What was held after the last."""

    idle_s: float
    """How much silence was heard asleep with nothing left to be kept, in seconds."""

    idle_bytes: int
    """What was written meanwhile."""

    took_s: float
    """How long it took, by the clock on the wall, in seconds."""

    processor_s: float
    """What it took of a processor, in seconds."""

    troubles: Sequence[str]
    """What the guide noted that went wrong."""

    @property
    def growth_mb(self) -> float:
        """What memory grew by since it was warm."""
        return self.memory_mb[-1] - self.memory_mb[min(_WARM_SESSIONS, len(self.memory_mb)) - 1]


def soak(hours: float, speech: Path | None, tell: Callable[[str], None]) -> Soaked:
    """Let so many hours pass; raises VoiceGuideError where something is missing for it."""
    tell("preparing what is to be heard")
    heard, said = sounds(speech), repertoire()
    hearing = Hearing.load()
    with Home(hearing, tell) as home:
        home.let_pass(20)
    # What was needed to prepare all this is not there to be used again.
    ctypes.CDLL(None).malloc_trim(0)
    before = usage()
    began_s, processor_began_s = time.monotonic(), time.process_time()
    with Home(hearing, tell) as home:
        day = _Day(home, heard, said, random.Random(0))
        while home.passed_s < hours * 3600:
            day.next_round()
            tell(
                f"{home.passed_s / 3600:.1f} of {hours:g} h "
                f"in {(time.monotonic() - began_s) / 60:.0f} min; "
                f"{day.led} of {day.begun} sessions led; memory {day.memory_mb[-1]:.1f} MB"
            )
    after = usage()
    return Soaked(
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
        troubles=home.troubles,
    )


class _Day:
    """Rounds of a session and of what goes on until the next."""

    def __init__(
        self, home: Home, sounds: Sounds, said: Repertoire, chance: random.Random
    ) -> None:
        self._home = home
        self._sounds = sounds
        self._said = said
        self._chance = chance
        self.begun = 0
        self.led = 0
        self.tally = Tally()
        self.memory_mb: list[float] = []
        self.idle_s = 0.0
        self.idle_bytes = 0

    def next_round(self) -> None:
        self._session()
        between = [
            lambda: self._play(Scene.TALK, self._sounds.talk, _TALK_MIN),
            lambda: self._play(Scene.MUSIC, self._sounds.music, _MUSIC_MIN),
            lambda: self._play(Scene.KITCHEN, self._sounds.kitchen, _KITCHEN_MIN),
            self._be_silent,
        ]
        self._chance.shuffle(between)
        for scene in between:
            scene()

    def _session(self) -> None:
        home, chance = self._home, self._chance
        home.enter(Scene.SESSION, self._acoustics())
        voice = VOICES[self.begun % len(VOICES)]
        visitor = Visitor(voice, home, self._said, self.tally, chance, self._be_away)
        number = self.begun // len(VOICES) + self.begun
        leaving = list(Leaving)[self.begun % len(Leaving)]
        self.begun += 1
        self.led += visitor.is_led(number % len(ROUTINES), leaving)
        home.let_pass_until(lambda: home.is_silent)
        self.memory_mb.append(usage().memory_mb)

    def _acoustics(self) -> Acoustics:
        """Every other session is led over a noise."""
        noises = list(self._sounds.noises.values())
        behind = noises[self.begun // 2 % len(noises)] if self.begun % 2 else None
        return replace(DEMO_ROOM, background=behind, background_dbfs=_BEHIND_DBFS, seed=self.begun)

    def _be_away(self) -> None:
        home = self._home
        home.enter(Scene.TALK)
        self._play(Scene.TALK, self._sounds.talk, self._chance.uniform(*_CALL_MIN))
        home.enter(Scene.SESSION, self._acoustics())

    def _play(self, scene: Scene, pieces: Sequence[Samples], minutes: float) -> None:
        home = self._home
        home.enter(scene)
        until_s = home.passed_s + minutes * 60
        while home.passed_s < until_s:
            piece = self._chance.choice(pieces)
            home.play(piece, _AROUND_DBFS - active_level_dbfs(piece))
            home.let_pass(self._chance.uniform(*_PAUSES_S))

    def _be_silent(self) -> None:
        home = self._home
        home.enter(Scene.SILENCE)
        until_s = home.passed_s + _SILENCE_MIN * 60
        home.let_pass_until(
            lambda: home.passed_s >= until_s or (home.context == Phase.ASLEEP and home.is_silent)
        )
        settled_s = time.monotonic() + _SETTLED_S
        home.let_pass_until(lambda: home.passed_s >= until_s or time.monotonic() >= settled_s)
        began_s, written = home.passed_s, written_bytes()
        home.let_pass_until(lambda: home.passed_s >= until_s)
        if home.context == Phase.ASLEEP:
            self.idle_s += home.passed_s - began_s
            self.idle_bytes += written_bytes() - written


def rows(soaked: Soaked) -> list[Row]:
    """Return the table of what came of it."""
    sound_s = sum(soaked.heard_s.values())
    tally, before, after = soaked.tally, soaked.before, soaked.after
    lines = [
        Row("sound heard", f"{sound_s / 3600:.1f} h, in {soaked.took_s / 60:.0f} min"),
        Row(
            "speed",
            f"{sound_s / soaked.took_s:.0f} times real time; "
            f"{soaked.processor_s / sound_s:.3f} of a processor, the room included",
        ),
        Row(
            "sessions led to their end",
            f"{soaked.led} of {soaked.begun}",
            "all",
            soaked.begun > 0 and soaked.led == soaked.begun,
        ),
        Row(
            "understood at the first attempt",
            f"{tally.understood} of {tally.firsts} things said; "
            f"{tally.misheard} taken for another command",
        ),
    ]
    for scene in Scene:
        lines += _false(soaked, scene)
    return [
        *lines,
        Row(
            f"memory after {_WARM_SESSIONS} sessions; at the end",
            f"{soaked.memory_mb[-1] - soaked.growth_mb:.1f} MB; {soaked.memory_mb[-1]:.1f} MB "
            f"(at most {max(soaked.memory_mb):.1f} MB)",
            f"less than {MOST_GROWTH_MB:g} MB more",
            soaked.growth_mb < MOST_GROWTH_MB,
        ),
        Row(
            "open files before; after",
            f"{before.files}; {after.files}",
            "no more",
            after.files <= before.files,
        ),
        Row(
            "threads before; after",
            f"{before.threads}; {after.threads}",
            "no more",
            after.threads <= before.threads,
        ),
        Row(
            "written while idle",
            f"{soaked.idle_bytes} bytes in {soaked.idle_s / 3600:.1f} h",
            "0",
            soaked.idle_bytes == 0 and soaked.idle_s > 0,
        ),
        Row(
            "what was to be kept and was not",
            "; ".join(sorted(set(soaked.troubles))) or "nothing",
            "nothing",
            not soaked.troubles,
        ),
    ]


def _false(soaked: Soaked, scene: Scene) -> list[Row]:
    """Tell of the commands that nobody gave in a scene."""
    found = [one for one in soaked.false_commands if one.scene is scene]
    parts = []
    for is_asleep, how in ((False, "awake"), (True, "asleep")):
        hours = soaked.heard_s.get((scene, is_asleep), 0.0) / 3600
        count = sum((one.context == Phase.ASLEEP) == is_asleep for one in found)
        if hours:
            parts.append(f"{count} in {hours:.1f} h {how} ({count / hours:.1f} an hour)")
    bar = ("0", not found) if scene is Scene.SILENCE else ("", True)
    return [Row(f"commands that nobody gave, in {scene}", "; ".join(parts), *bar)]
