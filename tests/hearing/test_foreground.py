"""Talk that goes on is the background; what is louder stands out from it."""

import numpy as np
import pytest

from voice_guide.audio.pcm import BLOCK, RATE, Samples
from voice_guide.hearing.foreground import Foreground
from voice_guide.hearing.recognizer import Hypothesis, Word

SYLLABLE_BLOCKS = 10
"""Blocks of a syllable, and of the softer sound after it."""


def block(level: float) -> Samples:
    return np.full(BLOCK, level, np.int16)


def syllables(foreground: Foreground, level: float, seconds: float) -> None:
    """Let the foreground follow syllables of this level, with soft sounds between them."""
    for at in range(round(seconds * RATE / BLOCK)):
        is_loud = at // SYLLABLE_BLOCKS % 2 == 0
        foreground.follow(block(level if is_loud else level / 8), is_speech=True)


@pytest.fixture
def among_talk() -> Foreground:
    foreground = Foreground()
    syllables(foreground, 800, 18)
    return foreground


def test_in_quiet_everything_is_in_the_foreground() -> None:
    foreground = Foreground()
    for _ in range(500):
        foreground.follow(block(3), is_speech=False)
    foreground.follow(block(100), is_speech=True)
    assert foreground.is_foreground
    assert np.array_equal(foreground.without_background(block(100)), block(100))


def test_a_sentence_of_a_person_is_no_background() -> None:
    foreground = Foreground()
    syllables(foreground, 800, 9)
    assert foreground.is_foreground


def test_talk_that_goes_on_is_attenuated_and_a_louder_voice_is_not(among_talk: Foreground) -> None:
    assert not among_talk.is_foreground
    assert among_talk.without_background(block(800))[0] == 80
    among_talk.follow(block(4000), is_speech=True)
    assert among_talk.is_foreground
    assert among_talk.without_background(block(4000))[0] == 4000


def test_talk_that_ends_is_forgotten(among_talk: Foreground) -> None:
    for _ in range(round(13 * RATE / BLOCK)):
        among_talk.follow(block(3), is_speech=False)
    among_talk.follow(block(800), is_speech=True)
    assert among_talk.is_foreground


def test_steady_noise_is_no_talk() -> None:
    foreground = Foreground()
    for _ in range(round(18 * RATE / BLOCK)):
        foreground.follow(block(800), is_speech=True)
    assert foreground.is_foreground


def test_soft_words_at_the_edges_are_not_part_of_an_utterance(among_talk: Foreground) -> None:
    for level in (800, 5000, 800):
        for _ in range(25):
            among_talk.follow(block(level), is_speech=True)
    words = (Word("which", 10.0, 10.5), Word("stop", 10.5, 11.0), Word("his", 11.0, 11.5))
    (found,) = among_talk.without_flanks([Hypothesis(words, 0.0)], newest_s=11.5)
    assert found.text == "stop"
    around = among_talk.surroundings(found.words, newest_s=11.5)
    assert around.talk_share == pytest.approx(0.95, abs=0.06)
    assert around.over_talk_db == pytest.approx(15.9, abs=0.5)
