"""The guide: the conversation's state, and what to say and do about each event.

Pure: it knows no sound, file, clock or thread, and can be tested by reading.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from voice_guide.guide.events import (
    Action,
    End,
    Event,
    Hush,
    Play,
    Prepare,
    Say,
    SetRate,
    SetTimer,
    SetVolume,
    SpeechEnded,
    Started,
    StopTimer,
    TimeUp,
)
from voice_guide.guide.prompts import Prompts
from voice_guide.hearing.command import Command, Unclear
from voice_guide.routines.library import Library
from voice_guide.routines.model import Routine, Step
from voice_guide.settings import RATES_WPM, VOLUMES, VoiceSettings
from voice_guide.speaking.chimes import Chime

_HINT_AFTER = 2
"""Utterances not understood in a row after which one hint is given, once."""

_ABOUT_THE_ROUTINE = frozenset({"GoTo", "Needs", "StartOver", "StepsLeft", "WhereAmI"})
"""Intents that only a chosen routine gives an answer to."""


class Phase(StrEnum):
    """Where the conversation is. The values are the contexts of the sentence files."""

    CHOOSING = "choosing"
    """Nothing is chosen yet."""

    PREPARING = "preparing"
    """A routine is chosen, its needs and cautions are said: waiting for "ready"."""

    STEP = "step"
    """In the middle of a routine."""

    PAUSED = "paused"
    """Waiting for "resume", wherever the conversation was."""

    FINISHED = "finished"
    """A routine has ended or was stopped, and can be taken up again."""


class Guide:
    """One conversation."""

    def __init__(
        self,
        library: Library,
        prompts: Prompts,
        voice: VoiceSettings,
        routine: Routine | None = None,
    ) -> None:
        """Take what there is to say; with a routine, begin with that one."""
        self._library = library
        self._prompts = prompts
        self._rate_wpm = voice.rate
        self._volume = voice.volume
        self._phase = Phase.CHOOSING
        self._paused_phase = Phase.CHOOSING
        self._chosen = routine
        self._at = 0
        self._offered = library.routines
        self._last_said: tuple[str, ...] = ()
        self._unclear_in_a_row = 0
        self._hold_is_due = False
        self._answers: Mapping[str, Callable[[Command], list[Action]]] = {
            "Back": self._back,
            "ChooseArea": lambda c: self._choose(library.for_area(str(c.slots["area"]))),
            "ChooseNumber": self._choose_number,
            "ChooseRoutine": lambda c: self._choose(library.named(str(c.slots["routine"]))),
            "ChooseThing": lambda c: self._choose(library.with_thing(str(c.slots["thing"]))),
            "Faster": lambda _: self._change_rate(+1),
            "GoTo": self._go_to,
            "Goodbye": lambda _: [*self._tell("goodbye"), StopTimer(), End()],
            "Help": lambda _: self._tell(f"help.{self._phase}", example=self._example_area()),
            "Hurts": self._hurts,
            "ListRoutines": self._list_routines,
            "Louder": lambda _: self._change_volume(+1),
            "Needs": lambda _: self._say(self._needs_prompt()),
            "Next": self._next,
            "OtherRoutine": self._list_routines,
            "Pause": self._pause,
            "Quieter": lambda _: self._change_volume(-1),
            "Ready": lambda _: self._go(0),
            "Repeat": self._repeat,
            "Resume": self._resume,
            "Slower": lambda _: self._change_rate(-1),
            "StartOver": lambda _: self._go(0),
            "StepsLeft": self._steps_left,
            "Stop": self._stop,
            "WhereAmI": self._where,
            "WhoToCall": self._who_to_call,
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
                return [*self._answer(event), self._prepare()]
            case Unclear():
                return self._not_understood()
            case SpeechEnded():
                return self._start_hold()
            case TimeUp():
                return [Play(Chime.TIME_UP), Say(self._prompt("time_up"))]

    def _answer(self, command: Command) -> list[Action]:
        # "Pause" works before anything is chosen too, and then these have no answer.
        if command.intent in _ABOUT_THE_ROUTINE and self._chosen is None:
            return self._tell("nothing_chosen")
        return self._answers[command.intent](command)

    # Choosing

    def _begin(self) -> list[Action]:
        return (
            self._introduce(self._chosen) if self._chosen else self._say(self._prompt("welcome"))
        )

    def _choose(self, fitting: Sequence[Routine]) -> list[Action]:
        if len(fitting) == 1:
            return self._introduce(fitting[0])
        self._offered = tuple(fitting)
        return self._say(self._prompt("which", routines=fitting))

    def _choose_number(self, command: Command) -> list[Action]:
        number = int(command.slots["number"])
        if number > len(self._offered):
            return self._say(self._prompt("no_such_number", count=len(self._offered)))
        return self._introduce(self._offered[number - 1])

    def _list_routines(self, _: Command) -> list[Action]:
        if self._phase is Phase.PREPARING:
            self._phase = Phase.CHOOSING
        self._offered = self._library.routines
        return self._say(self._prompt("list_routines"))

    def _introduce(self, routine: Routine) -> list[Action]:
        self._chosen = routine
        self._at = 0
        self._phase = Phase.PREPARING
        return self._say(
            self._prompt("introduction"),
            self._needs_prompt(),
            *routine.safety.cautions,
            self._prompt("say_ready"),
        )

    # Being led

    def _next(self, _: Command) -> list[Action]:
        if self._phase is Phase.PREPARING:
            return self._go(0)
        if self._at + 1 < len(self._routine.steps):
            return self._go(self._at + 1)
        self._phase = Phase.FINISHED
        closing = self._routine.closing, self._routine.source.referral
        return [StopTimer(), *self._say(*closing, self._prompt("done_choose"))]

    def _back(self, _: Command) -> list[Action]:
        if self._phase is Phase.FINISHED:
            return self._go(self._at)
        if self._at == 0:
            step = self._routine.steps[0]
            return self._enter(0, self._prompt("first_step_already", step=step))
        return self._go(self._at - 1)

    def _go_to(self, command: Command) -> list[Action]:
        number = int(command.slots["number"])
        if number > len(self._routine.steps):
            return self._tell("only_so_many", total=len(self._routine.steps))
        return self._go(number - 1)

    def _go(self, at: int) -> list[Action]:
        return self._enter(at, self._step_prompt(at))

    def _enter(self, at: int, text: str) -> list[Action]:
        self._phase = Phase.STEP
        self._at = at
        self._hold_is_due = self._step.seconds is not None
        return [StopTimer(), *self._say(text)]

    def _start_hold(self) -> list[Action]:
        if self._phase is Phase.STEP and self._hold_is_due and self._step.seconds:
            self._hold_is_due = False
            return [SetTimer(self._step.seconds)]
        return []

    def _pause(self, _: Command) -> list[Action]:
        if self._phase is Phase.PAUSED:
            return self._tell("still_paused")
        self._paused_phase, self._phase = self._phase, Phase.PAUSED
        return [StopTimer(), *self._tell("paused")]

    def _resume(self, _: Command) -> list[Action]:
        self._phase = self._paused_phase
        if self._phase is Phase.STEP:
            return self._enter(self._at, self._step_prompt(self._at))
        return [*self._tell("resumed"), *map(Say, self._last_said)]

    def _stop(self, _: Command) -> list[Action]:
        at = self._paused_phase if self._phase is Phase.PAUSED else self._phase
        if at is Phase.STEP:
            self._phase = Phase.FINISHED
            number, total = self._at + 1, len(self._routine.steps)
            told = self._tell("stopped_in_routine", number=number, total=total)
            return [StopTimer(), *told]
        self._phase = Phase.CHOOSING if at is Phase.PREPARING else at
        return self._tell("stopped")

    def _hurts(self, _: Command) -> list[Action]:
        if self._chosen is None:
            advice = self._prompt("hurts_without_routine")
        else:
            advice = self._chosen.safety.when_it_hurts
        self._chosen = None
        self._phase = Phase.CHOOSING
        return [
            StopTimer(),
            *self._say(
                self._prompt("stopped_because_it_hurts"), advice, self._prompt("ask_who_to_call")
            ),
        ]

    # Asking

    def _repeat(self, _: Command) -> list[Action]:
        return self._say(*self._last_said)

    def _where(self, _: Command) -> list[Action]:
        if not self._is_under_way:
            return self._tell("where_preparing")
        return self._tell("where", number=self._at + 1, total=len(self._routine.steps))

    def _steps_left(self, _: Command) -> list[Action]:
        total = len(self._routine.steps)
        if not self._is_under_way:
            return self._tell("left_preparing", total=total)
        return self._tell("left", left=total - self._at - 1)

    def _who_to_call(self, _: Command) -> list[Action]:
        routines = [self._chosen] if self._chosen else self._library.routines
        return self._say(*dict.fromkeys(routine.source.referral for routine in routines))

    # The voice

    def _change_rate(self, by: int) -> list[Action]:
        rate = _neighbour(RATES_WPM, self._rate_wpm, by)
        if rate is None:
            return self._tell("slowest" if by < 0 else "fastest")
        self._rate_wpm = int(rate)
        return [SetRate(self._rate_wpm), *self._tell("slower" if by < 0 else "faster")]

    def _change_volume(self, by: int) -> list[Action]:
        volume = _neighbour(VOLUMES, self._volume, by)
        if volume is None:
            return self._tell("quietest" if by < 0 else "loudest")
        self._volume = volume
        return [SetVolume(volume), *self._tell("quieter" if by < 0 else "louder")]

    # Not understanding

    def _not_understood(self) -> list[Action]:
        self._unclear_in_a_row += 1
        if self._unclear_in_a_row == _HINT_AFTER:
            return [Play(Chime.UNCLEAR), Say(self._prompt(f"hint.{self._phase}"))]
        return [Play(Chime.UNCLEAR)]

    # Words

    def _say(self, *texts: str) -> list[Action]:
        """Say this instead of what is being said; "say that again" repeats it."""
        self._last_said = texts
        return [Hush(), *map(Say, texts)]

    def _tell(self, name: str, **values: object) -> list[Action]:
        """Answer aside: what "say that again" repeats stays what it was."""
        return [Hush(), Say(self._prompt(name, **values))]

    def _prompt(self, name: str, **values: object) -> str:
        usual = {"routines": self._library.routines, "routine": self._chosen}
        return self._prompts(name, **(usual | values))

    def _step_prompt(self, at: int) -> str:
        is_last = at > 0 and at == len(self._routine.steps) - 1
        step = self._routine.steps[at]
        return self._prompt("last_step" if is_last else "step", step=step, number=at + 1)

    def _needs_prompt(self) -> str:
        return self._prompt("needs", needs=[need.name for need in self._routine.needs])

    def _example_area(self) -> str:
        return self._library.routines[0].purpose

    def _prepare(self) -> Prepare:
        """Everything that may have to be said at once after the next command."""
        texts = [self._prompt(f"hint.{self._phase}")]
        if self._chosen and self._phase is not Phase.CHOOSING:
            ahead = [*range(self._at, len(self._routine.steps)), *range(self._at)]
            texts += [self._step_prompt(at) for at in ahead]
            texts += [self._prompt("paused"), self._chosen.safety.when_it_hurts]
            texts += [self._routine.closing, self._routine.source.referral]
        else:
            texts += [self._prompt("list_routines")]
        return Prepare(tuple(texts))

    # The place

    @property
    def _is_under_way(self) -> bool:
        phase = self._paused_phase if self._phase is Phase.PAUSED else self._phase
        return phase in (Phase.STEP, Phase.FINISHED)

    @property
    def _routine(self) -> Routine:
        if self._chosen is None:
            raise LookupError(f"no routine is chosen while {self._phase}")
        return self._chosen

    @property
    def _step(self) -> Step:
        return self._routine.steps[self._at]


def _neighbour(steps: Sequence[float], value: float, by: int) -> float | None:
    """Return the next step above (by +1) or below (by -1) a value that may lie between two."""
    if by > 0:
        return min((step for step in steps if step > value), default=None)
    return max((step for step in steps if step < value), default=None)
