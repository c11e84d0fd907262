"""The measuring instrument measures what it says."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmark.accuracy import (
    Alarms,
    Bystanding,
    Listening,
    Outcome,
    Trial,
    delays_s,
    false_accepts_per_hour,
    share,
)
from benchmark.interruptions import (
    ALL_SITUATIONS,
    OVER_THE_VOICE,
    QUIET,
    SAFE_WORDS,
    Held,
    Interruption,
    SentenceFinished,
    Session,
    commands,
    judged,
    timeline,
)
from benchmark.live import ASLEEP, LISTENING, OVERHEARING, SPEAKING, Live
from benchmark.materials import Clip, SessionCheckpoint, recorded, sentence_clips
from benchmark.monologue import Cost, Monologue, Settled, settled_s
from benchmark.over_speech import OverSpeech
from benchmark.process import Memory, Reading, Usage, memory, reading, usage
from benchmark.reader import ECHO_DBFS, VOLUME, Reader, guide_speech, staged
from benchmark.report import rows, show
from benchmark.resources import Costs
from benchmark.run import SENTENCES, TALK, Key, Results
from benchmark.scenes import CLEAN, SPEECH_DBFS, Condition, active_level_dbfs, end_of_speech_s
from benchmark.systems import (
    EVERYTHING,
    STOCK_VOSK,
    SYSTEMS,
    VOICE_GUIDE,
    Decision,
    Parts,
    vocabulary,
)
from benchmark.table import Bar
from benchmark.voices import CachedTts
from voice_guide.audio.pcm import BLOCK, RATE, Samples, level_dbfs, silence, to_int16
from voice_guide.devices.wav_file import write
from voice_guide.nlu.command import Command
from voice_guide.nlu.sentences import Meaning

PROJECT = Path(__file__).parents[2]

STOP, GO = Meaning("Word", {"word": "stop"}), Meaning("Word", {"word": "go"})


def hum(seconds: float, level: float = 0.1) -> Samples:
    """Sound that is speech to whoever looks at levels only."""
    return to_int16(level * np.sin(2 * np.pi * 200 * np.arange(round(seconds * RATE)) / RATE))


def pause(seconds: float) -> Samples:
    return silence(round(seconds * RATE))


def hiss(seconds: float) -> Samples:
    return to_int16(np.random.default_rng(5).normal(0, 0.02, round(seconds * RATE)))


def outcome(expected: Meaning | None, *decided: tuple[Meaning, float]) -> Outcome:
    """What became of something said until 2 seconds."""
    return Outcome("", expected, 2.0, [Decision(meaning, "", at_s) for meaning, at_s in decided])


class Ears:
    """Hears what a test tells it to, and keeps all that there was to hear."""

    def __init__(self, understood_s: float = np.inf, hears_from_s: float = np.inf) -> None:
        self.heard: list[Samples] = []
        self.played: list[Samples] = []
        self._understood_s = understood_s
        self._hears_from_s = hears_from_s

    @property
    def now_s(self) -> float:
        return len(self.heard) * BLOCK / RATE

    @property
    def hears_speech(self) -> bool:
        return self.now_s >= self._hears_from_s

    @property
    def near_end(self) -> Samples:
        return self.heard[-1]

    def hear(self, heard: Samples, played: Samples) -> list[Command]:
        self.heard.append(heard)
        self.played.append(played)
        return [Command("Next")] if self.now_s == self._understood_s else []


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ears]:
    """Make ears that whoever reads next will have."""

    def make(**hears: float) -> Ears:
        made = Ears(**hears)
        monkeypatch.setattr("benchmark.reader.listener_with", lambda parts: made)
        return made

    return make


NEARBY = SessionCheckpoint("closet", np.array([0.0, 0.5]), np.array([0.9]))
"""A place where nothing is reflected."""


def scene_of(condition: Condition, dry: Samples) -> tuple[Samples, float]:
    scene = condition.scene(dry, np.random.default_rng(0))
    return scene.sound, scene.end_s


@pytest.mark.parametrize("snr_db", [20, 5])
def test_noise_is_as_loud_as_was_asked(snr_db: float) -> None:
    sound, end_s = scene_of(Condition("", noise=hiss(10), snr_db=snr_db), hum(2))
    after = sound[round((end_s + 0.5) * RATE) :]
    assert level_dbfs(after) == pytest.approx(SPEECH_DBFS - snr_db, abs=0.3)


def test_speech_is_at_its_level_however_much_of_the_recording_is_silent() -> None:
    sound, _ = scene_of(CLEAN, np.concatenate([hum(0.5, 0.01), pause(2), hum(0.5, 0.01)]))
    assert active_level_dbfs(sound) == pytest.approx(SPEECH_DBFS, abs=0.3)


@pytest.mark.parametrize("noise_level", [0, 0.002], ids=["clean", "with noise of its own"])
def test_the_end_of_speech_is_found(noise_level: float) -> None:
    said = np.concatenate([pause(0.3), hum(0.7), pause(0.5)])
    noise = np.random.default_rng(1).normal(0, noise_level, len(said))
    assert end_of_speech_s(to_int16(said / 32768 + noise)) == pytest.approx(1.0, abs=0.02)


def test_a_scene_goes_on_after_the_end_of_speech() -> None:
    sound, end_s = scene_of(CLEAN, hum(1))
    assert (end_s, len(sound) / RATE) == (2.0, 4.0)


def test_speech_ends_later_far_away_in_a_room() -> None:
    response = np.concatenate([pause(0.05), to_int16(np.array([0.9, 0.1]))])
    _, end_s = scene_of(Condition("", response=response), hum(1))
    assert end_s == pytest.approx(2.05)


def test_understood_is_one_command_with_the_right_values() -> None:
    right = outcome(STOP, (STOP, 2.2))
    others = [outcome(STOP), outcome(STOP, (GO, 2.2)), outcome(STOP, (STOP, 2.2), (GO, 2.5))]
    assert [found.is_right for found in (right, *others)] == [True, False, False, False]
    assert [found.is_missed for found in (right, *others)] == [False, True, False, False]
    assert share([right, *others]) == 25
    assert delays_s([right, *others]) == [pytest.approx(0.2)]


def test_a_word_that_is_not_listened_for_is_to_be_left_alone() -> None:
    assert outcome(None).is_right
    assert not outcome(None, (STOP, 2.2)).is_right


def test_an_early_decision_is_a_mistake_only_where_it_does_not_hold() -> None:
    assert not outcome(STOP, (STOP, 1.9)).is_early_mistake
    assert outcome(STOP, (GO, 1.9)).is_early_mistake
    assert outcome(STOP, (STOP, 1.9), (GO, 2.3)).is_early_mistake
    assert not outcome(STOP, (GO, 2.1)).is_early_mistake


def test_false_accepts_are_counted_by_the_hour() -> None:
    heard = [Alarms(900, [Decision(STOP, "", 3.0)]), Alarms(900, [])]
    assert false_accepts_per_hour(heard) == 2


def test_a_bar_is_judged_by_the_figure() -> None:
    assert Bar("≥", "98 %", 98).judged(98.0) == "≥ 98 %: reached"
    assert Bar(">", "98 %", 98).judged(98.0) == "> 98 %: missed"
    assert Bar("≤", "0.5", 0.5).judged(0.6) == "≤ 0.5: missed"


def held(*outcomes: Outcome) -> Held:
    """A scene of safe words, with the voice lowered at once for the first, then never."""
    ducks_s = [0.06, *[np.inf] * (len(outcomes) - 1)]
    interruptions = [
        Interruption(replace(one, clip="stop (slt)"), duck_s)
        for one, duck_s in zip(outcomes, ducks_s, strict=True)
    ]
    return Held(interruptions, [Decision(GO, "", 30.0)], 0.02, 1800)


def lives(written_bytes: int) -> Live:
    """A program that writes so much to disk in whatever it does."""
    started = Reading(1.0, 0.5, {1: 10}, 75_000_000, 3000, 0)
    doing = dict.fromkeys(
        (LISTENING, OVERHEARING, SPEAKING, ASLEEP), Usage(5.0, 100.0, written_bytes)
    )
    return Live(0.5, started, Memory(200, 40, 250), 5, doing)


def test_every_figure_is_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    def of_all(value: object, *where: tuple[str, str]) -> dict[Key, object]:
        return {(Listening(s, name), w): value for s in SYSTEMS for name, w in where}

    heard = [outcome(STOP, (STOP, 2.1)), outcome(GO), outcome(None, (GO, 2.1))]
    noisy = Condition("tap, 10 dB", noise=hiss(1), snr_db=10)
    cost = Costs(0.5, 200, {"silence": 0.001, "talk": 0.02, "commands": 0.02}, 60)
    conditions = [CLEAN, noisy]
    asked = [(name, condition.name) for name in SENTENCES for condition in conditions]
    results = Results(
        outcomes=of_all(heard, *asked, ("orders", "6 dB")),
        alarms=of_all([Alarms(1800, [Decision(GO, "", 1.0)])], *((n, TALK) for n in SENTENCES)),
        conditions=conditions,
        trade_off=[],
        trade_off_conditions=[CLEAN.name],
        origin="recorded",
        costs=dict.fromkeys(SYSTEMS, cost),
        grammar_costs=dict.fromkeys(("few", "many"), dict.fromkeys(SYSTEMS, cost)),
        live=[dict.fromkeys(SYSTEMS, lives(0)), dict.fromkeys(SYSTEMS, lives(4096))],
        over_speech=OverSpeech(
            held={
                QUIET: [held(outcome(STOP, (STOP, 2.1)))],
                OVER_THE_VOICE[2]: [held(outcome(STOP, (STOP, 2.3)), outcome(GO))],
            },
            monologues=[Alarms(600, [Decision(GO, "", 1.0)])],
            settled=[Settled(0.5, 2.1), Settled(0.4, np.inf)],
            cost=Cost(0.02),
        ),
    )
    show(rows(results))
    lines = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
    table = {what.strip("| "): [cell.strip() for cell in cells] for what, *cells in lines}
    assert table["understood, single words, clean"][0] == "50.0 % (50.0 missed, 0.0 wrong)"
    assert table["other words answered, clean"][1] == "100.0 %"
    assert table["false accepts, single words, talk"][2] == "≤ 0.5: missed"
    assert table["delay, guide's sentences, clean, median"][0] == "0.10 s"
    assert table["CPU per second of silence"][0] == "1.00 ms"
    assert table["live, peak memory"][:2] == ["250 MB", "250 MB"]
    assert table["live, read at start-up"][0] == "75 MB in 3000 calls"
    assert table["live, wake-ups a second, asleep"][:2] == ["100", ""]
    assert table["live, written to disk while idle"][::2] == ["4096 bytes", "≤ 0: missed"]
    over = "10 dB below the voice"
    assert table[f"understood, {over}"][:2] == ["50.0 % (50.0 missed, 0.0 wrong)", ""]
    assert table[f"understood, safe words, {over}"][2] == "≥ 95 %: missed"
    assert table["false accepts, between interruptions, with everything"][0] == "2.0 an hour"
    assert table["commands heard where only the guide speaks"][2] == "≤ 0: missed"
    assert table[f"delay, {over}, median"][::2] == ["0.30 s", "≤ 0.25 s: missed"]
    assert table[f"until the voice is lowered, {over}, median"][2] == "≤ 0.1 s: reached"
    assert table[f"until the voice is lowered, {over}, 95th percentile"][0] == "never"
    assert table["echo 20 dB weaker, after the first sound"][::2] == ["0.50 s", "≤ 2 s: reached"]
    assert table["echo 20 dB weaker, after a louder voice"][::2] == ["never", "≤ 2 s: missed"]


def test_talk_follows_on_with_pauses_and_faster_where_asked() -> None:
    who = Listening(VOICE_GUIDE, "words")
    seconds = [
        len(Bystanding(who, "", CLEAN, [hum(4)] * 2, speed).sound()) / RATE for speed in (1, 2)
    ]
    assert seconds[0] - seconds[1] == pytest.approx(4, abs=0.01)
    assert 8 + 2 * 0.3 <= seconds[0] <= 8 + 2 * 1.5


def test_what_is_said_means_something_and_is_the_same_each_time() -> None:
    first, second = (sentence_clips(vocabulary("orders"), 2) for _ in range(2))
    assert [clip.name for clip in first] == [clip.name for clip in second]
    assert all(clip.meaning and len(clip.meaning.slots) == 6 for clip in first)


@pytest.mark.parametrize("system", [VOICE_GUIDE, STOCK_VOSK])
def test_both_systems_hear_a_word(system: str) -> None:
    clip = Clip("stop", CachedTts("flite", "slt").says("stop"), STOP)
    [found] = Trial(Listening(system, "words"), CLEAN, [clip]).run()
    assert found.is_right
    assert 0 < found.delay_s < 1.5


@pytest.mark.parametrize(
    ("kind", "place"), [("echo_spk_7cm", "den"), ("talker_2m", "bedroom")], ids=["with", "without"]
)
def test_rooms_with_a_device_are_recorded_or_else_made(
    tmp_path: Path, kind: str, place: str
) -> None:
    for name in ("words", "talk", "noise", "rooms"):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "one.wav", hum(0.1))
    write(tmp_path / "rooms" / "two.wav", to_int16(np.array([0.5])))
    (tmp_path / "words.tsv").write_text("file\ttext\nwords/one.wav\tstop\n")
    (tmp_path / "rooms" / "manifest.tsv").write_text(
        "path\troom\tkind\tdistance_m\n"
        f"two.wav\tden\t{kind}\t2\none.wav\tden\ttalker_1m_az20\t1.01\n"
    )
    found = recorded(tmp_path, vocabulary("words")).places[0]
    assert found.name == place
    assert found.from_speaker[0] == (0.5 if place == "den" else pytest.approx(0.5, abs=0.001))
    assert np.abs(found.from_person).max() > 0.09


@pytest.mark.parametrize(
    ("has", "lacks"), [([], "folder of recordings"), (["talk", "noise"], "words.tsv")]
)
def test_a_folder_without_recordings_is_one_clear_line(
    tmp_path: Path, has: list[str], lacks: str
) -> None:
    folder = tmp_path / "speech"
    for name in has:
        (folder / name).mkdir(parents=True)
        write(folder / name / "one.wav", hum(0.1))
    asked = subprocess.run(
        [sys.executable, "-m", "benchmark", "--quick", "--speech", folder],
        env=os.environ | {"PYTHONPATH": f"{PROJECT / 'scripts'}:{PROJECT / 'tests'}:{PROJECT}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 2
    [line] = asked.stderr.splitlines()
    assert lacks in line


def said_from(start_s: float, end_s: float, meaning: Meaning = STOP) -> SentenceFinished:
    return SentenceFinished(Clip("stop (slt)", hum(1), meaning), start_s - 0.1, start_s, end_s)


def test_a_command_is_understood_if_it_alone_is_decided_on_in_time() -> None:
    all_said = [said_from(3, 4), said_from(8, 9), said_from(13, 14), said_from(18, 19)]
    on_time, late = Decision(STOP, "", 5.5), Decision(STOP, "", 10.52)
    first, second = Decision(GO, "", 13.5), Decision(STOP, "", 14.2)
    before = Decision(STOP, "", 2.98)
    decided = [before, on_time, late, first, second]
    found = judged(all_said, decided, [False] * 1100)
    outcomes = [one.outcome for one in found.interruptions]
    assert [outcome.is_right for outcome in outcomes] == [True, False, False, False]
    assert [outcome.is_missed for outcome in outcomes] == [False, True, False, True]
    assert outcomes[0].delay_s == pytest.approx(1.5)
    assert found.false_accepts == [before, late]
    assert found.heard_s == 22


def test_ducking_counts_from_the_first_sound_and_elsewhere_is_a_mistake() -> None:
    ducked = np.zeros(500, bool)
    ducked[50:100] = True  # from 1.02 s to 2 s
    ducked[154:200] = True  # the block that ends at 3.1 s is the first
    found = judged([said_from(3, 4), said_from(7, 8)], [], ducked.tolist())
    assert [one.duck_s for one in found.interruptions] == [pytest.approx(0.1), np.inf]
    assert found.ducked == pytest.approx(50 / (500 - 2 * 125), abs=0.01)


def test_what_is_said_in_a_scene_is_known_and_the_same_each_time() -> None:
    clips, again = commands(24, 1), commands(24, 1)
    assert [clip.name for clip in clips] == [clip.name for clip in again]
    assert all(clip.meaning for clip in clips)
    texts = [clip.name.partition(" (")[0] for clip in clips]
    assert [texts.count(word) for word in SAFE_WORDS] == [2, 2, 2, 2]
    assert len(set(texts)) == 20
    all_said, once_more = timeline(clips, 0.003, 1), timeline(clips, 0.003, 1)
    assert [said.at_s for said in all_said] == [said.at_s for said in once_more]
    assert [said.at_s for said in all_said] != [said.at_s for said in timeline(clips, 0.003, 2)]
    for said, following in pairwise(all_said):
        assert said.at_s <= said.start_s < said.end_s
        pause_s = following.at_s - (said.at_s + len(said.clip.sound) / RATE)
        assert 2.97 <= pause_s <= 6.01


def test_situations_are_told_apart_by_their_names() -> None:
    assert len({situation.name for situation in ALL_SITUATIONS}) == len(ALL_SITUATIONS) == 24


def test_the_guide_falls_silent_once_it_has_understood_and_goes_on(
    ears: Callable[..., Ears],
) -> None:
    heard = ears(understood_s=1.0, hears_from_s=0.5)
    reader = Reader(EVERYTHING, [hum(3)])
    played = silence()
    levels = []
    for _ in range(100):
        played = reader.process(silence(), played)
        levels.append(level_dbfs(played))
    # Within the block in which it was understood it fades, and then it is silent for 0.5 s.
    assert min(levels[:49]) > -45
    assert max(levels[50:74]) < -90
    assert min(levels[76:]) > -45
    assert [decision.at_s for decision in reader.decided] == [1.0]
    assert reader.ducked == [False] * 24 + [True] * 76
    assert len(heard.played) == len(reader.left) == 100


def test_without_ducking_the_voice_is_never_lowered(ears: Callable[..., Ears]) -> None:
    ears(hears_from_s=0.0)
    reader = Reader(Parts(ducking=False), [hum(3)])
    reader.process(silence(), silence())
    assert reader.ducked == [False]


def test_the_guide_says_all_it_can_say() -> None:
    speech = guide_speech()
    assert len(speech) > 100
    assert sum(map(len, speech)) / RATE > 300


def test_person_and_echo_are_as_loud_as_the_situation_says(ears: Callable[..., Ears]) -> None:
    [stage] = staged([NEARBY], [hum(2, 0.02), hum(1.5, 0.02)])
    heard = ears()
    Monologue(stage, VOLUME, 4).run()
    assert active_level_dbfs(np.concatenate(heard.heard)) == pytest.approx(ECHO_DBFS, abs=0.3)
    clips = [Clip("stop (slt)", hum(1), STOP)] * 2
    heard = ears()
    result = Session(QUIET, stage, clips, 0, hiss(1)).run()
    sound = np.concatenate(heard.heard)
    assert active_level_dbfs(sound) == pytest.approx(SPEECH_DBFS, abs=0.3)
    assert end_of_speech_s(sound) == pytest.approx(result.interruptions[1].outcome.end_s, abs=0.01)
    assert [one.outcome.is_missed for one in result.interruptions] == [True, True]


def test_the_echo_is_gone_when_it_is_20_db_weaker_for_as_long_as_levels_are_taken() -> None:
    noise, loud = 10**-6.6, 10**-2.0
    echo = np.array([noise] * 50 + [loud] * 100)
    left = echo.copy()
    assert settled_s(echo, left) == np.inf
    left[90:] = loud / 200
    assert settled_s(echo, left) == pytest.approx((90 - 50) * 0.02 + 0.3)
    left[50:] = 0
    assert settled_s(echo, left) == pytest.approx(0.3)
    assert settled_s(np.full(100, noise), np.full(100, noise)) == np.inf


# The whole of each, live


def test_what_a_process_does_is_counted(tmp_path: Path) -> None:
    own = os.getpid()
    file = tmp_path / "written"
    before = reading(own)
    with file.open("wb") as opened:
        opened.write(bytes(100_000))
        os.fsync(opened.fileno())
    assert len(file.read_bytes()) == 100_000
    for _ in range(50):
        time.sleep(0.001)
    after = reading(own)

    done = usage(before, after)
    assert done.wake_ups_per_s >= 50 / (after.at_s - before.at_s)
    assert after.read_bytes - before.read_bytes >= 100_000
    assert after.reads > before.reads
    # Where temporary files are kept in memory, no disk is written to.
    assert done.written_bytes in (0, *range(100_000, 10_000_000))


def test_idleness_and_work_are_told_apart() -> None:
    before = reading(os.getpid())
    until_s = time.process_time() + 0.2
    while time.process_time() < until_s:
        pass
    after = reading(os.getpid())

    worked_ms = usage(before, after).cpu_ms_per_s * (after.at_s - before.at_s)
    assert 180 <= worked_ms < 1000
    assert usage(before, replace(before, at_s=before.at_s + 1)) == Usage(0.0, 0.0, 0)


def test_a_thread_that_began_meanwhile_is_counted_from_its_beginning() -> None:
    before = Reading(10.0, 0.0, {1: 100}, 0, 0, 0)
    after = Reading(12.0, 0.0, {1: 110, 2: 30}, 0, 0, 0)
    assert usage(before, after).wake_ups_per_s == 20


def test_memory_that_is_held_is_told() -> None:
    before = memory(os.getpid())
    held = bytearray(b"x" * 50_000_000)
    after = memory(os.getpid())
    assert after.own_mb - before.own_mb > 0.9 * len(held) / 2**20
    assert after.peak_mb >= after.own_mb + after.files_mb - 1
