"""Filler words are the frequent words that sound like no sentence."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from voice_guide.config.language import reference
from voice_guide.nlu.fillers import FillerWords
from voice_guide.tts.pyttsx3_tts import phonemes


def english_phonemes(texts: Sequence[str]) -> list[str]:
    return phonemes(texts, "en")


def test_a_word_that_sounds_like_a_sentence_is_no_filler() -> None:
    words = ["knew", "know", "stopped", "stop", "weight", "kitchen"]
    fillers = FillerWords(words, lambda _: True, english_phonemes)
    assert fillers.beside(["no", "stop", "wait"]) == ["knew", "kitchen"]
    assert fillers.beside(["new"]) == [word for word in words if word != "knew"]


def test_a_word_of_a_longer_sentence_may_be_a_filler() -> None:
    assert FillerWords(["stop"], lambda _: True, english_phonemes).beside(
        ["stop the massage now"]
    ) == ["stop"]


def test_a_word_that_the_model_lacks_is_no_filler() -> None:
    fillers = FillerWords(["kitchen", "qwertz"], lambda word: word != "qwertz", english_phonemes)
    assert fillers.beside(["stop"]) == ["kitchen"]


def test_a_language_without_a_word_list_has_no_fillers(tmp_path: Path) -> None:
    words = replace(reference(), folder=tmp_path).common_words

    assert words == []
    assert FillerWords(words, lambda _: True, english_phonemes).beside(["stop"]) == []
