"""The sides of the body: which comes first, the other one, and leaving one out."""

from dataclasses import replace

from voice_guide.guide.conversation import Answers, Conversation
from voice_guide.guide.events import Action
from voice_guide.guide.leading import Leading
from voice_guide.routines.model import Side


class Sides:
    """Goes from one side to the other."""

    def __init__(self, talk: Conversation, leading: Leading) -> None:
        self._talk = talk
        self._leading = leading

    @property
    def answers(self) -> Answers:
        """What is done about each intent."""
        return {
            "OtherSide": lambda _: self._other_side(),
            "SkipSide": lambda c: self._skip_side(c.slots.get("side")),
            "StartWith": lambda c: self._start_with(c.slots["side"]),
        }

    def _other_side(self) -> list[Action]:
        talk, course = self._talk, self._talk.course
        at = course.way.other_side(course.at) if talk.is_under_way else None
        return talk.answer("no_sides") if at is None else self._leading.enter(at)

    def _skip_side(self, named: object) -> list[Action]:
        talk, course = self._talk, self._talk.course
        if not talk.is_under_way or course.leg.side is None:
            return talk.answer("no_sides")
        if named not in (None, course.leg.side):
            return talk.answer("on_this_side", side=talk.script.side(course.leg.side))
        return self._leading.enter_or_finish(course.way.after_side(course.at))

    def _start_with(self, named: object) -> list[Action]:
        talk, course = self._talk, self._talk.course
        side: Side = "left" if named == "left" else "right"
        other_way = replace(course, way=course.way.starting_with(side))
        if not course.way.has_sides:
            return talk.answer("no_sides_at_all")
        here = course.leg.side if talk.is_under_way else None
        if here is None:
            if talk.is_under_way and not course.way.has_sides_from(course.at):
                return talk.answer("no_sides")
            talk.chosen = other_way
        if here in (None, side):
            told = "on_this_side" if here and course.leg.is_second_side else "starting_with"
            return talk.answer(told, side=talk.script.side(side))
        if course.leg.is_second_side:
            return self._other_side()
        talk.chosen = other_way
        return self._leading.enter(other_way.way.beginning_of_round(course.at))
