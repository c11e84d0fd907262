"""Cached speech is rendered once, in advance if possible."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from voice_guide.audio.pcm import Samples, silence
from voice_guide.errors import VoiceGuideError
from voice_guide.tts import cached_tts
from voice_guide.tts.cached_tts import CachedTts
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

GUIDE = VoiceSpec("en-us", 140)


class RecordingRenderer:
    """Renders with espeak-ng, records what was asked for, and can be held up."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.sounds: dict[str, Samples] = {}
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.has_begun = threading.Event()

    def __call__(self, text: str, voice_spec: VoiceSpec) -> Samples:
        self.texts.append(text)
        if text.startswith("slow"):
            self.has_begun.set()
            assert self.may_go_on.wait(10)
        self.sounds[text] = render(text, voice_spec)
        return self.sounds[text]


@pytest.fixture
def renderer() -> RecordingRenderer:
    return RecordingRenderer()


@pytest.fixture
def guide(renderer: RecordingRenderer) -> Iterator[CachedTts]:
    voice = CachedTts(GUIDE, renderer)
    yield voice
    renderer.may_go_on.set()
    voice.close()


def test_speech_is_the_text_rendered(guide: CachedTts, renderer: RecordingRenderer) -> None:
    assert guide.speech("Step one.") is renderer.sounds["Step one."]


def test_prepared_speech_is_not_rendered_again(
    guide: CachedTts, renderer: RecordingRenderer
) -> None:
    guide.prepare(["one", "two"])

    for text in ("one", "two", "one"):
        guide.speech(text)

    assert sorted(renderer.texts) == ["one", "two"]


def test_speech_that_was_not_prepared_is_rendered_once(
    guide: CachedTts, renderer: RecordingRenderer
) -> None:
    guide.speech("one")
    guide.speech("one")
    guide.prepare(["one"])

    assert renderer.texts == ["one"]


def test_urgent_speech_does_not_wait_for_prepared_speech(
    guide: CachedTts, renderer: RecordingRenderer
) -> None:
    renderer.may_go_on.clear()
    guide.prepare(["slow", "later", "urgent too"])
    assert renderer.has_begun.wait(10)

    guide.speech("urgent")
    guide.speech("urgent too")

    assert renderer.texts == ["slow", "urgent", "urgent too"]


def test_speech_that_is_being_rendered_is_awaited(
    guide: CachedTts, renderer: RecordingRenderer
) -> None:
    renderer.may_go_on.clear()
    guide.prepare(["slow"])
    assert renderer.has_begun.wait(10)

    with ThreadPoolExecutor(1) as asking:
        speech = asking.submit(guide.speech, "slow")
        renderer.may_go_on.set()

        assert speech.result(10) is renderer.sounds["slow"]
    assert renderer.texts == ["slow"]


def test_another_rate_is_rendered_again_and_is_faster(
    guide: CachedTts, renderer: RecordingRenderer
) -> None:
    slow = guide.speech("Stand up, with your back against the wall.")

    guide.set_rate(250)
    fast = guide.speech("Stand up, with your back against the wall.")

    assert len(renderer.texts) == 2
    assert len(fast) < 0.8 * len(slow)


def test_the_least_recently_used_speech_is_dropped_first(
    guide: CachedTts, renderer: RecordingRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_tts, "_MAX_KEPT_S", 3)
    texts = [f"this is sentence number {number}" for number in range(10)]
    for text in texts:
        guide.speech(text)

    guide.speech(texts[-1])
    assert len(renderer.texts) == 10
    guide.speech(texts[0])
    assert len(renderer.texts) == 11


def test_a_failing_voice_raises_whether_prepared_or_not() -> None:
    guide = CachedTts(VoiceSpec("nobody", 140))
    guide.prepare(["one"])

    for text in ("one", "two"):
        with pytest.raises(VoiceGuideError, match="nobody"):
            guide.speech(text)
    guide.close()


class HeldRenderer:
    """Renders nothing until it may go on, and records the order of requests."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.has_begun = threading.Event()
        self.may_go_on = threading.Event()

    def __call__(self, text: str, voice_spec: VoiceSpec) -> Samples:
        self.asked.append((text, voice_spec.rate_wpm))
        self.has_begun.set()
        assert self.may_go_on.wait(10)
        return silence(10)


@pytest.fixture
def slow() -> HeldRenderer:
    return HeldRenderer()


@pytest.fixture
def busy_guide(slow: HeldRenderer) -> Iterator[CachedTts]:
    """Yield a voice that is rendering "first" and has more to render after it."""
    voice = CachedTts(GUIDE, slow)
    voice.prepare(["first", "old", "both", "older"])
    assert slow.has_begun.wait(10)
    yield voice
    slow.may_go_on.set()
    voice.close()


def test_texts_prepared_last_are_rendered_first(busy_guide: CachedTts, slow: HeldRenderer) -> None:
    busy_guide.prepare(["new", "both", "first"])
    slow.may_go_on.set()
    busy_guide.speech("older")

    busy_guide.close()

    order = [text for text, _ in slow.asked if text != "older"]
    assert order == [text for text in ["first", "new", "both", "old"] if text in order]
    assert order[:1] == ["first"]


def test_waiting_texts_are_not_rendered_after_a_change_of_rate(
    busy_guide: CachedTts, slow: HeldRenderer
) -> None:
    busy_guide.set_rate(160)
    busy_guide.prepare(["new"])
    slow.may_go_on.set()
    busy_guide.speech("new")

    assert ("old", 140) not in slow.asked
    assert set(slow.asked) <= {("first", 140), ("new", 160)}
