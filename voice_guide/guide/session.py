"""The guide: the conversation's state, and what to say and do about each event.

Pure: it knows no sound, file, clock or thread, and can be tested by reading.
"""

from collections.abc import Callable, Mapping, Sequence

from voice_guide.diary.history import Ending
from voice_guide.errors import VoiceGuideError
from voice_guide.guide.events import (
    Action,
    End,
    Event,
    Hush,
    Idle,
    KeepPlace,
    NewDay,
    Play,
    Prepare,
    Said,
    Say,
    SetPacing,
    SpeechEnded,
    Started,
    Tick,
    TimeUp,
)
from voice_guide.guide.hold import Hold
from voice_guide.guide.itinerary import Itinerary, Leg
from voice_guide.guide.manner import Change, Manner
from voice_guide.guide.phase import Phase
from voice_guide.guide.place import Place
from voice_guide.guide.prompts import Prompts
from voice_guide.guide.question import KEEPS_IT_OPEN, Question
from voice_guide.guide.record import Record
from voice_guide.guide.script import Script
from voice_guide.guide.speech import Speech, Texts, sentences, without
from voice_guide.guide.timekeeper import Runs, Timekeeper
from voice_guide.hearing.command import Command, Unclear
from voice_guide.routines.library import Library
from voice_guide.routines.model import Routine, Side
from voice_guide.settings import Pacing, Settings
from voice_guide.speaking.chimes import Chime

_HINT_AFTER = 2
"""Utterances not understood in a row after which one hint is given, once."""

