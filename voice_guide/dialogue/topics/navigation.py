"""Leading through a routine: from its first step to its last, and back."""

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
    """Goes from step to step."""

    choosing: Choosing
    queries: Queries

    @property
    def handlers(self) -> Handlers:
        """What is done about each intent."""
        return {
            Intent.BACK: lambda c: self._back(int(c.slots.get("number", 1))),
            Intent.GO_TO: lambda c: self._go_to(int(c.slots["number"])),
            Intent.NEXT: lambda _: self.next(),
            Intent.READY: lambda _: self._ready(),
            Intent.START_OVER: lambda _: self._start_over(),
        }

    def enter(self, at: int, *before: str, left_s: float | None = None) -> list[Action]:
        """Lead a leg from its beginning; where so much is given, with that much time left."""
        state = self.state
        state.chosen = replace(state.progress, at=at)
        state.unsaid = ()
        written = [*state.time.halt(), *state.record.begin(state.progress.routine)]
        state.time.take(state.progress.planned_step.step, left_s)
        return [*written, *self.lead(*before, *state.step)]

    def lead(self, *texts: str) -> list[Action]:
        """Be in the step, and say this."""
        self.state.phase = Phase.STEP
        self.state.chosen = self.state.progress.taken_up()
        return self.state.speech.say(*texts)

    def next(self) -> list[Action]:
        """Lead the next leg; after the last, finish."""
        if self.state.phase is Phase.PREPARING:
            return self._begin()
        return self.enter_or_finish(self.state.progress.at + 1)

    def enter_or_finish(self, at: int) -> list[Action]:
        """Lead a leg; past the last, the routine is complete."""
        return self.enter(at) if at < len(self.state.progress.plan.steps) else self._finish()

    def _ready(self) -> list[Action]:
        state = self.state
        if state.phase is Phase.PREPARING:
            return self._begin()
        if state.progress.cautions_left:
            return self.lead(*state.step)
        step_timer = state.time.step_timer
        if step_timer is None or step_timer.is_up:
            return self.next()
        if step_timer.is_running:
            return self.queries.time_left()
        caution = state.script.caution(state.progress.planned_step)
        if state.speech.has_still_to_say(caution):
            state.time.begins_when_silent = True
            return state.speech.say(*caution)
        return [*state.speech.say(), *state.time.begin()]

    def _begin(self) -> list[Action]:
        state = self.state
        if state.record.is_kept and state.record.number is None:
            return state.ask(Question.BEFORE, state.script.line("ask.before"))
        return self.enter(0)

    def _finish(self) -> list[Action]:
        state = self.state
        state.phase = Phase.FINISHED
        state.chosen = replace(state.progress, is_complete=True)
        texts = state.script.ending(state.progress.routine)
        written = [*state.time.halt(), *state.record.end(Ending.DONE)]
        if state.record.is_kept:
            return [*written, *state.ask(Question.AFTER, *texts, state.script.line("ask.after"))]
        if state.record.can_be_offered:
            return [*written, *state.ask(Question.DIARY, *texts, state.script.line("ask.diary"))]
        return [*written, *state.speech.say(*texts, state.script.line("done_choose"))]

    def _back(self, count: int) -> list[Action]:
        at = self.state.progress.at
        if count > at:
            return self.enter(0, self.state.script.line("first_step_already"))
        return self.enter(at - count)

    def _go_to(self, number: int) -> list[Action]:
        total = len(self.state.progress.plan.steps)
        if number > total:
            return self.state.answer("only_so_many", total=total)
        return self.enter(number - 1)

    def _start_over(self) -> list[Action]:
        if self.state.is_under_way:
            return self.enter(0)
        return self.choosing.introduce(self.state.progress.routine)
