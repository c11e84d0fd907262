"""What an utterance may mean, and how likely that is beside everything else it could be."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log

from rapidfuzz.distance import Levenshtein

from voice_guide.hearing.recognizer import Hypothesis
from voice_guide.nlu.matcher import Matcher
from voice_guide.nlu.sentences import Meaning

_STRICTEST, _MOST_LENIENT = 2.0, -8.0
"""The odds needed at sensitivity 0 and at 1. Below even odds a command is still likelier
than it seems: one of 2,000 decoys often has the better of it by a sound."""

_MISHEARD = 0.25
"""Words that are no sentence, but differ from one in no more than this part of its letters,
are the same sentence not quite heard, and do not speak against it."""

_SAFE_ODDS = 3.0
"""By how much what is better obeyed once too often than missed counts as likelier: over other
sentences, since who is not sure whether it was "stop" or "slow" stops; and over words that
mean nothing. In half an hour of people reading, nothing more is taken for it."""

_SECOND_CHANCE = 4.0
"""By how much the logarithm of a look-alike's likelihood may be higher for a command to be in
doubt only. Of twelve synthetic voices over noise 20 dB weaker, 89 % said their wake phrase so
that it is within that, and 69 % so that it is the likelier; of its look-alikes, 14 and 1 %."""


def needed_odds(sensitivity: float) -> float:
    """Return the logarithm of the odds that a command needs, given a sensitivity from 0 to 1."""
    return _STRICTEST + sensitivity * (_MOST_LENIENT - _STRICTEST)


@dataclass(frozen=True)
class ScoredCommand:
    """What an utterance may be taken to mean."""

    meaning: Meaning
    """What it means."""

    hypothesis: Hypothesis
    """The likeliest words that mean this."""

    confidence: float
    """The meaning's share of the likelihood of all alternatives, from 0 to 1."""

    odds: float
    """The logarithm of its likelihood over that of words that mean nothing, with what is
    allowed to what is safe."""

    is_doubtful: bool
    """Whether words that only sound like it are likelier: it has to be said again."""


def read(
    hypotheses: Sequence[Hypothesis], matcher: Matcher, context: str | None
) -> ScoredCommand | None:
    """Return the likeliest command among the alternatives of an utterance, or None.

    Different words for the same thing support one another; other words speak against it.
    Where those are a sentence too, of any context, only the likelier one counts; where they
    are but listed as look-alikes, the command may be in doubt; otherwise they are decoys, or
    silence. `hypotheses` come likeliest first.
    """
    found = _exact(hypotheses, matcher, context) or _nearest(hypotheses, matcher, context)
    if found is None:
        return None
    meaning, likeliest = found
    is_safe = meaning.intent in matcher.safe_intents
    support, doubt, otherwise, alike = 0.0, 0.0, 0.0, 0.0
    for hypothesis in hypotheses:
        likelihood = exp(hypothesis.score - hypotheses[0].score)
        if hypothesis is likeliest or matcher.exact(hypothesis.text, context) == meaning:
            support += likelihood
        elif matcher.exact(hypothesis.text, None):
            otherwise += likelihood
        elif matcher.is_sentence(hypothesis.text):
            alike += likelihood
        elif Levenshtein.normalized_distance(hypothesis.text, likeliest.text) > _MISHEARD:
            doubt += likelihood
    allowed = support * exp(is_safe * _SAFE_ODDS)
    if allowed < otherwise or allowed * exp(_SECOND_CHANCE) < otherwise + alike:
        return None
    odds = log(support / doubt) if doubt else inf
    odds += is_safe * _SAFE_ODDS
    confidence = support / (support + doubt + otherwise + alike)
    return ScoredCommand(meaning, likeliest, confidence, odds, allowed < otherwise + alike)


def _exact(
    hypotheses: Sequence[Hypothesis], matcher: Matcher, context: str | None
) -> tuple[Meaning, Hypothesis] | None:
    """Return the likeliest alternative that is a sentence, and what it means."""
    found = [
        (meaning, hypothesis)
        for hypothesis in hypotheses
        if (meaning := matcher.exact(hypothesis.text, context)) is not None
    ]

    def score(candidate: tuple[Meaning, Hypothesis]) -> float:
        meaning, hypothesis = candidate
        return hypothesis.score + _SAFE_ODDS * (meaning.intent in matcher.safe_intents)

    return max(found, key=score, default=None)


def _nearest(
    hypotheses: Sequence[Hypothesis], matcher: Matcher, context: str | None
) -> tuple[Meaning, Hypothesis] | None:
    """Return what the likeliest alternative was meant to be."""
    meaning = matcher.nearest(hypotheses[0].text, context)
    return (meaning, hypotheses[0]) if meaning else None
