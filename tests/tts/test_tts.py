"""From text to speaker blocks: the mixer, the store of rendered speech, the synthesizer."""

import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from voice_guide.audio.pcm import BLOCK, RATE, Samples
from voice_guide.errors import VoiceGuideError
from voice_guide.tts import cached_tts, pyttsx3_tts
from voice_guide.tts.cached_tts import CachedTts
from voice_guide.tts.mixer import Mixer
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

GUIDE = VoiceSpec("en-us", 140)


def tone(blocks: float, level: int = 8000) -> Samples:
    """Return a sound that is the same all along, so that every change to it shows."""
    return np.full(round(blocks * BLOCK), level, np.int16)


def play_out(mixer: Mixer[str, str]) -> tuple[Samples, list[str]]:
    """Return all that a mixer has to play, and the labels of what it played."""
    blocks, labels = [], []
    while mixer.is_playing:
        block, started, _ = mixer.next_block()
        blocks.append(block)
        labels += started
    return np.concatenate(blocks), labels


# Mixer


def test_the_mixer_plays_silence_when_there_is_nothing_to_play() -> None:
    block, started, ended = Mixer[str, str](1.0).next_block()

    assert len(block) == BLOCK
    assert not block.any()
    assert not started
    assert not ended


def test_what_is_played_comes_out_sample_for_sample() -> None:
    mixer = Mixer[str, str](1.0)
    speech = render("Step one.", GUIDE)
    mixer.play(speech, "step one")

    played, _ = play_out(mixer)

    assert np.array_equal(played[: len(speech)], speech)
    assert not played[len(speech) :].any()


def test_the_volume_scales_what_is_played() -> None:
    mixer = Mixer[str, str](0.5)
    mixer.play(tone(1), "tone")

    block, _, _ = mixer.next_block()

    assert set(block) == {4000}


def test_a_new_volume_holds_from_the_next_block_on() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(2), "tone")

    loud, _, _ = mixer.next_block()
    mixer.volume = 0.25
    quiet, _, _ = mixer.next_block()

    assert set(loud) == {8000}
    assert set(quiet) == {2000}


def test_sounds_are_played_in_order_with_a_pause_between_them() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(1.5, 1000), "first")
    mixer.play(tone(1.5, 2000), "second")

    played, labels = play_out(mixer)

    assert labels == ["first", "second"]
    levels = np.flatnonzero(played == 1000), np.flatnonzero(played == 2000)
    assert [len(found) for found in levels] == [1.5 * BLOCK] * 2
    assert 0.1 * RATE < levels[1][0] - levels[0][-1] < 0.5 * RATE


def test_a_label_is_told_in_the_block_in_which_its_sound_starts() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(2.5), "first")
    mixer.play(tone(1), "second")

    told_at, starts_at = [], []
    was_silent = True
    for number in range(30):
        block, started, _ = mixer.next_block()
        told_at += [number] * len(started)
        if block.any() and was_silent:
            starts_at.append(number)
        was_silent = not block.any()

    assert told_at == starts_at


def test_another_label_is_told_in_the_block_in_which_its_sound_ends() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(2.5), None, "first")
    mixer.play(tone(1), None, "second")

    told_at = [mixer.next_block()[2] for _ in range(30)]

    (second_ends,) = (at for at, ended in enumerate(told_at) if ended == ["second"])
    assert told_at[2] == ["first"]
    assert second_ends > 3
    assert sum(map(len, told_at)) == 2


def test_what_is_stopped_has_not_ended() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(1.5), None, "playing")
    mixer.next_block()

    mixer.stop()

    assert not any(mixer.next_block()[2] for _ in range(5))


def test_a_sound_of_no_length_is_told_and_does_not_hold_up_the_next() -> None:
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(0), "nothing")
    mixer.play(tone(1), "something")

    _, labels = play_out(mixer)

    assert labels == ["nothing", "something"]


def test_stop_ends_what_is_played_and_what_is_waiting_within_a_block() -> None:
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


def test_what_is_played_after_a_stop_starts_within_the_same_block() -> None:
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
    """Return how loud what is played of a tone() is, in dB, against the tone itself."""
    return 20 * float(np.log10(np.abs(played).max() / 8000))


@pytest.fixture
def talking() -> Mixer[str, str]:
    """Give a mixer in the midst of a long sound."""
    mixer = Mixer[str, str](1.0)
    mixer.play(tone(100), "talk")
    mixer.next_block()
    return mixer


def test_it_gives_way_within_20_ms_and_goes_on_softly(talking: Mixer[str, str]) -> None:
    talking.is_ducked = True
    play(talking, 1)

    assert loudness_db(play(talking, 20)) == pytest.approx(-12, abs=0.5)


def test_it_comes_back_over_300_ms(talking: Mixer[str, str]) -> None:
    talking.is_ducked = True
    play(talking, 10)
    talking.is_ducked = False

    played = play(talking, 20)

    assert np.flatnonzero(played == 8000)[0] / RATE == pytest.approx(0.3, abs=0.02)
    assert set(played[-BLOCK:]) == {8000}


