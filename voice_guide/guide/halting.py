"""Pausing and resuming, and stopping."""

from voice_guide.diary.history import Ending
from voice_guide.guide.conversation import Answers, Conversation
from voice_guide.guide.events import Action
from voice_guide.guide.leading import Leading
from voice_guide.guide.phase import Phase
from voice_guide.guide.question import Question
from voice_guide.guide.taking_up import TakingUp


class Halting:
    """Halts what is going on, and takes it up again."""

    def __init__(self, talk: Conversation, leading: Leading, taking_up: TakingUp) -> None:
        self._talk = talk
        self._leading = leading
        self._taking_up = taking_up

    @property
    def answers(self) -> Answers:
        """What is done about each intent."""
        return {
            "Pause": lambda _: self._pause(),
            "Resume": lambda _: self.resume(),
            "Stop": lambda _: self._stop(),
        }

    def _pause(self) -> list[Action]:
        talk = self._talk
        if talk.question:
            return talk.speech.remark(talk.script.line("take_your_time"))
        if talk.phase is Phase.PAUSED:
            return talk.say("still_paused")
        talk.step_aside(Phase.PAUSED)
        talk.cut_short = talk.speech.end()
        return [*talk.time.pause(), *talk.say("paused")]

    def resume(self) -> list[Action]:
        """Go on with what was paused or stopped, at the sentence that was cut short."""
        talk, lead = self._talk, self._leading.lead
        was_paused, question = talk.phase is Phase.PAUSED, talk.question
        talk.drop_the_question()
        if question is Question.GO_ON:
            return self._taking_up.go_on()
        cut_short, talk.cut_short = talk.cut_short, ()
        if talk.phase is Phase.STEP and talk.time.begins_when_silent and talk.time.hold:
            left = talk.script.time_left(talk.time.hold)
            return lead(talk.script.line("resumed"), *(cut_short or [left]))
        if talk.phase is Phase.STEP or (talk.is_under_way and not was_paused):
            step = talk.step
            # A step that was heard to its end, whatever was cut short after it, is said again.
            is_cut = bool(cut_short) and step[-1].endswith(cut_short[-1])
            return lead(*cut_short, *(() if is_cut else step))
        return talk.speech.say(talk.script.line("resumed"), *(cut_short or [talk.help]))

    def _stop(self) -> list[Action]:
        talk = self._talk
        halted = talk.time.halt()
        if talk.phase is Phase.STEP:
            talk.cut_short = talk.speech.end()
        talk.phase = talk.place
        if talk.phase is Phase.STEP:
            talk.phase = Phase.FINISHED
            written = talk.record.end(Ending.STOPPED)
            return [*halted, *written, *talk.say("stopped_in_routine", **talk.position)]
        talk.cut_short = ()
        if talk.phase is Phase.PREPARING:
            talk.forget_the_routine()
        return [*halted, *talk.say("stopped")]
