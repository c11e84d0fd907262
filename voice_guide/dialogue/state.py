"""The state that all topics of the dialogue share: phase, question, routine and speech."""

from collections.abc import Mapping

from voice_guide.config.settings import Pacing
from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.dialogue.diary_record import DiaryRecord
from voice_guide.dialogue.heard_cautions import HeardCautions
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.plan.progress import RoutineProgress
from voice_guide.dialogue.plan.routine_plan import PlannedStep, RoutinePlan
from voice_guide.dialogue.plan.step_timer import StepTimer
from voice_guide.dialogue.plan.timekeeper import Timekeeper
from voice_guide.dialogue.prompts import Prompts
from voice_guide.dialogue.question import Question
from voice_guide.dialogue.script import Script
from voice_guide.dialogue.speech import Speech, Texts
from voice_guide.routines.library import Library
from voice_guide.routines.model import Routine

_SUSPENDED = frozenset({Phase.PAUSED, Phase.ASLEEP, Phase.ASKING, Phase.RATING, Phase.EMERGENCY})
"""Phases in which the dialogue waits, and then returns to its base phase."""


class DialogueState:
    """The state of one dialogue. It answers no command itself: the topics do."""

    def __init__(self, library: Library, prompts: Prompts, pacing: Pacing) -> None:
        self.library = library
        self.script = Script(prompts)
        self.speech = Speech()
        self.timekeeper = Timekeeper(self.script)
        self.diary = DiaryRecord()
        self.heard_cautions = HeardCautions()
        self.pacing = pacing
        """The pacing: wait for the user, or carry on without being asked."""
        self.phase = Phase.CHOOSING
        """The phase of the dialogue."""
        self._base_phase = Phase.CHOOSING
        self.question: Question | None = None
        """The open question, if there is one."""
        self._question_text = ""
        self.is_asked_again = False
        """True once a doubtful answer had the question asked again."""
        self.offered = library.routines
        """The routines that can be chosen by their numbers."""
        self.chosen: RoutineProgress | None = None
        """The chosen routine with its progress; None before one is chosen."""
        self.interrupted: SessionCheckpoint | None = None
        """The checkpoint of an interrupted session, until the user resumes it or does not."""
        self.unsaid: Texts = ()
        """The speech that a pause or a stop interrupted."""

    # The phase

    @property
    def base_phase(self) -> Phase:
        """The phase the dialogue is in, or returns to after a pause, a question or sleep."""
        return self._base_phase if self.phase in _SUSPENDED else self.phase

    @property
    def context(self) -> str:
        """The context of the sentence files: the phase, or the part of it that was asked for."""
        if self.question and self.question.needs_consent and self.phase is Phase.ASKING:
            return f"{self.phase}.consent"
        if self.phase is not Phase.STEP or self.step_timer is None or self.step_timer.is_up:
            return self.phase
        runs = self.step_timer.is_running or self.timekeeper.starts_when_silent
        return f"{self.phase}.running" if runs else f"{self.phase}.ready"

    @property
    def is_under_way(self) -> bool:
        """True once the first step was reached."""
        return self.base_phase in (Phase.STEP, Phase.FINISHED)

    def suspend(self, phase: Phase) -> None:
        """Wait in this phase, and remember the base phase."""
        self._base_phase, self.phase = self.base_phase, phase

    def ask(self, question: Question, *texts: str) -> list[Action]:
        """Ask a question, in these words: the last text is the question itself."""
        self.suspend(question.phase)
        self.question = question
        self._question_text = texts[-1]
        self.is_asked_again = False
        return self.speech.say(*texts)

    def drop_question(self) -> None:
        """Return to the base phase, with no question open."""
        self.phase = self.base_phase
        self.question = None

    def withdraw_question(self) -> None:
        """Return to the base phase without an answer; the question is not said again."""
        self.drop_question()
        self.speech.skip(self._question_text)

    # The routine

    @property
    def progress(self) -> RoutineProgress:
        """The chosen routine with its progress; raises LookupError before one is chosen."""
        if self.chosen is None:
            raise LookupError(f"no routine is chosen while {self.phase}")
        return self.chosen

    @property
    def planned_step(self) -> PlannedStep | None:
        """The current step; None before the first."""
        return self.chosen.planned_step if self.chosen and self.is_under_way else None

    @property
    def step_timer(self) -> StepTimer | None:
        """The time of the current step; None where it waits for the user."""
        return self.timekeeper.step_timer if self.planned_step else None

    @property
    def position(self) -> Mapping[str, int]:
        """The number of the step and the total of steps, as the prompts name them."""
        return {"number": self.progress.step_index + 1, "total": len(self.progress.plan.steps)}

    def leave_routine(self) -> None:
        """Return to choosing, with no routine chosen."""
        self.phase = Phase.CHOOSING
        self.chosen = None
        self.diary.close_entry()

    def cautions_due(self, routine: Routine) -> Texts:
        """Return the cautions to say before a routine."""
        return self.heard_cautions.due(routine, self.library.routines)

    def introduction(self, routine: Routine) -> Texts:
        """Return everything to say before the first step of a routine."""
        return self.script.introduction(RoutinePlan(routine), self.cautions_due(routine))

    @property
    def checkpoint(self) -> SessionCheckpoint | None:
        """The checkpoint from which a later start resumes; None if there is nothing to resume."""
        if self.interrupted:
            return self.interrupted
        # A session that hurt is not offered again, unless the user went on with it.
        if self.chosen is None or self.chosen.is_over:
            return None
        return SessionCheckpoint(
            routine=self.chosen.routine.id,
            is_under_way=self.is_under_way,
            step_index=self.chosen.step_index,
            first_side=self.chosen.plan.first_side,
            left_s=self.step_timer.left_s if self.step_timer else None,
            cautions_left=tuple(sorted(self.chosen.cautions_left)),
            entry=self.diary.entry_number,
        )

    # The speech

    def sentence_finished(self, sentence: str) -> list[Action]:
        """Note that a sentence was played to its end."""
        self.speech.sentence_finished(sentence)
        return self._note_played((sentence,))

    def speech_ended(self) -> list[Action]:
        """Note that the whole speech was played to its end."""
        return self._note_played(self.speech.take_remaining())

    def _note_played(self, texts: Texts) -> list[Action]:
        """Note which cautions were heard; once all were, return the action that stores that."""
        if self.chosen is None or not self.chosen.cautions_left:
            return []
        self.chosen = self.chosen.after_playing(texts)
        if self.chosen.cautions_left:
            return []
        return self.heard_cautions.note(self.chosen.cautions_due)

    def say(self, prompt: str, **values: object) -> list[Action]:
        """Say a prompt instead of the current speech."""
        return self.speech.say(self.script.line(prompt, **values))

    def answer(self, prompt: str, **values: object) -> list[Action]:
        """Say a prompt, then resume the current speech."""
        return self.speech.answer(self.script.line(prompt, **values))

    @property
    def step_texts(self) -> Texts:
        """The texts of the step, after the cautions that were not heard to their end."""
        progress = self.progress
        cautions = self.script.cautions_first(progress.unheard_cautions)
        step = self.script.step(
            progress.plan, progress.step_index, self.timekeeper.step_timer, self.pacing
        )
        return (*cautions, *step)

    @property
    def help_text(self) -> str:
        """The help for the current phase: what can be said now."""
        return self.script.line(f"help.{self.phase}", example=self.library.example)
