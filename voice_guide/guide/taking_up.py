"""Beginning: with a welcome, or by taking up a session that broke off."""

from voice_guide.errors import VoiceGuideError
from voice_guide.guide.choosing import Choosing
from voice_guide.guide.conversation import Conversation
from voice_guide.guide.course import Course
from voice_guide.guide.events import Action, KeepPlace, Started
from voice_guide.guide.itinerary import Itinerary
from voice_guide.guide.leading import Leading
from voice_guide.guide.place import Place
from voice_guide.guide.question import Question
from voice_guide.guide.speech import Texts
from voice_guide.routines.model import Routine


class TakingUp:
    """Begins a session, and goes on with an earlier one where the person wants that."""

    def __init__(
        self, talk: Conversation, choosing: Choosing, leading: Leading, wake_phrase: str
    ) -> None:
        self._talk = talk
        self._choosing = choosing
        self._leading = leading
        self._wake_phrase = wake_phrase

    def begin(self, event: Started, routine: Routine | None) -> list[Action]:
        """Say the first thing of all; with a routine, begin with that one."""
        talk = self._talk
        talk.record.open(event.diary, event.today)
        if routine:
            return self._choosing.introduce(routine)
        left_out = talk.script.left_out(talk.library.left_out)
        if event.is_first:
            # Something is kept from now on, so that it is said once ever.
            return [KeepPlace(None), *talk.speech.say(*self._first_words, *left_out)]
        if self._course_of(event.place) is None:
            return talk.speech.say(talk.script.line("welcome"), *left_out)
        talk.broken_off = event.place
        return self.ask(*left_out)

    @property
    def _first_words(self) -> Texts:
        """What somebody has to know who has this device before her for the first time."""
        script = self._talk.script
        how_to_begin = script.line("how_to_begin", wake_phrase=self._wake_phrase)
        return script.line("first_welcome"), how_to_begin

    def ask(self, *before: str) -> list[Action]:
        """Ask whether to go on with what broke off."""
        talk, place = self._talk, self._talk.broken_off
        course = self._course_of(place)
        if place is None or course is None:
            return talk.say("awake")
        return talk.ask(Question.GO_ON, *before, talk.script.ask_to_go_on(course.way, place))

    def go_on(self) -> list[Action]:
        """Take up again where a session broke off."""
        talk = self._talk
        place, talk.broken_off = talk.broken_off, None
        course = self._course_of(place)
        if place is None or course is None:
            return talk.say("welcome")
        if not place.is_under_way:
            return self._choosing.introduce(course.routine)
        talk.chosen = course
        talk.record.take_up(place.entry)
        return self._leading.enter(course.at, left_s=place.left_s)

    def start_over(self) -> list[Action]:
        """Lead the routine that broke off from its beginning."""
        course = self._course_of(self._talk.broken_off)
        return self._choosing.introduce(course.routine) if course else self.leave()

    def leave(self) -> list[Action]:
        """Leave what broke off, and begin as if nothing had been."""
        self._talk.broken_off = None
        return self._talk.say("welcome")

    def _course_of(self, place: Place | None) -> Course | None:
        """Return how far it came; None where there is nothing, or the routine changed since."""
        if place is None:
            return None
        try:
            way = Itinerary(self._talk.library.by_id(place.routine), place.first_side)
        except VoiceGuideError:
            return None
        if place.leg >= len(way.legs):
            return None
        return Course(way, place.leg, frozenset(place.cautions_left))
