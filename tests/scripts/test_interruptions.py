"""The benchmark's measurements while the guide speaks."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from support.sounds import hiss, hum

from benchmark.conditions import SPEECH_DBFS
from benchmark.interruptions import (
    SAFE_WORDS,
    InterruptionScene,
    TimedCommand,
    judge,
    scene_commands,
    timeline,
)
from benchmark.materials import Clip
from benchmark.monologue import MonologueTest, settling_time_s
from benchmark.reader import ECHO_DBFS, VOLUME, ReadingGuide, guide_speech, new_stages
from benchmark.rooms import DeviceRoom
from benchmark.situations import ALL_SITUATIONS, QUIET
from benchmark.systems import ALL_PARTS, Decision, ListenerParts
from harness.levels import active_level_dbfs, end_of_speech_s
from voice_guide.audio.pcm import BLOCK, RATE, Samples, level_dbfs, silence
from voice_guide.nlu.command import Command
from voice_guide.nlu.intent import Intent
from voice_guide.nlu.sentences import Meaning

STOP, GO = Meaning(Intent.STOP, {}), Meaning(Intent.NEXT, {})


class FakeListener:
    """Understands a command, and hears speech, at set times; keeps all blocks."""

    def __init__(self, understood_s: float = np.inf, speech_from_s: float = np.inf) -> None:
        self.heard: list[Samples] = []
        self.played: list[Samples] = []
        self._understood_s = understood_s
        self._speech_from_s = speech_from_s

    @property
    def now_s(self) -> float:
        return len(self.heard) * BLOCK / RATE

    @property
    def hears_speech(self) -> bool:
        return self.now_s >= self._speech_from_s

    @property
    def near_end(self) -> Samples:
        return self.heard[-1]

    def hear(self, heard: Samples, played: Samples) -> list[Command]:
        self.heard.append(heard)
        self.played.append(played)
        return [Command(Intent.NEXT)] if self.now_s == self._understood_s else []


NewListener = Callable[..., FakeListener]


@pytest.fixture
def new_listener(monkeypatch: pytest.MonkeyPatch) -> NewListener:
    """Make the listener of the next guide that reads."""

    def make(**times_s: float) -> FakeListener:
        listener = FakeListener(**times_s)
        monkeypatch.setattr("benchmark.reader.listener_with", lambda parts: listener)
        return listener

    return make


CLOSET = DeviceRoom("closet", np.array([0.0, 0.5]), np.array([0.9]))
"""A room without reflections."""


def command(start_s: float, end_s: float) -> TimedCommand:
    return TimedCommand(Clip("stop (slt)", hum(1), STOP), start_s - 0.1, start_s, end_s)


def test_command_is_understood_if_it_alone_is_decided_on_in_time() -> None:
    commands = [command(3, 4), command(8, 9), command(13, 14), command(18, 19)]
    on_time, late = Decision(STOP, "", 5.5), Decision(STOP, "", 10.52)
    first, second = Decision(GO, "", 13.5), Decision(STOP, "", 14.2)
    before = Decision(STOP, "", 2.98)
    decided = [before, on_time, late, first, second]
    scene = judge(commands, decided, [False] * 1100)
    results = [one.result for one in scene.interruptions]
    assert [one.is_right for one in results] == [True, False, False, False]
    assert [one.is_missed for one in results] == [False, True, False, True]
    assert results[0].delay_s == pytest.approx(1.5)
    assert scene.false_accepts == [before, late]
    assert scene.heard_s == 22


def test_ducking_counts_from_the_first_sound_and_elsewhere_is_a_mistake() -> None:
    ducked = np.zeros(500, bool)
    ducked[50:100] = True  # from 1.02 s to 2 s
    ducked[154:200] = True  # the block that ends at 3.1 s is the first
    scene = judge([command(3, 4), command(7, 8)], [], ducked.tolist())
    assert [one.duck_s for one in scene.interruptions] == [pytest.approx(0.1), np.inf]
    assert scene.ducked == pytest.approx(50 / (500 - 2 * 125), abs=0.01)


def test_commands_of_a_scene_are_the_same_each_time() -> None:
    clips, again = scene_commands(24, 1), scene_commands(24, 1)
    assert [clip.name for clip in clips] == [clip.name for clip in again]
    assert all(clip.meaning for clip in clips)
    texts = [clip.name.partition(" (")[0] for clip in clips]
    assert [texts.count(word) for word in SAFE_WORDS] == [2, 2, 2, 2]
    assert len(set(texts)) == 20
    commands, once_more = timeline(clips, 0.003, 1), timeline(clips, 0.003, 1)
    assert [one.at_s for one in commands] == [one.at_s for one in once_more]
    assert [one.at_s for one in commands] != [one.at_s for one in timeline(clips, 0.003, 2)]
    for one, following in pairwise(commands):
        assert one.at_s <= one.start_s < one.end_s
        pause_s = following.at_s - (one.at_s + len(one.clip.sound) / RATE)
        assert 2.97 <= pause_s <= 6.01


def test_situations_have_different_names() -> None:
    assert len({situation.name for situation in ALL_SITUATIONS}) == len(ALL_SITUATIONS) == 24


def test_guide_falls_silent_after_a_command_and_goes_on(new_listener: NewListener) -> None:
    listener = new_listener(understood_s=1.0, speech_from_s=0.5)
    guide = ReadingGuide(ALL_PARTS, [hum(3)])
    played = silence()
    levels = []
    for _ in range(100):
        played = guide.process(silence(), played)
        levels.append(level_dbfs(played))
    # It fades out within the block of the decision, and is silent for 0.5 s.
    assert min(levels[:49]) > -45
    assert max(levels[50:74]) < -90
    assert min(levels[76:]) > -45
    assert [decision.at_s for decision in guide.decided] == [1.0]
    assert guide.ducked == [False] * 24 + [True] * 76
    assert len(listener.played) == len(guide.near_end) == 100


def test_without_ducking_the_voice_is_never_lowered(new_listener: NewListener) -> None:
    new_listener(speech_from_s=0.0)
    guide = ReadingGuide(ListenerParts(ducking=False), [hum(3)])
    guide.process(silence(), silence())
    assert guide.ducked == [False]


def test_guide_reads_everything_it_can_say() -> None:
    speech = guide_speech()
    assert len(speech) > 100
    assert sum(map(len, speech)) / RATE > 300


def test_person_and_echo_have_the_levels_of_the_situation(new_listener: NewListener) -> None:
    [stage] = new_stages([CLOSET], [hum(2, 0.02), hum(1.5, 0.02)])
    listener = new_listener()
    MonologueTest(stage, VOLUME, 4).run()
    assert active_level_dbfs(np.concatenate(listener.heard)) == pytest.approx(ECHO_DBFS, abs=0.3)
    clips = [Clip("stop (slt)", hum(1), STOP)] * 2
    listener = new_listener()
    scene = InterruptionScene(QUIET, stage, clips, 0, hiss(1)).run()
    sound = np.concatenate(listener.heard)
    last = scene.interruptions[1].result
    assert active_level_dbfs(sound) == pytest.approx(SPEECH_DBFS, abs=0.3)
    assert end_of_speech_s(sound) == pytest.approx(last.end_s, abs=0.01)
    assert [one.result.is_missed for one in scene.interruptions] == [True, True]


def test_echo_is_gone_when_it_is_20_db_weaker_for_a_whole_level_window() -> None:
    noise, loud = 10**-6.6, 10**-2.0
    echo = np.array([noise] * 50 + [loud] * 100)
    left = echo.copy()
    assert settling_time_s(echo, left) == np.inf
    left[90:] = loud / 200
    assert settling_time_s(echo, left) == pytest.approx((90 - 50) * 0.02 + 0.3)
    left[50:] = 0
    assert settling_time_s(echo, left) == pytest.approx(0.3)
    assert settling_time_s(np.full(100, noise), np.full(100, noise)) == np.inf
