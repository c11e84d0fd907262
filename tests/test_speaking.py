"""From text to speaker blocks: the mixer, the store of rendered speech, the synthesizer."""

import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from voice_guide.audio import BLOCK, RATE, Samples
from voice_guide.errors import VoiceGuideError
from voice_guide.speaking import synthesizer, voice
from voice_guide.speaking.mixer import Mixer
from voice_guide.speaking.synthesizer import Speaker, render
from voice_guide.speaking.voice import Voice

GUIDE = Speaker("en-us", 140)


def tone(blocks: float, level: int = 8000) -> Samples:
    """Return a sound that is the same all along, so that every change to it shows."""
    return np.full(round(blocks * BLOCK), level, np.int16)


def play_out(mixer: Mixer[str]) -> tuple[Samples, list[str]]:
    """Return all that a mixer has to play, and the labels of what it played."""
    blocks, labels = [], []
    while mixer.is_playing:
        block, started = mixer.next_block()
        blocks.append(block)
        labels += started
    return np.concatenate(blocks), labels


# Mixer


def test_the_mixer_plays_silence_when_there_is_nothing_to_play() -> None:
    block, started = Mixer[str](1.0).next_block()

    assert len(block) == BLOCK
    assert not block.any()
    assert not started


def test_what_is_played_comes_out_sample_for_sample() -> None:
    mixer = Mixer[str](1.0)
    speech = render("Step one.", GUIDE)
    mixer.play(speech, "step one")

    played, _ = play_out(mixer)

    assert np.array_equal(played[: len(speech)], speech)
    assert not played[len(speech) :].any()


def test_the_volume_scales_what_is_played() -> None:
    mixer = Mixer[str](0.5)
    mixer.play(tone(1), "tone")

    block, _ = mixer.next_block()

    assert set(block) == {4000}


def test_a_new_volume_holds_from_the_next_block_on() -> None:
    mixer = Mixer[str](1.0)
    mixer.play(tone(2), "tone")

    loud, _ = mixer.next_block()
    mixer.volume = 0.25
    quiet, _ = mixer.next_block()

    assert set(loud) == {8000}
    assert set(quiet) == {2000}


def test_sounds_are_played_in_order_with_a_pause_between_them() -> None:
    mixer = Mixer[str](1.0)
    mixer.play(tone(1.5, 1000), "first")
    mixer.play(tone(1.5, 2000), "second")

    played, labels = play_out(mixer)

    assert labels == ["first", "second"]
    levels = np.flatnonzero(played == 1000), np.flatnonzero(played == 2000)
    assert [len(found) for found in levels] == [1.5 * BLOCK] * 2
    assert 0.1 * RATE < levels[1][0] - levels[0][-1] < 0.5 * RATE


def test_a_label_is_told_in_the_block_in_which_its_sound_starts() -> None:
    mixer = Mixer[str](1.0)
    mixer.play(tone(2.5), "first")
    mixer.play(tone(1), "second")

    told_at, starts_at = [], []
    was_silent = True
    for number in range(30):
        block, started = mixer.next_block()
        told_at += [number] * len(started)
        if block.any() and was_silent:
            starts_at.append(number)
        was_silent = not block.any()

    assert told_at == starts_at


def test_a_sound_of_no_length_is_told_and_does_not_hold_up_the_next() -> None:
    mixer = Mixer[str](1.0)
    mixer.play(tone(0), "nothing")
    mixer.play(tone(1), "something")

    _, labels = play_out(mixer)

    assert labels == ["nothing", "something"]


def test_stop_ends_what_is_played_and_what_is_waiting_within_a_block() -> None:
    mixer = Mixer[str](1.0)
    mixer.play(tone(10), "playing")
    mixer.play(tone(10), "waiting")
    mixer.next_block()

    mixer.stop()

    assert not mixer.is_playing
    last, _ = mixer.next_block()
    silent, started = mixer.next_block()
    assert last.any()
    assert not silent.any()
    assert not started


def test_stop_fades_out_without_a_click() -> None:
    mixer = Mixer[str](1.0)
    mixer.play(tone(10), "playing")
    before, _ = mixer.next_block()
    mixer.stop()
    after, _ = mixer.next_block()

    steps = np.abs(np.diff(np.concatenate([before, after]).astype(int)))

    assert after[-1] == 0
    assert steps.max() < 8000 * 0.02


def test_what_is_played_after_a_stop_starts_within_the_same_block() -> None:
    mixer = Mixer[str](1.0)
    mixer.play(tone(10, 1000), "old")
    mixer.next_block()

    mixer.stop()
    mixer.play(tone(10, 2000), "new")
    block, started = mixer.next_block()

    assert started == ["new"]
    assert block[-1] == 2000


# Voice


