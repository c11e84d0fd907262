"""A command is accepted for how surely it was heard and how it stands among other sounds."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from voice_guide.hearing.acceptance import Features, features_of, model, needed_log_odds
from voice_guide.hearing.foreground import Surroundings
from voice_guide.hearing.recognizer import Hypothesis, Word
from voice_guide.hearing.scorer import ScoredCommand

QUIET = Surroundings(talk_share=0.1, over_talk_db=0.0, over_before_db=40.0)
AMONG_TALK = Surroundings(talk_share=0.8, over_talk_db=0.0, over_before_db=0.0)
OVER_TALK = Surroundings(talk_share=0.8, over_talk_db=15.0, over_before_db=15.0)


def features(
    surroundings: Surroundings, confidence: float, lead_s: float = 0.0, pause_s: float = 0.0
) -> Features:
    words = (Word("next", 0.0, 0.3), Word("step", 0.3 + pause_s, 0.6 + pause_s))
    command = ScoredCommand((), Hypothesis(words, 0.0), confidence, 3, 2.0, False, False)
    return features_of(command, surroundings, lead_s)


def log_odds(surroundings: Surroundings, confidence: float = 0.9, **times_s: float) -> float:
    return model().log_odds(features(surroundings, confidence, **times_s))


def test_a_clear_command_is_accepted_in_quiet_and_over_talk_but_not_within_it() -> None:
    needed = needed_log_odds(0.5)
    assert min(log_odds(QUIET), log_odds(OVER_TALK)) > needed > log_odds(AMONG_TALK)


def test_the_surer_the_likelier() -> None:
    found = [log_odds(QUIET, confidence) for confidence in (0.05, 0.3, 1.0)]
    assert found == sorted(found)


def test_a_command_stands_alone_and_is_said_in_one_breath() -> None:
    assert log_odds(QUIET) > log_odds(QUIET, lead_s=1.0)
    assert log_odds(QUIET) > log_odds(QUIET, pause_s=0.25)
    assert log_odds(QUIET, pause_s=0.5) == log_odds(QUIET, pause_s=2.0)


def test_the_level_of_talk_counts_only_where_there_is_some() -> None:
    softer = replace(QUIET, over_talk_db=-8.0)
    assert features(softer, 0.9) == features(QUIET, 0.9)


def test_the_more_sensitive_the_less_is_needed() -> None:
    needed = [needed_log_odds(sensitivity) for sensitivity in np.linspace(0, 1, 11)]
    assert all(less > more for less, more in pairwise(needed))
    assert needed_log_odds(0.2) == pytest.approx(np.log(4))
