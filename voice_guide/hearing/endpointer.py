"""Endpointing: deciding when an utterance is over.

A fixed silence would either cut sentences in half or make every answer late. The silence waited
for depends on the words recognized so far: short after a complete sentence, longer the likelier
it is to go on, and longest in the middle of a sentence.
"""

from collections.abc import Callable
from math import log

from voice_guide.hearing.vad import HANGOVER_S, VoiceActivityDetector
from voice_guide.nlu.matcher import Matcher

_COMPLETE_S = 0.12
"""Seconds of silence that end a sentence which no further word can change. Half of it decides
sooner, but takes more of what is said between the pauses of a talk for a command."""

_MIN_EXTENSIBLE_S, _MAX_EXTENSIBLE_S = 0.2, 0.8
"""Least and most seconds of silence that end a sentence which further words could turn into
another one."""

_MEAN_PAUSE_S = 0.25
"""Mean length of a pause within a sentence, in seconds; lengths are exponentially distributed."""

_MAX_CUT_OFF_ODDS = 0.1
"""Odds, at the end of an utterance, that the user only pauses."""

_INCOMPLETE_S = 1.0
"""Seconds of silence that end the mere beginning of a sentence."""

MAX_DECISION_S = 2.0
"""Seconds of silence after which every utterance has been decided on."""


class Endpointer:
    """Decides whether the utterance that a voice activity detector lets through is over."""

    def __init__(self, matcher: Matcher, vad: VoiceActivityDetector) -> None:
        self._matcher = matcher
        self._vad = vad

    def is_over(self, words_so_far: Callable[[], list[str]], context: str | None) -> bool:
        """Return whether the utterance is over, given the words recognized of it in `context`.

        Where a sentence may go on, make the detector's `hangover_s` longer.
        """
        if not self._vad.is_open:
            return True
        if self._vad.silence_s < _COMPLETE_S:
            return False
        words = words_so_far()
        if not words:
            return False
        if self._matcher.interpret(" ".join(words), context).meanings:
            return self._is_sentence_over(words, context)
        is_beginning = self._matcher.may_begin(words, context)
        self._vad.hangover_s = _INCOMPLETE_S if is_beginning else HANGOVER_S
        if self._vad.silence_s < _MIN_EXTENSIBLE_S or is_beginning:
            return False
        # Of several words one may be misheard, so that the others are still a beginning.
        return len(words) == 1

    def _is_sentence_over(self, words: list[str], context: str | None) -> bool:
        """Return whether an utterance that is a sentence so far is over."""
        if not self._matcher.may_change(words, context):
            return True
        needed_s = extensible_s(self._matcher.chance_of_more(words, context))
        self._vad.hangover_s = max(HANGOVER_S, needed_s)
        return self._vad.silence_s >= needed_s


def extensible_s(chance_of_more: float) -> float:
    """Return the seconds of silence after which a sentence that may go on is over.

    `chance_of_more`, from 0 to 1, is how likely it is to go on before any silence. The longer
    the silence lasts, the less likely it is a pause.
    """
    odds = chance_of_more / max(1 - chance_of_more, 1e-3)
    needed_s = _MEAN_PAUSE_S * log(max(odds, 1e-3) / _MAX_CUT_OFF_ODDS)
    return min(max(needed_s, _MIN_EXTENSIBLE_S), _MAX_EXTENSIBLE_S)
