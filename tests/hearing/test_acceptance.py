"""A command is accepted for how surely it was heard and how it stands among other sounds."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from voice_guide.hearing.acceptance import (
    Features,
    features_of,
    is_accepted,
    model,
    needed_log_odds,
)
from voice_guide.hearing.foreground import Surroundings
from voice_guide.hearing.recognizer import Hypothesis, Word
from voice_guide.hearing.scorer import ScoredCommand

QUIET = Surroundings(talk_share=0.1, over_talk_db=0.0)
AMONG_TALK = Surroundings(talk_share=0.8, over_talk_db=0.0)
OVER_TALK = Surroundings(talk_share=0.8, over_talk_db=15.0)


def features(
    surroundings: Surroundings,
    confidence: float,
    pause_s: float = 0.0,
    length_s: float = 0.6,
    is_usual: bool = True,
) -> Features:
    half_s = length_s / 2
    words = (Word("next", 0.0, half_s), Word("step", half_s + pause_s, length_s + pause_s))
    command = ScoredCommand(
        meanings=(),
        hypothesis=Hypothesis(words, 0.0),
        confidence=confidence,
        alternatives=3,
        odds=2.0,
        is_safe=False,
        is_usual=is_usual,
        is_doubtful=False,
    )
    return features_of(command, surroundings)


def log_odds(surroundings: Surroundings, confidence: float = 0.9, **said: Any) -> float:
    return model().log_odds(features(surroundings, confidence, **said))


def test_a_clear_command_is_accepted_in_quiet_and_over_talk_but_not_within_it() -> None:
    needed = needed_log_odds(0.5)
    assert min(log_odds(QUIET), log_odds(OVER_TALK)) > needed > log_odds(AMONG_TALK)


def test_the_surer_the_likelier() -> None:
    found = [log_odds(QUIET, confidence) for confidence in (0.05, 0.3, 1.0)]
    assert found == sorted(found)


def test_a_command_is_said_in_one_breath() -> None:
    assert log_odds(QUIET, length_s=2.0) > log_odds(QUIET, length_s=2.0, pause_s=0.25)
    assert log_odds(QUIET, length_s=2.0, pause_s=0.5) == log_odds(QUIET, length_s=2.0, pause_s=2.0)


def test_a_short_word_has_to_be_heard_the_more_surely() -> None:
    assert log_odds(QUIET, length_s=0.7) > log_odds(QUIET, length_s=0.3)


def test_over_talk_a_command_is_said_in_the_usual_words() -> None:
    assert log_odds(OVER_TALK) > log_odds(OVER_TALK, is_usual=False)
    assert features(Surroundings(0.0, 0.0), 0.9, is_usual=False).unusual_talk_share == 0


def test_the_level_of_talk_counts_only_where_there_is_some() -> None:
    softer = replace(QUIET, over_talk_db=-8.0)
    assert features(softer, 0.9) == features(QUIET, 0.9)


def test_the_more_sensitive_the_less_is_needed() -> None:
    needed = [needed_log_odds(sensitivity) for sensitivity in np.linspace(0, 1, 11)]
    assert all(less > more for less, more in pairwise(needed))
    assert needed_log_odds(0.2) == pytest.approx(np.log(4))


@pytest.mark.parametrize(
    ("surroundings", "confidence"), [(QUIET, 0.9), (AMONG_TALK, 0.2)], ids=["clear", "hopeless"]
)
def test_what_is_clear_is_not_looked_at_again(
    surroundings: Surroundings, confidence: float
) -> None:
    def look() -> float:
        pytest.fail("looked again")

    found = features(surroundings, confidence)
    assert is_accepted(found, 0.0, look) == (model().log_odds(found) >= 0)


def test_a_second_look_decides_what_is_in_doubt() -> None:
    found = features(QUIET, 0.9)
    needed = model().log_odds(found) + model().weights.confirmed_share / 2
    assert is_accepted(found, needed, lambda: 1.0)
    assert not is_accepted(found, needed, lambda: 0.0)
