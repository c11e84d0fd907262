"""The diary: how strong the pain is, what it tells, and whether to keep it."""

from dataclasses import dataclass

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.question import Question
from voice_guide.dialogue.speech import Texts
from voice_guide.dialogue.topics.navigation import Navigation
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.diary.history import Ending
from voice_guide.nlu.intent import Intent


@dataclass(eq=False)
class DiaryTopic(Topic):
    """Notes what the person agrees to have noted."""

    navigation: Navigation

    @property
    def handlers(self) -> Handlers:
        """What is done about each intent."""
        return {
            Intent.DIARY: lambda _: self._tell(),
            Intent.FORGET_DIARY: lambda _: self._ask_to_forget(),
            Intent.KEEP_DIARY: lambda _: self._keep(True),
            Intent.NO_ANSWER: lambda _: self._go_on_unrated(),
            Intent.NO_DIARY: lambda _: self._keep(False),
            Intent.RATE: lambda c: self._rate(int(c.slots["pain"])),
        }

    def agree(self) -> list[Action]:
        """Keep a diary from now on: the routine that has just ended comes first in it."""
        state, record = self.state, self.state.record
        agreed = [*record.answer(True), *record.begin(state.progress.routine)]
        ended = record.end(Ending.DONE)
        ask = state.script.line("diary_agreed"), state.script.line("ask.after")
        return [*agreed, *ended, *state.ask(Question.AFTER, *ask)]

    def refuse(self) -> list[Action]:
        """Keep no diary."""
        state = self.state
        refused = state.script.line("diary_refused"), state.script.line("done_choose")
        return [*state.record.answer(False), *state.speech.say(*refused)]

    def forget(self) -> list[Action]:
        """Erase the diary."""
        return [*self.state.record.forget(), *self.state.say("diary_forgotten")]

    def stay(self) -> list[Action]:
        """Leave the diary as it is."""
        return self.state.say("diary_stays")

    def _tell(self) -> list[Action]:
        state = self.state
        if state.record.is_empty:
            return state.answer("diary_empty")
        lines = [state.script.line("diary_of", of=of) for of in state.record.recent_trends]
        return state.speech.answer(*(lines or [state.script.line("diary_old")]))

    def _keep(self, is_wanted: bool) -> list[Action]:
        noted = self.state.record.answer(is_wanted)
        if not noted:
            return self.state.answer("diary_impossible")
        return [*noted, *self.state.answer("diary_agreed" if is_wanted else "diary_refused")]

    def _ask_to_forget(self) -> list[Action]:
        state = self.state
        if state.record.is_empty:
            return state.answer("diary_empty")
        halted = state.time.pause()
        return [*halted, *state.ask(Question.FORGET, state.script.line("ask.forget"))]

    def _rate(self, pain: int) -> list[Action]:
        state, question = self.state, self.state.question
        state.drop_the_question()
        if question is Question.BEFORE:
            state.record.tell_before(pain)
            written = state.record.begin(state.progress.routine)
            noted = state.script.line("pain_noted", pain=pain)
            advice, told = self._advice()
            return [*written, *advice, *self.navigation.enter(0, noted, *told)]
        written = state.record.tell_after(pain)
        noted = state.script.line("pain_after", pain=pain, relief=state.record.relief)
        advice, told = self._advice()
        done = state.script.line("done_choose")
        return [*written, *advice, *state.speech.say(noted, *told, done)]

    def _go_on_unrated(self) -> list[Action]:
        question = self.state.question
        self.state.drop_the_question()
        if question is Question.BEFORE:
            return self.navigation.enter(0)
        return self.state.say("done_choose")

    def _advice(self) -> tuple[list[Action], Texts]:
        """What to note and to say where the diary speaks for seeing a doctor."""
        script = self.state.script
        noted = self.state.record.advise()
        told = (script.line("see_a_doctor"), script.line("ask_who_to_call"))
        return (noted, told) if noted else ([], ())
