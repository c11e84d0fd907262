"""The guide's words for each occasion."""

from collections.abc import Sequence

from voice_guide.config.settings import Pacing
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.dialogue.plan.routine_plan import PlannedStep, RoutinePlan
from voice_guide.dialogue.plan.step_timer import Call, StepTimer
from voice_guide.dialogue.prompts import Prompts
from voice_guide.dialogue.speech import Texts
from voice_guide.routines.library import Problem
from voice_guide.routines.model import Routine, Side

_SIDE = "{side}"


class Script:
    """Puts the guide's own words and those of the routines together."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    def line(self, name: str, **values: object) -> str:
        """Return one prompt with its values filled in."""
        return self._prompts(name, **values)

    def duration(self, seconds: float) -> str:
        """Say how long something takes."""
        return self.line("duration", seconds=seconds)

    def side(self, side: Side | None) -> str:
        """Name a side; no side has no name."""
        return self.line(f"sides.{side}") if side else ""

    # Choosing

    def left_out(self, problems: Sequence[Problem]) -> Texts:
        """Say that there are routines that cannot be used, where there are any."""
        files = {problem.file for problem in problems}
        return (self.line("left_out", count=len(files)),) if files else ()

    def offer(self, opening: str, routines: Sequence[Routine]) -> Texts:
        """Have the person choose; `opening` is the prompt that says why."""
        choices = [
            self.line("choice", number=number, routine=routine)
            for number, routine in enumerate(routines, 1)
        ]
        return (self.line(opening, count=len(routines)), *choices, self.line("which_one"))

    def introduction(self, plan: RoutinePlan) -> Texts:
        """Everything to know before the first step."""
        return (
            self.line("introduction", routine=plan.routine, total=len(plan.steps)),
            self.needs(plan.routine),
            *plan.routine.safety.cautions,
            self.line("say_ready"),
        )

    def needs(self, routine: Routine) -> str:
        """Name what to have at hand."""
        return self.line("needs", needs=[need.name for need in routine.needs])

    def cautions(self, routine: Routine) -> Texts:
        """Give the cautions to somebody who has not heard them to their end."""
        return (self.line("cautions_first"), *routine.safety.cautions)

    # Leading

    def step(
        self, plan: RoutinePlan, at: int, step_timer: StepTimer | None, pacing: Pacing
    ) -> Texts:
        """Say one step, what to take care of, and how it comes to its end."""
        planned_step = plan.steps[at]
        is_last = at == len(plan.steps) - 1
        said = self.line(
            "last_step" if is_last and at else "step",
            number=at + 1,
            side="" if _SIDE in _text(planned_step) else self.side(planned_step.side),
            text=self.instruction(planned_step),
        )
        return (said, *self.caution(planned_step), *self.how_it_ends(plan, at, step_timer, pacing))

    def caution(self, planned_step: PlannedStep) -> Texts:
        """Say what to take care of in a step, where there is anything."""
        return (
            (self._spoken(planned_step.step.caution, planned_step),)
            if planned_step.step.caution
            else ()
        )

    def how_it_ends(
        self, plan: RoutinePlan, at: int, step_timer: StepTimer | None, pacing: Pacing
    ) -> Texts:
        """Say how one step comes to its end."""
        if step_timer is None:
            is_last = at == len(plan.steps) - 1
            wants_next = is_last and pacing is Pacing.WAIT
            return (self.line("say_next_to_finish"),) if wants_next else ()
        if step_timer.is_up:
            return self.time_up(plan, at, pacing)
        if step_timer.is_running:
            return (self.time_left(step_timer),)
        wait = self.line("say_when_ready" if pacing is Pacing.WAIT else "starting_soon")
        return (self._how_long(step_timer), wait)

    def explanation(self, planned_step: PlannedStep) -> str:
        """Say more about a step."""
        more = planned_step.step.more
        return self._spoken(more, planned_step) if more else self.line("nothing_more")

    def next_is(self, plan: RoutinePlan, at: int) -> str:
        """Name what comes after this leg; before the first, `at` is -1."""
        if at + 1 == len(plan.steps):
            return self.line("nothing_next")
        planned_step = plan.steps[at + 1]
        title = planned_step.step.title
        side = "" if _SIDE in title else self.side(planned_step.side)
        return self.line("next_is", title=self._spoken(title, planned_step), side=side)

    def title(self, planned_step: PlannedStep) -> str:
        """Name a leg shortly."""
        return self._spoken(planned_step.step.title, planned_step)

    def instruction(self, planned_step: PlannedStep) -> str:
        """Tell what is done in a leg."""
        return self._spoken(_text(planned_step), planned_step)

    def time_up(self, plan: RoutinePlan, at: int, pacing: Pacing) -> Texts:
        """Say that the time of a step is over, and what follows."""
        return (self.line("time_up"), *self._after_time(plan, at, pacing))

    def call(self, step_timer: StepTimer) -> str:
        """Say what a tick is told with."""
        if step_timer.call is not Call.REPEAT:
            return self.line(
                "halfway" if step_timer.call is Call.HALFWAY else "countdown",
                hold=step_timer,
            )
        place = step_timer.place_in_repeat
        name = "call"
        if place.is_first_call:
            name = "last_call" if place.is_last else "first_call"
            name = "halfway_call" if place.is_halfway and not place.is_last else name
        return self.line(f"{name}", call=place.call, number=place.number)

    def time_left(self, step_timer: StepTimer) -> str:
        """Say how much of a step's time is left."""
        if step_timer.is_up:
            return self.line("time_up")
        name = (
            "time_left" if step_timer.is_running or not step_timer.is_fresh else "time_not_started"
        )
        return self.line(name, duration=self.duration(step_timer.left_s))

    def ending(self, routine: Routine) -> Texts:
        """What follows the last step."""
        return (routine.closing, routine.source.referral)

    # Safety

    def when_it_hurts(self, routine: Routine | None) -> Texts:
        """Stop the person, or answer one who has not started; with the source's advice."""
        ask = self.line("ask_who_to_call")
        if routine is None:
            return (self.line("hurts_without_routine"), self.line("name_the_place"), ask)
        return (self.line("stopped_because_it_hurts"), routine.safety.when_it_hurts, ask)

    def when_unwell(self, routine: Routine | None) -> Texts:
        """The same for one who feels unwell: nothing is known about that, and it is said so."""
        hurts = self.when_it_hurts(routine)
        if routine is None:
            return (self.line("unwell"), hurts[0], hurts[-1])
        return (hurts[0], self.line("unwell"), *hurts[1:])

    # Taking up again

    def ask_to_go_on(self, plan: RoutinePlan, place: SessionCheckpoint) -> str:
        """Tell where a session broke off, and ask whether to go on with it."""
        if not place.is_under_way:
            return self.line("ask.go_on_preparing", routine=plan.routine)
        return self.line(
            "ask.go_on",
            routine=plan.routine,
            number=place.step_index + 1,
            total=len(plan.steps),
            side=self.side(plan.steps[place.step_index].side),
            left=self.duration(place.left_s) if place.left_s else "",
        )

    # What may be said soon

    def choosing(self, routines: Sequence[Routine], offered: Sequence[Routine]) -> Texts:
        """Everything that may be said next while nothing is chosen."""
        introductions = [
            text for routine in offered for text in self.introduction(RoutinePlan(routine))
        ]
        return (*self.offer("list_routines", routines), *introductions)

    def leading(
        self, plan: RoutinePlan, at: int, step_timer: StepTimer | None, pacing: Pacing
    ) -> Texts:
        """Everything that may be said next in a routine, the next step first."""
        steps = [*range(at + 1, len(plan.steps)), *range(at)]
        return (
            *(
                text
                for planned_step in steps[:1]
                for text in self._fresh_step(plan, planned_step, pacing)
            ),
            *(self._calls(step_timer) if step_timer else ()),
            *self.time_up(plan, at, pacing),
            *self._fresh_step(plan, at, pacing),
            *(
                text
                for planned_step in steps[1:]
                for text in self._fresh_step(plan, planned_step, pacing)
            ),
            self.line("paused"),
            *self.when_it_hurts(plan.routine),
            self.line("ask.end"),
            *self.ending(plan.routine),
            *map(self.line, ("done_choose", "ask.after", "ask.diary")),
        )

    def _fresh_step(self, plan: RoutinePlan, at: int, pacing: Pacing) -> Texts:
        return self.step(plan, at, StepTimer.of(plan.steps[at].step), pacing)

    def _calls(self, step_timer: StepTimer) -> Texts:
        """All that its ticks may be told with from now on."""
        ticks = [
            step_timer.ticked(left * step_timer.tick_s)
            for left in range(1, _ticks_left(step_timer) + 1)
        ]
        return tuple(dict.fromkeys(self.call(tick) for tick in reversed(ticks) if tick.call))

    # Parts

    def _spoken(self, text: str, planned_step: PlannedStep) -> str:
        return text.replace(_SIDE, self.side(planned_step.side))

    def _how_long(self, step_timer: StepTimer) -> str:
        if not step_timer.is_fresh:
            return self.line("time_left", duration=self.duration(step_timer.left_s))
        if step_timer.step.repeat:
            return self.line("repeated", times=step_timer.place_in_repeat.times)
        return self.line("timed", duration=self.duration(step_timer.total_s))

    def _after_time(self, plan: RoutinePlan, at: int, pacing: Pacing) -> Sequence[str]:
        is_last = at + 1 == len(plan.steps)
        what = [] if is_last else [self.next_is(plan, at)]
        if pacing is Pacing.WAIT:
            what.append(self.line("say_next_to_finish" if is_last else "say_next"))
        return what


def _text(planned_step: PlannedStep) -> str:
    return (
        planned_step.step.say_then
        if planned_step.is_second_side and planned_step.step.say_then
        else planned_step.step.say
    )


def _ticks_left(step_timer: StepTimer) -> int:
    return round(step_timer.left_s / step_timer.tick_s)
