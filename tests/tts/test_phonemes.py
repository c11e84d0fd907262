"""Phonemes tell which words sound alike, without disturbing the voice."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from voice_guide.audio.pcm import BLOCK
from voice_guide.config.language import reference
from voice_guide.tts.pyttsx3_tts import VoiceSpec, phonemes, render

VOICE = VoiceSpec("en-us+m3", 150)

TALK = "the quick brown fox jumps over the lazy dog and goes home"


def english_phonemes(texts: Sequence[str]) -> list[str]:
    return phonemes(texts, "en")


def pronounced(text: str) -> str:
    return english_phonemes([text])[0]


@pytest.mark.parametrize(("one", "other"), [("knew", "new"), ("no", "know"), ("wait", "weight")])
def test_words_that_sound_the_same_have_the_same_phonemes(one: str, other: str) -> None:
    assert pronounced(one) == pronounced(other)


def test_words_that_sound_different_have_different_phonemes() -> None:
    assert len({pronounced(word) for word in ("stop", "step", "top", "stopped", "next")}) == 5


def test_every_clause_of_a_text_has_phonemes() -> None:
    assert pronounced("stop, wait. next") == pronounced("stop") + pronounced("wait") + pronounced(
        "next"
    )


def test_phonemes_of_another_language_leave_the_voice_as_it_is() -> None:
    said = render(TALK, VOICE)
    phonemes(["bonjour"], "fr")
    assert len(render(TALK, VOICE)) == pytest.approx(len(said), abs=BLOCK)


def test_phonemes_work_in_two_threads_while_others_render() -> None:
    words = reference().common_words[:200]
    alone = english_phonemes(words)
    said = render(TALK, VOICE)
    with ThreadPoolExecutor(3) as threads:
        pronounced_words = [threads.submit(english_phonemes, words) for _ in range(2)]
        spoken = [threads.submit(render, TALK, VOICE) for _ in range(5)]
    assert [future.result() for future in pronounced_words] == [alone, alone]
    for future in spoken:
        assert len(future.result()) == pytest.approx(len(said), abs=BLOCK)
