"""The natural voice is understood, and as fast and loud as espeak-ng's."""

import json
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import vosk

from voice_guide.app.content import Content
from voice_guide.audio.pcm import RATE, Samples, level_dbfs
from voice_guide.config.settings import (
    RATES_WPM,
)
from voice_guide.dialogue.speech import sentences
from voice_guide.errors import VoiceGuideError
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.sampling import spoken
from voice_guide.tts.natural import NaturalTts
from voice_guide.tts.pyttsx3_tts import Render, VoiceSpec, render

GUIDE = VoiceSpec("en-us", 140)

STEP = "Stand up, with your back against the wall."


@pytest.fixture(scope="module")
def natural() -> NaturalTts:
    return NaturalTts("en")


@pytest.fixture(scope="module")
def steps(content: Content) -> list[str]:
    """Return the sentences of all steps."""
    packs = content.library.routines
    texts = [part for pack in packs for step in pack.steps for part in sentences(step.say)]
    return list(dict.fromkeys(texts))


def heard(model: SpeechModel, sound: Samples) -> list[str]:
    """Return what is understood of a sound where any word may come."""
    recognizer = vosk.KaldiRecognizer(model.vosk_model, RATE)
    recognizer.AcceptWaveform(np.pad(sound, RATE // 2).tobytes())
    words: list[str] = json.loads(recognizer.FinalResult())["text"].split()
    return words


def missed(model: SpeechModel, texts: list[str], speak: Render, rate_wpm: int) -> float:
    """Return what part of the words is not understood."""
    words = lost = 0
    for text in texts:
        said = set(spoken(text))
        words += len(said)
        lost += len(said - set(heard(model, speak(text, VoiceSpec("en-us", rate_wpm)))))
    return lost / words


@pytest.mark.parametrize("rate_wpm", [RATES_WPM[0], 140])
def test_the_natural_voice_is_understood(
    natural: NaturalTts, model: SpeechModel, steps: list[str], rate_wpm: int
) -> None:
    # Recognizing with the full vocabulary is slow: every fourth sentence is enough.
    assert missed(model, steps[::4], natural.render, rate_wpm) < 0.1


def test_the_natural_voice_is_understood_better_than_espeak_at_the_fastest_rate(
    natural: NaturalTts, model: SpeechModel, steps: list[str]
) -> None:
    own, other = (
        missed(model, steps[::4], speak, RATES_WPM[-1]) for speak in (natural.render, render)
    )

    assert own < other


def test_the_natural_voice_speaks_at_the_rate_of_espeak(
    natural: NaturalTts, steps: list[str]
) -> None:
    def length(speak: Callable[[str, VoiceSpec], Samples], rate_wpm: int) -> int:
        return sum(len(speak(text, VoiceSpec("en-us", rate_wpm))) for text in steps)

    lengths = [length(natural.render, rate_wpm) for rate_wpm in RATES_WPM]

    assert lengths == sorted(lengths, reverse=True)
    assert lengths == pytest.approx([length(render, rate) for rate in RATES_WPM], rel=0.12)


def test_the_natural_voice_is_as_loud_as_espeak_and_never_clipped(
    natural: NaturalTts, steps: list[str]
) -> None:
    own, other = (
        np.concatenate([speak(text, GUIDE) for text in steps])
        for speak in (natural.render, render)
    )

    assert level_dbfs(own) == pytest.approx(level_dbfs(other), abs=1.5)
    assert np.abs(own.astype(int)).max() < 32767


def test_a_rendering_has_no_silence_around_it_and_is_the_same_each_time(
    natural: NaturalTts,
) -> None:
    speech = natural.render(STEP, GUIDE)

    assert speech.dtype == np.int16
    assert speech[0] != 0
    assert speech[-1] != 0
    assert np.array_equal(natural.render(STEP, GUIDE), speech)


def test_text_without_words_is_no_sound(natural: NaturalTts) -> None:
    assert not len(natural.render("", GUIDE))


def test_several_threads_at_once_get_what_one_thread_gets(
    natural: NaturalTts, steps: list[str]
) -> None:
    texts = steps[:6] * 2

    with ThreadPoolExecutor(4) as threads:
        rendered = list(threads.map(lambda text: natural.render(text, GUIDE), texts))

    for text, sound in zip(texts, rendered, strict=True):
        assert np.array_equal(sound, natural.render(text, GUIDE))


def test_the_natural_voice_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object) -> None:
        pytest.fail("it wants to connect")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)

    assert len(NaturalTts("en").render("Find the trapezius.", GUIDE))


@pytest.mark.parametrize("content", [None, b"", b"not a model"], ids=["missing", "empty", "other"])
def test_a_damaged_model_is_reported(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hibari.voices.ASSETS", str(tmp_path))
    if content is not None:
        (tmp_path / "hibari.onnx").write_bytes(content)

    with pytest.raises(VoiceGuideError, match="cannot be loaded"):
        NaturalTts("en")


def test_missing_dictionaries_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hibari.g2p.ASSETS", str(tmp_path))

    with pytest.raises(VoiceGuideError, match="cannot be loaded"):
        NaturalTts("en")


def test_the_natural_voice_refuses_another_language() -> None:
    with pytest.raises(VoiceGuideError, match="English only"):
        NaturalTts("de")
