"""The guide's words for each occasion: prompts of the language and texts of the routines."""

from collections.abc import Iterable, Sequence

from voice_guide.config.settings import Pacing
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.dialogue.plan.routine_plan import PlannedStep, RoutinePlan
from voice_guide.dialogue.plan.step_timer import Announcement, StepTimer
from voice_guide.dialogue.prompts import Prompts
from voice_guide.dialogue.speech import Texts
from voice_guide.routines.model import Routine, Side
from voice_guide.routines.packs import PackProblem

_SIDE = "{side}"


class Script:
    """Combines the guide's prompts with the texts of the routines. It has no state."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    def line(self, name: str, **values: object) -> str:
        """Return one prompt with its values filled in."""
        return self._prompts(name, **values)

    def duration(self, seconds: float) -> str:
        """Return a duration in words."""
        return self.line("duration", seconds=seconds)

    def side(self, side: Side | None) -> str:
        """Return the name of a side; empty for None."""
        return self.line(f"sides.{side}") if side else ""

    # Choosing a routine

    def rejected_packs(self, problems: Sequence[PackProblem]) -> Texts:
        """Say how many routine files could not be read; nothing if all could."""
        files = {problem.file for problem in problems}
        return (self.line("left_out", count=len(files)),) if files else ()

    def offer(self, opening: str, routines: Sequence[Routine]) -> Texts:
        """Offer routines by number; `opening` is the name of the first prompt."""
        choices = [
            self.line("choice", number=number, routine=routine)
            for number, routine in enumerate(routines, 1)
        ]
        return (self.line(opening, count=len(routines)), *choices, self.line("which_one"))

    def introduction(self, plan: RoutinePlan, cautions: Texts) -> Texts:
        """Say everything to know before the first step; `cautions` are those to say this time."""
        is_shortened = cautions != plan.routine.safety.cautions
        return (
            self.line("introduction", routine=plan.routine, total=len(plan.steps)),
            self.needs(plan.routine),
            *cautions,
            *((self.line("cautions_known"),) if is_shortened else ()),
            self.line("say_ready"),
        )

    def needs(self, routine: Routine) -> str:
        """Name the things that a routine needs."""
        return self.line("needs", needs=[need.name for need in routine.needs])

    def routine_needs(self, routine: Routine) -> str:
        """Name what a routine needs that is not chosen."""
        needs = [need.name for need in routine.needs]
        return self.line("routine_needs", routine=routine, needs=needs)

    def how_long(self, plan: RoutinePlan) -> str:
        """Say how long a routine takes that has not begun."""
        timed_s = sum(planned_step.step.total_s or 0 for planned_step in plan.steps)
        duration = self.duration(timed_s) if timed_s else ""
        return self.line("how_long", total=len(plan.steps), duration=duration)

    def cautions_first(self, cautions: Texts) -> Texts:
        """Say cautions before a step, for a user who has not heard them to their end."""
        return (self.line("cautions_first"), *cautions) if cautions else ()

    # The steps

    def step(
        self, plan: RoutinePlan, index: int, step_timer: StepTimer | None, pacing: Pacing
    ) -> Texts:
        """Say a step: its instruction, its caution, and how it ends."""
        planned_step = plan.steps[index]
        is_last = index == len(plan.steps) - 1
        said = self.line(
            "last_step" if is_last and index else "step",
            number=index + 1,
            side="" if _SIDE in _text(planned_step) else self.side(planned_step.side),
            text=self.instruction(planned_step),
        )
        end = self.step_end(plan, index, step_timer, pacing)
        return (said, *self.step_caution(planned_step), *end)

    def step_caution(self, planned_step: PlannedStep) -> Texts:
        """Say a step's own caution, if it has one."""
        caution = planned_step.step.caution
        return (self._with_side(caution, planned_step),) if caution else ()

    def step_end(
        self, plan: RoutinePlan, index: int, step_timer: StepTimer | None, pacing: Pacing
    ) -> Texts:
        """Say how a step ends: with "next", or after how much time."""
        if step_timer is None:
            is_last = index == len(plan.steps) - 1
            needs_next = is_last and pacing is Pacing.WAIT
            return (self.line("say_next_to_finish"),) if needs_next else ()
        if step_timer.is_up:
            return self.time_up(plan, index, pacing)
        if step_timer.is_running:
            return (self.time_left(step_timer),)
        start = self.line("say_when_ready" if pacing is Pacing.WAIT else "starting_soon")
        return (self._length(step_timer), start)

    def explanation(self, planned_step: PlannedStep) -> str:
        """Say more about a step."""
        more = planned_step.step.more
        return self._with_side(more, planned_step) if more else self.line("nothing_more")

    def next_step(self, plan: RoutinePlan, index: int) -> str:
        """Name the step after this index; -1 stands for the time before the first step."""
        if index + 1 == len(plan.steps):
            return self.line("nothing_next")
        planned_step = plan.steps[index + 1]
        title = planned_step.step.title
        side = "" if _SIDE in title else self.side(planned_step.side)
        return self.line("next_is", title=self._with_side(title, planned_step), side=side)

    def title(self, planned_step: PlannedStep) -> str:
        """Return the short title of a step."""
        return self._with_side(planned_step.step.title, planned_step)

    def instruction(self, planned_step: PlannedStep) -> str:
        """Return the instruction of a step."""
        return self._with_side(_text(planned_step), planned_step)

    def time_up(self, plan: RoutinePlan, index: int, pacing: Pacing) -> Texts:
        """Say that the time of a step is up, and what follows."""
        return (self.line("time_up"), *self._after_time(plan, index, pacing))

    def announcement(self, step_timer: StepTimer) -> str:
        """Return the words of the announcement that is due."""
        if step_timer.announcement is not Announcement.REPEAT:
            is_half = step_timer.announcement is Announcement.HALFWAY
            return self.line("halfway" if is_half else "countdown", hold=step_timer)
        position = step_timer.repeat_position
        name = "call"
        if position.is_first_call:
            name = "last_call" if position.is_last else "first_call"
            name = "halfway_call" if position.is_halfway and not position.is_last else name
        return self.line(name, call=position.call, number=position.number)

    def time_left(self, step_timer: StepTimer) -> str:
        """Say how much of a step's time is left."""
        if step_timer.is_up:
            return self.line("time_up")
        name = "time_left" if step_timer.has_begun else "time_not_started"
        return self.line(name, duration=self.duration(step_timer.left_s))

    def ending(self, routine: Routine) -> Texts:
        """Say the closing words of a routine, and where to turn to with questions."""
        return (routine.closing, routine.source.referral)

    # Safety

    def when_it_hurts(self, routine: Routine | None) -> Texts:
        """Tell the user to stop, with the source's advice; None: no routine is under way."""
        ask = self.line("ask_who_to_call")
        if routine is None:
            return (self.line("hurts_without_routine"), self.line("name_the_place"), ask)
        return (self.line("stopped_because_it_hurts"), routine.safety.when_it_hurts, ask)

    def when_unwell(self, routine: Routine | None) -> Texts:
        """Say the same to a user who feels unwell, and that the guide cannot tell the cause."""
        hurts = self.when_it_hurts(routine)
        if routine is None:
            return (self.line("if_emergency"), self.line("unwell"), hurts[0], hurts[-1])
        return (hurts[0], self.line("if_emergency"), self.line("unwell"), *hurts[1:])

    @property
    def emergency(self) -> Texts:
        """Whom to call at once, whom else to ask, and what the guide waits for."""
        names = ("emergency", "emergency_help", "emergency_doctor", "emergency_wait")
        return tuple(map(self.line, names))

    # Resuming a session

    def ask_to_resume(self, plan: RoutinePlan, checkpoint: SessionCheckpoint) -> str:
        """Say where a session was interrupted, and ask whether to resume it."""
        if not checkpoint.is_under_way:
            return self.line("ask.go_on_preparing", routine=plan.routine)
        return self.line(
            "ask.go_on",
            routine=plan.routine,
            number=checkpoint.step_index + 1,
            total=len(plan.steps),
            side=self.side(plan.steps[checkpoint.step_index].side),
            left=self.duration(checkpoint.left_s) if checkpoint.left_s else "",
        )

    # Texts to render ahead

    def likely_while_choosing(
        self, routines: Sequence[Routine], introductions: Iterable[Texts]
    ) -> Texts:
        """Return everything that may be said next while no routine is chosen."""
        texts = [text for introduction in introductions for text in introduction]
        return (*self.offer("list_routines", routines), *texts)

    def likely_in_routine(
        self, plan: RoutinePlan, index: int, step_timer: StepTimer | None, pacing: Pacing
    ) -> Texts:
        """Return everything that may be said next in a routine, the next step first."""
        fresh = [self._fresh_step(plan, number, pacing) for number in range(len(plan.steps))]
        others = [*fresh[index + 1 :], *fresh[:index]]
        return (
            *(text for texts in others[:1] for text in texts),
            *(self._announcements(step_timer) if step_timer else ()),
            *self.time_up(plan, index, pacing),
            *fresh[index],
            *(text for texts in others[1:] for text in texts),
            self.line("paused"),
            *self.when_it_hurts(plan.routine),
            self.line("ask.end"),
            *self.emergency,
            *self.ending(plan.routine),
            *map(self.line, ("done_choose", "ask.after", "ask.diary")),
        )

    def _fresh_step(self, plan: RoutinePlan, index: int, pacing: Pacing) -> Texts:
        return self.step(plan, index, StepTimer.of(plan.steps[index].step), pacing)

    def _announcements(self, step_timer: StepTimer) -> Texts:
        """Return the words of all announcements that are still to come, in their order."""
        ticks_left = round(step_timer.left_s / step_timer.tick_s)
        ticks = [step_timer.with_left(n * step_timer.tick_s) for n in range(ticks_left, 0, -1)]
        return tuple(dict.fromkeys(self.announcement(tick) for tick in ticks if tick.announcement))

    # Parts

    def _with_side(self, text: str, planned_step: PlannedStep) -> str:
        return text.replace(_SIDE, self.side(planned_step.side))

    def _length(self, step_timer: StepTimer) -> str:
        if not step_timer.is_fresh:
            return self.line("time_left", duration=self.duration(step_timer.left_s))
        if step_timer.step.repeat:
            return self.line("repeated", times=step_timer.repeat_position.times)
        return self.line("timed", duration=self.duration(step_timer.total_s))

    def _after_time(self, plan: RoutinePlan, index: int, pacing: Pacing) -> Sequence[str]:
        is_last = index + 1 == len(plan.steps)
        texts = [] if is_last else [self.next_step(plan, index)]
        if pacing is Pacing.WAIT:
            texts.append(self.line("say_next_to_finish" if is_last else "say_next"))
        return texts


def _text(planned_step: PlannedStep) -> str:
    step = planned_step.step
    return step.say_then if planned_step.is_second_side and step.say_then else step.say
