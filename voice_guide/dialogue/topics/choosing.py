"""Choosing a routine, and the introduction before its first step."""

from collections.abc import Sequence
from dataclasses import dataclass

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.plan.progress import RoutineProgress
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.nlu.intent import Intent
from voice_guide.routines.model import Routine


@dataclass(eq=False)
class Choosing(Topic):
    """Offers routines, and introduces the chosen one."""

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents."""
        library = self.state.library
        return {
            Intent.CHOOSE_AREA: lambda c: self._choose(library.for_area(str(c.slots["area"]))),
            Intent.CHOOSE_NUMBER: lambda c: self._choose_number(int(c.slots["number"])),
            Intent.CHOOSE_ROUTINE: lambda c: self._choose(library.named(str(c.slots["routine"]))),
            Intent.CHOOSE_THING: lambda c: self._choose(library.with_thing(str(c.slots["thing"]))),
            Intent.LIST_ROUTINES: lambda _: self._offer("list_routines", library.routines),
            Intent.OTHER_ROUTINE: lambda _: self._offer("list_routines", library.routines),
        }

    def introduce(self, routine: Routine) -> list[Action]:
        """Choose a routine, and say everything to know before its first step."""
        state = self.state
        state.phase = Phase.PREPARING
        state.chosen = RoutineProgress.of(routine, state.cautions_due(routine))
        state.interrupted = None
        state.diary.close_entry()
        return [*state.timekeeper.halt(), *state.speech.say(*state.introduction(routine))]

    def _choose(self, matching: Sequence[Routine]) -> list[Action]:
        return (
            self.introduce(matching[0]) if len(matching) == 1 else self._offer("which", matching)
        )

    def _choose_number(self, number: int) -> list[Action]:
        offered = self.state.offered
        if number > len(offered):
            return self.state.answer("no_such_number", count=len(offered))
        return self.introduce(offered[number - 1])

    def _offer(self, opening: str, routines: Sequence[Routine]) -> list[Action]:
        state = self.state
        if state.phase is Phase.PREPARING:
            state.leave_routine()
        state.offered = tuple(routines)
        return state.speech.say(*state.script.offer(opening, routines))
