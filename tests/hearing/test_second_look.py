"""The second look confirms words that were said, and no others."""

import numpy as np
import pytest

from voice_guide.audio.pcm import RATE, Samples, blocks_of, silence
from voice_guide.hearing.recognizer import SpeechModel, Word
from voice_guide.hearing.second_look import SecondLook
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

PAUSE_S = 1.0


def said(text: str) -> Samples:
    """Return words with silence around them."""
    pause = silence(round(PAUSE_S * RATE))
    return np.concatenate([pause, render(text, VoiceSpec("en-us+m3", 150)), pause])


def share(model: SpeechModel, sound: Samples, text: str, later_s: float = 0.0) -> float:
    """Return the confirmed part of words that are heard all through a sound but its pauses."""
    look = SecondLook(model)
    blocks = [*blocks_of(sound), *[silence()] * round(later_s * 50)]
    for block in blocks:
        look.follow(block)
    start_s, end_s = PAUSE_S, len(sound) / RATE - PAUSE_S
    words = text.split()
    times = np.linspace(start_s, end_s, len(words) + 1)
    heard = [Word(word, times[at], times[at + 1]) for at, word in enumerate(words)]
    return look.confirmed_share(heard, len(blocks) / 50)


def test_what_was_said_is_confirmed(model: SpeechModel) -> None:
    assert share(model, said("next step"), "next step") > 0.5


@pytest.mark.parametrize("text", ["next", "stop", "last step"])
def test_other_words_are_not_confirmed(model: SpeechModel, text: str) -> None:
    assert share(model, said("next step"), text) < 0.3


def test_nothing_is_confirmed_in_silence(model: SpeechModel) -> None:
    assert share(model, silence(3 * RATE), "next step") == 0.0


def test_the_right_part_of_what_was_heard_is_looked_at(model: SpeechModel) -> None:
    assert share(model, said("next step"), "next step", later_s=2.0) > 0.5


def test_what_was_said_too_long_ago_is_not_confirmed(model: SpeechModel) -> None:
    assert share(model, said("next step"), "next step", later_s=10.0) == 0.0


def test_a_look_leaves_nothing_for_the_next_one(model: SpeechModel) -> None:
    sound = said("next step")
    look = SecondLook(model)
    for block in blocks_of(sound):
        look.follow(block)
    end_s = len(sound) / RATE
    words = [Word("next", PAUSE_S, 1.4), Word("step", 1.4, end_s - PAUSE_S)]
    first, *others = (look.confirmed_share(words, end_s) for _ in range(3))
    assert others == pytest.approx([first] * 2, abs=0.1)
