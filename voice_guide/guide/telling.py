"""What the person asks about where things are; none of it changes anything."""

from voice_guide.guide.conversation import Answers, Conversation
from voice_guide.guide.events import Action
from voice_guide.guide.phase import Phase
from voice_guide.guide.speech import without


class Telling:
    """Answers what is asked about the routine and what can be said."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk

    @property
    def answers(self) -> Answers:
        """What is done about each intent."""
        talk = self._talk
        return {
            "Help": lambda _: talk.speech.answer(talk.help),
            "Needs": lambda _: self._needs(),
            "Repeat": lambda _: self._repeat(),
            "StepsLeft": lambda _: self._steps_left(),
            "TellMore": lambda _: self._tell_more(),
            "TimeLeft": lambda _: self.time_left(),
            "WhatNext": lambda _: self._what_next(),
            "WhereAmI": lambda _: self._where(),
            "WhoToCall": lambda _: self._who_to_call(),
        }

    def time_left(self) -> list[Action]:
        """Tell how much of the step's time is left, or how many steps where it has none."""
        talk = self._talk
        if talk.time.hold is None or not talk.is_under_way:
            return self._steps_left()
        return talk.speech.answer(talk.script.time_left(talk.time.hold))

    def _steps_left(self) -> list[Action]:
        talk = self._talk
        return talk.answer("left" if talk.is_under_way else "left_preparing", **talk.position)

    def _needs(self) -> list[Action]:
        talk = self._talk
        return talk.speech.answer(talk.script.needs(talk.course.routine))

    def _repeat(self) -> list[Action]:
        """Say the last thing again; in a step, never without the step itself."""
        talk = self._talk
        texts = talk.speech.last
        if talk.place is Phase.STEP and talk.question is None:
            texts = (*without(texts, talk.step), *talk.step)
        return talk.speech.say(*texts)

    def _tell_more(self) -> list[Action]:
        talk = self._talk
        if not talk.is_under_way:
            return self._needs()
        return talk.speech.answer(talk.script.explanation(talk.course.leg))

    def _what_next(self) -> list[Action]:
        talk = self._talk
        at = talk.course.at if talk.is_under_way else -1
        return talk.speech.answer(talk.script.next_is(talk.course.way, at))

    def _where(self) -> list[Action]:
        talk = self._talk
        name = "where" if talk.is_under_way else "where_preparing"
        side = talk.script.side(talk.course.leg.side)
        return talk.answer(name, routine=talk.course.routine, side=side, **talk.position)

    def _who_to_call(self) -> list[Action]:
        talk = self._talk
        routines = [talk.chosen.routine] if talk.chosen else talk.library.routines
        return talk.speech.answer(*dict.fromkeys(r.source.referral for r in routines))
