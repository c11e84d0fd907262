"""Choosing a routine, and what is said before its first step."""

from collections.abc import Sequence

from voice_guide.guide.conversation import Answers, Conversation
from voice_guide.guide.course import Course
from voice_guide.guide.events import Action
from voice_guide.guide.phase import Phase
from voice_guide.routines.model import Routine


class Choosing:
    """Offers routines and introduces the one that is chosen."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk

    @property
    def answers(self) -> Answers:
        """What is done about each intent."""
        library = self._talk.library
        return {
            "ChooseArea": lambda c: self._choose(library.for_area(str(c.slots["area"]))),
            "ChooseNumber": lambda c: self._choose_number(int(c.slots["number"])),
            "ChooseRoutine": lambda c: self._choose(library.named(str(c.slots["routine"]))),
            "ChooseThing": lambda c: self._choose(library.with_thing(str(c.slots["thing"]))),
            "ListRoutines": lambda _: self._offer("list_routines", library.routines),
            "OtherRoutine": lambda _: self._offer("list_routines", library.routines),
        }

    def introduce(self, routine: Routine) -> list[Action]:
        """Take a routine, and say everything to know before its first step."""
        talk = self._talk
        talk.phase = Phase.PREPARING
        talk.chosen = Course.of(routine)
        talk.broken_off = None
        talk.record.leave()
        introduction = talk.script.introduction(talk.chosen.way)
        return [*talk.time.halt(), *talk.speech.say(*introduction)]

    def _choose(self, fitting: Sequence[Routine]) -> list[Action]:
        return self.introduce(fitting[0]) if len(fitting) == 1 else self._offer("which", fitting)

    def _choose_number(self, number: int) -> list[Action]:
        offered = self._talk.offered
        if number > len(offered):
            return self._talk.answer("no_such_number", count=len(offered))
        return self.introduce(offered[number - 1])

    def _offer(self, opening: str, routines: Sequence[Routine]) -> list[Action]:
        talk = self._talk
        if talk.phase is Phase.PREPARING:
            talk.forget_the_routine()
        talk.offered = tuple(routines)
        return talk.speech.say(*talk.script.offer(opening, routines))
