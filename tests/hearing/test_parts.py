"""The parts of the ear, each alone: noise, loudness, decoys, second chances, the model ..."""

import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.synthetic_people import ROOM_NOISE

from voice_guide.audio.pcm import BLOCK, RATE, Samples, blocks_of, level_dbfs, silence
from voice_guide.config.language import reference
from voice_guide.hearing import recognizer
from voice_guide.hearing.gain import GainControl
from voice_guide.hearing.noise import NoiseReduction
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.hearing.vad import VoiceActivityDetector
from voice_guide.hearing.wake_retry import WakeRetry
from voice_guide.nlu.fillers import FillerWords
from voice_guide.nlu.sentences import Meaning
from voice_guide.speech_models.verify import require_model
from voice_guide.tts.pyttsx3_tts import VoiceSpec, phonemes, render

SPEAKER = VoiceSpec("en-us+m3", 150)

TALK = "the quick brown fox jumps over the lazy dog and goes home"


@pytest.fixture(scope="module")
def voice() -> Samples:
    """Some four seconds of somebody talking, in whole blocks."""
    said = render(TALK, SPEAKER)
    return said[: len(said) // BLOCK * BLOCK]


def noise(seconds: float, deviation: float) -> Samples:
    return np.random.default_rng(0).normal(0, deviation, round(seconds * RATE)).astype(np.int16)


def reduced(sound: Samples) -> Samples:
    reduction = NoiseReduction()
    return np.concatenate([reduction.reduce(block) for block in blocks_of(sound)])


def levelled(loudness: GainControl, sound: Samples) -> Samples:
    blocks = []
    for block in blocks_of(sound):
        loudness.follow(block)
        blocks.append(loudness.level(block))
    return np.concatenate(blocks)


def quieter(sound: Samples, by_db: float) -> Samples:
    return (sound * 10 ** (-by_db / 20)).astype(np.int16)


def clipped(sound: Samples) -> int:
    return int(np.count_nonzero(np.abs(sound.astype(int)) >= 32767))


@pytest.mark.parametrize("deviation", [100, 1000, 3000])
def test_steady_noise_is_turned_down_within_two_seconds(deviation: float) -> None:
    heard = noise(4, deviation)
    turned_down = level_dbfs(heard) - level_dbfs(reduced(heard)[2 * RATE :])
    assert turned_down == pytest.approx(14, abs=1)


def test_noise_that_starts_suddenly_is_turned_down_within_two_seconds() -> None:
    quiet, loud = noise(3, ROOM_NOISE), noise(4, 1000)
    after = reduced(np.concatenate([quiet, loud]))[len(quiet) :]
    assert level_dbfs(loud) - level_dbfs(after[:RATE]) < 3
    assert level_dbfs(loud) - level_dbfs(after[2 * RATE :]) == pytest.approx(14, abs=1)


def test_a_voice_in_a_quiet_room_stays_as_it_is_one_block_late(voice: Samples) -> None:
    room = noise(3, ROOM_NOISE)
    said = slice(len(room), len(room) + len(voice))
    heard = np.concatenate([room, voice // 2, silence()])
    after = reduced(heard)[said.start + BLOCK : said.stop + BLOCK]
    assert level_dbfs(after) == pytest.approx(level_dbfs(heard[said]), abs=1)
    assert np.corrcoef(after, heard[said])[0, 1] > 0.98


def test_a_voice_that_is_there_from_the_start_is_not_taken_for_noise(voice: Samples) -> None:
    after = reduced(np.concatenate([voice, silence()]))[BLOCK:]
    assert level_dbfs(after) == pytest.approx(level_dbfs(voice), abs=1)


@pytest.mark.filterwarnings("error")
def test_digital_silence_stays_silent(voice: Samples) -> None:
    assert not reduced(silence(3 * RATE)).any()
    after = reduced(np.concatenate([silence(3 * RATE), voice, silence(3 * RATE)]))
    assert not after[3 * RATE + len(voice) + 2 * BLOCK :].any()


@pytest.mark.parametrize("by_db", [0, 5, 10])
def test_quiet_and_loud_voices_come_out_alike(voice: Samples, by_db: float) -> None:
    out = levelled(GainControl(), quieter(voice, by_db))
    assert level_dbfs(out) == pytest.approx(-19, abs=2)


def test_somebody_who_walks_away_is_followed(voice: Samples) -> None:
    loudness = GainControl()
    near = level_dbfs(levelled(loudness, voice))
    away = [level_dbfs(levelled(loudness, quieter(voice, 10))) for _ in range(4)]
    assert away[0] < near - 5
    assert away[-1] == pytest.approx(near, abs=1)


def test_somebody_who_comes_near_is_followed_at_once(voice: Samples) -> None:
    loudness = GainControl()
    levelled(loudness, quieter(voice, 30))
    out = levelled(loudness, voice)
    assert level_dbfs(out) == pytest.approx(level_dbfs(levelled(GainControl(), voice)), abs=1)
    # Only a few peaks of a block that is louder than all before it.
    assert clipped(out) < len(out) / 1000


def test_a_faint_noise_is_not_made_as_loud_as_a_voice(voice: Samples) -> None:
    loudness = GainControl()
    faint = quieter(voice, 50)
    for _ in range(20):
        out = levelled(loudness, faint)
    assert level_dbfs(out) < -30


def all_english(texts: Sequence[str]) -> list[str]:
    return phonemes(texts, "en")


def english(text: str) -> str:
    return all_english([text])[0]


@pytest.mark.parametrize(("one", "other"), [("knew", "new"), ("no", "know"), ("wait", "weight")])
def test_words_that_sound_the_same_have_the_same_phonemes(one: str, other: str) -> None:
    assert english(one) == english(other)


def test_words_that_sound_different_have_different_phonemes() -> None:
    assert len({english(word) for word in ("stop", "step", "top", "stopped", "next")}) == 5


def test_every_clause_of_a_text_has_phonemes() -> None:
    assert english("stop, wait. next") == english("stop") + english("wait") + english("next")


def test_asking_how_a_word_sounds_leaves_the_voice_as_it_is() -> None:
    said = render(TALK, SPEAKER)
    phonemes(["bonjour"], "fr")
    assert len(render(TALK, SPEAKER)) == pytest.approx(len(said), abs=BLOCK)


def test_two_threads_may_ask_how_words_sound_while_the_guide_speaks() -> None:
    words = reference().common_words[:200]
    alone = all_english(words)
    said = render(TALK, SPEAKER)
    with ThreadPoolExecutor(3) as threads:
        asked = [threads.submit(all_english, words) for _ in range(2)]
        spoken = [threads.submit(render, TALK, SPEAKER) for _ in range(5)]
    assert [future.result() for future in asked] == [alone, alone]
    for future in spoken:
        assert len(future.result()) == pytest.approx(len(said), abs=BLOCK)


def test_what_sounds_like_a_sentence_is_no_decoy() -> None:
    words = ["knew", "know", "stopped", "stop", "weight", "kitchen"]
    fillers = FillerWords(words, lambda _: True, all_english)
    assert fillers.beside(["no", "stop", "wait"]) == ["knew", "kitchen"]
    assert fillers.beside(["new"]) == [word for word in words if word != "knew"]


def test_a_word_of_a_longer_sentence_may_be_a_decoy() -> None:
    assert FillerWords(["stop"], lambda _: True, all_english).beside(["stop the massage now"]) == [
        "stop"
    ]


def test_what_the_model_cannot_hear_is_no_decoy() -> None:
    fillers = FillerWords(["kitchen", "qwertz"], lambda word: word != "qwertz", all_english)
    assert fillers.beside(["stop"]) == ["kitchen"]


def test_a_language_without_a_list_has_no_decoys(tmp_path: Path) -> None:
    words = replace(reference(), folder=tmp_path).common_words

    assert words == []
    assert FillerWords(words, lambda _: True, all_english).beside(["stop"]) == []


@pytest.mark.parametrize("has_memory", [True, False])
def test_a_model_is_loaded_without_a_trace(
    has_memory: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder stays as it came, and nothing is left of the links that point to it.

    They are made on a disk only where nothing else is there.
    """
    used, unused = tmp_path, tmp_path / "missing"
    monkeypatch.setattr(recognizer, "_MEMORY_FOLDER", used if has_memory else unused)
    monkeypatch.setattr(tempfile, "tempdir", str(unused if has_memory else used))
    folder = require_model(reference().model)
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    assert before
    assert SpeechModel(folder).knows("stop")
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == before
    assert list(used.iterdir()) == []


def test_the_gate_lets_through_what_came_before_also_right_after_it_shut(voice: Samples) -> None:
    gate = VoiceActivityDetector()
    quiet = np.random.default_rng(0).normal(0, ROOM_NOISE, 2 * RATE).astype(np.int16)
    for block in blocks_of(np.concatenate([quiet, voice])):
        gate.push(block)
    assert gate.is_open
    for block in blocks_of(quiet):
        gate.push(block)
        if not gate.is_open:
            break
    opening = next(heard for block in blocks_of(voice) if (heard := gate.push(block)))
    assert len(opening) * BLOCK / RATE == pytest.approx(0.4)


# Second chances


def test_who_says_it_again_soon_is_taken_at_her_word_once() -> None:
    chance = WakeRetry()
    wake = Meaning("Wake", {})

    assert not chance.is_second((wake,), 1.0, 1.6)
    assert chance.is_second((wake,), 4.0, 4.6)
    assert not chance.is_second((wake,), 7.0, 7.6)


def test_who_says_it_again_much_later_or_says_something_else_is_not() -> None:
    chance = WakeRetry()

    assert not chance.is_second((Meaning("Wake", {}),), 1.0, 1.6)
    assert not chance.is_second((Meaning("Wake", {}),), 12.0, 12.6)
    assert not chance.is_second((Meaning("Stop", {}),), 14.0, 14.6)
    assert not chance.is_second((Meaning("Wake", {}),), 16.0, 16.6)
