"""Joining: what is said after a pause may make another sentence with what was said before it."""

from collections.abc import Sequence
from math import inf

from voice_guide.hearing.recognizer import Hypothesis, Word
from voice_guide.hearing.scorer import ScoredCommand, read
from voice_guide.nlu.matcher import Matcher

_MAX_PAUSE_S = 1.5
"""Seconds of silence within a sentence at most."""


class Joining:
    """Remembers what was heard last. All times are in seconds of audio."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._words: tuple[Word, ...] = ()
        self._obeyed: ScoredCommand | None = None

    def remember(self, words: Sequence[Word]) -> None:
        """Take the words that were heard last, understood or not."""
        if words:
            self._words = tuple(words)

    def was_obeyed(self, command: ScoredCommand) -> None:
        """Take the command that was obeyed last."""
        self._obeyed = command

    def read(self, hypotheses: Sequence[Hypothesis], context: str | None) -> ScoredCommand | None:
        """Return the one command that these alternatives are together with what came before.

        None where they are none, or a command alone: "next" and "next" are two.
        """
        joined = [
            Hypothesis((*self._words, *self._following(each.words)), each.score)
            for each in hypotheses
        ]
        if not any(self._is_one_sentence(each, context) for each in joined):
            return None
        command = read(joined, self._matcher, context)
        return command if command and self._is_one_sentence(command.hypothesis, context) else None

    def is_obeyed(self, command: ScoredCommand) -> bool:
        """Return whether a command has been obeyed before its last words were heard.

        "More time" is the same without "please".
        """
        obeyed = self._obeyed
        return (
            obeyed is not None
            and obeyed.hypothesis.words[0] == command.hypothesis.words[0]
            and obeyed.meanings == command.meanings
        )

    def _following(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        """Return words that go on with what was heard last; none of those that come too late."""
        ended_s = self._words[-1].end_s if self._words else -inf
        return words if words and words[0].start_s - ended_s <= _MAX_PAUSE_S else ()

    def _is_one_sentence(self, joined: Hypothesis, context: str | None) -> bool:
        """Return whether joined words mean one thing, and the later ones alone nothing."""
        means = self._matcher.interpret(joined.text, context)
        later = joined.text.split()[len(self._words) :]
        return (
            bool(later)
            and len(means.meanings) == 1
            and not means.is_partial
            and not self._matcher.interpret(" ".join(later), context).meanings
        )
