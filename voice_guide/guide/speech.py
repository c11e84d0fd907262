"""What is being said: what it cuts short, and what "say that again" repeats."""

from typing import TypeAlias

from voice_guide.guide.events import Action, Hush, Say

Texts: TypeAlias = tuple[str, ...]
"""What is said in one go, in the order in which it is said."""


class Speech:
    """Turns texts into actions, and knows which of them were heard to their end."""

    def __init__(self) -> None:
        self.last: Texts = ()
        """What "say that again" repeats."""
        self._unheard: Texts = ()

    def say(self, *texts: str) -> list[Action]:
        """Say this instead of what is being said."""
        self.last = self._unheard = texts
        return [Hush(), *map(Say, texts)]

    def answer(self, *texts: str) -> list[Action]:
        """Say this first; what it cuts short is said again after it, not lost."""
        self.last = (*texts, *self._unheard)
        return [Hush(), *map(Say, self.last)]

    def remark(self, text: str) -> list[Action]:
        """Say this as an answer that nobody would want to have repeated."""
        return [Hush(), Say(text), *map(Say, self._unheard)]

    def end(self) -> Texts:
        """Everything was played to its end: return what was heard."""
        heard, self._unheard = self._unheard, ()
        return heard
