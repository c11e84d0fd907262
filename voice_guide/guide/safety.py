"""Pain, and feeling unwell: it stops at once, whatever is going on."""

from collections.abc import Callable
from dataclasses import replace

from voice_guide.diary.history import Ending
from voice_guide.guide.conversation import Answers, Conversation
from voice_guide.guide.events import Action
from voice_guide.guide.phase import Phase
from voice_guide.guide.question import Question
from voice_guide.guide.speech import Texts
from voice_guide.routines.model import Routine


class Safety:
    """Stops what hurts, and asks whether to end it."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk

    @property
    def answers(self) -> Answers:
        """What is done about each intent."""
        script = self._talk.script
        return {
            "Hurts": lambda _: self._stop_because(script.when_it_hurts),
            "Unwell": lambda _: self._stop_because(script.when_unwell),
        }

    def end(self) -> list[Action]:
        """The routine is to end."""
        self._talk.forget_the_routine()
        return self._talk.say("ended")

    def stay(self) -> list[Action]:
        """It is not to end: it stays stopped until the person goes on."""
        return self._talk.say("stopped_in_routine", **self._talk.position)

    def _stop_because(self, texts: Callable[[Routine | None], Texts]) -> list[Action]:
        talk = self._talk
        halted = talk.time.halt()
        talk.cut_short = ()
        if not talk.is_under_way:
            talk.forget_the_routine()
            return [*halted, *talk.speech.say(*texts(None))]
        told = texts(talk.course.routine)
        if talk.course.is_complete:
            # There is nothing left to end, and how it ended is written down.
            talk.forget_the_routine()
            return [*halted, *talk.speech.say(*told)]
        talk.phase = Phase.FINISHED
        talk.chosen = replace(talk.course, has_hurt=True)
        written = talk.record.end(Ending.HURT)
        return [*halted, *written, *talk.ask(Question.END, *told, talk.script.line("ask.end"))]
