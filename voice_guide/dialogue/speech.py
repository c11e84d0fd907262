"""What is being said: what it cuts short, and what "say that again" repeats."""

import re
from collections.abc import Sequence
from typing import TypeAlias

from voice_guide.dialogue.actions import Action, PlayChime, Say, StopSpeaking
from voice_guide.dialogue.chime import Chime

Texts: TypeAlias = tuple[str, ...]
"""What is said in one go, in the order in which it is said."""

_CONSONANT = "[b-df-hj-np-tv-xzB-DF-HJ-NP-TV-XZ]"

_NO_END = "".join(
    rf"(?<!\b{letters}\.)" for letters in ("[a-zA-Z]", _CONSONANT + "{2}", _CONSONANT + "{3}")
)
"""Not after a letter by itself, or two or three without a vowel: "e.g.", "Dr.", "Mrs."."""

_BETWEEN_SENTENCES = re.compile(rf'(?<=[^\d][.!?]){_NO_END}\s+(?=[^\W\d_a-zà-öø-ÿ]|["„“«‹¿¡])')
"""Never after a number either: a step is not parted from its "Step 1.". And never before a small
Latin letter; other scripts have letters that are neither small nor large."""


def sentences(text: str) -> list[str]:
    """Return a text sentence by sentence: as it is said, and as it goes on when it was cut."""
    return _BETWEEN_SENTENCES.split(text)


def without(texts: Texts, said: Texts) -> Texts:
    """Return those of the texts that are neither said nor the end of something said."""
    return tuple(text for text in texts if not any(other.endswith(text) for other in said))


def after_hush(chime: Chime, actions: Sequence[Action]) -> list[Action]:
    """Put a chime before what is said, after what was being said was silenced."""
    at = next((n for n, action in enumerate(actions) if isinstance(action, StopSpeaking)), -1) + 1
    return [*actions[:at], PlayChime(chime), *actions[at:]]


class Speech:
    """Turns texts into actions, and knows which of them were heard to their end."""

    def __init__(self) -> None:
        self.last: Texts = ()
        """What "say that again" repeats."""
        self._unheard: Texts = ()

    @property
    def is_heard(self) -> bool:
        """Whether all of it was heard to its end."""
        return not self._unheard

    def has_still_to_say(self, texts: Texts) -> bool:
        """Tell whether any of these was not heard to its end yet."""
        return any(text.endswith(rest) for text in texts for rest in self._unheard)

    def say(self, *texts: str) -> list[Action]:
        """Say this instead of what is being said."""
        self.last = self._unheard = texts
        return [StopSpeaking(), *map(Say, texts)]

    def answer(self, *texts: str) -> list[Action]:
        """Say this first; after it, what it cuts short goes on at the sentence that was cut."""
        return self.say(*texts, *without(self._unheard, texts))

    def remark(self, text: str) -> list[Action]:
        """Say this as an answer that nobody would want to have repeated."""
        return [StopSpeaking(), Say(text), *map(Say, self._unheard)]

    def hear(self, sentence: str) -> None:
        """Take note that a sentence was played to its end."""
        # Remarks and hints are played too: they change nothing about what is to go on.
        if self._unheard:
            rest = self._unheard[0].removeprefix(sentence).lstrip()
            self._unheard = (*((rest,) if rest else ()), *self._unheard[1:])

    def end(self) -> Texts:
        """Everything was played to its end, or is cut short: return what was not heard yet."""
        unheard, self._unheard = self._unheard, ()
        return unheard
