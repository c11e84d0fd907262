"""What the guide can ask, beside which routine it should be."""

from enum import Enum

from voice_guide.dialogue.phase import Phase
from voice_guide.nlu.intent import Intent


class Question(Enum):
    """Something asked; the value is the name of its prompt."""

    GO_ON = "ask.go_on"
    """Whether to go on with a session that broke off."""

    END = "ask.end"
    """Whether to end the routine, since it hurt."""

    DIARY = "ask.diary"
    """Whether to keep a diary."""

    FORGET = "ask.forget"
    """Whether to erase the diary."""

    BEFORE = "ask.before"
    """How strong the pain is before the routine."""

    AFTER = "ask.after"
    """How strong the pain is after the routine."""

    @property
    def phase(self) -> Phase:
        """Where the conversation is while it is open."""
        is_number = self in (Question.BEFORE, Question.AFTER)
        return Phase.RATING if is_number else Phase.ASKING


KEEPS_IT_OPEN = frozenset(
    {
        Intent.CARRY_ON,
        Intent.FASTER,
        Intent.HELP,
        Intent.LOUDER,
        Intent.QUIETER,
        Intent.REPEAT,
        Intent.SLOWER,
        Intent.WAIT_FOR_ME,
        Intent.AFFIRM,
        Intent.DENY,
        Intent.NO_ANSWER,
        Intent.PAUSE,
        Intent.RATE,
        Intent.RESUME,
        Intent.SLEEP,
        Intent.WAKE,
        Intent.WHO_TO_CALL,
    }
)
"""Intents that answer a question, or are answered without taking it back."""
