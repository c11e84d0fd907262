"""A host assistant that writes down what it is asked to do."""

from dataclasses import dataclass, field

from voice_guide.dialogue.chime import Chime
from voice_guide.skills.host import Abilities


@dataclass
class FakeHost:
    """A host whose speech ends when the test says so."""

    abilities: Abilities
    """Its abilities."""

    spoken: list[str] = field(default_factory=list)
    """Every sentence it was given."""

    listens_after: list[str] = field(default_factory=list)
    """The sentences after which it was asked to listen."""

    stops: int = 0
    """Number of requests to fall silent."""

    chimes: list[Chime] = field(default_factory=list)
    """Every chime it was asked to play."""

    def speak(self, sentence: str, expects_reply: bool) -> None:
        """Write a sentence down."""
        self.spoken.append(sentence)
        if expects_reply:
            self.listens_after.append(sentence)

    def stop_speaking(self) -> None:
        """Count a request to fall silent."""
        self.stops += 1

    def play(self, chime: Chime) -> None:
        """Write a chime down."""
        self.chimes.append(chime)
