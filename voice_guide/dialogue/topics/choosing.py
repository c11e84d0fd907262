"""Choosing a routine, and the introduction before its first step."""

from collections.abc import Sequence
from dataclasses import dataclass

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.plan.progress import RoutineProgress
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.nlu.command import Command
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
            Intent.CHOOSE_ROUTINE: self._choose_routine,
            Intent.CHOOSE_THING: lambda c: self._choose(library.with_thing(str(c.slots["thing"]))),
            Intent.LIST_ROUTINES: lambda _: self.offer("list_routines", library.routines),
            Intent.OTHER_ROUTINE: lambda _: self.offer("list_routines", library.routines),
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
        return self.introduce(matching[0]) if len(matching) == 1 else self.offer("which", matching)

    def _choose_routine(self, command: Command) -> list[Action]:
        library, slots = self.state.library, command.slots
        if "routine" in slots:
            return self._choose(library.named(str(slots["routine"])))
        return self._choose(library.with_thing(str(slots["thing"])))

    def _choose_number(self, number: int) -> list[Action]:
        offered = self.state.offered
        if number > len(offered):
            return self.state.answer("no_such_number", count=len(offered))
        return self.introduce(offered[number - 1 if number > 0 else number])

    def offer(self, opening: str, routines: Sequence[Routine], *before: str) -> list[Action]:
        """Have the user choose among routines, after the given texts."""
        state = self.state
        if state.phase is Phase.PREPARING:
            state.leave_routine()
        state.offered = tuple(routines)
        return state.speech.say(*before, *state.script.offer(opening, routines))
