"""The guide: which topic answers which event.

Pure: it knows no sound, file, clock or thread, and can be tested by reading.
"""

from voice_guide.guide.choosing import Choosing
from voice_guide.guide.conversation import Answers, Conversation
from voice_guide.guide.events import (
    Action,
    Event,
    Idle,
    KeepPlace,
    NewDay,
    Said,
    SpeechEnded,
    Started,
    Tick,
    TimeUp,
)
from voice_guide.guide.foresight import likely_next
from voice_guide.guide.halting import Halting
from voice_guide.guide.hinting import Hinting
from voice_guide.guide.hold import Hold
from voice_guide.guide.itinerary import Leg
from voice_guide.guide.leading import Leading
from voice_guide.guide.manner import Manner
from voice_guide.guide.noting import Noting
from voice_guide.guide.outage import Outage
from voice_guide.guide.parting import Parting
from voice_guide.guide.place import Place
from voice_guide.guide.prompts import Prompts
from voice_guide.guide.question import KEEPS_IT_OPEN, Question
from voice_guide.guide.replying import Replies, Replying
from voice_guide.guide.safety import Safety
from voice_guide.guide.sides import Sides
from voice_guide.guide.sleeping import Sleeping
from voice_guide.guide.taking_up import TakingUp
from voice_guide.guide.telling import Telling
from voice_guide.guide.timing import Timing
from voice_guide.guide.view import StepView, View
from voice_guide.hearing.command import Command, Unclear
from voice_guide.routines.library import Library
from voice_guide.routines.model import Routine
from voice_guide.settings import Settings
from voice_guide.trouble import SoundBack, SoundLost, TooLoud

_ABOUT_THE_ROUTINE = frozenset(
    {
        *("GoTo", "MoreTime", "Needs", "OtherSide", "SkipSide", "StartOver", "StartWith"),
        *("StepsLeft", "TellMore", "TimeLeft", "WhatNext", "WhereAmI"),
    }
)
"""Intents that only a chosen routine gives an answer to."""


class Guide:
    """One conversation."""

    def __init__(
        self,
        library: Library,
        prompts: Prompts,
        settings: Settings,
        routine: Routine | None = None,
        stays_on: bool = False,
    ) -> None:
        """Take what there is to say; with a routine, begin with that one.

        Where the guide stays on, "goodbye" does not end it: it sleeps until it is woken.
        """
        self._begin_with = routine
        self._kept: Place | None = None
        self._talk = talk = Conversation(library, prompts, settings.guide.pacing)
        telling = Telling(talk)
        choosing = Choosing(talk)
        leading = Leading(talk, choosing, telling)
        safety = Safety(talk)
        noting = Noting(talk, leading)
        self._hinting = Hinting(talk)
        self._timing = Timing(talk, leading)
        wake_phrase = settings.hearing.wake_phrase
        self._taking_up = taking_up = TakingUp(talk, choosing, leading, wake_phrase)
        halting = Halting(talk, leading, taking_up)
        self._outage = Outage(talk, halting)
        self._sleeping = Sleeping(talk, taking_up, wake_phrase)
        replying = Replying(
            talk,
            {
                Question.GO_ON: Replies(taking_up.go_on, taking_up.leave),
                Question.END: Replies(safety.end, safety.stay),
                Question.DIARY: Replies(noting.agree, noting.refuse),
                Question.FORGET: Replies(noting.forget, noting.stay),
            },
        )
        self._answers: Answers = {
            **choosing.answers,
            **leading.answers,
            **halting.answers,
            **self._timing.answers,
            **Sides(talk, leading).answers,
            **safety.answers,
            **replying.answers,
            **noting.answers,
            **self._sleeping.answers,
            **Parting(talk, self._sleeping, stays_on).answers,
            **telling.answers,
            **Manner(talk, settings.voice).answers,
        }

    @property
    def context(self) -> str:
        """The context whose sentences are to be listened for now."""
        return self._talk.phase

    @property
    def intents(self) -> frozenset[str]:
        """Every intent the guide has an answer to."""
        return frozenset(self._answers)

    @property
    def leg(self) -> Leg | None:
        """The step that is being led; None where none is."""
        return self._talk.leg

    @property
    def hold(self) -> Hold | None:
        """The time of that step; None where it waits for the person."""
        return self._talk.hold

    @property
    def view(self) -> View:
        """What there is to see at this moment."""
        talk = self._talk
        if talk.chosen is None:
            return View(self.context)
        leg, step = talk.leg, None
        if leg:
            step = StepView(
                **talk.position,
                side=talk.script.side(leg.side),
                title=talk.script.title(leg),
                text=talk.script.instruction(leg),
                hold=talk.hold,
            )
        return View(self.context, talk.chosen.routine.title, step)

    def handle(self, event: Event) -> list[Action]:
        """Return what is to be done about an event, in order."""
        actions = self._react(event)
        place = self._talk.place_to_keep
        if place == self._kept:
            return actions
        # Before anything of it is done: whatever happens then, it is there to come back to.
        self._kept = place
        return [KeepPlace(place), *actions]

    def _react(self, event: Event) -> list[Action]:
        talk = self._talk
        match event:
            case Started():
                self._kept = event.place
                return [*self._taking_up.begin(event, self._begin_with), likely_next(talk)]
            case NewDay(today):
                talk.record.turn_to(today)
                return []
            case Command():
                self._hinting.understood()
                return [*talk.time.stop_waiting(), *self._obey(event), likely_next(talk)]
            case Unclear():
                return self._hinting.not_understood()
            case Said(sentence):
                talk.hear(sentence)
                return []
            case SpeechEnded():
                talk.hear_all()
                return self._timing.when_silent()
            case Tick(left_s):
                return talk.time.tick(left_s)
            case TimeUp():
                return self._timing.time_is_up()
            case Idle():
                return [*self._sleeping.sleep(), likely_next(talk)]
            case SoundLost(part):
                return self._outage.begin(part)
            case SoundBack(after_s):
                return [*self._outage.end(after_s), likely_next(talk)]
            case TooLoud():
                return self._outage.too_loud()

    def _obey(self, command: Command) -> list[Action]:
        talk = self._talk
        if talk.question is Question.GO_ON and command.intent == "StartOver":
            talk.drop_the_question()
            return self._taking_up.start_over()
        # "Pause" works before anything is chosen too, and then these have no answer.
        if command.intent in _ABOUT_THE_ROUTINE and talk.chosen is None:
            return talk.answer("nothing_chosen")
        if talk.question and command.intent not in KEEPS_IT_OPEN:
            talk.drop_the_question()
            talk.broken_off = None
        return self._answers[command.intent](command)
