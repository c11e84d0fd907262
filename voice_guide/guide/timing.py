"""Keeping time: what happens when it is silent or time is up, and who says when it goes on."""

from voice_guide.guide.conversation import Answers, Conversation
from voice_guide.guide.events import Action, SetPacing
from voice_guide.guide.foresight import likely_next
from voice_guide.guide.leading import Leading
from voice_guide.guide.phase import Phase
from voice_guide.guide.speech import Texts, after_hush, without
from voice_guide.guide.timekeeper import Runs
from voice_guide.hearing.command import Command
from voice_guide.settings import Pacing
from voice_guide.speaking.chimes import Chime

_MORE_S = 15
"""Seconds that "more time" gives where nobody says how much: this project's choice."""


class Timing:
    """Lets the time of a step begin, end and last longer."""

    def __init__(self, talk: Conversation, leading: Leading) -> None:
        self._talk = talk
        self._leading = leading

    @property
    def answers(self) -> Answers:
        """What is done about each intent."""
        return {
            "CarryOn": lambda _: self._set_pacing(Pacing.CARRY_ON),
            "MoreTime": self._more_time,
            "WaitForMe": lambda _: self._set_pacing(Pacing.WAIT),
        }

    def when_silent(self) -> list[Action]:
        """Begin, or let a moment pass first, where nobody has to say so."""
        talk = self._talk
        if talk.phase is not Phase.STEP or talk.course.cautions_left:
            return []
        hold = talk.time.hold
        if talk.time.begins_when_silent:
            return talk.time.begin()
        if talk.pacing is Pacing.WAIT or (hold and hold.is_running):
            return []
        return talk.time.wait(Runs.GET_READY if hold and not hold.is_up else Runs.CARRY_ON)

    def time_is_up(self) -> list[Action]:
        """Do what the timer ran for."""
        talk = self._talk
        match talk.time.time_up():
            case Runs.GET_READY:
                return talk.time.begin()
            case Runs.HOLD if talk.pacing is Pacing.CARRY_ON and talk.speech.is_heard:
                return after_hush(Chime.TIME_UP, self._next())
            case Runs.HOLD:
                # On time, whatever is being said: that goes on afterwards.
                course = talk.course
                told = talk.script.time_up(course.way, course.at, talk.pacing)
                return after_hush(Chime.TIME_UP, talk.speech.answer(*told))
            case Runs.CARRY_ON:
                return self._next()
            case None:
                return []

    def _next(self) -> list[Action]:
        return [*self._leading.next(), likely_next(self._talk)]

    def _more_time(self, command: Command) -> list[Action]:
        talk = self._talk
        if talk.time.hold is None:
            return talk.answer("no_time")
        was, ends_before = talk.time.hold, self._ends
        begun = talk.time.longer(int(command.slots.get("number", _MORE_S)))
        seconds = talk.time.hold.total_s - was.total_s
        more = talk.script.line("more_time", duration=talk.script.duration(seconds))
        if was.is_up:
            # It was about to name what is next.
            return [*begun, *talk.speech.say(more)]
        return [*begun, *self._answer_and_end(more, ends_before)]

    def _set_pacing(self, pacing: Pacing) -> list[Action]:
        talk = self._talk
        ends_before, told_before = self._ends, self._told_end
        talk.pacing = pacing
        rest = without(talk.cut_short, told_before)
        if rest != talk.cut_short:
            # It is to be said when the step goes on.
            talk.cut_short = (*rest, *self._told_end)
        told = talk.script.line("carrying_on" if pacing is Pacing.CARRY_ON else "waiting")
        return [SetPacing(pacing), *self._answer_and_end(told, ends_before)]

    @property
    def _ends(self) -> Texts:
        """How the step comes to its end, as long as nothing of that has begun."""
        talk, hold = self._talk, self._talk.time.hold
        is_begun = hold and (hold.is_running or hold.is_up or talk.time.begins_when_silent)
        return () if talk.phase is not Phase.STEP or is_begun else self._told_end

    @property
    def _told_end(self) -> Texts:
        """How the step comes to its end, as it is told; nothing where none is led."""
        talk = self._talk
        if talk.leg is None:
            return ()
        return talk.script.how_it_ends(talk.course.way, talk.course.at, talk.hold, talk.pacing)

    def _answer_and_end(self, answer: str, ends_before: Texts) -> list[Action]:
        """Answer what changes how the step comes to its end, and say how it does so now."""
        rest = without(self._talk.speech.end(), ends_before)
        return self._talk.speech.say(answer, *rest, *self._ends)
