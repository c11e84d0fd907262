"""Leading through a routine: from its first step to its last, and back."""

from dataclasses import replace

from voice_guide.diary.history import Ending
from voice_guide.guide.choosing import Choosing
from voice_guide.guide.conversation import Answers, Conversation
from voice_guide.guide.events import Action
from voice_guide.guide.phase import Phase
from voice_guide.guide.question import Question
from voice_guide.guide.telling import Telling


class Leading:
    """Goes from step to step."""

    def __init__(self, talk: Conversation, choosing: Choosing, telling: Telling) -> None:
        self._talk = talk
        self._choosing = choosing
        self._telling = telling

    @property
    def answers(self) -> Answers:
        """What is done about each intent."""
        return {
            "Back": lambda c: self._back(int(c.slots.get("number", 1))),
            "GoTo": lambda c: self._go_to(int(c.slots["number"])),
            "Next": lambda _: self.next(),
            "Ready": lambda _: self._ready(),
            "StartOver": lambda _: self._start_over(),
        }

    def enter(self, at: int, *before: str, left_s: float | None = None) -> list[Action]:
        """Lead a leg from its beginning; where so much is given, with that much time left."""
        talk = self._talk
        talk.chosen = replace(talk.course, at=at)
        talk.cut_short = ()
        written = [*talk.time.halt(), *talk.record.begin(talk.course.routine)]
        talk.time.take(talk.course.leg.step, left_s)
        return [*written, *self.lead(*before, *talk.step)]

    def lead(self, *texts: str) -> list[Action]:
        """Be in the step, and say this."""
        self._talk.phase = Phase.STEP
        self._talk.chosen = self._talk.course.taken_up()
        return self._talk.speech.say(*texts)

    def next(self) -> list[Action]:
        """Lead the next leg; after the last, finish."""
        if self._talk.phase is Phase.PREPARING:
            return self._begin()
        return self.enter_or_finish(self._talk.course.at + 1)

    def enter_or_finish(self, at: int) -> list[Action]:
        """Lead a leg; past the last, the routine is complete."""
        return self.enter(at) if at < len(self._talk.course.way.legs) else self._finish()

    def _ready(self) -> list[Action]:
        talk = self._talk
        if talk.phase is Phase.PREPARING:
            return self._begin()
        if talk.course.cautions_left:
            return self.lead(*talk.step)
        hold = talk.time.hold
        if hold is None or hold.is_up:
            return self.next()
        if hold.is_running:
            return self._telling.time_left()
        caution = talk.script.caution(talk.course.leg)
        if talk.speech.has_still_to_say(caution):
            talk.time.begins_when_silent = True
            return talk.speech.say(*caution)
        return [*talk.speech.say(), *talk.time.begin()]

    def _begin(self) -> list[Action]:
        talk = self._talk
        if talk.record.is_kept and talk.record.number is None:
            return talk.ask(Question.BEFORE, talk.script.line("ask.before"))
        return self.enter(0)

    def _finish(self) -> list[Action]:
        talk = self._talk
        talk.phase = Phase.FINISHED
        talk.chosen = replace(talk.course, is_complete=True)
        texts = talk.script.ending(talk.course.routine)
        written = [*talk.time.halt(), *talk.record.end(Ending.DONE)]
        if talk.record.is_kept:
            return [*written, *talk.ask(Question.AFTER, *texts, talk.script.line("ask.after"))]
        if talk.record.can_be_offered:
            return [*written, *talk.ask(Question.DIARY, *texts, talk.script.line("ask.diary"))]
        return [*written, *talk.speech.say(*texts, talk.script.line("done_choose"))]

    def _back(self, count: int) -> list[Action]:
        at = self._talk.course.at
        if count > at:
            return self.enter(0, self._talk.script.line("first_step_already"))
        return self.enter(at - count)

    def _go_to(self, number: int) -> list[Action]:
        total = len(self._talk.course.way.legs)
        if number > total:
            return self._talk.answer("only_so_many", total=total)
        return self.enter(number - 1)

    def _start_over(self) -> list[Action]:
        if self._talk.is_under_way:
            return self.enter(0)
        return self._choosing.introduce(self._talk.course.routine)
