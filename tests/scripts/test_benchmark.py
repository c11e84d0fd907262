"""The benchmark's conditions, counts and table."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from support.sounds import hiss, hum, pause

from benchmark.accuracy import (
    BackgroundTest,
    ClipResult,
    ClipTest,
    FalseAccepts,
    ListenerSetup,
    delays_s,
    false_accepts_per_hour,
    percent_right,
)
from benchmark.conditions import CLEAN, SPEECH_DBFS, ListeningCondition
from benchmark.interruptions import InterruptionResult, InterruptionSceneResult
from benchmark.live import ASLEEP, LISTENING, OVERHEARING, SPEAKING, LiveCosts
from benchmark.materials import Clip, recorded_materials, sentence_clips
from benchmark.monologue import EchoSettlingTimes, FrontEndCost
from benchmark.over_speech import OverSpeechResults
from benchmark.report import all_rows, show
from benchmark.resources import SystemCosts
from benchmark.results import SENTENCES, TALK, BenchmarkResults, ResultKey
from benchmark.scenes import SceneCommand, SceneResult, SceneResults
from benchmark.situations import OVER_THE_VOICE, QUIET
from benchmark.systems import STOCK_VOSK, SYSTEMS, VOICE_GUIDE, Decision, vocabulary
from harness.levels import active_level_dbfs
from harness.process_usage import MemoryUse, ProcessSnapshot, Usage
from harness.voices import SyntheticVoice
from voice_guide.audio.pcm import RATE, Samples, level_dbfs, to_int16
from voice_guide.devices.wav_file import write
from voice_guide.nlu.sentences import Meaning

PROJECT = Path(__file__).parents[2]

STOP, GO = Meaning("Word", {"word": "stop"}), Meaning("Word", {"word": "go"})

T = TypeVar("T")


def result(expected: Meaning | None, *decided: tuple[Meaning, float]) -> ClipResult:
    """Return the result of a clip whose speech ends at 2 seconds."""
    decisions = [Decision(meaning, "", at_s) for meaning, at_s in decided]
    return ClipResult("", expected, 2.0, decisions)


def placed(condition: ListeningCondition, dry: Samples) -> tuple[Samples, float]:
    """Return a recording in a condition, and the end of its speech in seconds."""
    speech = condition.place(dry, np.random.default_rng(0))
    return speech.sound, speech.end_s


@pytest.mark.parametrize("snr_db", [20, 5])
def test_noise_has_the_requested_level(snr_db: float) -> None:
    sound, end_s = placed(ListeningCondition("", noise=hiss(10), snr_db=snr_db), hum(2))
    after = sound[round((end_s + 0.5) * RATE) :]
    assert level_dbfs(after) == pytest.approx(SPEECH_DBFS - snr_db, abs=0.3)


def test_speech_level_does_not_depend_on_silence_in_the_recording() -> None:
    sound, _ = placed(CLEAN, np.concatenate([hum(0.5, 0.01), pause(2), hum(0.5, 0.01)]))
    assert active_level_dbfs(sound) == pytest.approx(SPEECH_DBFS, abs=0.3)


def test_placed_speech_has_time_before_and_after_it() -> None:
    sound, end_s = placed(CLEAN, hum(1))
    assert (end_s, len(sound) / RATE) == (2.0, 4.0)


def test_speech_ends_later_at_a_distance() -> None:
    response = np.concatenate([pause(0.05), to_int16(np.array([0.9, 0.1]))])
    _, end_s = placed(ListeningCondition("", response=response), hum(1))
    assert end_s == pytest.approx(2.05)


def test_right_result_is_one_command_with_the_right_values() -> None:
    right = result(STOP, (STOP, 2.2))
    others = [result(STOP), result(STOP, (GO, 2.2)), result(STOP, (STOP, 2.2), (GO, 2.5))]
    assert [found.is_right for found in (right, *others)] == [True, False, False, False]
    assert [found.is_missed for found in (right, *others)] == [False, True, False, False]
    assert percent_right([right, *others]) == 25
    assert delays_s([right, *others]) == [pytest.approx(0.2)]


def test_right_result_of_another_word_is_no_decision() -> None:
    assert result(None).is_right
    assert not result(None, (STOP, 2.2)).is_right


def test_early_decision_is_a_mistake_only_if_it_does_not_hold() -> None:
    assert not result(STOP, (STOP, 1.9)).is_early_mistake
    assert result(STOP, (GO, 1.9)).is_early_mistake
    assert result(STOP, (STOP, 1.9), (GO, 2.3)).is_early_mistake
    assert not result(STOP, (GO, 2.1)).is_early_mistake


def test_false_accepts_are_counted_per_hour() -> None:
    heard = [FalseAccepts(900, [Decision(STOP, "", 3.0)]), FalseAccepts(900, [])]
    assert false_accepts_per_hour(heard) == 2


def scene(*results: ClipResult) -> InterruptionSceneResult:
    """Return a scene of safe words, with the voice lowered at once for the first only."""
    ducks_s = [0.06, *[np.inf] * (len(results) - 1)]
    interruptions = [
        InterruptionResult(replace(one, clip="stop (slt)"), duck_s)
        for one, duck_s in zip(results, ducks_s, strict=True)
    ]
    return InterruptionSceneResult(interruptions, [Decision(GO, "", 30.0)], 0.02, 1800)


def live_costs(disk_bytes: int) -> LiveCosts:
    """Return the costs of a program that writes so much to disk in every activity."""
    started = ProcessSnapshot(1.0, 0.5, {1: 10}, 75_000_000, 3000, 0, 0)
    activities = (LISTENING, OVERHEARING, SPEAKING, ASLEEP)
    usage = dict.fromkeys(activities, Usage(5.0, 100.0, disk_bytes))
    return LiveCosts(0.5, started, MemoryUse(200, 40, 250), 5, usage)


def by_key(value: T, *conditions: tuple[str, str]) -> dict[ResultKey, T]:
    """Return the same for both systems, and each of these vocabularies and conditions."""
    return {(ListenerSetup(s, name), c): value for s in SYSTEMS for name, c in conditions}


def scene_results() -> SceneResults:
    """Return a scene with half of its commands obeyed, and a background with a false accept."""
    commands = [SceneCommand("stop", True, 0.2), SceneCommand("go", False, np.inf)]
    setups = [ListenerSetup(system, "step") for system in SYSTEMS]
    alone = SceneResult((), FalseAccepts(1800, [Decision(GO, "", 1.0)]))
    return {(setup, "quiet"): SceneResult(commands, FalseAccepts(30, [])) for setup in setups} | {
        (setup, "music"): alone for setup in setups
    }


def test_table_has_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    heard = [result(STOP, (STOP, 2.1)), result(GO), result(None, (GO, 2.1))]
    noisy = ListeningCondition("tap, 10 dB", noise=hiss(1), snr_db=10)
    cost = SystemCosts(0.5, 200, {"silence": 0.001, "talk": 0.02, "commands": 0.02}, 60)
    conditions = [CLEAN, noisy]
    asked = [(name, condition.name) for name in SENTENCES for condition in conditions]
    false_accept = FalseAccepts(1800, [Decision(GO, "", 1.0)])
    results = BenchmarkResults(
        clip_results=by_key(heard, *asked, ("orders", "6 dB")),
        false_accepts=by_key([false_accept], *((name, TALK) for name in SENTENCES)),
        conditions=conditions,
        trade_off=[],
        trade_off_conditions=[CLEAN.name],
        origin="recorded",
        costs=dict.fromkeys(SYSTEMS, cost),
        grammar_costs=dict.fromkeys(("few", "many"), dict.fromkeys(SYSTEMS, cost)),
        live=[dict.fromkeys(SYSTEMS, live_costs(0)), dict.fromkeys(SYSTEMS, live_costs(4096))],
        over_speech=OverSpeechResults(
            scenes={
                QUIET: [scene(result(STOP, (STOP, 2.1)))],
                OVER_THE_VOICE[2]: [scene(result(STOP, (STOP, 2.3)), result(GO))],
            },
            monologues=[FalseAccepts(600, [Decision(GO, "", 1.0)])],
            settling_times=[EchoSettlingTimes(0.5, 2.1), EchoSettlingTimes(0.4, np.inf)],
            cost=FrontEndCost(0.02),
        ),
        scenes=scene_results(),
        order_vocabulary="orders",
    )
    show(all_rows(results))
    lines = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
    table = {what.strip("| "): [cell.strip() for cell in cells] for what, *cells in lines}
    assert table["understood, single words, clean"][0] == "50.0 % (50.0 missed, 0.0 wrong)"
    assert table["other words answered, clean"][1] == "100.0 %"
    assert table["false accepts, single words, talk"][2] == "≤ 0.5: missed"
    assert table["delay, guide's sentences, clean, median"][0] == "0.10 s"
    assert table["obeyed, quiet"][::2] == ["1 of 2", "≥ 98 %: missed"]
    assert table["delay, scenes, median"][0] == "0.20 s"
    assert table["false accepts, music alone"][::2] == ["2.0 an hour", "≤ 1: missed"]
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


def test_talk_has_pauses_and_the_requested_speed() -> None:
    setup = ListenerSetup(VOICE_GUIDE, "words")
    seconds = [
        len(BackgroundTest(setup, "", CLEAN, [hum(4)] * 2, speed).sound()) / RATE
        for speed in (1, 2)
    ]
    assert seconds[0] - seconds[1] == pytest.approx(4, abs=0.01)
    assert 8 + 2 * 0.3 <= seconds[0] <= 8 + 2 * 1.5


def test_drawn_sentences_have_a_meaning_and_are_the_same_each_time() -> None:
    first, second = (sentence_clips(vocabulary("orders"), 2) for _ in range(2))
    assert [clip.name for clip in first] == [clip.name for clip in second]
    assert all(clip.meaning and len(clip.meaning.slots) == 6 for clip in first)


@pytest.mark.parametrize("system", [VOICE_GUIDE, STOCK_VOSK])
def test_both_systems_hear_a_word(system: str) -> None:
    clip = Clip("stop", SyntheticVoice("flite", "slt").render("stop"), STOP)
    [found] = ClipTest(ListenerSetup(system, "words"), CLEAN, [clip]).run()
    assert found.is_right
    assert 0 < found.delay_s < 1.5


@pytest.mark.parametrize(
    ("kind", "room"), [("echo_spk_7cm", "den"), ("talker_2m", "bedroom")], ids=["with", "without"]
)
def test_rooms_with_a_device_are_synthetic_unless_recorded(
    tmp_path: Path, kind: str, room: str
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
    found = recorded_materials(tmp_path, vocabulary("words")).device_rooms[0]
    assert found.name == room
    assert found.from_speaker[0] == (0.5 if room == "den" else pytest.approx(0.5, abs=0.001))
    assert np.abs(found.from_person).max() > 0.09


@pytest.mark.parametrize(
    ("has", "lacks"), [([], "folder of recordings"), (["talk", "noise"], "words.tsv")]
)
def test_folder_without_recordings_is_refused_in_one_line(
    tmp_path: Path, has: list[str], lacks: str
) -> None:
    folder = tmp_path / "speech"
    for name in has:
        (folder / name).mkdir(parents=True)
        write(folder / name / "one.wav", hum(0.1))
    done = subprocess.run(
        [sys.executable, "-m", "benchmark", "--quick", "--speech", folder],
        env=os.environ | {"PYTHONPATH": f"{PROJECT / 'scripts'}:{PROJECT}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert lacks in line
