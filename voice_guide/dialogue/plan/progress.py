"""The progress through a routine."""

from dataclasses import dataclass, replace
from typing import Self

from voice_guide.dialogue.plan.routine_plan import PlannedStep, RoutinePlan
from voice_guide.dialogue.plan.step_timer import StepTimer
from voice_guide.dialogue.speech import Texts, sentences
from voice_guide.routines.model import Routine


@dataclass(frozen=True)
class RoutineProgress:
    """A planned routine, and how much of it was done."""

    plan: RoutinePlan
    """All steps in their order."""

    step_index: int = 0
    """The index of the current step, from 0."""

    cautions_left: frozenset[str] = frozenset()
    """The sentences of the cautions that were not yet heard to their end."""

    is_complete: bool = False
    """True if the last step was finished, or the user said goodbye."""

    has_hurt: bool = False
    """True if it was stopped because it hurt or the user felt unwell."""

    unfinished: tuple[PlannedStep, float] | None = None
    """The timed step that was left last before its time was up, and the seconds left of it."""

    @classmethod
    def of(cls, routine: Routine) -> Self:
        """Return the beginning of a routine, with all cautions still to be heard."""
        return cls(RoutinePlan(routine), cautions_left=_sentences_of(routine.safety.cautions))

    @property
    def routine(self) -> Routine:
        """The routine itself."""
        return self.plan.routine

    @property
    def planned_step(self) -> PlannedStep:
        """The current step."""
        return self.plan.steps[self.step_index]

    @property
    def is_over(self) -> bool:
        """True if a later start should not offer to resume it."""
        return self.is_complete or self.has_hurt

    def after_playing(self, texts: Texts) -> Self:
        """Return the progress after these texts were played to their end."""
        return replace(self, cautions_left=self.cautions_left - _sentences_of(texts))

    def moved_to(self, index: int, step_timer: StepTimer | None) -> Self:
        """Return the progress at another step; `step_timer` is the time of the step before."""
        unfinished = self.unfinished
        if step_timer and step_timer.has_begun:
            left_s = step_timer.left_s
            unfinished = None if step_timer.is_up else (self.planned_step, left_s)
        return replace(self, step_index=index, unfinished=unfinished)

    @property
    def unfinished_s(self) -> float | None:
        """The seconds left of the current step, if it is the unfinished one; else None."""
        if self.unfinished and self.unfinished[0] == self.planned_step:
            return self.unfinished[1]
        return None

    def restarted(self) -> Self:
        """Return the progress at the first step, with no step unfinished."""
        return replace(self, step_index=0, unfinished=None)

    def resumed(self) -> Self:
        """Return the progress as not over."""
        return replace(self, is_complete=False, has_hurt=False)


def _sentences_of(texts: Texts) -> frozenset[str]:
    return frozenset(sentence for text in texts for sentence in sentences(text))
