"""Honest answers to what no routine is for, and to things that are not at hand."""

from collections.abc import Sequence
from dataclasses import dataclass

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.topics.choosing import Choosing
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.nlu.command import Command
from voice_guide.nlu.intent import Intent
from voice_guide.routines.model import Routine

_MAX_PURPOSES = 5
"""Purposes of routines that are named in one go."""


@dataclass(eq=False)
class Unserved(Topic):
    """Says what the guide cannot help with, and what it can."""

    choosing: Choosing

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents."""
        return {
            Intent.MISSING_THING: self._missing_thing,
            Intent.UNSERVED_AREA: lambda c: self._unserved_area(str(c.slots["place"])),
        }

    def _unserved_area(self, place: str) -> list[Action]:
        state, script = self.state, self.state.script
        purposes = list(dict.fromkeys(each.purpose for each in state.library.routines))
        return state.speech.answer(
            script.line("unserved_area", place=place),
            script.line("can_help_with", purposes=purposes[:_MAX_PURPOSES]),
            script.line("hurts_without_routine"),
        )

    def _missing_thing(self, command: Command) -> list[Action]:
        """Say what is needed, and offer what needs no such thing."""
        state, routines = self.state, self.state.library.routines
        if state.phase in (Phase.PREPARING, Phase.STEP):
            return self._missing_for(state.progress.routine)
        if "hands_only" in command.slots:
            hands_enough = [each for each in routines if not each.needs]
            nothing_needed = state.script.line("needs", needs=[])
            return self.choosing.offer("without_it", hands_enough, nothing_needed)
        with_thing = state.library.with_thing(str(command.slots.get("thing", "")))
        affected = with_thing or [each for each in routines if each.needs]
        return self._offer(affected, [each for each in routines if each not in affected])

    def _offer(self, affected: Sequence[Routine], others: Sequence[Routine]) -> list[Action]:
        script = self.state.script
        needs = [script.routine_needs(each) for each in affected]
        if not others:
            return self.state.speech.answer(*needs)
        return self.choosing.offer("without_it", others, *needs)

    def _missing_for(self, routine: Routine) -> list[Action]:
        state, script = self.state, self.state.script
        others = [each.title for each in state.library.routines if not each.needs]
        texts = [script.needs(routine)]
        if routine.needs:
            texts.append(script.line("nothing_else"))
        if routine.needs and others:
            texts.append(script.line("hands_enough", titles=others[:_MAX_PURPOSES]))
        texts.append(script.line(f"choose_another_{state.phase}"))
        return state.speech.answer(*texts)
