"""The assistant that hears and speaks for a session, as the session sees it."""

from dataclasses import dataclass
from typing import Protocol

from voice_guide.dialogue.chime import Chime

_WORDS_PER_S = 2.3
"""Speaking rate that lengths of speech are estimated with: 140 words a minute."""


@dataclass(frozen=True)
class Abilities:
    """The abilities of a host."""

    listens_again: bool
    """True if it listens after a prompt without its wake word."""

    plays_chimes: bool
    """True if it plays short sounds."""

    latency_s: float
    """Seconds from a request to speak until sound is heard, at most."""

    silences_for_s: float = 0.0
    """Seconds after a "stop" of its own in which it silences its room, whoever speaks there."""

    takes_whole_answers: bool = False
    """True if the sentences of an answer are to come as one, and not one by one."""


class Host(Protocol):
    """The assistant that hears and speaks for one session."""

    @property
    def abilities(self) -> Abilities:
        """Its abilities."""

    def speak(self, sentence: str, expects_reply: bool) -> None:
        """Speak a sentence, or a whole answer, and report back; then listen if asked to."""

    def stop_speaking(self) -> None:
        """Fall silent at once."""

    def play(self, chime: Chime) -> None:
        """Play a short sound."""


def estimated_s(text: str) -> float:
    """Return how long a text takes to speak, in seconds, as far as its words tell."""
    return len(text.split()) / _WORDS_PER_S
