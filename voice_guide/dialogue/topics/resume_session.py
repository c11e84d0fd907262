"""Beginning: with a welcome, or by taking up a session that broke off."""

from dataclasses import dataclass

from voice_guide.dialogue.actions import Action, SaveCheckpoint
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.dialogue.events import Started
from voice_guide.dialogue.plan.progress import RoutineProgress
from voice_guide.dialogue.plan.routine_plan import RoutinePlan
from voice_guide.dialogue.question import Question
from voice_guide.dialogue.speech import Texts
from voice_guide.dialogue.topics.choosing import Choosing
from voice_guide.dialogue.topics.navigation import Navigation
from voice_guide.dialogue.topics.topic import Topic
from voice_guide.errors import VoiceGuideError
from voice_guide.routines.model import Routine


@dataclass(eq=False)
class ResumeSession(Topic):
    """Begins a session, and goes on with an earlier one where the person wants that."""

    choosing: Choosing
    navigation: Navigation
    wake_phrase: str

    def begin(self, event: Started, routine: Routine | None) -> list[Action]:
        """Say the first thing of all; with a routine, begin with that one."""
        state = self.state
        state.record.open(event.diary, event.today)
        if routine:
            return self.choosing.introduce(routine)
        rejected_packs = state.script.left_out(state.library.rejected_packs)
        if event.is_first:
            # Something is kept from now on, so that it is said once ever.
            return [SaveCheckpoint(None), *state.speech.say(*self._first_words, *rejected_packs)]
        if self._course_of(event.place) is None:
            return state.speech.say(state.script.line("welcome"), *rejected_packs)
        state.broken_off = event.place
        return self.ask(*rejected_packs)

    @property
    def _first_words(self) -> Texts:
        """What somebody has to know who has this device before her for the first time."""
        script = self.state.script
        how_to_begin = script.line("how_to_begin", wake_phrase=self.wake_phrase)
        return script.line("first_welcome"), how_to_begin

    def ask(self, *before: str) -> list[Action]:
        """Ask whether to go on with what broke off."""
        state, place = self.state, self.state.broken_off
        progress = self._course_of(place)
        if place is None or progress is None:
            return state.say("awake")
        return state.ask(Question.GO_ON, *before, state.script.ask_to_go_on(progress.plan, place))

    def go_on(self) -> list[Action]:
        """Take up again where a session broke off."""
        state = self.state
        place, state.broken_off = state.broken_off, None
        progress = self._course_of(place)
        if place is None or progress is None:
            return state.say("welcome")
        if not place.is_under_way:
            return self.choosing.introduce(progress.routine)
        state.chosen = progress
        state.record.take_up(place.entry)
        return self.navigation.enter(progress.at, left_s=place.left_s)

    def start_over(self) -> list[Action]:
        """Lead the routine that broke off from its beginning."""
        progress = self._course_of(self.state.broken_off)
        return self.choosing.introduce(progress.routine) if progress else self.leave()

    def leave(self) -> list[Action]:
        """Leave what broke off, and begin as if nothing had been."""
        self.state.broken_off = None
        return self.state.say("welcome")

    def _course_of(self, place: SessionCheckpoint | None) -> RoutineProgress | None:
        """Return how far it came; None where there is nothing, or the routine changed since."""
        if place is None:
            return None
        try:
            plan = RoutinePlan(self.state.library.by_id(place.routine), place.first_side)
        except VoiceGuideError:
            return None
        if place.step_index >= len(plan.steps):
            return None
        return RoutineProgress(plan, place.step_index, frozenset(place.cautions_left))
