"""Acceptance: the likelihood that a command was meant for the guide.

A logistic regression on what is known when a command has been recognized. Its coefficients are in
`acceptance.toml`, which `scripts/fit-acceptance` writes.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from functools import cache
from itertools import pairwise
from math import isfinite, log
from pathlib import Path

from voice_guide.config.toml_files import load_toml
from voice_guide.hearing.foreground import Surroundings
from voice_guide.hearing.scorer import ScoredCommand

FILE = Path(__file__).with_name("acceptance.toml")
"""The file with the coefficients."""

_MIN_TALK_SHARE = 0.5
"""Part of the time before a command in which there must be speech for its level to count."""

_MAX_TALK_SHARE = 0.8
"""Part of the time beyond which it makes no difference how much talk there is."""

_MAX_OVER_TALK_DB = 12.0
"""Decibels over talk beyond which it makes no difference how loud a command is."""

_MAX_LENGTH_S, _MAX_PAUSE_S = 1.0, 0.3
"""Seconds of a command, and between its words, beyond which it makes none."""

_MIN_LOG_ODDS = -4.0
"""Logarithm of the odds of a command over words that mean nothing that it needs in any case: of
2,000 decoys one often has the better of it by a sound."""

_LEAST_DOUBT = 0.02
"""Least probability that is needed at the highest sensitivity, and its complement at 0."""


@dataclass(frozen=True)
class Features:
    """The numbers that a command is judged by; in a model, the weight of each."""

    log_confidence: float
    """Logarithm of the command's share of the likelihood of all alternatives, at least -6."""

    log_alternatives: float
    """Logarithm of the number of alternatives: the more there are, the less clear is the sound."""

    over_talk_db: float
    """Decibels by which it is louder than talk in the room, from -10 to 12; 12 without talk."""

    talk_share: float
    """Part of the last 20 s in which there was speech, at most 0.8."""

    unusual_talk_share: float
    """The same where it is not in the words that are usual for a command, and 0 where it is."""

    length_s: float
    """Length of the command, at most 1 s: a short word is soon heard in anything."""

    pause_s: float
    """Longest pause between two words of it, at most 0.3 s."""

    confirmed_share: float = 0.0
    """Part of what a second look finds that is the command, from 0 to 1; 0 before that."""


@dataclass(frozen=True)
class Model:
    """The coefficients of the regression."""

    constant: float
    """The logarithm of the odds where every feature is 0."""

    weights: Features
    """The change of that for a change of each feature by 1."""

    def log_odds(self, features: Features) -> float:
        """Return the logarithm of the odds that a command was meant for the guide."""
        pairs = zip(astuple(self.weights), astuple(features), strict=True)
        return self.constant + float(sum(weight * feature for weight, feature in pairs))


@cache
def model() -> Model:
    """Return the fitted model."""
    return load_toml(FILE, Model)


def features_of(command: ScoredCommand, surroundings: Surroundings) -> Features:
    """Return the features of a command."""
    words = command.hypothesis.words
    pauses = (after.start_s - before.end_s for before, after in pairwise(words))
    # A person who says one thing after another is not louder than before.
    is_talk = surroundings.talk_share >= _MIN_TALK_SHARE
    over_talk_db = surroundings.over_talk_db if is_talk else _MAX_OVER_TALK_DB
    talk_share = min(surroundings.talk_share, _MAX_TALK_SHARE)
    return Features(
        log_confidence=max(log(command.confidence), -6.0),
        log_alternatives=log(command.alternatives),
        over_talk_db=_within(over_talk_db, -10.0, _MAX_OVER_TALK_DB),
        talk_share=talk_share,
        unusual_talk_share=0.0 if command.is_usual else talk_share,
        length_s=min(words[-1].end_s - words[0].start_s, _MAX_LENGTH_S),
        pause_s=min(max(pauses, default=0.0), _MAX_PAUSE_S),
    )


def is_accepted(features: Features, needed_log_odds: float, look: Callable[[], float]) -> bool:
    """Return whether a command of these features is likely enough.

    `look` returns the part that a second look confirms; it is called only where that decides.
    """
    before = model().log_odds(features)
    if before >= needed_log_odds or before + model().weights.confirmed_share < needed_log_odds:
        return before >= needed_log_odds
    return model().log_odds(replace(features, confirmed_share=look())) >= needed_log_odds


def is_plausible(command: ScoredCommand, extra_log_odds: float) -> bool:
    """Return whether a command is likely enough to be judged at all.

    `extra_log_odds` is what it needs beyond the usual; with infinity it never is.
    """
    return isfinite(extra_log_odds) and command.odds >= _MIN_LOG_ODDS + extra_log_odds


def needed_log_odds(sensitivity: float) -> float:
    """Return the logarithm of the odds that a command needs, given a sensitivity from 0 to 1.

    At 0.5 it has to be meant for the guide more likely than not; at 0.2, with 80 %.
    """
    probability = _within(1 - sensitivity, _LEAST_DOUBT, 1 - _LEAST_DOUBT)
    return log(probability / (1 - probability))


def _within(value: float, least: float, most: float) -> float:
    return min(max(value, least), most)
