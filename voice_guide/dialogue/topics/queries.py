"""Questions about the routine and the session; answering them changes nothing."""

from dataclasses import dataclass

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.speech import without
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.nlu.intent import Intent


@dataclass(eq=False)
class Queries(Topic):
    """Answers questions about the routine, the step and what can be said."""

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents."""
        state = self.state
        return {
            Intent.CAUTIONS: lambda _: self._cautions(),
            Intent.HELP: lambda _: state.speech.answer(state.help_text),
            Intent.NEED_HELP: lambda _: self._need_help(),
            Intent.NEEDS: lambda _: self._needs(),
            Intent.REPEAT: lambda _: self._repeat(),
            Intent.STEPS_LEFT: lambda _: self._steps_left(),
            Intent.TELL_MORE: lambda _: self._tell_more(),
            Intent.TIME_LEFT: lambda _: self.time_left(),
            Intent.WHAT_NEXT: lambda _: self._what_next(),
            Intent.WHERE_AM_I: lambda _: self._where(),
            Intent.WHO_TO_CALL: lambda _: self._who_to_call(),
        }

    def time_left(self) -> list[Action]:
        """Say how much of the step's time is left, or how many steps if it is not timed.

        Before the first step, say how long the routine takes.
        """
        state = self.state
        if not state.is_under_way:
            return state.speech.answer(state.script.how_long(state.progress.plan))
        if state.timekeeper.step_timer is None:
            return self._steps_left()
        return state.speech.answer(state.script.time_left(state.timekeeper.step_timer))

    def _need_help(self) -> list[Action]:
        state = self.state
        return state.speech.answer(state.help_text, state.script.line("in_an_emergency"))

    def _steps_left(self) -> list[Action]:
        state = self.state
        return state.answer("left" if state.is_under_way else "left_preparing", **state.position)

    def _needs(self) -> list[Action]:
        state = self.state
        return state.speech.answer(state.script.needs(state.progress.routine))

    def _cautions(self) -> list[Action]:
        state = self.state
        return state.speech.answer(*state.progress.routine.safety.cautions)

    def _repeat(self) -> list[Action]:
        """Say the last texts again; in a step, always with the step itself."""
        state = self.state
        texts = state.speech.last
        if state.base_phase is Phase.STEP and state.question is None:
            texts = (*without(texts, state.step_texts), *state.step_texts)
        return state.speech.say(*texts)

    def _tell_more(self) -> list[Action]:
        state = self.state
        if not state.is_under_way:
            return self._needs()
        return state.speech.answer(state.script.explanation(state.progress.planned_step))

    def _what_next(self) -> list[Action]:
        state = self.state
        index = state.progress.step_index if state.is_under_way else -1
        return state.speech.answer(state.script.next_step(state.progress.plan, index))

    def _where(self) -> list[Action]:
        state = self.state
        name = "where" if state.is_under_way else "where_preparing"
        side = state.script.side(state.progress.planned_step.side)
        return state.answer(name, routine=state.progress.routine, side=side, **state.position)

    def _who_to_call(self) -> list[Action]:
        state = self.state
        routines = [state.chosen.routine] if state.chosen else state.library.routines
        first = state.script.line("in_an_emergency")
        return state.speech.answer(first, *dict.fromkeys(r.source.referral for r in routines))