class Rendering:
    """Renders like the real one, keeps account, and can be held up."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.sounds: dict[str, Samples] = {}
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.has_begun = threading.Event()

    def __call__(self, text: str, speaker: Speaker) -> Samples:
        self.texts.append(text)
        if text.startswith("slow"):
            self.has_begun.set()
            assert self.may_go_on.wait(10)
        self.sounds[text] = render(text, speaker)
        return self.sounds[text]


@pytest.fixture
def rendering() -> Rendering:
    return Rendering()


@pytest.fixture
def guide(rendering: Rendering) -> Iterator[Voice]:
    voice = Voice(GUIDE, rendering)
    yield voice
    rendering.may_go_on.set()
    voice.close()


def test_speech_is_the_text_rendered(guide: Voice, rendering: Rendering) -> None:
    assert guide.speech("Step one.") is rendering.sounds["Step one."]


def test_prepared_speech_is_not_rendered_again(guide: Voice, rendering: Rendering) -> None:
    guide.prepare(["one", "two"])

    for text in ("one", "two", "one"):
        guide.speech(text)

    assert sorted(rendering.texts) == ["one", "two"]


def test_speech_that_was_not_prepared_is_rendered_once(guide: Voice, rendering: Rendering) -> None:
    guide.speech("one")
    guide.speech("one")
    guide.prepare(["one"])

    assert rendering.texts == ["one"]


def test_what_is_urgent_does_not_wait_for_what_was_prepared(
    guide: Voice, rendering: Rendering
) -> None:
    rendering.may_go_on.clear()
    guide.prepare(["slow", "later", "urgent too"])
    assert rendering.has_begun.wait(10)

    guide.speech("urgent")
    guide.speech("urgent too")

    assert rendering.texts == ["slow", "urgent", "urgent too"]


def test_what_is_being_rendered_already_is_waited_for(guide: Voice, rendering: Rendering) -> None:
    rendering.may_go_on.clear()
    guide.prepare(["slow"])
    assert rendering.has_begun.wait(10)

    with ThreadPoolExecutor(1) as asking:
        speech = asking.submit(guide.speech, "slow")
        rendering.may_go_on.set()

        assert speech.result(10) is rendering.sounds["slow"]
    assert rendering.texts == ["slow"]


def test_another_rate_is_rendered_anew_and_is_faster(guide: Voice, rendering: Rendering) -> None:
    slow = guide.speech("Stand up, with your back against the wall.")

    guide.set_rate(250)
    fast = guide.speech("Stand up, with your back against the wall.")

    assert len(rendering.texts) == 2
    assert len(fast) < 0.8 * len(slow)


def test_what_was_used_longest_ago_is_forgotten_first(
    guide: Voice, rendering: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice, "_MOST_KEPT_S", 3)
    texts = [f"this is sentence number {number}" for number in range(10)]
    for text in texts:
        guide.speech(text)

    guide.speech(texts[-1])
    assert len(rendering.texts) == 10
    guide.speech(texts[0])
    assert len(rendering.texts) == 11


def test_a_voice_that_fails_says_so_whether_prepared_or_not() -> None:
    guide = Voice(Speaker("nobody", 140))
    guide.prepare(["one"])

    for text in ("one", "two"):
        with pytest.raises(VoiceGuideError, match="nobody"):
            guide.speech(text)
    guide.close()


# Synthesizer


def test_a_rendering_is_speech_without_silence_around_it() -> None:
    speech = render("Stand up, with your back against the wall.", GUIDE)

    assert speech.dtype == np.int16
    assert 2 < len(speech) / RATE < 8
    assert np.abs(speech).max() > 3000
    assert speech[0] != 0
    assert speech[-1] != 0


def test_a_faster_pace_makes_speech_shorter() -> None:
    text = "Stand up, with your back against the wall."

    assert len(render(text, Speaker("en-us", 250))) < 0.8 * len(render(text, GUIDE))


def test_another_voice_speaks_in_another_way() -> None:
    own, other = (len(render("ah", Speaker(name, 140))) for name in ("en-us", "en-us+f2"))

    assert other != pytest.approx(own, rel=0.1)


def test_text_without_words_is_no_sound() -> None:
    assert not len(render("...", GUIDE))


def test_an_unknown_voice_is_named() -> None:
    with pytest.raises(VoiceGuideError, match='"nobody"'):
        render("Step one.", Speaker("nobody", 140))


def test_after_a_failure_the_next_rendering_works() -> None:
    with pytest.raises(VoiceGuideError):
        render("Step one.", Speaker("nobody", 140))

    assert len(render("Step one.", GUIDE))


def test_the_voices_of_the_machine_include_the_guides_own() -> None:
    assert any("en-us" in name for name in synthesizer.voices())


def test_fifty_renderings_leave_no_file_and_print_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(tmp_path)

    for number in range(50):
        render(f"This is number {number}.", GUIDE)

    assert not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")


def test_rendering_works_from_several_threads_at_once() -> None:
    short, long = "One.", "This is the number one hundred and twenty three."
    texts = [short, long] * 10

    with ThreadPoolExecutor(4) as threads:
        rendered = list(threads.map(lambda text: render(text, GUIDE), texts))

    # espeak-ng varies a voice a little: no two renderings are the same, sample for sample.
    usual = {text: len(render(text, GUIDE)) for text in texts}
    assert [len(speech) for speech in rendered] == pytest.approx(
        [usual[text] for text in texts], rel=0.02
    )
