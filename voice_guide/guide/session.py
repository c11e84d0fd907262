"""The guide: the conversation's state, and what to say and do about each event.

Pure: it knows no sound, file, clock or thread, and can be tested by reading.
"""

from collections.abc import Callable, Mapping, Sequence

from voice_guide.guide.events import (
    Action,
    End,
    Event,
    Idle,
    NewDay,
    Play,
    Prepare,
    Said,
    Say,
    SetTimer,
    SpeechEnded,
    Started,
    StopTimer,
    Tick,
    TimeUp,
)
from voice_guide.guide.manner import Change, Manner
from voice_guide.guide.phase import Phase
from voice_guide.guide.prompts import Prompts
from voice_guide.guide.script import Script
from voice_guide.guide.speech import Speech, Texts, sentences, without
from voice_guide.hearing.command import Command, Unclear
from voice_guide.routines.library import Library
from voice_guide.routines.model import Routine, Step
from voice_guide.settings import Settings
from voice_guide.speaking.chimes import Chime

_HINT_AFTER = 2
"""Utterances not understood in a row after which one hint is given, once."""

_ABOUT_THE_ROUTINE = frozenset({"GoTo", "Needs", "StartOver", "StepsLeft", "WhereAmI"})
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
        self._wake_phrase = settings.hearing.wake_phrase
        self._begin_with = routine
        self._phase = Phase.CHOOSING
        self._phase_before = Phase.CHOOSING
        self._offered = library.routines
        self._chosen: Routine | None = None
        self._cautions_left: frozenset[str] = frozenset()
        self._at = 0
        self._hold_is_due = False
        self._cut_short: Texts = ()
        self._unclear_in_a_row = 0
        self._answers: Mapping[str, Callable[[Command], list[Action]]] = {
            "Back": lambda _: self._back(),
            "ChooseArea": lambda c: self._choose(library.for_area(str(c.slots["area"]))),
            "ChooseNumber": lambda c: self._choose_number(int(c.slots["number"])),
            "ChooseRoutine": lambda c: self._choose(library.named(str(c.slots["routine"]))),
            "ChooseThing": lambda c: self._choose(library.with_thing(str(c.slots["thing"]))),
            "Faster": lambda _: self._change(self._manner.change_rate(+1)),
            "GoTo": lambda c: self._go_to(int(c.slots["number"])),
            "Goodbye": lambda _: [*self._say("goodbye"), StopTimer(), End()],
            "Help": lambda _: self._answer(f"help.{self._phase}", example=library.example),
            "Hurts": lambda _: self._stop_because_it_hurts(),
            "ListRoutines": lambda _: self._offer("list_routines", library.routines),
            "Louder": lambda _: self._change(self._manner.change_volume(+1)),
            "Needs": lambda _: self._speech.answer(self._script.needs(self._routine)),
            "Next": lambda _: self._next(),
            "OtherRoutine": lambda _: self._offer("list_routines", library.routines),
            "Pause": lambda _: self._pause(),
            "Quieter": lambda _: self._change(self._manner.change_volume(-1)),
            "Ready": lambda _: self._enter(0),
            "Repeat": lambda _: self._repeat(),
            "Resume": lambda _: self._resume(),
            "Sleep": lambda _: self._sleep(),
            "Slower": lambda _: self._change(self._manner.change_rate(-1)),
            "StartOver": lambda _: self._start_over(),
            "StepsLeft": lambda _: self._steps_left(),
            "Stop": lambda _: self._stop(),
            "Wake": lambda _: self._wake(),
            "WhereAmI": lambda _: self._where(),
            "WhoToCall": lambda _: self._who_to_call(),
        }

    @property
    def context(self) -> str:
        """The context whose sentences are to be listened for now."""
        return self._phase

    @property
    def intents(self) -> frozenset[str]:
        """Every intent the guide has an answer to."""
        return frozenset(self._answers)

    def handle(self, event: Event) -> list[Action]:
        """Return what is to be done about an event, in order."""
        match event:
            case Started():
                return [*self._begin(), self._prepare()]
            case Command():
                self._unclear_in_a_row = 0
                return [*self._obey(event), self._prepare()]
            case Unclear():
                return self._not_understood()
            case Said(sentence):
                self._speech.hear(sentence)
                self._cautions_left -= {sentence}
                return []
            case SpeechEnded():
                return self._heard(self._speech.end())
            case TimeUp():
                time_up = self._script.time_up(self._routine, self._at)
                return [Play(Chime.TIME_UP), Say(time_up)]
            case Idle():
                return [*self._sleep(), self._prepare()]
            case NewDay() | Tick():
                return []

    def _obey(self, command: Command) -> list[Action]:
        # "Pause" works before anything is chosen too, and then these have no answer.
        if command.intent in _ABOUT_THE_ROUTINE and self._chosen is None:
            return self._answer("nothing_chosen")
        return self._answers[command.intent](command)

    # Choosing

    def _begin(self) -> list[Action]:
        return self._introduce(self._begin_with) if self._begin_with else self._say("welcome")

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
        self._chosen = routine
        self._cautions_left = _sentences_of(routine.safety.cautions)
        self._at = 0
        return self._speech.say(*self._script.introduction(routine))

    def _forget_the_routine(self) -> None:
        self._phase = Phase.CHOOSING
        self._chosen = None

    # Being led

    def _next(self) -> list[Action]:
        if self._phase is Phase.PREPARING:
            return self._enter(0)
        if self._at + 1 < len(self._routine.steps):
            return self._enter(self._at + 1)
        self._phase = Phase.FINISHED
        return [StopTimer(), *self._speech.say(*self._script.ending(self._routine))]

    def _back(self) -> list[Action]:
        if self._at == 0:
            return self._enter(0, self._script.line("first_step_already"))
        return self._enter(self._at - 1)

    def _go_to(self, number: int) -> list[Action]:
        total = len(self._routine.steps)
        if number > total:
            return self._answer("only_so_many", total=total)
        return self._enter(number - 1)

    def _start_over(self) -> list[Action]:
        return self._enter(0) if self._is_under_way else self._introduce(self._routine)

    def _enter(self, at: int, *before: str) -> list[Action]:
        self._at = at
        self._cut_short = ()
        return self._lead(*before, *self._step_texts())

    def _lead(self, *texts: str) -> list[Action]:
        self._phase = Phase.STEP
        self._hold_is_due = self._step.seconds is not None
        return [StopTimer(), *self._speech.say(*texts)]

    def _step_texts(self) -> Texts:
        """The step; nobody hears one without having heard the cautions to their end."""
        cautions = self._script.cautions(self._routine) if self._cautions_left else ()
        return (*cautions, *self._script.step(self._routine, self._at))

    def _heard(self, texts: Texts) -> list[Action]:
        """Take note that the last was heard to its end; a step's time starts only then."""
        self._cautions_left -= _sentences_of(texts)
        if self._phase is Phase.STEP and self._hold_is_due and self._step.seconds:
            self._hold_is_due = False
            return [SetTimer(self._step.seconds)]
        return []

    def _pause(self) -> list[Action]:
        if self._phase is Phase.PAUSED:
            return self._say("still_paused")
        self._phase_before, self._phase = self._phase, Phase.PAUSED
        self._cut_short = self._speech.end()
        return [StopTimer(), *self._say("paused")]

    def _resume(self) -> list[Action]:
        was_paused = self._phase is Phase.PAUSED
        self._phase = self._place
        cut_short, self._cut_short = self._cut_short, ()
        if self._phase is Phase.STEP or not was_paused:
            step = self._step_texts()
            # A step that was heard to its end, whatever was cut short after it, is said again.
            is_cut = bool(cut_short) and step[-1].endswith(cut_short[-1])
            return self._lead(*cut_short, *(() if is_cut else step))
        what_now = self._script.line(f"help.{self._phase}", example=self._library.example)
        return self._speech.say(self._script.line("resumed"), *(cut_short or [what_now]))

    def _stop(self) -> list[Action]:
        if self._phase is Phase.STEP:
            self._cut_short = self._speech.end()
        self._phase = self._place
        if self._phase is Phase.STEP:
            self._phase = Phase.FINISHED
            told = self._say("stopped_in_routine", **self._position)
            return [StopTimer(), *told]
        self._cut_short = ()
        if self._phase is Phase.PREPARING:
            self._forget_the_routine()
        return self._say("stopped")

    def _stop_because_it_hurts(self) -> list[Action]:
        told = self._speech.say(*self._script.when_it_hurts(self._chosen))
        self._forget_the_routine()
        return [StopTimer(), *told]

    # Sleeping

    def _sleep(self) -> list[Action]:
        self._phase_before, self._phase = self._place, Phase.ASLEEP
        # Nobody remembers for that long how a sentence began.
        self._cut_short = ()
        return [StopTimer(), *self._say("going_to_sleep", wake_phrase=self._wake_phrase)]

    def _wake(self) -> list[Action]:
        if self._phase is not Phase.ASLEEP:
            return [Play(Chime.WAKE)]
        hush, *told = self._speech.say(self._waking)
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
        return [hush, Play(Chime.WAKE), *told]

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

    # Asking

    def _repeat(self) -> list[Action]:
        """Say the last thing again; in a step, never without the step itself."""
        texts = self._speech.last
        if self._place is Phase.STEP:
            step = self._step_texts()
            texts = (*without(texts, step), *step)
        return self._speech.say(*texts)

    def _where(self) -> list[Action]:
        name = "where" if self._is_under_way else "where_preparing"
        side = self._step.side and self._script.line(f"sides.{self._step.side}")
        return self._answer(name, routine=self._routine, side=side, **self._position)

    def _steps_left(self) -> list[Action]:
        return self._answer("left" if self._is_under_way else "left_preparing", **self._position)

    def _who_to_call(self) -> list[Action]:
        routines = [self._chosen] if self._chosen else self._library.routines
        return self._speech.answer(*dict.fromkeys(r.source.referral for r in routines))

    # Speaking

    def _change(self, change: Change) -> list[Action]:
        actions, prompt = change
        return [*actions, *self._speech.remark(self._script.line(prompt))]

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
            texts = self._script.leading(self._chosen, self._at)
        return Prepare((*texts, self._script.line(f"hint.{self._phase}")))

    # The place

    @property
    def _place(self) -> Phase:
        """Where the conversation is, or was when it was paused or put to sleep."""
        is_away = self._phase in (Phase.PAUSED, Phase.ASLEEP)
        return self._phase_before if is_away else self._phase

    @property
    def _is_under_way(self) -> bool:
        return self._place in (Phase.STEP, Phase.FINISHED)

    @property
    def _position(self) -> Mapping[str, int]:
        return {"number": self._at + 1, "total": len(self._routine.steps)}

    @property
    def _routine(self) -> Routine:
        if self._chosen is None:
            raise LookupError(f"no routine is chosen while {self._phase}")
        return self._chosen

    @property
    def _step(self) -> Step:
        return self._routine.steps[self._at]


def _sentences_of(texts: Texts) -> frozenset[str]:
    return frozenset(sentence for text in texts for sentence in sentences(text))
