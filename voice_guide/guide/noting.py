"""The diary: how strong the pain is, what it tells, and whether to keep it."""

from voice_guide.diary.history import Ending
from voice_guide.guide.conversation import Answers, Conversation
from voice_guide.guide.events import Action
from voice_guide.guide.leading import Leading
from voice_guide.guide.question import Question
from voice_guide.guide.speech import Texts


class Noting:
    """Notes what the person agrees to have noted."""

    def __init__(self, talk: Conversation, leading: Leading) -> None:
        self._talk = talk
        self._leading = leading

    @property
    def answers(self) -> Answers:
        """What is done about each intent."""
        return {
            "Diary": lambda _: self._tell(),
            "ForgetDiary": lambda _: self._ask_to_forget(),
            "KeepDiary": lambda _: self._keep(True),
            "NoAnswer": lambda _: self._go_on_unrated(),
            "NoDiary": lambda _: self._keep(False),
            "Rate": lambda c: self._rate(int(c.slots["pain"])),
        }

    def agree(self) -> list[Action]:
        """Keep a diary from now on: the routine that has just ended comes first in it."""
        talk, record = self._talk, self._talk.record
        agreed = [*record.answer(True), *record.begin(talk.course.routine)]
        ended = record.end(Ending.DONE)
        ask = talk.script.line("diary_agreed"), talk.script.line("ask.after")
        return [*agreed, *ended, *talk.ask(Question.AFTER, *ask)]

    def refuse(self) -> list[Action]:
        """Keep no diary."""
        talk = self._talk
        refused = talk.script.line("diary_refused"), talk.script.line("done_choose")
        return [*talk.record.answer(False), *talk.speech.say(*refused)]

    def forget(self) -> list[Action]:
        """Erase the diary."""
        return [*self._talk.record.forget(), *self._talk.say("diary_forgotten")]

    def stay(self) -> list[Action]:
        """Leave the diary as it is."""
        return self._talk.say("diary_stays")

    def _tell(self) -> list[Action]:
        talk = self._talk
        if talk.record.is_empty:
            return talk.answer("diary_empty")
        lines = [talk.script.line("diary_of", of=of) for of in talk.record.developments]
        return talk.speech.answer(*(lines or [talk.script.line("diary_old")]))

    def _keep(self, is_wanted: bool) -> list[Action]:
        noted = self._talk.record.answer(is_wanted)
        if not noted:
            return self._talk.answer("diary_impossible")
        return [*noted, *self._talk.answer("diary_agreed" if is_wanted else "diary_refused")]

    def _ask_to_forget(self) -> list[Action]:
        talk = self._talk
        if talk.record.is_empty:
            return talk.answer("diary_empty")
        halted = talk.time.pause()
        return [*halted, *talk.ask(Question.FORGET, talk.script.line("ask.forget"))]

    def _rate(self, pain: int) -> list[Action]:
        talk, question = self._talk, self._talk.question
        talk.drop_the_question()
        if question is Question.BEFORE:
            talk.record.tell_before(pain)
            written = talk.record.begin(talk.course.routine)
            noted = talk.script.line("pain_noted", pain=pain)
            advice, told = self._advice()
            return [*written, *advice, *self._leading.enter(0, noted, *told)]
        written = talk.record.tell_after(pain)
        noted = talk.script.line("pain_after", pain=pain, relief=talk.record.relief)
        advice, told = self._advice()
        done = talk.script.line("done_choose")
        return [*written, *advice, *talk.speech.say(noted, *told, done)]

    def _go_on_unrated(self) -> list[Action]:
        question = self._talk.question
        self._talk.drop_the_question()
        if question is Question.BEFORE:
            return self._leading.enter(0)
        return self._talk.say("done_choose")

    def _advice(self) -> tuple[list[Action], Texts]:
        """What to note and to say where the diary speaks for seeing a doctor."""
        script = self._talk.script
        noted = self._talk.record.advise()
        told = (script.line("see_a_doctor"), script.line("ask_who_to_call"))
        return (noted, told) if noted else ([], ())
