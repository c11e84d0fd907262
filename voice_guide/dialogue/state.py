"""What all topics of the conversation share: where it is, what it is about, what is said."""

from collections.abc import Mapping

from voice_guide.config.settings import Pacing
from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.dialogue.diary_record import DiaryRecord
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.plan.progress import RoutineProgress
from voice_guide.dialogue.plan.routine_plan import PlannedStep
from voice_guide.dialogue.plan.step_timer import StepTimer
from voice_guide.dialogue.plan.timekeeper import Timekeeper
from voice_guide.dialogue.prompts import Prompts
from voice_guide.dialogue.question import Question
from voice_guide.dialogue.script import Script
from voice_guide.dialogue.speech import Speech, Texts
from voice_guide.routines.library import Library

_ASIDE = frozenset({Phase.PAUSED, Phase.ASLEEP, Phase.ASKING, Phase.RATING})
"""Where a conversation waits, with another place behind it."""


class DialogueState:
    """The state of a conversation. It answers nothing by itself: that is the topics' part."""

    def __init__(self, library: Library, prompts: Prompts, pacing: Pacing) -> None:
        self.library = library
        self.script = Script(prompts)
        self.speech = Speech()
        self.time = Timekeeper(self.script)
        self.record = DiaryRecord()
        self.pacing = pacing
        """Who says when it goes on."""
        self.phase = Phase.CHOOSING
        """Where the conversation is."""
        self._behind = Phase.CHOOSING
        self.question: Question | None = None
        """What was asked and is not answered yet."""
        self.offered = library.routines
        """The routines that can be chosen by their numbers."""
        self.chosen: RoutineProgress | None = None
        """The routine that was chosen, and how far it came."""
        self.broken_off: SessionCheckpoint | None = None
        """Where an earlier session broke off, until it is clear whether to go on with it."""
        self.unsaid: Texts = ()
        """What was being said when the person paused or stopped."""

    # Where it is

    @property
    def place(self) -> Phase:
        """Where it is, or was when it was paused, put to sleep or asked about."""
        return self._behind if self.phase in _ASIDE else self.phase

    @property
    def is_under_way(self) -> bool:
        """Whether the first step was reached."""
        return self.place in (Phase.STEP, Phase.FINISHED)

    def step_aside(self, phase: Phase) -> None:
        """Wait, and remember where it was."""
        self._behind, self.phase = self.place, phase

    def ask(self, question: Question, *texts: str) -> list[Action]:
        """Ask something, in these words."""
        self.step_aside(question.phase)
        self.question = question
        return self.speech.say(*texts)

    def drop_the_question(self) -> None:
        """Be where it was before anything was asked, or the person paused."""
        self.phase = self.place
        self.question = None

    # What it is about

    @property
    def progress(self) -> RoutineProgress:
        """The routine that was chosen, where one has to be."""
        if self.chosen is None:
            raise LookupError(f"no routine is chosen while {self.phase}")
        return self.chosen

    @property
    def planned_step(self) -> PlannedStep | None:
        """The step that is being led; None where none is."""
        return self.chosen.planned_step if self.chosen and self.is_under_way else None

    @property
    def step_timer(self) -> StepTimer | None:
        """The time of that step; None where it waits for the person."""
        return self.time.step_timer if self.planned_step else None

    @property
    def position(self) -> Mapping[str, int]:
        """Which step it is of how many, as the prompts name it."""
        return {"number": self.progress.at + 1, "total": len(self.progress.plan.steps)}

    def forget_the_routine(self) -> None:
        """Have the person choose again."""
        self.phase = Phase.CHOOSING
        self.chosen = None
        self.record.leave()

    @property
    def place_to_keep(self) -> SessionCheckpoint | None:
        """What a later start has to know to go on from here."""
        if self.broken_off:
            return self.broken_off
        # Nobody is asked later whether to go on with what hurt, unless she did go on.
        if self.chosen is None or self.chosen.is_over:
            return None
        return SessionCheckpoint(
            routine=self.chosen.routine.id,
            is_under_way=self.is_under_way,
            step_index=self.chosen.at,
            first_side=self.chosen.plan.first_side,
            left_s=self.step_timer.left_s if self.step_timer else None,
            cautions_left=tuple(sorted(self.chosen.cautions_left)),
            entry=self.record.number,
        )

    # What is said

    def hear(self, sentence: str) -> None:
        """Take note that a sentence was heard to its end."""
        self.speech.hear(sentence)
        self._heard((sentence,))

    def hear_all(self) -> None:
        """Take note that all that was being said was heard to its end."""
        self._heard(self.speech.end())

    def _heard(self, texts: Texts) -> None:
        if self.chosen:
            self.chosen = self.chosen.heard(texts)

    def say(self, prompt: str, **values: object) -> list[Action]:
        """Say one prompt instead of what is being said."""
        return self.speech.say(self.script.line(prompt, **values))

    def answer(self, prompt: str, **values: object) -> list[Action]:
        """Say one prompt first, and then go on with what it cuts short."""
        return self.speech.answer(self.script.line(prompt, **values))

    @property
    def step(self) -> Texts:
        """The step; nobody hears one without having heard the cautions to their end."""
        progress = self.progress
        cautions = self.script.cautions(progress.routine) if progress.cautions_left else ()
        step = self.script.step(progress.plan, progress.at, self.time.step_timer, self.pacing)
        return (*cautions, *step)

    @property
    def help(self) -> str:
        """What can be said where the conversation is."""
        return self.script.line(f"help.{self.phase}", example=self.library.example)
