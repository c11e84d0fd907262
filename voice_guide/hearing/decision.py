"""When what was heard is a command: how likely its meaning is beside everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log

from voice_guide.hearing.recognizer import Hypothesis
from voice_guide.hearing.sentences import Meaning
from voice_guide.hearing.understanding import Understanding

_STRICTEST, _MOST_LENIENT = 4.0, -8.0
"""The odds needed at sensitivity 0 and at 1. Below even odds a command is still likelier
than it seems: one of 2,000 decoys often has the better of it by a sound."""


def needed_odds(sensitivity: float) -> float:
    """Return the logarithm of the odds that a command needs, given a sensitivity from 0 to 1."""
    return _STRICTEST + sensitivity * (_MOST_LENIENT - _STRICTEST)


@dataclass(frozen=True)
class Decision:
    """What an utterance was taken to mean."""

    meaning: Meaning
    """What it means."""

    hypothesis: Hypothesis
    """The likeliest words that mean this."""

    confidence: float
    """The meaning's share of the likelihood of all alternatives, from 0 to 1."""


def decide(
    hypotheses: Sequence[Hypothesis],
    understanding: Understanding,
    context: str | None,
    needed: float,
) -> Decision | None:
    """Return the command that these alternatives of an utterance are, or None.

    Different words for the same thing support one another; everything else speaks against
    it: what makes sense in another context only, decoys, and silence. `hypotheses` come
    likeliest first; `needed` is the logarithm of the odds that a command needs.
    """
    likeliest = _likeliest_sentence(hypotheses, understanding, context)
    if likeliest and _log_odds(likeliest.confidence) >= needed:
        return likeliest
    nearest = _nearest_sentence(hypotheses, understanding, context)
    if nearest and _log_odds(nearest.confidence) >= needed:
        return nearest
    return None


def _likeliest_sentence(
    hypotheses: Sequence[Hypothesis], understanding: Understanding, context: str | None
) -> Decision | None:
    """Return the meaning that most of the likelihood is for, among exact sentences."""
    found: dict[str, Decision] = {}
    for hypothesis, share in zip(hypotheses, _shares(hypotheses), strict=True):
        meaning = understanding.exact_meaning(hypothesis.text, context)
        if meaning is not None:
            first = found.get(repr(meaning), Decision(meaning, hypothesis, 0.0))
            found[repr(meaning)] = Decision(meaning, first.hypothesis, first.confidence + share)
    return max(found.values(), key=lambda decision: decision.confidence, default=None)


def _nearest_sentence(
    hypotheses: Sequence[Hypothesis], understanding: Understanding, context: str | None
) -> Decision | None:
    """Return what the likeliest words were meant to be."""
    likeliest = hypotheses[0]
    meaning = understanding.nearest_meaning(likeliest.text, context)
    return Decision(meaning, likeliest, _shares(hypotheses)[0]) if meaning else None


def _shares(hypotheses: Sequence[Hypothesis]) -> list[float]:
    """Return each alternative's part of the likelihood of all."""
    best = hypotheses[0].score
    likelihoods = [exp(hypothesis.score - best) for hypothesis in hypotheses]
    return [likelihood / sum(likelihoods) for likelihood in likelihoods]


def _log_odds(share: float) -> float:
    return log(share / (1 - share)) if share < 1 else inf
