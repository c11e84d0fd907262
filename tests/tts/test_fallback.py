"""Espeak-ng speaks, and says so, when the natural voice fails."""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hibari
import numpy as np
import pytest

from voice_guide.app.content import Content
from voice_guide.app.session import new_tts
from voice_guide.audio.pcm import RATE, Samples, silence
from voice_guide.config.settings import (
    Settings,
    SettingsFile,
    SpeechEngine,
    VoiceSettings,
)
from voice_guide.errors import VoiceGuideError
from voice_guide.tts.cached_tts import CachedTts
from voice_guide.tts.fallback import FallbackTts
from voice_guide.tts.natural import NaturalTts
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render
from voice_guide.ui.transcript import Transcript

GUIDE = VoiceSpec("en-us", 140)

STEP = "Stand up, with your back against the wall."

NATURAL = Settings(VoiceSettings(engine=SpeechEngine.NATURAL))

NewGuide = Callable[[], CachedTts]


@pytest.fixture
def new_guide(content: Content) -> Iterator[NewGuide]:
    """Yield what makes the guide's voice as the app does, with the natural one set."""
    note = Transcript(content.prompts, with_times=False).note
    started = []

    def start() -> CachedTts:
        started.append(new_tts(NATURAL, content, note))
        return started[-1]

    yield start
    for voice in started:
        voice.close()


@pytest.fixture
def notice(content: Content) -> str:
    return content.prompts("natural_voice_failed")


def test_the_natural_voice_needs_no_rendering_at_the_next_start(
    new_guide: NewGuide, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = new_guide().speech(STEP)
    monkeypatch.setattr(hibari.Hibari, "__call__", failing)

    assert np.array_equal(new_guide().speech(STEP), first)


def failing(*_: object) -> Samples:
    raise RuntimeError("out of memory")


def is_spoken_by_espeak(speech: Samples, *texts: str) -> bool:
    """Return whether it is about as long; espeak-ng varies its voice a little each time."""
    pauses = (len(texts) - 1) * 0.4 * RATE
    expected = sum(len(render(text, GUIDE)) for text in texts) + pauses
    return abs(len(speech) - expected) < 0.03 * expected


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_espeak_goes_on_when_the_natural_voice_fails_and_says_so_once(
    new_guide: NewGuide,
    notice: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    guide = new_guide()
    before = guide.speech(STEP)
    assert printed(capsys) == []

    monkeypatch.setattr(hibari.Hibari, "__call__", failing)

    assert is_spoken_by_espeak(guide.speech("Two."), notice, "Two.")
    assert is_spoken_by_espeak(guide.speech("Two."), "Two.")
    assert is_spoken_by_espeak(guide.speech("Three."), "Three.")
    (note,) = printed(capsys)
    assert note.startswith("Note")
    assert "out of memory" in note
    # What the natural voice rendered before is not used any more.
    assert not np.array_equal(guide.speech(STEP), before)
    assert is_spoken_by_espeak(guide.speech(STEP), STEP)


def test_the_next_sentence_says_so_when_the_natural_voice_fails_while_preparing(
    new_guide: NewGuide, notice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = new_guide()
    guide.speech(STEP)
    monkeypatch.setattr(hibari.Hibari, "__call__", failing)
    guide.prepare(["Two."])

    assert is_spoken_by_espeak(guide.speech("Two."), notice, "Two.")
    assert is_spoken_by_espeak(guide.speech(STEP), STEP)


def test_espeak_says_so_first_where_the_natural_voice_is_not_installed(
    new_guide: NewGuide,
    notice: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "hibari", None)

    guide = new_guide()
    guide.prepare([STEP, "Two."])

    assert is_spoken_by_espeak(guide.speech(STEP), notice, STEP)
    assert is_spoken_by_espeak(guide.speech("Two."), "Two.")
    (note,) = printed(capsys)
    assert 'pip install "voice-guide[natural]"' in note


def test_a_failure_is_reported_once_whichever_threads_it_happens_in() -> None:
    together = threading.Barrier(4)
    reasons: list[str] = []

    def fail(text: str, speaker: VoiceSpec) -> Samples:
        together.wait(10)
        raise VoiceGuideError(f"cannot say {text}")

    voice = FallbackTts(lambda: fail, lambda *_: silence(10), reasons.append)
    with ThreadPoolExecutor(4) as threads:
        sounds = list(threads.map(lambda text: voice.render(text, GUIDE), "abcd"))

    assert [len(sound) for sound in sounds] == [10] * 4
    assert len(reasons) == 1


def test_the_failure_of_both_voices_is_an_error() -> None:
    voice = FallbackTts(lambda: NaturalTts("en").render, render, lambda _: None)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(hibari.Hibari, "__call__", failing)
        with pytest.raises(VoiceGuideError, match="nobody"):
            voice.render(STEP, VoiceSpec("nobody", 140))


def test_settings_refuse_an_unknown_speech_engine(config: Path) -> None:
    config.write_text('[voice]\nengine = "robot"')

    with pytest.raises(VoiceGuideError, match=r"voice\.engine.*'pyttsx3' or 'natural'"):
        SettingsFile()
