"""Endpointing: deciding when an utterance is over.

A fixed silence would either cut sentences in half or make every answer late. The silence waited
for depends on the words recognized so far: short after a complete sentence, longer where more
words could turn it into another one, and longest in the middle of a sentence.
"""

from collections.abc import Callable

from voice_guide.hearing.vad import HANGOVER_S, VoiceActivityDetector
from voice_guide.nlu.matcher import Matcher

_COMPLETE_S = 0.12
"""Seconds of silence that end a sentence which no further word can change. Half of it decides
sooner, but takes more of what is said between the pauses of a talk for a command."""

_EXTENSIBLE_S = 0.2
"""Seconds of silence that end a sentence which further words could turn into another one."""

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

        After the mere beginning of a sentence, make the detector's `hangover_s` longer.
        """
        if not self._vad.is_open:
            return True
        if self._vad.silence_s < _COMPLETE_S:
            return False
        words = words_so_far()
        if not words:
            return False
        is_long_enough = self._vad.silence_s >= _EXTENSIBLE_S
        if self._matcher.interpret(" ".join(words), context).meanings:
            return is_long_enough or not self._matcher.may_change(words, context)
        is_beginning = self._matcher.may_begin(words, context)
        self._vad.hangover_s = _INCOMPLETE_S if is_beginning else HANGOVER_S
        # Of several words one may be misheard, so that the others are still a beginning.
        return is_long_enough and not is_beginning and len(words) == 1
