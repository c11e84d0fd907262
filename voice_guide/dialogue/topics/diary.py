"""The pain diary: consent, the pain before and after a routine, and what the diary shows."""

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
    """Asks for the pain and writes it down, for a user who agreed to a diary."""

    navigation: Navigation

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents."""
        return {
            Intent.DIARY: lambda _: self._summarize(),
            Intent.FORGET_DIARY: lambda _: self._ask_to_erase(),
            Intent.KEEP_DIARY: lambda _: self._begin(),
            Intent.NO_ANSWER: lambda _: self._continue_unrated(),
            Intent.NO_DIARY: lambda _: self._set_consent(False),
            Intent.RATE: lambda c: self._rate(int(c.slots["pain"])),
        }

    def agree(self) -> list[Action]:
        """Keep a diary from now on, beginning with the routine that has just ended."""
        state, diary = self.state, self.state.diary
        consented = diary.set_consent(True)
        written = [*diary.begin_entry(state.progress.routine), *diary.set_ending(Ending.DONE)]
        texts = state.script.line("diary_agreed"), state.script.line("ask.after")
        return [*consented, *written, *state.ask(Question.PAIN_AFTER, *texts)]

    def refuse(self) -> list[Action]:
        """Keep no diary, and do not ask for one again."""
        return [*self.state.diary.set_consent(False), *self.keep_none_now()]

    def keep_none_now(self) -> list[Action]:
        """Keep no diary for now, and say how to begin one later."""
        script = self.state.script
        return self.state.speech.say(script.line("diary_refused"), script.line("done_choose"))

    def erase(self) -> list[Action]:
        """Erase the diary."""
        return [*self.state.diary.erase(), *self.state.say("diary_forgotten")]

    def keep(self) -> list[Action]:
        """Leave the diary as it is."""
        return self.state.say("diary_stays")

    def _summarize(self) -> list[Action]:
        state = self.state
        if state.diary.is_empty:
            return state.answer("diary_empty")
        lines = [state.script.line("diary_of", of=trend) for trend in state.diary.recent_trends]
        return state.speech.answer(*(lines or [state.script.line("diary_old")]))

    def _begin(self) -> list[Action]:
        """Keep a diary from now on; if a question about it is open, that is the answer."""
        question = self.state.question
        if question is None:
            return self._set_consent(True)
        self.state.drop_question()
        return self.agree() if question is Question.DIARY else self.keep()

    def _set_consent(self, is_wanted: bool) -> list[Action]:
        saved = self.state.diary.set_consent(is_wanted)
        if not saved:
            return self.state.answer("diary_impossible")
        return [*saved, *self.state.answer("diary_agreed" if is_wanted else "diary_refused")]

    def _ask_to_erase(self) -> list[Action]:
        state = self.state
        if state.diary.is_empty:
            return state.answer("diary_empty")
        stopped = state.timekeeper.pause()
        return [*stopped, *state.ask(Question.ERASE_DIARY, state.script.line("ask.forget"))]

    def _rate(self, pain: int) -> list[Action]:
        state, question = self.state, self.state.question
        state.drop_question()
        if question is Question.PAIN_BEFORE:
            state.diary.set_pain_before(pain)
            written = state.diary.begin_entry(state.progress.routine)
            noted = state.script.line("pain_noted", pain=pain)
            saved, advice = self._advice()
            return [*written, *saved, *self.navigation.enter(0, noted, *advice)]
        written = state.diary.set_pain_after(pain)
        noted = state.script.line("pain_after", pain=pain, relief=state.diary.relief)
        saved, advice = self._advice()
        done = state.script.line("done_choose")
        return [*written, *saved, *state.speech.say(noted, *advice, done)]

    def _continue_unrated(self) -> list[Action]:
        question = self.state.question
        self.state.drop_question()
        if question is Question.PAIN_BEFORE:
            return self.navigation.enter(0)
        return self.state.say("done_choose")

    def _advice(self) -> tuple[list[Action], Texts]:
        """Return what to store and to say if the diary calls for a doctor."""
        script = self.state.script
        saved = self.state.diary.advise_doctor()
        texts = (script.line("see_a_doctor"), script.line("ask_who_to_call"))
        return (saved, texts) if saved else ([], ())
