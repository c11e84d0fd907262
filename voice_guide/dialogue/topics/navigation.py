"""Moving through a routine: to the next step, back, and to any other."""

from dataclasses import dataclass, replace

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.question import Question
from voice_guide.dialogue.topics.choosing import Choosing
from voice_guide.dialogue.topics.queries import Queries
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.diary.history import Ending
from voice_guide.nlu.intent import Intent


@dataclass(eq=False)
class Navigation(Topic):
    """Enters the steps of a routine, and finishes it after the last."""

    choosing: Choosing
    queries: Queries

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents."""
        return {
            Intent.BACK: lambda c: self._back(int(c.slots.get("number", 1))),
            Intent.GO_TO: lambda c: self._go_to(int(c.slots["number"])),
            Intent.NEXT: lambda _: self.next(),
            Intent.READY: lambda _: self._ready(),
            Intent.START_OVER: lambda _: self._start_over(),
        }

    def enter(self, index: int, *before: str, left_s: float | None = None) -> list[Action]:
        """Begin a step, after the texts `before`; `left_s` is the time left of a timed step.

        A step that was left before its time was up keeps the rest of its time.
        """
        state = self.state
        state.chosen = state.progress.moved_to(index, state.step_timer)
        if left_s is None:
            left_s = state.chosen.unfinished_s
        state.unsaid = ()
        written = [*state.timekeeper.halt(), *state.diary.begin_entry(state.progress.routine)]
        state.timekeeper.load(state.progress.planned_step.step, left_s)
        return [*written, *self.lead(*before, *state.step_texts)]

    def lead(self, *texts: str) -> list[Action]:
        """Enter the phase of the steps, and say these texts."""
        self.state.phase = Phase.STEP
        self.state.chosen = self.state.progress.resumed()
        return self.state.speech.say(*texts)

    def next(self) -> list[Action]:
        """Begin the next step; after the last, finish. A pause ends."""
        self.state.drop_question()
        if self.state.phase is Phase.PREPARING:
            return self._begin()
        if self.state.progress.is_complete:
            return self.state.say("done_choose")
        return self.enter_or_finish(self.state.progress.step_index + 1)

    def enter_or_finish(self, index: int) -> list[Action]:
        """Begin the step at this index; past the last, finish the routine."""
        is_step = index < len(self.state.progress.plan.steps)
        return self.enter(index) if is_step else self._finish()

    def _ready(self) -> list[Action]:
        state = self.state
        if state.phase is Phase.PREPARING:
            return self._begin()
        if state.progress.cautions_left:
            return self.lead(*state.step_texts)
        step_timer = state.timekeeper.step_timer
        if step_timer is None or step_timer.is_up:
            return self.next()
        if step_timer.is_running:
            return self.queries.time_left()
        caution = state.script.step_caution(state.progress.planned_step)
        if state.speech.has_yet_to_say(caution):
            state.timekeeper.starts_when_silent = True
            return state.speech.say(*caution)
        return [*state.speech.say(), *state.timekeeper.begin()]

    def _begin(self) -> list[Action]:
        state = self.state
        if state.diary.is_kept and state.diary.entry_number is None:
            return state.ask(Question.PAIN_BEFORE, state.script.line("ask.before"))
        return self.enter(0)

    def _finish(self) -> list[Action]:
        state = self.state
        state.phase = Phase.FINISHED
        state.chosen = replace(state.progress, is_complete=True)
        texts = state.script.ending(state.progress.routine)
        written = [*state.timekeeper.halt(), *state.diary.set_ending(Ending.DONE)]
        if state.diary.is_kept:
            return [
                *written,
                *state.ask(Question.PAIN_AFTER, *texts, state.script.line("ask.after")),
            ]
        if state.diary.can_be_offered:
            return [*written, *state.ask(Question.DIARY, *texts, state.script.line("ask.diary"))]
        return [*written, *state.speech.say(*texts, state.script.line("done_choose"))]

    def _back(self, count: int) -> list[Action]:
        index = self.state.progress.step_index
        if count > index:
            return self.enter(0, self.state.script.line("first_step_already"))
        return self.enter(index - count)

    def _go_to(self, number: int) -> list[Action]:
        total = len(self.state.progress.plan.steps)
        if number > total:
            return self.state.answer("only_so_many", total=total)
        return self.enter(number - 1 if number > 0 else total + number)

    def _start_over(self) -> list[Action]:
        state = self.state
        if not state.is_under_way:
            return self.choosing.introduce(state.progress.routine)
        state.chosen = state.progress.restarted()
        state.timekeeper.unload()
        return self.enter(0)
