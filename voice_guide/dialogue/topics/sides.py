"""The sides of the body: the first, the other one, and skipping one."""

from dataclasses import dataclass, replace

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.topics.navigation import Navigation
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.nlu.intent import Intent
from voice_guide.routines.model import Side


@dataclass(eq=False)
class Sides(Topic):
    """Moves between the sides of a group of steps."""

    navigation: Navigation

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents."""
        return {
            Intent.OTHER_SIDE: lambda c: self._other_side(c.slots.get("side")),
            Intent.SKIP_SIDE: lambda c: self._skip_side(c.slots.get("side")),
            Intent.WHICH_SIDE: lambda _: self._which_side(),
            Intent.START_WITH: lambda c: self._start_with(c.slots["side"]),
        }

    def _which_side(self) -> list[Action]:
        state, progress = self.state, self.state.progress
        if not progress.plan.has_sides:
            return state.answer("no_sides_at_all")
        if not state.is_under_way:
            first = state.script.side(progress.plan.first_side)
            return state.answer("starting_with", side=first)
        side = progress.planned_step.side
        return (
            state.answer("on_this_side", side=state.script.side(side))
            if side
            else state.answer("no_sides")
        )

    def _other_side(self, named: object = None) -> list[Action]:
        state, progress = self.state, self.state.progress
        if named and state.is_under_way and named == progress.planned_step.side:
            return state.answer("on_this_side", side=state.script.side(progress.planned_step.side))
        index = progress.plan.other_side(progress.step_index) if state.is_under_way else None
        return state.answer("no_sides") if index is None else self.navigation.enter(index)

    def _skip_side(self, named: object) -> list[Action]:
        state, progress = self.state, self.state.progress
        if not state.is_under_way or progress.planned_step.side is None:
            return state.answer("no_sides")
        if named not in (None, progress.planned_step.side):
            return state.answer("on_this_side", side=state.script.side(progress.planned_step.side))
        return self.navigation.enter_or_finish(progress.plan.after_side(progress.step_index))

    def _start_with(self, named: object) -> list[Action]:
        state, progress = self.state, self.state.progress
        side: Side = "left" if named == "left" else "right"
        reordered = replace(progress, plan=progress.plan.starting_with(side))
        if not progress.plan.has_sides:
            return state.answer("no_sides_at_all")
        here = progress.planned_step.side if state.is_under_way else None
        if here is None:
            if state.is_under_way and not progress.plan.has_sides_from(progress.step_index):
                return state.answer("no_sides")
            state.chosen = reordered
        if here in (None, side):
            prompt = (
                "on_this_side"
                if here and progress.planned_step.is_second_side
                else "starting_with"
            )
            return state.answer(prompt, side=state.script.side(side))
        if progress.planned_step.is_second_side:
            return self._other_side()
        state.chosen = reordered
        return self.navigation.enter(reordered.plan.start_of_group(progress.step_index))
