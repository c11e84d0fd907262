"""The guide: which topic answers which event.

Pure: it knows no sound, file, clock or thread, and can be tested by reading.
"""

from voice_guide.audio.faults import SoundLost, SoundRestored, TooLoud
from voice_guide.config.settings import Settings
from voice_guide.dialogue.actions import Action, SaveCheckpoint
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.dialogue.events import (
    Event,
    Idle,
    NewDay,
    SentenceFinished,
    SpeechEnded,
    Started,
    Tick,
    TimeUp,
)
from voice_guide.dialogue.plan.routine_plan import PlannedStep
from voice_guide.dialogue.plan.step_timer import StepTimer
from voice_guide.dialogue.prefetch import prefetch
from voice_guide.dialogue.prompts import Prompts
from voice_guide.dialogue.question import KEEPS_IT_OPEN, Question
from voice_guide.dialogue.state import DialogueState
from voice_guide.dialogue.topics.choosing import Choosing
from voice_guide.dialogue.topics.diary import DiaryTopic
from voice_guide.dialogue.topics.goodbye import Goodbye
from voice_guide.dialogue.topics.navigation import Navigation
from voice_guide.dialogue.topics.no_match import NoMatch
from voice_guide.dialogue.topics.pause import Pausing
from voice_guide.dialogue.topics.queries import Queries
from voice_guide.dialogue.topics.resume_session import ResumeSession
from voice_guide.dialogue.topics.safety import Safety
from voice_guide.dialogue.topics.sides import Sides
from voice_guide.dialogue.topics.sleep import Sleeping
from voice_guide.dialogue.topics.sound_outage import SoundOutage
from voice_guide.dialogue.topics.speech_settings import SpeechSettings
from voice_guide.dialogue.topics.step_timing import StepTiming
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.dialogue.topics.yes_no import Replies, YesNo
from voice_guide.dialogue.view import StepView, View
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.intent import Intent
from voice_guide.routines.library import Library
from voice_guide.routines.model import Routine

_ABOUT_THE_ROUTINE = frozenset(
    {
        Intent.GO_TO,
        Intent.MORE_TIME,
        Intent.NEEDS,
        Intent.OTHER_SIDE,
        Intent.SKIP_SIDE,
        Intent.START_OVER,
        Intent.START_WITH,
        Intent.STEPS_LEFT,
        Intent.TELL_MORE,
        Intent.TIME_LEFT,
        Intent.WHAT_NEXT,
        Intent.WHERE_AM_I,
    }
)
"""Intents that only a chosen routine gives an answer to."""


class DialogueManager:
    """One conversation."""

    def __init__(
        self,
        library: Library,
        prompts: Prompts,
        settings: Settings,
        routine: Routine | None = None,
        service_mode: bool = False,
    ) -> None:
        """Take what there is to say; with a routine, begin with that one.

        Where the guide stays on, "goodbye" does not end it: it sleeps until it is woken.
        """
        self._begin_with = routine
        self._kept: SessionCheckpoint | None = None
        self._state = state = DialogueState(library, prompts, settings.guide.pacing)
        queries = Queries(state)
        choosing = Choosing(state)
        navigation = Navigation(state, choosing, queries)
        safety = Safety(state)
        diary_topic = DiaryTopic(state, navigation)
        self._no_match = NoMatch(state)
        self._timing = StepTiming(state, navigation)
        wake_phrase = settings.hearing.wake_phrase
        self._resume_session = resume_session = ResumeSession(
            state, choosing, navigation, wake_phrase
        )
        pausing = Pausing(state, navigation, resume_session)
        self._sound_outage = SoundOutage(state, pausing)
        self._sleeping = Sleeping(state, resume_session, wake_phrase)
        yes_no = YesNo(
            state,
            {
                Question.GO_ON: Replies(resume_session.go_on, resume_session.leave),
                Question.END: Replies(safety.end, safety.stay),
                Question.DIARY: Replies(diary_topic.agree, diary_topic.refuse),
                Question.FORGET: Replies(diary_topic.forget, diary_topic.stay),
            },
        )
        topics: list[Topic] = [
            choosing,
            navigation,
            pausing,
            self._timing,
            Sides(state, navigation),
            safety,
            yes_no,
            diary_topic,
            self._sleeping,
            Goodbye(state, self._sleeping, service_mode),
            queries,
            SpeechSettings(state, settings.voice),
        ]
        self._handlers: Handlers = {
            intent: handler for topic in topics for intent, handler in topic.handlers.items()
        }

    @property
    def context(self) -> str:
        """The context whose sentences are to be listened for now."""
        return self._state.phase

    @property
    def intents(self) -> frozenset[str]:
        """Every intent the guide has an answer to."""
        return frozenset(self._handlers)

    @property
    def planned_step(self) -> PlannedStep | None:
        """The step that is being led; None where none is."""
        return self._state.planned_step

    @property
    def step_timer(self) -> StepTimer | None:
        """The time of that step; None where it waits for the person."""
        return self._state.step_timer

    @property
    def view(self) -> View:
        """What there is to see at this moment."""
        state = self._state
        if state.chosen is None:
            return View(self.context)
        planned_step, step = state.planned_step, None
        if planned_step:
            step = StepView(
                **state.position,
                side=state.script.side(planned_step.side),
                title=state.script.title(planned_step),
                text=state.script.instruction(planned_step),
                step_timer=state.step_timer,
            )
        return View(self.context, state.chosen.routine.title, step)

    def handle(self, event: Event) -> list[Action]:
        """Return what is to be done about an event, in order."""
        actions = self._react(event)
        place = self._state.place_to_keep
        if place == self._kept:
            return actions
        # Before anything of it is done: whatever happens then, it is there to come back to.
        self._kept = place
        return [SaveCheckpoint(place), *actions]

    def _react(self, event: Event) -> list[Action]:
        state = self._state
        match event:
            case Started():
                self._kept = event.place
                return [*self._resume_session.begin(event, self._begin_with), prefetch(state)]
            case NewDay(today):
                state.record.turn_to(today)
                return []
            case Command():
                self._no_match.understood()
                return [*state.time.stop_waiting(), *self._obey(event), prefetch(state)]
            case NotUnderstood():
                return self._no_match.not_understood()
            case SentenceFinished(sentence):
                state.hear(sentence)
                return []
            case SpeechEnded():
                state.hear_all()
                return self._timing.when_silent()
            case Tick(left_s):
                return state.time.tick(left_s)
            case TimeUp():
                return self._timing.time_is_up()
            case Idle():
                return [*self._sleeping.sleep(), prefetch(state)]
            case SoundLost(part):
                return self._sound_outage.begin(part)
            case SoundRestored(after_s):
                return [*self._sound_outage.end(after_s), prefetch(state)]
            case TooLoud():
                return self._sound_outage.too_loud()

    def _obey(self, command: Command) -> list[Action]:
        state = self._state
        if state.question is Question.GO_ON and command.intent == Intent.START_OVER:
            state.drop_the_question()
            return self._resume_session.start_over()
        # "Pause" works before a routine is chosen too, and these have no answer then.
        if command.intent in _ABOUT_THE_ROUTINE and state.chosen is None:
            return state.answer("nothing_chosen")
        if state.question and command.intent not in KEEPS_IT_OPEN:
            state.drop_the_question()
            state.broken_off = None
        return self._handlers[command.intent](command)
