"""The mixer plays sounds in order, at a volume, and ducks without a click."""

import numpy as np
import pytest

from voice_guide.audio.pcm import BLOCK, RATE, Samples
from voice_guide.tts.mixer import Mixer
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

GUIDE = VoiceSpec("en-us", 140)


def tone(blocks: float, level: int = 8000) -> Samples:
    """Return a constant sound, in which every change shows."""
    return np.full(round(blocks * BLOCK), level, np.int16)


def play_out(mixer: Mixer[str, str]) -> tuple[Samples, list[str]]:
    """Return all that a mixer has to play, and the start labels that came with it."""
    blocks, labels = [], []
    while mixer.is_playing:
        block, started, _ = mixer.next_block()
        blocks.append(block)
        labels += started
    return np.concatenate(blocks), labels


def test_the_mixer_plays_silence_when_there_is_nothing_to_play() -> None:
    block, started, ended = Mixer[str, str](1.0).next_block()

    assert len(block) == BLOCK
    assert not block.any()
    assert not started
    assert not ended


def test_the_mixer_plays_a_sound_sample_for_sample() -> None:
    mixer = Mixer[str, str](1.0)
    speech = render("Step one.", GUIDE)
    mixer.play(speech, "step one")

    played, _ = play_out(mixer)

    assert np.array_equal(played[: len(speech)], speech)
    assert not played[len(speech) :].any()


def test_the_volume_scales_a_sound() -> None:
    mixer = Mixer[str, str](0.5)
    mixer.play(tone(1), "tone")

    block, _, _ = mixer.next_block()

    assert set(block) == {4000}


def test_a_new_volume_applies_from_the_next_block() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(2), "tone")

    loud, _, _ = mixer.next_block()
    mixer.volume = 0.25
    quiet, _, _ = mixer.next_block()

    assert set(loud) == {8000}
    assert set(quiet) == {2000}


def test_the_mixer_plays_sounds_in_order_with_a_pause_between_them() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(1.5, 1000), "first")
    mixer.play(tone(1.5, 2000), "second")

    played, labels = play_out(mixer)

    assert labels == ["first", "second"]
    levels = np.flatnonzero(played == 1000), np.flatnonzero(played == 2000)
    assert [len(found) for found in levels] == [1.5 * BLOCK] * 2
    assert 0.1 * RATE < levels[1][0] - levels[0][-1] < 0.5 * RATE


def test_a_start_label_comes_with_the_block_in_which_its_sound_starts() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(2.5), "first")
    mixer.play(tone(1), "second")

    labelled_at, starts_at = [], []
    was_silent = True
    for number in range(30):
        block, started, _ = mixer.next_block()
        labelled_at += [number] * len(started)
        if block.any() and was_silent:
            starts_at.append(number)
        was_silent = not block.any()

    assert labelled_at == starts_at


def test_an_end_label_comes_with_the_block_in_which_its_sound_ends() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(2.5), None, "first")
    mixer.play(tone(1), None, "second")

    labelled_at = [mixer.next_block()[2] for _ in range(30)]

    (second_ends,) = (at for at, ended in enumerate(labelled_at) if ended == ["second"])
    assert labelled_at[2] == ["first"]
    assert second_ends > 3
    assert sum(map(len, labelled_at)) == 2


def test_a_stopped_sound_has_no_end_label() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(1.5), None, "playing")
    mixer.next_block()

    mixer.stop()

    assert not any(mixer.next_block()[2] for _ in range(5))


def test_an_empty_sound_has_its_label_and_does_not_delay_the_next() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(0), "nothing")
    mixer.play(tone(1), "something")

    _, labels = play_out(mixer)

    assert labels == ["nothing", "something"]


def test_stop_ends_playing_and_waiting_sounds_within_a_block() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(10), "playing", "playing")
    mixer.play(tone(10), "waiting", "waiting")
    mixer.next_block()

    mixer.stop()

    assert not mixer.is_playing
    last, _, _ = mixer.next_block()
    silent, started, ended = mixer.next_block()
    assert last.any()
    assert not silent.any()
    assert not started
    assert not ended


