"""The dialogue manager passes each event to the topic that answers it.

It is pure: it uses no sound, file, clock or thread.
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
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.plan.routine_plan import PlannedStep
from voice_guide.dialogue.plan.step_timer import StepTimer
from voice_guide.dialogue.prefetch import prefetch
from voice_guide.dialogue.prompts import Prompts
from voice_guide.dialogue.question import KEEPS_QUESTION_OPEN, Question
from voice_guide.dialogue.state import DialogueState
from voice_guide.dialogue.topics.choosing import Choosing
from voice_guide.dialogue.topics.diary import DiaryTopic
from voice_guide.dialogue.topics.emergency import Emergency
from voice_guide.dialogue.topics.goodbye import Goodbye
from voice_guide.dialogue.topics.navigation import Navigation
from voice_guide.dialogue.topics.no_match import NoMatch
from voice_guide.dialogue.topics.pause import Pausing
from voice_guide.dialogue.topics.queries import Queries
from voice_guide.dialogue.topics.remarks import Remarks
from voice_guide.dialogue.topics.resume_session import ResumeSession
from voice_guide.dialogue.topics.safety import SafetyTopic
from voice_guide.dialogue.topics.sides import Sides
from voice_guide.dialogue.topics.sleep import Sleeping
from voice_guide.dialogue.topics.sound_outage import SoundOutage
from voice_guide.dialogue.topics.speech_settings import SpeechSettings
from voice_guide.dialogue.topics.step_timing import StepTiming
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.dialogue.topics.unserved import Unserved
from voice_guide.dialogue.topics.yes_no import Replies, YesNo
from voice_guide.dialogue.view import StepView, View
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.intent import Intent
from voice_guide.routines.library import Library
from voice_guide.routines.model import Routine

_NEEDS_ROUTINE = frozenset(
    {
        Intent.CAUTIONS,
        Intent.GO_TO,
        Intent.MORE_TIME,
        Intent.NEEDS,
        Intent.NEXT,
        Intent.OTHER_SIDE,
        Intent.SKIP_SIDE,
        Intent.START_OVER,
        Intent.START_WITH,
        Intent.STEPS_LEFT,
        Intent.TELL_MORE,
        Intent.TIME_LEFT,
        Intent.WHAT_NEXT,
        Intent.WHERE_AM_I,
        Intent.WHICH_SIDE,
    }
)
"""Intents that have an answer only once a routine is chosen."""


class DialogueManager:
    """Leads one dialogue: takes events, returns actions."""

    def __init__(
        self,
        library: Library,
        prompts: Prompts,
        settings: Settings,
        routine: Routine | None = None,
        service_mode: bool = False,
    ) -> None:
        """Take the routines, prompts and settings; a given `routine` is introduced at once.

        In service mode, "goodbye" does not end the program: the guide sleeps until it is woken.
        """
        self._first_routine = routine
        self._saved: SessionCheckpoint | None = None
        self._state = state = DialogueState(library, prompts, settings.guide.pacing)
        queries = Queries(state)
        choosing = Choosing(state)
        navigation = Navigation(state, choosing, queries)
        diary_topic = DiaryTopic(state, navigation)
        self._no_match = NoMatch(state)
        self._timing = StepTiming(state, navigation)
        wake_phrase = settings.hearing.wake_phrase
        self._resume_session = resume_session = ResumeSession(
            state, choosing, navigation, wake_phrase
        )
        pausing = Pausing(state, navigation, resume_session)
        self._emergency = emergency = Emergency(state, pausing)
        safety = SafetyTopic(state, emergency)
        self._sound_outage = SoundOutage(state, pausing)
        self._sleeping = Sleeping(state, resume_session, wake_phrase)
        self._yes_no = yes_no = YesNo(
            state,
            {
                Question.RESUME: Replies(resume_session.accept, resume_session.decline),
                Question.END: Replies(safety.end_routine, safety.stay_stopped),
                Question.DIARY: Replies(
                    diary_topic.agree, diary_topic.refuse, diary_topic.keep_none_now
                ),
                Question.ERASE_DIARY: Replies(
                    diary_topic.erase, diary_topic.keep, diary_topic.keep
                ),
            },
        )
        topics: list[Topic] = [
            choosing,
            navigation,
            pausing,
            self._timing,
            Sides(state, navigation),
            safety,
            emergency,
            Remarks(state, pausing),
            Unserved(state, choosing),
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
        """The context whose sentences can be said now."""
        return self._state.context

    @property
    def intents(self) -> frozenset[str]:
        """Every intent that a topic answers."""
        return frozenset(self._handlers)

    @property
    def planned_step(self) -> PlannedStep | None:
        """The current step; None before the first."""
        return self._state.planned_step

    @property
    def step_timer(self) -> StepTimer | None:
        """The time of the current step; None where it waits for the user."""
        return self._state.step_timer

    @property
    def view(self) -> View:
        """A snapshot for those who show the dialogue."""
        state = self._state
        if state.chosen is None:
            return View(state.phase)
        planned_step, step = state.planned_step, None
        if planned_step:
            step = StepView(
                **state.position,
                side=state.script.side(planned_step.side),
                title=state.script.title(planned_step),
                text=state.script.instruction(planned_step),
                step_timer=state.step_timer,
            )
        return View(state.phase, state.chosen.routine.title, step)

    def handle(self, event: Event) -> list[Action]:
        """Return the actions that an event calls for, in order."""
        actions = self._react(event)
        checkpoint = self._state.checkpoint
        if checkpoint == self._saved:
            return actions
        # The checkpoint comes first: a power cut during the other actions must find it stored.
        self._saved = checkpoint
        return [SaveCheckpoint(checkpoint), *actions]

    def _react(self, event: Event) -> list[Action]:
        state = self._state
        match event:
            case Started():
                self._saved = event.checkpoint
                return [*self._resume_session.begin(event, self._first_routine), prefetch(state)]
            case NewDay(today):
                state.diary.begin_day(today)
                state.heard_cautions.begin_day(today)
                return []
            case Command():
                self._no_match.understood()
                return [*state.timekeeper.stop_waiting(), *self._obey(event), prefetch(state)]
            case NotUnderstood():
                return self._yes_no.not_understood() or self._no_match.not_understood()
            case SentenceFinished(sentence):
                return state.sentence_finished(sentence)
            case SpeechEnded():
                return [*state.speech_ended(), *self._timing.when_silent()]
            case Tick(left_s):
                return state.timekeeper.tick(left_s)
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
        if state.question is Question.RESUME and command.intent == Intent.START_OVER:
            state.drop_question()
            return self._resume_session.start_over()
        # "Pause" works before a routine is chosen too, and these have no answer then.
        if command.intent in _NEEDS_ROUTINE and state.chosen is None:
            return state.answer("nothing_chosen")
        if state.question and command.intent not in KEEPS_QUESTION_OPEN:
            state.withdraw_question()
            state.interrupted = None
        if state.phase is Phase.EMERGENCY and command.intent in self._emergency.handlers_meanwhile:
            return self._emergency.handlers_meanwhile[command.intent](command)
        return self._handlers[command.intent](command)
