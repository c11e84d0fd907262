"""The guide's current speech: what an answer interrupts, and what "say that again" repeats."""

import re
from collections.abc import Sequence
from typing import TypeAlias

from voice_guide.dialogue.actions import Action, PlayChime, Say, StopSpeaking
from voice_guide.dialogue.chime import Chime

Texts: TypeAlias = tuple[str, ...]
"""Texts that are said one after the other."""

_CONSONANT = "[b-df-hj-np-tv-xzB-DF-HJ-NP-TV-XZ]"

_NOT_ABBREVIATED = "".join(
    rf"(?<!\b{letters}\.)" for letters in ("[a-zA-Z]", _CONSONANT + "{2}", _CONSONANT + "{3}")
)
"""No sentence ends after a single letter, or two or three consonants: "e.g.", "Dr.", "Mrs."."""

_SENTENCE_BREAK = re.compile(
    rf'(?<=[^\d][.!?]){_NOT_ABBREVIATED}\s+(?=[^\W\d_a-zà-öø-ÿ]|["„“«‹¿¡])'
)
"""The space between two sentences. No sentence ends after a number, so that a step stays with its
"Step 1.", and none begins with a small Latin letter; other scripts may have letters that are
neither small nor capital."""


def sentences(text: str) -> list[str]:
    """Split a text into sentences: the units that are played, interrupted and resumed."""
    return _SENTENCE_BREAK.split(text)


def without(texts: Texts, said: Texts) -> Texts:
    """Return the texts that are neither in `said` nor the end of a text in it."""
    return tuple(text for text in texts if not any(other.endswith(text) for other in said))


def with_chime(chime: Chime, actions: Sequence[Action]) -> list[Action]:
    """Insert a chime after the action that stops the current speech, or first if none does."""
    stops = [n for n, action in enumerate(actions) if isinstance(action, StopSpeaking)]
    start = stops[0] + 1 if stops else 0
    return [*actions[:start], PlayChime(chime), *actions[start:]]


class Speech:
    """Turns texts into actions, and follows which of them were played to their end."""

    def __init__(self) -> None:
        self.last: Texts = ()
        """The texts that "say that again" repeats."""
        self._remaining: Texts = ()

    @property
    def is_finished(self) -> bool:
        """True if everything was played to its end."""
        return not self._remaining

    def has_yet_to_say(self, texts: Texts) -> bool:
        """Return True if any of these texts was not yet played to its end."""
        return any(text.endswith(rest) for text in texts for rest in self._remaining)

    def say(self, *texts: str) -> list[Action]:
        """Say these texts instead of the current speech."""
        self.last = self._remaining = texts
        return [StopSpeaking(), *map(Say, texts)]

    def answer(self, *texts: str) -> list[Action]:
        """Say these texts, then resume the current speech at the interrupted sentence."""
        return self.say(*texts, *without(self._remaining, texts))

    def remark(self, text: str) -> list[Action]:
        """Say a short answer that "say that again" does not repeat, then resume the speech."""
        return [StopSpeaking(), Say(text), *map(Say, self._remaining)]

    def skip(self, text: str) -> None:
        """Leave a text, or the rest of it, out of what is resumed."""
        self._remaining = without(self._remaining, (text,))

    def sentence_finished(self, sentence: str) -> None:
        """Note that a sentence was played to its end."""
        # Remarks and hints are played too; they do not change what is resumed.
        if self._remaining:
            rest = self._remaining[0].removeprefix(sentence).lstrip()
            self._remaining = (*((rest,) if rest else ()), *self._remaining[1:])

    def take_remaining(self) -> Texts:
        """End the current speech; return what was not yet played to its end."""
        remaining, self._remaining = self._remaining, ()
        return remaining
