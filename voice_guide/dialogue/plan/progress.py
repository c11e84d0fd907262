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

    cautions_due: Texts = ()
    """The cautions to be said in this session; empty in a session that is resumed."""

    cautions_left: frozenset[str] = frozenset()
    """The sentences of the cautions that were not yet heard to their end."""

    is_complete: bool = False
    """True if the last step was finished, or the user said goodbye."""

    has_hurt: bool = False
    """True if it was stopped because it hurt or the user felt unwell."""

    unfinished: tuple[PlannedStep, float] | None = None
    """The timed step that was left last before its time was up, and the seconds left of it."""

    @classmethod
    def of(cls, routine: Routine, cautions_due: Texts) -> Self:
        """Return the beginning of a routine, with these cautions still to be heard."""
        left = _sentences_of(cautions_due)
        return cls(RoutinePlan(routine), cautions_due=cautions_due, cautions_left=left)

    @classmethod
    def at(cls, plan: RoutinePlan, index: int, cautions_left: Texts) -> Self:
        """Return the progress at a step of an earlier session, with these sentences still left.

        All cautions are left if the sentences are no longer those of the routine.
        """
        known = _sentences_of(plan.routine.safety.cautions)
        left = frozenset(cautions_left)
        return cls(plan, index, cautions_left=left if left <= known else known)

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

    @property
    def unheard_cautions(self) -> Texts:
        """The cautions that were not yet heard to their end, each from its beginning."""
        return tuple(
            caution
            for caution in self.routine.safety.cautions
            if not self.cautions_left.isdisjoint(sentences(caution))
        )

    def with_all_cautions(self) -> Self:
        """Return the progress with the cautions that were left out still to be heard."""
        cautions = self.routine.safety.cautions
        left_out = tuple(caution for caution in cautions if caution not in self.cautions_due)
        left = self.cautions_left | _sentences_of(left_out)
        return replace(self, cautions_due=cautions, cautions_left=left)

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