def test_it_gives_way_and_comes_back_without_a_click(talking: Mixer[str, str]) -> None:
    played = []
    for is_ducked in (False, True, True, False, False, True, False):
        talking.is_ducked = is_ducked
        played.append(play(talking, 2))

    steps = np.abs(np.diff(np.concatenate(played).astype(int)))

    assert 0 < steps.max() <= 8000 / BLOCK + 1


def test_giving_way_loses_nothing() -> None:
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


def test_what_is_played_after_a_stop_begins_at_full_volume(talking: Mixer[str, str]) -> None:
    talking.is_ducked = True
    play(talking, 5)
    talking.is_ducked = False
    talking.stop()
    talking.play(tone(10), "answer")

    block, started, _ = talking.next_block()

    assert started == ["answer"]
    assert set(block[BLOCK // 2 :]) == {8000}
    assert loudness_db(block[: BLOCK // 2]) == pytest.approx(-12, abs=0.5)


def test_what_is_played_after_a_stop_gives_way_to_who_goes_on(talking: Mixer[str, str]) -> None:
    talking.is_ducked = True
    play(talking, 5)
    talking.stop()
    talking.play(tone(10), "answer")

    assert loudness_db(play(talking, 5)) == pytest.approx(-12, abs=0.5)


# Voice


class Rendering:
    """Renders like the real one, keeps account, and can be held up."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.sounds: dict[str, Samples] = {}
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.has_begun = threading.Event()

    def __call__(self, text: str, speaker: VoiceSpec) -> Samples:
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
def guide(rendering: Rendering) -> Iterator[CachedTts]:
    voice = CachedTts(GUIDE, rendering)
    yield voice
    rendering.may_go_on.set()
    voice.close()


def test_speech_is_the_text_rendered(guide: CachedTts, rendering: Rendering) -> None:
    assert guide.speech("Step one.") is rendering.sounds["Step one."]


def test_prepared_speech_is_not_rendered_again(guide: CachedTts, rendering: Rendering) -> None:
    guide.prepare(["one", "two"])

    for text in ("one", "two", "one"):
        guide.speech(text)

    assert sorted(rendering.texts) == ["one", "two"]


def test_speech_that_was_not_prepared_is_rendered_once(
    guide: CachedTts, rendering: Rendering
) -> None:
    guide.speech("one")
    guide.speech("one")
    guide.prepare(["one"])

    assert rendering.texts == ["one"]


def test_what_is_urgent_does_not_wait_for_what_was_prepared(
    guide: CachedTts, rendering: Rendering
) -> None:
    rendering.may_go_on.clear()
    guide.prepare(["slow", "later", "urgent too"])
    assert rendering.has_begun.wait(10)

    guide.speech("urgent")
    guide.speech("urgent too")

    assert rendering.texts == ["slow", "urgent", "urgent too"]


def test_what_is_being_rendered_already_is_waited_for(
    guide: CachedTts, rendering: Rendering
) -> None:
    rendering.may_go_on.clear()
    guide.prepare(["slow"])
    assert rendering.has_begun.wait(10)

    with ThreadPoolExecutor(1) as asking:
        speech = asking.submit(guide.speech, "slow")
        rendering.may_go_on.set()

        assert speech.result(10) is rendering.sounds["slow"]
    assert rendering.texts == ["slow"]


def test_another_rate_is_rendered_anew_and_is_faster(
    guide: CachedTts, rendering: Rendering
) -> None:
    slow = guide.speech("Stand up, with your back against the wall.")

    guide.set_rate(250)
    fast = guide.speech("Stand up, with your back against the wall.")

    assert len(rendering.texts) == 2
    assert len(fast) < 0.8 * len(slow)


def test_what_was_used_longest_ago_is_forgotten_first(
    guide: CachedTts, rendering: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_tts, "_MAX_KEPT_S", 3)
    texts = [f"this is sentence number {number}" for number in range(10)]
    for text in texts:
        guide.speech(text)

    guide.speech(texts[-1])
    assert len(rendering.texts) == 10
    guide.speech(texts[0])
    assert len(rendering.texts) == 11


def test_a_voice_that_fails_says_so_whether_prepared_or_not() -> None:
    guide = CachedTts(VoiceSpec("nobody", 140))
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

    assert len(render(text, VoiceSpec("en-us", 250))) < 0.8 * len(render(text, GUIDE))


def test_another_voice_speaks_in_another_way() -> None:
    own, other = (len(render("ah", VoiceSpec(name, 140))) for name in ("en-us", "en-us+f2"))

    assert other != pytest.approx(own, rel=0.1)


def test_text_without_words_is_no_sound() -> None:
    assert not len(render("...", GUIDE))


def test_an_unknown_voice_is_named() -> None:
    with pytest.raises(VoiceGuideError, match='"nobody"'):
        render("Step one.", VoiceSpec("nobody", 140))


def test_after_a_failure_the_next_rendering_works() -> None:
    with pytest.raises(VoiceGuideError):
        render("Step one.", VoiceSpec("nobody", 140))

    assert len(render("Step one.", GUIDE))


def test_the_voices_of_the_machine_include_the_guides_own() -> None:
    assert any("en-us" in name for name in pyttsx3_tts.voice_names())


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
