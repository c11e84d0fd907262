"""A routine that is led: the way through it, and how far it came."""

from dataclasses import dataclass, replace
from typing import Self

from voice_guide.dialogue.plan.routine_plan import PlannedStep, RoutinePlan
from voice_guide.dialogue.speech import Texts, sentences
from voice_guide.routines.model import Routine


@dataclass(frozen=True)
class RoutineProgress:
    """How far a routine came."""

    plan: RoutinePlan
    """The way through it."""

    at: int = 0
    """Which of its legs is led, from 0."""

    cautions_left: frozenset[str] = frozenset()
    """The sentences of its cautions that were not yet heard to their end."""

    is_complete: bool = False
    """Whether it was led to its end, or the person has left."""

    has_hurt: bool = False
    """Whether it was stopped because it hurt, or the person felt unwell."""

    @classmethod
    def of(cls, routine: Routine) -> Self:
        """Begin a routine, of which nothing was heard yet."""
        return cls(RoutinePlan(routine), cautions_left=_sentences_of(routine.safety.cautions))

    @property
    def routine(self) -> Routine:
        """What is led."""
        return self.plan.routine

    @property
    def planned_step(self) -> PlannedStep:
        """The leg it is at."""
        return self.plan.steps[self.at]

    @property
    def is_over(self) -> bool:
        """Whether nobody is to be asked later if it should go on."""
        return self.is_complete or self.has_hurt

    def heard(self, texts: Texts) -> Self:
        """Return it after these were heard to their end."""
        return replace(self, cautions_left=self.cautions_left - _sentences_of(texts))

    def taken_up(self) -> Self:
        """Return it not over, whatever it was."""
        return replace(self, is_complete=False, has_hurt=False)


def _sentences_of(texts: Texts) -> frozenset[str]:
    return frozenset(sentence for text in texts for sentence in sentences(text))
