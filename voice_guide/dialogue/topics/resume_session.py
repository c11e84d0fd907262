"""The beginning of a session: a welcome, or the offer to resume an interrupted one."""

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
    """Begins a session, and resumes an interrupted one if the user wants that."""

    choosing: Choosing
    navigation: Navigation
    wake_phrase: str

    def begin(self, event: Started, routine: Routine | None) -> list[Action]:
        """Say the first words of the session; with a routine, introduce it at once."""
        state = self.state
        state.diary.open(event.diary, event.today)
        state.heard_cautions.open(event.heard_cautions, event.today)
        if routine:
            return self.choosing.introduce(routine)
        rejected_packs = state.script.rejected_packs(state.library.rejected_packs)
        if event.is_first:
            # Storing something now makes this the only start that counts as the first.
            return [SaveCheckpoint(None), *state.speech.say(*self._first_words, *rejected_packs)]
        if self._progress_at(event.checkpoint) is None:
            return state.speech.say(state.script.line("welcome"), *rejected_packs)
        state.interrupted = event.checkpoint
        return self.ask(*rejected_packs)

    @property
    def _first_words(self) -> Texts:
        """The words for a user who starts the device for the first time."""
        script = self.state.script
        how_to_begin = script.line("how_to_begin", wake_phrase=self.wake_phrase)
        return script.line("first_welcome"), how_to_begin

    def ask(self, *before: str) -> list[Action]:
        """Ask whether to resume the interrupted session, after the texts `before`."""
        state, checkpoint = self.state, self.state.interrupted
        progress = self._progress_at(checkpoint)
        if checkpoint is None or progress is None:
            return state.say("awake")
        question = state.script.ask_to_resume(progress.plan, checkpoint)
        return state.ask(Question.RESUME, *before, question)

    def accept(self) -> list[Action]:
        """Resume the interrupted session at its checkpoint."""
        state = self.state
        checkpoint, state.interrupted = state.interrupted, None
        progress = self._progress_at(checkpoint)
        if checkpoint is None or progress is None:
            return state.say("welcome")
        if not checkpoint.is_under_way:
            return self.choosing.introduce(progress.routine)
        state.chosen = progress
        state.diary.resume_entry(checkpoint.entry)
        return self.navigation.enter(progress.step_index, left_s=checkpoint.left_s)

    def start_over(self) -> list[Action]:
        """Begin the interrupted routine again."""
        progress = self._progress_at(self.state.interrupted)
        return self.choosing.introduce(progress.routine) if progress else self.decline()

    def decline(self) -> list[Action]:
        """Drop the interrupted session, and say the welcome instead."""
        self.state.interrupted = None
        return self.state.say("welcome")

    def _progress_at(self, checkpoint: SessionCheckpoint | None) -> RoutineProgress | None:
        """Return the progress at a checkpoint; None if the routine is gone or has changed."""
        if checkpoint is None:
            return None
        try:
            routine = self.state.library.by_id(checkpoint.routine)
        except VoiceGuideError:
            return None
        plan = RoutinePlan(routine, checkpoint.first_side)
        if checkpoint.step_index >= len(plan.steps):
            return None
        return RoutineProgress.at(plan, checkpoint.step_index, checkpoint.cautions_left)
