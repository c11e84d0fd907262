"""What all topics of the conversation share: where it is, what it is about, what is said."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from voice_guide.guide.course import Course
from voice_guide.guide.events import Action
from voice_guide.guide.hold import Hold
from voice_guide.guide.itinerary import Leg
from voice_guide.guide.phase import Phase
from voice_guide.guide.place import Place
from voice_guide.guide.prompts import Prompts
from voice_guide.guide.question import Question
from voice_guide.guide.record import Record
from voice_guide.guide.script import Script
from voice_guide.guide.speech import Speech, Texts
from voice_guide.guide.timekeeper import Timekeeper
from voice_guide.hearing.command import Command
from voice_guide.routines.library import Library
from voice_guide.settings import Pacing

Answers: TypeAlias = Mapping[str, Callable[[Command], list[Action]]]
"""What is done about each intent of a topic."""

_ASIDE = frozenset({Phase.PAUSED, Phase.ASLEEP, Phase.ASKING, Phase.RATING})
"""Where a conversation waits, with another place behind it."""


class Conversation:
    """The state of a conversation. It answers nothing by itself: that is the topics' part."""

    def __init__(self, library: Library, prompts: Prompts, pacing: Pacing) -> None:
        self.library = library
        self.script = Script(prompts)
        self.speech = Speech()
        self.time = Timekeeper(self.script)
        self.record = Record()
        self.pacing = pacing
        """Who says when it goes on."""
        self.phase = Phase.CHOOSING
        """Where the conversation is."""
        self._behind = Phase.CHOOSING
        self.question: Question | None = None
        """What was asked and is not answered yet."""
        self.offered = library.routines
        """The routines that can be chosen by their numbers."""
        self.chosen: Course | None = None
        """The routine that was chosen, and how far it came."""
        self.broken_off: Place | None = None
        """Where an earlier session broke off, until it is clear whether to go on with it."""
        self.cut_short: Texts = ()
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
    def course(self) -> Course:
        """The routine that was chosen, where one has to be."""
        if self.chosen is None:
            raise LookupError(f"no routine is chosen while {self.phase}")
        return self.chosen

    @property
    def leg(self) -> Leg | None:
        """The step that is being led; None where none is."""
        return self.chosen.leg if self.chosen and self.is_under_way else None

    @property
    def hold(self) -> Hold | None:
        """The time of that step; None where it waits for the person."""
        return self.time.hold if self.leg else None

    @property
    def position(self) -> Mapping[str, int]:
        """Which step it is of how many, as the prompts name it."""
        return {"number": self.course.at + 1, "total": len(self.course.way.legs)}

    def forget_the_routine(self) -> None:
        """Have the person choose again."""
        self.phase = Phase.CHOOSING
        self.chosen = None
        self.record.leave()

    @property
    def place_to_keep(self) -> Place | None:
        """What a later start has to know to go on from here."""
        if self.broken_off:
            return self.broken_off
        # Nobody is asked later whether to go on with what hurt, unless she did go on.
        if self.chosen is None or self.chosen.is_over:
            return None
        return Place(
            routine=self.chosen.routine.id,
            is_under_way=self.is_under_way,
            leg=self.chosen.at,
            first_side=self.chosen.way.first_side,
            left_s=self.hold.left_s if self.hold else None,
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
        course = self.course
        cautions = self.script.cautions(course.routine) if course.cautions_left else ()
        step = self.script.step(course.way, course.at, self.time.hold, self.pacing)
        return (*cautions, *step)

    @property
    def help(self) -> str:
        """What can be said where the conversation is."""
        return self.script.line(f"help.{self.phase}", example=self.library.example)