_MORE_S = 15
"""Seconds that "more time" gives where nobody says how much: this project's choice."""

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
    ) -> None:
        """Take what there is to say; with a routine, begin with that one."""
        self._library = library
        self._script = Script(prompts)
        self._speech = Speech()
        self._manner = Manner(settings.voice)
        self._time = Timekeeper(self._script)
        self._record = Record()
        self._pacing = settings.guide.pacing
        self._wake_phrase = settings.hearing.wake_phrase
        self._begin_with = routine
        self._phase = Phase.CHOOSING
        self._phase_before = Phase.CHOOSING
        self._question: Question | None = None
        self._offered = library.routines
        self._chosen: Itinerary | None = None
        self._cautions_left: frozenset[str] = frozenset()
        self._at = 0
        self._is_complete = False
        self._has_hurt = False
        self._broken_off: Place | None = None
        self._kept: Place | None = None
        self._cut_short: Texts = ()
        self._unclear_in_a_row = 0
        self._answers: Mapping[str, Callable[[Command], list[Action]]] = {
            "Back": lambda c: self._back(int(c.slots.get("number", 1))),
            "CarryOn": lambda _: self._set_pacing(Pacing.CARRY_ON),
            "ChooseArea": lambda c: self._choose(library.for_area(str(c.slots["area"]))),
            "ChooseNumber": lambda c: self._choose_number(int(c.slots["number"])),
            "ChooseRoutine": lambda c: self._choose(library.named(str(c.slots["routine"]))),
            "ChooseThing": lambda c: self._choose(library.with_thing(str(c.slots["thing"]))),
            "Diary": lambda _: self._tell_the_diary(),
            "Faster": lambda _: self._change(self._manner.change_rate(+1)),
            "ForgetDiary": lambda _: self._ask_to_forget(),
            "GoTo": lambda c: self._go_to(int(c.slots["number"])),
            "Goodbye": lambda _: self._end(),
            "Help": lambda _: self._answer(f"help.{self._phase}", example=library.example),
            "Hurts": lambda _: self._stop_because(self._script.when_it_hurts),
            "KeepDiary": lambda _: self._keep_diary(True),
            "ListRoutines": lambda _: self._offer("list_routines", library.routines),
            "Louder": lambda _: self._change(self._manner.change_volume(+1)),
            "MoreTime": lambda c: self._more_time(c),
            "Needs": lambda _: self._speech.answer(self._script.needs(self._routine)),
            "Next": lambda _: self._next(),
            "No": lambda _: self._say_no(),
            "NoAnswer": lambda _: self._go_on_unrated(),
            "NoDiary": lambda _: self._keep_diary(False),
            "OtherRoutine": lambda _: self._offer("list_routines", library.routines),
            "OtherSide": lambda _: self._other_side(),
            "Pause": lambda _: self._pause(),
            "Quieter": lambda _: self._change(self._manner.change_volume(-1)),
            "Rate": lambda c: self._rate(int(c.slots["pain"])),
            "Ready": lambda _: self._ready(),
            "Repeat": lambda _: self._repeat(),
            "Resume": lambda _: self._resume(),
            "SkipSide": lambda c: self._skip_side(c.slots.get("side")),
            "Sleep": lambda _: self._sleep(),
            "Slower": lambda _: self._slower(),
            "StartOver": lambda _: self._start_over(),
            "StartWith": lambda c: self._start_with(c.slots["side"]),
            "StepsLeft": lambda _: self._steps_left(),
            "Stop": lambda _: self._stop(),
            "TellMore": lambda _: self._tell_more(),
            "TimeLeft": lambda _: self._time_left(),
            "Unwell": lambda _: self._stop_because(self._script.when_unwell),
            "WaitForMe": lambda _: self._set_pacing(Pacing.WAIT),
            "Wake": lambda _: self._wake(),
            "WhatNext": lambda _: self._what_next(),
            "WhereAmI": lambda _: self._where(),
            "WhoToCall": lambda _: self._who_to_call(),
            "Yes": lambda _: self._say_yes(),
        }

    @property
    def context(self) -> str:
        """The context whose sentences are to be listened for now."""
        return self._phase

    @property
    def intents(self) -> frozenset[str]:
        """Every intent the guide has an answer to."""
        return frozenset(self._answers)

    @property
    def leg(self) -> Leg | None:
        """The step that is being led; None where none is."""
        return self._leg if self._chosen and self._is_under_way else None

    @property
    def hold(self) -> Hold | None:
        """The time of that step; None where it waits for the person."""
        return self._time.hold if self.leg else None

    def handle(self, event: Event) -> list[Action]:
        """Return what is to be done about an event, in order."""
        actions = self._react(event)
        place = self._place_to_keep
        if place == self._kept:
            return actions
        # Before anything of it is done: whatever happens then, it is there to come back to.
        self._kept = place
        return [KeepPlace(place), *actions]

    def _react(self, event: Event) -> list[Action]:
        match event:
            case Started():
                return [*self._begin(event), self._prepare()]
            case NewDay(today):
                self._record.turn_to(today)
                return []
            case Command():
                self._unclear_in_a_row = 0
                return [*self._time.stop_waiting(), *self._obey(event), self._prepare()]
            case Unclear():
                return self._not_understood()
            case Said(sentence):
                self._speech.hear(sentence)
                self._cautions_left -= {sentence}
                return []
            case SpeechEnded():
                self._cautions_left -= _sentences_of(self._speech.end())
                return self._when_silent()
            case Tick(left_s):
                return self._time.tick(left_s)
            case TimeUp():
                return self._time_is_up()
            case Idle():
                return [*self._sleep(), self._prepare()]

    def _obey(self, command: Command) -> list[Action]:
        # "Pause" works before anything is chosen too, and then these have no answer.
        if command.intent in _ABOUT_THE_ROUTINE and self._chosen is None:
            return self._answer("nothing_chosen")
        if self._question and command.intent == "Resume":
            return self._go_on_unanswered()
        if self._question and command.intent not in KEEPS_IT_OPEN:
            self._drop_the_question()
            self._broken_off = None
        return self._answers[command.intent](command)

    # Choosing

    def _begin(self, event: Started) -> list[Action]:
        self._record.open(event.diary, event.today)
        self._kept = event.place
        if self._begin_with:
            return self._introduce(self._begin_with)
        way = self._way_of(event.place)
        left_out = self._script.left_out(self._library.left_out)
        if event.place is None or way is None:
            return self._speech.say(self._script.line("welcome"), *left_out)
        self._broken_off = event.place
        return self._ask_to_go_on(*left_out)

    def _ask_to_go_on(self, *before: str) -> list[Action]:
        way = self._way_of(self._broken_off)
        if self._broken_off is None or way is None:
            return self._say("awake")
        question = self._script.ask_to_go_on(way, self._broken_off)
        return self._ask(Question.GO_ON, *before, question)

    def _choose(self, fitting: Sequence[Routine]) -> list[Action]:
        return self._introduce(fitting[0]) if len(fitting) == 1 else self._offer("which", fitting)

    def _choose_number(self, number: int) -> list[Action]:
        if number > len(self._offered):
            return self._answer("no_such_number", count=len(self._offered))
        return self._introduce(self._offered[number - 1])

    def _offer(self, opening: str, routines: Sequence[Routine]) -> list[Action]:
        if self._phase is Phase.PREPARING:
            self._forget_the_routine()
        self._offered = tuple(routines)
        return self._speech.say(*self._script.offer(opening, routines))

    def _introduce(self, routine: Routine) -> list[Action]:
        self._phase = Phase.PREPARING
        self._chosen = Itinerary(routine)
        self._cautions_left = _sentences_of(routine.safety.cautions)
        self._at = 0
        self._is_complete = self._has_hurt = False
        self._record.leave()
        return [*self._time.halt(), *self._speech.say(*self._script.introduction(self._way))]

    def _forget_the_routine(self) -> None:
        self._phase = Phase.CHOOSING
        self._chosen = None
        self._record.leave()

    # Being led

    def _ready(self) -> list[Action]:
        if self._phase is Phase.PREPARING:
            return self._begin_the_routine()
        if self._cautions_left:
            return self._lead(*self._step_texts())
        hold = self._time.hold
        if hold is None or hold.is_up:
            return self._next()
        if hold.is_running:
            return self._time_left()
        return [*self._speech.say(), *self._time.begin()]

    def _begin_the_routine(self) -> list[Action]:
        if self._record.is_kept and self._record.number is None:
            return self._ask(Question.BEFORE, self._script.line("ask.before"))
        return self._enter(0)

    def _next(self) -> list[Action]:
        if self._phase is Phase.PREPARING:
            return self._begin_the_routine()
        if self._at + 1 < len(self._way.legs):
            return self._enter(self._at + 1)
        return self._finish()

    def _finish(self) -> list[Action]:
        self._phase = Phase.FINISHED
        self._is_complete = True
        texts = self._script.ending(self._routine)
        written = [*self._time.halt(), *self._record.end(Ending.DONE)]
        if self._record.is_kept:
            return [*written, *self._ask(Question.AFTER, *texts, self._script.line("ask.after"))]
        if self._record.can_be_offered:
            return [*written, *self._ask(Question.DIARY, *texts, self._script.line("ask.diary"))]
        return [*written, *self._speech.say(*texts, self._script.line("done_choose"))]

    def _back(self, count: int) -> list[Action]:
        if count > self._at:
            return self._enter(0, self._script.line("first_step_already"))
        return self._enter(self._at - count)

    def _go_to(self, number: int) -> list[Action]:
        total = len(self._way.legs)
        if number > total:
            return self._answer("only_so_many", total=total)
        return self._enter(number - 1)

    def _start_over(self) -> list[Action]:
        return self._enter(0) if self._is_under_way else self._introduce(self._routine)

    def _enter(self, at: int, *before: str, left_s: float | None = None) -> list[Action]:
        self._at = at
        self._cut_short = ()
        written = [*self._time.halt(), *self._record.begin(self._routine)]
        self._time.take(self._leg.step, left_s)
        return [*written, *self._lead(*before, *self._step_texts())]

    def _lead(self, *texts: str) -> list[Action]:
        self._phase = Phase.STEP
        self._is_complete = self._has_hurt = False
        return self._speech.say(*texts)

    def _step_texts(self) -> Texts:
        """The step; nobody hears one without having heard the cautions to their end."""
        cautions = self._script.cautions(self._routine) if self._cautions_left else ()
        step = self._script.step(self._way, self._at, self._time.hold, self._pacing)
        return (*cautions, *step)

    def _pause(self) -> list[Action]:
        if self._question:
            return self._speech.remark(self._script.line("take_your_time"))
        if self._phase is Phase.PAUSED:
            return self._say("still_paused")
        self._phase_before, self._phase = self._place, Phase.PAUSED
        self._cut_short = self._speech.end()
        return [*self._time.halt(), *self._say("paused")]

    def _resume(self) -> list[Action]:
        if self._question is Question.GO_ON:
            return self._say_yes()
        was_paused = self._phase is Phase.PAUSED
        self._drop_the_question()
        cut_short, self._cut_short = self._cut_short, ()
        if self._phase is Phase.STEP and self._time.begins_when_silent and self._time.hold:
            left = self._script.time_left(self._time.hold)
            return self._lead(self._script.line("resumed"), *(cut_short or [left]))
        if self._phase is Phase.STEP or (self._is_under_way and not was_paused):
            step = self._step_texts()
            # A step that was heard to its end, whatever was cut short after it, is said again.
            is_cut = bool(cut_short) and step[-1].endswith(cut_short[-1])
            return self._lead(*cut_short, *(() if is_cut else step))
        what_now = self._script.line(f"help.{self._phase}", example=self._library.example)
        return self._speech.say(self._script.line("resumed"), *(cut_short or [what_now]))

    def _stop(self) -> list[Action]:
        halted = self._time.halt()
        self._time.begins_when_silent = False
        if self._phase is Phase.STEP:
            self._cut_short = self._speech.end()
        self._phase = self._place
        if self._phase is Phase.STEP:
            self._phase = Phase.FINISHED
            written = self._record.end(Ending.STOPPED)
            told = self._say("stopped_in_routine", **self._position)
            return [*halted, *written, *told]
        self._cut_short = ()
        if self._phase is Phase.PREPARING:
            self._forget_the_routine()
        return [*halted, *self._say("stopped")]

    def _end(self) -> list[Action]:
        halted = self._time.halt()
        written = self._record.end(Ending.STOPPED) if self._place is Phase.STEP else []
        self._is_complete = True
        return [*halted, *written, *self._say("goodbye"), End()]

    # Keeping time

    def _when_silent(self) -> list[Action]:
        if self._phase is not Phase.STEP or self._cautions_left:
            return []
        hold = self._time.hold
        if self._time.begins_when_silent:
            return self._time.begin()
        if self._pacing is Pacing.WAIT or (hold and hold.is_running):
            return []
        return self._time.wait(Runs.GET_READY if hold and not hold.is_up else Runs.CARRY_ON)

    def _time_is_up(self) -> list[Action]:
        match self._time.time_up():
            case Runs.GET_READY:
                return self._time.begin()
            case Runs.HOLD if self._pacing is Pacing.CARRY_ON and self._speech.is_heard:
                return [*_after_hush(Chime.TIME_UP, self._next()), self._prepare()]
            case Runs.HOLD:
                # On time, whatever is being said: that goes on afterwards.
                told = self._speech.answer(
                    *self._script.time_up(self._way, self._at, self._pacing)
                )
                return _after_hush(Chime.TIME_UP, told)
            case Runs.CARRY_ON:
                return [*self._next(), self._prepare()]
            case None:
                return []

    def _more_time(self, command: Command) -> list[Action]:
        if self._time.hold is None:
            return self._answer("no_time")
        was, ends_before = self._time.hold, self._ends
        begun = self._time.longer(int(command.slots.get("number", _MORE_S)))
        seconds = self._time.hold.total_s - was.total_s
        more = self._script.line("more_time", duration=self._script.duration(seconds))
        if was.is_up:
            # It was about to name what is next.
            return [*begun, *self._speech.say(more)]
        return [*begun, *self._answer_and_end(more, ends_before)]

    def _time_left(self) -> list[Action]:
        if self._time.hold is None or not self._is_under_way:
            return self._steps_left()
        return self._speech.answer(self._script.time_left(self._time.hold))

    def _set_pacing(self, pacing: Pacing) -> list[Action]:
        ends_before = self._ends
        self._pacing = pacing
        told = self._script.line("carrying_on" if pacing is Pacing.CARRY_ON else "waiting")
        return [SetPacing(pacing), *self._answer_and_end(told, ends_before)]

    @property
    def _ends(self) -> Texts:
        """How the step comes to its end, as long as nothing of that has begun."""
        hold = self._time.hold
        is_begun = hold and (hold.is_running or hold.is_up or self._time.begins_when_silent)
        if self._phase is not Phase.STEP or is_begun:
            return ()
        return self._script.how_it_ends(self._way, self._at, hold, self._pacing)

    def _answer_and_end(self, answer: str, ends_before: Texts) -> list[Action]:
        """Answer what changes how the step comes to its end, and say how it does so now."""
        rest = without(self._speech.end(), ends_before)
        return self._speech.say(answer, *rest, *self._ends)

    # Sides

    def _other_side(self) -> list[Action]:
        at = self._way.other_side(self._at) if self._is_under_way else None
        return self._answer("no_sides") if at is None else self._enter(at)

    def _skip_side(self, named: object) -> list[Action]:
        if not self._is_under_way or self._leg.side is None:
            return self._answer("no_sides")
        if named not in (None, self._leg.side):
            return self._answer("on_this_side", side=self._script.side(self._leg.side))
        at = self._way.after_side(self._at)
        return self._enter(at) if at < len(self._way.legs) else self._finish()

    def _start_with(self, named: object) -> list[Action]:
        side: Side = "left" if named == "left" else "right"
        if not self._way.has_sides:
            return self._answer("no_sides_at_all")
        here = self._leg.side if self._is_under_way else None
        if here is None:
            if self._is_under_way and not self._way.has_sides_from(self._at):
                return self._answer("no_sides")
            self._chosen = self._way.starting_with(side)
        if here in (None, side):
            told = "on_this_side" if here and self._leg.is_second_side else "starting_with"
            return self._answer(told, side=self._script.side(side))
        if self._leg.is_second_side:
            return self._other_side()
        self._chosen = self._way.starting_with(side)
        return self._enter(self._way.beginning_of_round(self._at))

    # Safety

    def _stop_because(self, texts: Callable[[Routine | None], Texts]) -> list[Action]:
        halted = self._time.halt()
        self._time.begins_when_silent = False
        self._cut_short = ()
        if not self._is_under_way:
            self._forget_the_routine()
            return [*halted, *self._speech.say(*texts(None))]
        told = texts(self._routine)
        if self._is_complete:
            # There is nothing left to end, and how it ended is written down.
            self._forget_the_routine()
            return [*halted, *self._speech.say(*told)]
        self._phase = Phase.FINISHED
        self._has_hurt = True
        written = self._record.end(Ending.HURT)
        return [*halted, *written, *self._ask(Question.END, *told, self._script.line("ask.end"))]

    # Asking and being answered

    def _ask(self, question: Question, *texts: str) -> list[Action]:
        self._phase_before, self._phase = self._place, question.phase
        self._question = question
        return self._speech.say(*texts)

    def _drop_the_question(self) -> None:
        self._phase = self._place
        self._question = None

    def _say_yes(self) -> list[Action]:
        question = self._question
        self._drop_the_question()
        match question:
            case Question.GO_ON:
                return self._go_on()
            case Question.END:
                self._forget_the_routine()
                return self._say("ended")
            case Question.DIARY:
                agreed = [*self._record.answer(True), *self._record.begin(self._routine)]
                ended = self._record.end(Ending.DONE)
                ask = self._script.line("diary_agreed"), self._script.line("ask.after")
                return [*agreed, *ended, *self._ask(Question.AFTER, *ask)]
            case Question.FORGET:
                return [*self._record.forget(), *self._say("diary_forgotten")]
        return []

    def _say_no(self) -> list[Action]:
        question = self._question
        self._drop_the_question()
        match question:
            case Question.GO_ON:
                self._broken_off = None
                return self._say("welcome")
            case Question.END:
                return self._say("stopped_in_routine", **self._position)
            case Question.DIARY:
                refused = self._script.line("diary_refused"), self._script.line("done_choose")
                return [*self._record.answer(False), *self._speech.say(*refused)]
            case Question.FORGET:
                return self._say("diary_stays")
        return []

    def _go_on_unanswered(self) -> list[Action]:
        """ "Go on" is what each question makes of it."""
        match self._question:
            case Question.GO_ON:
                return self._say_yes()
            case Question.END:
                self._drop_the_question()
                return self._resume()
            case Question.FORGET:
                return self._say_no()
            case _:
                self._drop_the_question()
                return self._say("done_choose")

    def _go_on(self) -> list[Action]:
        """Take up again where a session broke off."""
        place, way = self._broken_off, self._way_of(self._broken_off)
        self._broken_off = None
        if place is None or way is None:
            return self._say("welcome")
        if not place.is_under_way:
            return self._introduce(way.routine)
        self._chosen = way
        self._cautions_left = frozenset(place.cautions_left)
        self._record.take_up(place.entry)
        return self._enter(place.leg, left_s=place.left_s)

    def _rate(self, pain: int) -> list[Action]:
        question = self._question
        self._drop_the_question()
        if question is Question.BEFORE:
            self._record.tell_before(pain)
            written = self._record.begin(self._routine)
            noted = self._script.line("pain_noted", pain=pain)
            advice, told = self._advice()
            return [*written, *advice, *self._enter(0, noted, *told)]
        written = self._record.tell_after(pain)
        noted = self._script.line("pain_after", pain=pain, relief=self._record.relief)
        advice, told = self._advice()
        done = self._script.line("done_choose")
        return [*written, *advice, *self._speech.say(noted, *told, done)]

    def _go_on_unrated(self) -> list[Action]:
        question = self._question
        self._drop_the_question()
        return self._enter(0) if question is Question.BEFORE else self._say("done_choose")

    # The diary

    def _advice(self) -> tuple[list[Action], Texts]:
        """What to note and to say where the diary speaks for seeing a doctor."""
        noted = self._record.advise()
        told = (self._script.line("see_a_doctor"), self._script.line("ask_who_to_call"))
        return (noted, told) if noted else ([], ())

    def _tell_the_diary(self) -> list[Action]:
        if self._record.is_empty:
            return self._answer("diary_empty")
        lines = [self._script.line("diary_of", of=of) for of in self._record.developments]
        return self._speech.answer(*(lines or [self._script.line("diary_old")]))

    def _keep_diary(self, is_wanted: bool) -> list[Action]:
        noted = self._record.answer(is_wanted)
        if not noted:
            return self._answer("diary_impossible")
        return [*noted, *self._answer("diary_agreed" if is_wanted else "diary_refused")]

    def _ask_to_forget(self) -> list[Action]:
        if self._record.is_empty:
            return self._answer("diary_empty")
        halted = self._time.halt()
        return [*halted, *self._ask(Question.FORGET, self._script.line("ask.forget"))]

    # Sleeping

    def _sleep(self) -> list[Action]:
        self._question = None
        self._phase_before, self._phase = self._place, Phase.ASLEEP
        halted = self._time.halt()
        # Nobody remembers for that long how a sentence began, or has her hands in place still.
        self._cut_short = ()
        self._time.begins_when_silent = False
        return [*halted, *self._say("going_to_sleep", wake_phrase=self._wake_phrase)]

    def _wake(self) -> list[Action]:
        if self._phase is not Phase.ASLEEP:
            return [Play(Chime.WAKE)]
        if self._broken_off:
            self._phase = self._place
            return _after_hush(Chime.WAKE, self._ask_to_go_on())
        told = self._speech.say(self._waking)
        match self._place:
            case Phase.STEP:
                # It goes on when somebody asks for it.
                self._phase = Phase.PAUSED
            case Phase.PREPARING:
                self._phase = Phase.PREPARING
            case _:
                # What was over is not taken up again, and what was offered is forgotten.
                self._forget_the_routine()
                self._offered = self._library.routines
        return _after_hush(Chime.WAKE, told)

    @property
    def _waking(self) -> str:
        """Where things are, for somebody who may have forgotten."""
        match self._place:
            case Phase.STEP:
                return self._script.line("awake_in_routine", **self._position)
            case Phase.PREPARING:
                return self._script.line("where_preparing", routine=self._routine)
            case _:
                return self._script.line("awake")

    # Being asked

    def _repeat(self) -> list[Action]:
        """Say the last thing again; in a step, never without the step itself."""
        texts = self._speech.last
        if self._place is Phase.STEP and self._question is None:
            step = self._step_texts()
            texts = (*without(texts, step), *step)
        return self._speech.say(*texts)

    def _tell_more(self) -> list[Action]:
        if not self._is_under_way:
            return self._speech.answer(self._script.needs(self._routine))
        return self._speech.answer(self._script.explanation(self._leg))

    def _what_next(self) -> list[Action]:
        at = self._at if self._is_under_way else -1
        return self._speech.answer(self._script.next_is(self._way, at))

    def _where(self) -> list[Action]:
        name = "where" if self._is_under_way else "where_preparing"
        side = self._script.side(self._leg.side)
        return self._answer(name, routine=self._routine, side=side, **self._position)

    def _steps_left(self) -> list[Action]:
        return self._answer("left" if self._is_under_way else "left_preparing", **self._position)

    def _who_to_call(self) -> list[Action]:
        routines = [self._routine] if self._chosen else self._library.routines
        return self._speech.answer(*dict.fromkeys(r.source.referral for r in routines))

    # Speaking

    def _change(self, change: Change) -> list[Action]:
        actions, prompt = change
        return [*actions, *self._speech.remark(self._script.line(prompt))]

    def _slower(self) -> list[Action]:
        """Speak slower: what is being said goes on so, and what was said last is said so again."""
        changed = self._change(self._manner.change_rate(-1))
        if self._speech.is_heard:
            again = self._step_texts()[:1] if self._phase is Phase.STEP else self._speech.last[-1:]
            changed += map(Say, again)
        return changed

    def _not_understood(self) -> list[Action]:
        if self._phase is Phase.ASLEEP:
            return []
        self._unclear_in_a_row += 1
        if self._unclear_in_a_row == _HINT_AFTER:
            return [Play(Chime.UNCLEAR), Say(self._script.line(f"hint.{self._phase}"))]
        return [Play(Chime.UNCLEAR)]

    def _say(self, prompt: str, **values: object) -> list[Action]:
        return self._speech.say(self._script.line(prompt, **values))

    def _answer(self, prompt: str, **values: object) -> list[Action]:
        return self._speech.answer(self._script.line(prompt, **values))

    def _prepare(self) -> Prepare:
        """Everything that may have to be said at once after the next command."""
        if self._phase is Phase.ASLEEP:
            return Prepare((self._waking,))
        if self._chosen is None:
            texts = self._script.choosing(self._library.routines, self._offered)
        else:
            texts = self._script.leading(self._way, self._at, self._time.hold, self._pacing)
        return Prepare((*texts, self._script.line(f"hint.{self._phase}")))

    # The place

    @property
    def _place(self) -> Phase:
        """Where the conversation is, or was when it was paused, put to sleep or asked about."""
        away = (Phase.PAUSED, Phase.ASLEEP, Phase.ASKING, Phase.RATING)
        return self._phase_before if self._phase in away else self._phase

    @property
    def _is_under_way(self) -> bool:
        return self._place in (Phase.STEP, Phase.FINISHED)

    @property
    def _position(self) -> Mapping[str, int]:
        return {"number": self._at + 1, "total": len(self._way.legs)}

    @property
    def _way(self) -> Itinerary:
        if self._chosen is None:
            raise LookupError(f"no routine is chosen while {self._phase}")
        return self._chosen

    @property
    def _routine(self) -> Routine:
        return self._way.routine

    @property
    def _leg(self) -> Leg:
        return self._way.legs[self._at]

    @property
    def _place_to_keep(self) -> Place | None:
        """What a later start has to know to go on from here."""
        if self._broken_off:
            return self._broken_off
        # Nobody is asked later whether to go on with what hurt, unless she did go on.
        is_over = self._is_complete or self._has_hurt
        if self._chosen is None or is_over:
            return None
        hold = self._time.hold if self._is_under_way else None
        return Place(
            routine=self._routine.id,
            is_under_way=self._is_under_way,
            leg=self._at,
            first_side=self._way.first_side,
            left_s=hold.left_s if hold else None,
            cautions_left=tuple(sorted(self._cautions_left)),
            entry=self._record.number,
        )

    def _way_of(self, place: Place | None) -> Itinerary | None:
        """Return the routine of a place; None where there is none, or it is another by now."""
        if place is None:
            return None
        try:
            way = Itinerary(self._library.by_id(place.routine), place.first_side)
        except VoiceGuideError:
            return None
        return way if place.leg < len(way.legs) else None


def _sentences_of(texts: Texts) -> frozenset[str]:
    return frozenset(sentence for text in texts for sentence in sentences(text))


def _after_hush(chime: Chime, actions: Sequence[Action]) -> list[Action]:
    """Put a chime before what is said, after what was being said was silenced."""
    at = next((n for n, action in enumerate(actions) if isinstance(action, Hush)), -1) + 1
    return [*actions[:at], Play(chime), *actions[at:]]