def test_stop_fades_out_without_a_click() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(10), "playing")
    before, _, _ = mixer.next_block()
    mixer.stop()
    after, _, _ = mixer.next_block()

    steps = np.abs(np.diff(np.concatenate([before, after]).astype(int)))

    assert after[-1] == 0
    assert steps.max() < 8000 * 0.02


def test_a_sound_after_a_stop_starts_within_the_same_block() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(10, 1000), "old")
    mixer.next_block()

    mixer.stop()
    mixer.play(tone(10, 2000), "new")
    block, started, _ = mixer.next_block()

    assert started == ["new"]
    assert block[-1] == 2000


# Ducking


def play(mixer: Mixer[str, str], blocks: int) -> Samples:
    return np.concatenate([mixer.next_block()[0] for _ in range(blocks)])


def loudness_db(played: Samples) -> float:
    """Return the level of a played tone() against the tone itself, in dB."""
    return 20 * float(np.log10(np.abs(played).max() / 8000))


@pytest.fixture
def talking() -> Mixer[str, str]:
    """Return a mixer in the middle of a long sound."""
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(100), "talk")
    mixer.next_block()
    return mixer


def test_ducking_lowers_the_voice_within_20_ms(talking: Mixer[str, str]) -> None:
    talking.is_ducked = True
    play(talking, 1)

    assert loudness_db(play(talking, 20)) == pytest.approx(-12, abs=0.5)


def test_the_voice_comes_back_over_300_ms_after_ducking(talking: Mixer[str, str]) -> None:
    talking.is_ducked = True
    play(talking, 10)
    talking.is_ducked = False

    played = play(talking, 20)

    assert np.flatnonzero(played == 8000)[0] / RATE == pytest.approx(0.3, abs=0.02)
    assert set(played[-BLOCK:]) == {8000}


def test_ducking_makes_no_click(talking: Mixer[str, str]) -> None:
    played = []
    for is_ducked in (False, True, True, False, False, True, False):
        talking.is_ducked = is_ducked
        played.append(play(talking, 2))

    steps = np.abs(np.diff(np.concatenate(played).astype(int)))

    assert 0 < steps.max() <= 8000 / BLOCK + 1


def test_ducking_drops_no_sample() -> None:
    mixer = Mixer[str, str](1.0)
    speech = render("Stand up, with your back against the wall.", GUIDE)
    mixer.play(speech, "step one")

    before = play(mixer, 5)
    mixer.is_ducked = True
    softly = play(mixer, 10)
    mixer.is_ducked = False
    after, _ = play_out(mixer)

    played = np.concatenate([before, softly, after])[: len(speech)]
    is_loud = np.ones(len(speech), bool)
    is_loud[5 * BLOCK : 35 * BLOCK] = False
    assert np.array_equal(played[is_loud], speech[is_loud])
    is_soft = slice(6 * BLOCK, 15 * BLOCK)
    assert played[is_soft] == pytest.approx(speech[is_soft] * 10 ** (-12 / 20), abs=1)


def test_a_sound_after_a_stop_starts_at_full_volume(talking: Mixer[str, str]) -> None:
    talking.is_ducked = True
    play(talking, 5)
    talking.is_ducked = False
    talking.stop()
    talking.play(tone(10), "answer")

    block, started, _ = talking.next_block()

    assert started == ["answer"]
    assert set(block[BLOCK // 2 :]) == {8000}
    assert loudness_db(block[: BLOCK // 2]) == pytest.approx(-12, abs=0.5)


def test_a_sound_after_a_stop_is_ducked_while_the_person_goes_on(talking: Mixer[str, str]) -> None:
    talking.is_ducked = True
    play(talking, 5)
    talking.stop()
    talking.play(tone(10), "answer")

    assert loudness_db(play(talking, 5)) == pytest.approx(-12, abs=0.5)
