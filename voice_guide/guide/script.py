"""The guide's words for each occasion."""

from collections.abc import Sequence

from voice_guide.guide.prompts import Prompts
from voice_guide.guide.speech import Texts
from voice_guide.routines.model import Routine


class Script:
    """Puts the guide's own words and those of the routines together."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    def line(self, name: str, **values: object) -> str:
        """Return one prompt with its values filled in."""
        return self._prompts(name, **values)

    def offer(self, opening: str, routines: Sequence[Routine]) -> Texts:
        """Have the person choose; `opening` is the prompt that says why."""
        choices = [
            self.line("choice", number=number, routine=routine)
            for number, routine in enumerate(routines, 1)
        ]
        return (self.line(opening, count=len(routines)), *choices, self.line("which_one"))

    def introduction(self, routine: Routine) -> Texts:
        """Everything to know before the first step."""
        return (
            self.line("introduction", routine=routine),
            self.needs(routine),
            *routine.safety.cautions,
            self.line("say_ready"),
        )

    def needs(self, routine: Routine) -> str:
        """Name what to have at hand."""
        return self.line("needs", needs=[need.name for need in routine.needs])

    def cautions(self, routine: Routine) -> Texts:
        """Give the cautions to somebody who has not heard them to their end."""
        return (self.line("cautions_first"), *routine.safety.cautions)

    def step(self, routine: Routine, at: int) -> Texts:
        """Say one step, and how it comes to its end."""
        step = routine.steps[at]
        is_last = at == len(routine.steps) - 1
        texts = [self.line("last_step" if is_last and at else "step", step=step, number=at + 1)]
        if step.seconds is not None:
            texts.append(self.line("timed", seconds=step.seconds))
        elif is_last:
            texts.append(self.line("say_next_to_finish"))
        return tuple(texts)

    def time_up(self, routine: Routine, at: int) -> str:
        """Say that the time of a step is over."""
        return self.line("time_up", is_last=at == len(routine.steps) - 1)

    def ending(self, routine: Routine) -> Texts:
        """What follows the last step."""
        return (routine.closing, routine.source.referral, self.line("done_choose"))

    def when_it_hurts(self, routine: Routine | None) -> Texts:
        """Stop the person, or answer one who has not started; with the source's advice."""
        ask = self.line("ask_who_to_call")
        if routine is None:
            return (self.line("hurts_without_routine"), self.line("name_the_place"), ask)
        return (self.line("stopped_because_it_hurts"), routine.safety.when_it_hurts, ask)

    def choosing(self, routines: Sequence[Routine], offered: Sequence[Routine]) -> Texts:
        """Everything that may be said next while nothing is chosen."""
        introductions = [text for routine in offered for text in self.introduction(routine)]
        return (*self.offer("list_routines", routines), *introductions)

    def leading(self, routine: Routine, at: int) -> Texts:
        """Everything that may be said next in a routine, the next step first."""
        steps = [*range(at, len(routine.steps)), *range(at)]
        return (
            *(text for step in steps for text in self.step(routine, step)),
            self.line("paused"),
            self.time_up(routine, at),
            *self.when_it_hurts(routine),
            *self.ending(routine),
        )
