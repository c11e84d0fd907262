"""The commands that an utterance may be, and how likely they are beside all else it could be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, inf, log

from voice_guide.hearing.recognizer import Hypothesis
from voice_guide.nlu.interpreter import Interpretation
from voice_guide.nlu.matcher import Matcher
from voice_guide.nlu.sentences import Meaning

_SAFE_ODDS = 3.0
"""By how much what is better obeyed once too often than missed counts as likelier than
other sentences: who is not sure whether it was "stop" or "slow" stops."""

_MIN_LEAD = 1.5
"""Factor by which a command has to be likelier than all other commands together. Of 702
sentences by six synthetic voices it keeps one from being taken for another, and costs one."""

_SECOND_CHANCE_ODDS = 4.0
"""By how much the logarithm of a look-alike's likelihood may be higher for a command to be in
doubt only. Of twelve synthetic voices over noise 20 dB weaker, 89 % said their wake phrase so
that it is within that, and 69 % so that it is the likelier; of its look-alikes, 14 and 1 %."""

_FURTHER_COMMAND_ODDS = 3.0
"""By how much the logarithm of the likelihood of words is lower for each command in them beyond
the first: people seldom say two at once, and "my neck hurts" is not "my neck, third"."""

_PLAUSIBLE_NEGATION_ODDS = 3.0
"""By how much the logarithm of a likelihood may be lower for a negation still to count as
possibly said."""

_MIN_PAUSE_S = 0.1
"""Seconds of silence between a safe sentence and other words of the same utterance."""


@dataclass(frozen=True)
class ScoredCommand:
    """The likeliest command among the alternatives of an utterance."""

    meanings: tuple[Meaning, ...]
    """Its commands, in the order in which they are to be obeyed."""

    hypothesis: Hypothesis
    """The likeliest words that mean this."""

    confidence: float
    """The meaning's share of the likelihood of all alternatives, from 0 to 1."""

    alternatives: int
    """How many alternatives there were."""

    odds: float
    """The logarithm of its likelihood over that of words that mean nothing."""

    is_safe: bool
    """True if it is better obeyed once too often than missed."""

    is_usual: bool
    """True if the words are what people often say to the guide, and no chance likeness."""

    is_doubtful: bool
    """True if words that only sound like it are likelier: it has to be said again."""


def read(
    hypotheses: Sequence[Hypothesis], matcher: Matcher, context: str | None
) -> ScoredCommand | None:
    """Return the likeliest command among the alternatives of an utterance, or None.

    Different words for the same thing support one another; other words speak against it.
    Where those are a sentence too, of any context, only the likelier one counts; where they
    are but listed as look-alikes, the command may be in doubt; otherwise they are decoys, silence,
    or the same command among other words. Nothing is obeyed that may have been negated.
    `hypotheses` come likeliest first.
    """
    read_as = [_interpreted(each, matcher, context) for each in hypotheses]
    hypotheses = [
        replace(each, score=each.score - _FURTHER_COMMAND_ODDS * max(means.commands - 1, 0))
        for each, means in zip(hypotheses, read_as, strict=True)
    ]
    found = _likeliest(hypotheses, read_as)
    if found is None or _may_be_negated(found, hypotheses, read_as, matcher, context):
        return None
    likeliest, meant = hypotheses[found], read_as[found]
    support, doubt, otherwise, alike = 0.0, 0.0, 0.0, 0.0
    for hypothesis, means in zip(hypotheses, read_as, strict=True):
        likelihood = exp(hypothesis.score - likeliest.score)
        elsewhere = matcher.interpret(hypothesis.text, None).meanings
        if means.meanings == meant.meanings:
            support += likelihood
        elif means.meanings or elsewhere not in ((), meant.meanings):
            otherwise += likelihood
        elif not elsewhere and matcher.is_sentence(hypothesis.text):
            alike += likelihood
        else:
            doubt += likelihood
    allowed = support * exp(_allowance(meant))
    if allowed < _MIN_LEAD * otherwise or allowed * exp(_SECOND_CHANCE_ODDS) < otherwise + alike:
        return None
    return ScoredCommand(
        meanings=meant.meanings,
        hypothesis=likeliest,
        confidence=support / (support + doubt + otherwise + alike),
        alternatives=len(hypotheses),
        odds=log(support / doubt) if doubt else inf,
        is_safe=meant.is_safe,
        is_usual=matcher.is_usual(likeliest.text, context),
        is_doubtful=allowed < otherwise + alike,
    )


def _interpreted(hypothesis: Hypothesis, matcher: Matcher, context: str | None) -> Interpretation:
    """Return what an alternative means; a safe sentence among other words only by itself.

    In talk such words follow on others without a pause: "really will quit".
    """
    means = matcher.interpret(hypothesis.text, context)
    if not means.is_partial or not means.meanings:
        return means
    words = hypothesis.words
    for at in range(1, len(words)):
        if words[at].start_s - words[at - 1].end_s < _MIN_PAUSE_S:
            continue
        for part in (words[:at], words[at:]):
            apart = matcher.interpret(" ".join(word.text for word in part), context)
            if apart.meanings == means.meanings and not apart.is_partial:
                return means
    return replace(means, meanings=(), is_safe=False)


def _allowance(means: Interpretation) -> float:
    """Return by how much a meaning counts as likelier than it is.

    Among words that mean nothing, a safe sentence may be a part of what was misheard.
    """
    return _SAFE_ODDS if means.is_safe and not means.is_partial else 0.0


def _likeliest(hypotheses: Sequence[Hypothesis], read_as: Sequence[Interpretation]) -> int | None:
    """Return the number of the likeliest alternative that means something."""

    def score(number: int) -> float:
        return hypotheses[number].score + _allowance(read_as[number])

    found = (number for number, means in enumerate(read_as) if means.meanings)
    return max(found, key=score, default=None)


def _may_be_negated(
    found: int,
    hypotheses: Sequence[Hypothesis],
    read_as: Sequence[Interpretation],
    matcher: Matcher,
    context: str | None,
) -> bool:
    """Return whether another alternative says the opposite.

    A plausible one is enough if it has a negation that this one lacks; otherwise it has to be
    likelier: "I can breathe" than "I can't breathe". One that means the same does not speak
    against it: "no, stop" is "stop".
    """
    meant, score = read_as[found], hypotheses[found].score
    words = set(hypotheses[found].text.split())
    for hypothesis, means in zip(hypotheses, read_as, strict=True):
        if means.meanings == meant.meanings:
            continue
        text, needed = hypothesis.text, score
        if means.negations > meant.negations:
            needed -= _PLAUSIBLE_NEGATION_ODDS
            if hypothesis.score > needed and words.issubset(text.split()):
                return True
        if hypothesis.score > needed and matcher.is_opposite(text, meant.meanings, context):
            return True
    return False
