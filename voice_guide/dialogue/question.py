"""The questions that the guide asks, besides which routine to lead."""

from enum import Enum

from voice_guide.dialogue.phase import Phase
from voice_guide.nlu.intent import Intent


class Question(Enum):
    """A question; the value is the name of its prompt."""

    RESUME = "ask.go_on"
    """Resume the session that was interrupted?"""

    END = "ask.end"
    """End the routine, since it hurt?"""

    DIARY = "ask.diary"
    """Keep a diary?"""

    ERASE_DIARY = "ask.forget"
    """Erase the diary?"""

    PAIN_BEFORE = "ask.before"
    """The strength of the pain before the routine."""

    PAIN_AFTER = "ask.after"
    """The strength of the pain after the routine."""

    @property
    def needs_consent(self) -> bool:
        """True if only a clear yes is an agreement: the answer is written down or erases."""
        return self in (Question.DIARY, Question.ERASE_DIARY)

    @property
    def phase(self) -> Phase:
        """The phase of the dialogue while the question is open."""
        is_number = self in (Question.PAIN_BEFORE, Question.PAIN_AFTER)
        return Phase.RATING if is_number else Phase.ASKING


KEEPS_QUESTION_OPEN = frozenset(
    {
        Intent.CARRY_ON,
        Intent.DOUBTFUL,
        Intent.FASTER,
        Intent.FINE,
        Intent.HELP,
        Intent.KEEP_DIARY,
        Intent.LOUDER,
        Intent.NEED_HELP,
        Intent.QUIETER,
        Intent.REPEAT,
        Intent.SLOWER,
        Intent.THANKS,
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
"""Intents that answer a question, or are answered without withdrawing it."""
