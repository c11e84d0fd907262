"""A synthetic person in a simulated room: waits for a turn, speaks, and waits for the answer."""

from collections.abc import Callable
from typing import Protocol

from voice_guide.audio.pcm import Samples
from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.events import Event
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.simulation.room import Room

POLITE_PAUSE_S = 0.8
"""Seconds of the guide's silence after which a person takes the turn."""

ANSWER_WITHIN_S = 3.0
"""Seconds after its last sound in which a sentence is answered, if at all."""


class SpeakingSession(Protocol):
    """A session that listens and speaks in the room: the engine."""

    @property
    def now_s(self) -> float:
        """Seconds of audio since the start."""

    @property
    def is_speaking(self) -> bool:
        """True while the speaker has something to play."""


class SyntheticPerson:
    """Speaks to a session as a person does: not over its voice, and waiting for an answer."""

    def __init__(
        self,
        room: Room,
        session: SpeakingSession,
        after_block: Callable[[Samples], None] = lambda _: None,
    ) -> None:
        """`after_block` is called with what the microphone heard, for each block of time."""
        self._room = room
        self._session = session
        self._after_block = after_block
        self._guide_spoke_at_s = 0.0
        self.answer: Command | NotUnderstood | None = None
        """The first thing that the session heard since `listen_again` or `say`."""
        self.answered_at_s = 0.0
        """The time of the last answer, in seconds of the session."""

    def observe(self, at_s: float, happening: Event | Action) -> None:
        """Notice what the session hears: an observer for its engine."""
        if isinstance(happening, Command | NotUnderstood) and self.answer is None:
            self.answer = happening
            self.answered_at_s = at_s

    def listen_again(self) -> None:
        """Forget the last answer."""
        self.answer = None

    def say(
        self, sound: Samples, gain: float = 1.0, within_s: float = ANSWER_WITHIN_S
    ) -> Command | NotUnderstood | None:
        """Say this to its end; return what the session heard by `within_s` after it, if anything.

        `gain` is a factor on the loudness of people in this room.
        """
        self.answer = None
        self._room.say(sound, gain)
        self.let_pass_until(lambda: not self._room.person_is_speaking)
        self.wait(within_s)
        return self.answer

    def wait(self, seconds: float) -> None:
        """Let so much time pass, or less if the session hears something."""
        end_s = self._session.now_s + seconds
        self.let_pass_until(lambda: self.answer is not None or self._session.now_s >= end_s)

    def wait_for_turn(self, pause_s: float = POLITE_PAUSE_S) -> None:
        """Wait until the guide has been silent for so long, or the session hears something."""
        self.let_pass_until(
            lambda: (
                self.answer is not None or self._session.now_s >= self._guide_spoke_at_s + pause_s
            )
        )

    def let_pass_until(self, is_over: Callable[[], bool]) -> None:
        """Let time pass, block by block, until a condition holds."""
        while not is_over():
            self._after_block(self._room.move_on())
            if self._session.is_speaking:
                self._guide_spoke_at_s = self._session.now_s
