"""The measuring instrument measures what it says."""

import os
import subprocess
import sys
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
from benchmark.materials import Clip, sentence_clips
from benchmark.report import Bar, rows, show
from benchmark.resources import Costs
from benchmark.run import SENTENCES, TALK, Key, Results
from benchmark.scenes import CLEAN, SPEECH_DBFS, Condition, active_level_dbfs, end_of_speech_s
from benchmark.systems import STOCK_VOSK, SYSTEMS, VOICE_GUIDE, Decision, vocabulary
from benchmark.voices import Voice
from voice_guide.audio import RATE, Samples, level_dbfs, silence, to_int16
from voice_guide.devices.wavfile import write
from voice_guide.hearing.sentences import Meaning

PROJECT = Path(__file__).parent.parent

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
    )
    show(rows(results))
    lines = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
    table = {what.strip("| "): [cell.strip() for cell in cells] for what, *cells in lines}
    assert table["understood, single words, clean"][0] == "50.0 % (50.0 missed, 0.0 wrong)"
    assert table["other words answered, clean"][1] == "100.0 %"
    assert table["false accepts, single words, talk"][2] == "≤ 0.5: missed"
    assert table["delay, guide's sentences, clean, median"][0] == "0.10 s"
    assert table["CPU per second of silence"][0] == "1.00 ms"


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
    clip = Clip("stop", Voice("flite", "slt").says("stop"), STOP)
    [found] = Trial(Listening(system, "words"), CLEAN, [clip]).run()
    assert found.is_right
    assert 0 < found.delay_s < 1.5


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
        env=os.environ | {"PYTHONPATH": f"{PROJECT / 'scripts'}:{PROJECT}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 2
    [line] = asked.stderr.splitlines()
    assert lacks in line
