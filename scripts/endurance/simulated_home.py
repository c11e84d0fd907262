"""A simulated home in which time passes for the guide, with what it hears and does."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from endurance.program import GuideProgram, SharedHearing
from harness.progress import ReportProgress
from voice_guide.audio.pcm import BLOCK, RATE, Samples
from voice_guide.dialogue.actions import Action, End, SaveCheckpoint
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.dialogue.events import Event
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.plan.routine_plan import RoutinePlan
from voice_guide.dialogue.view import View
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.intent import Intent
from voice_guide.nlu.sentences import Meaning
from voice_guide.simulation.acoustics import DEMO_ROOM, Acoustics
from voice_guide.simulation.person import POLITE_PAUSE_S, SyntheticPerson
from voice_guide.ui.console import describe_command

_PAIN_INTENTS = frozenset({Intent.HURTS, Intent.UNWELL})
"""Intents after which the guide asks whether to end."""

_ABANDONING_INTENTS = _PAIN_INTENTS | {Intent.GOODBYE}
"""Intents that may end a routine before its last step is done."""


class HomeActivity(StrEnum):
    """An activity in the home."""

    SESSION = "sessions"
    TALK = "talk"
    MUSIC = "music"
    KITCHEN = "kitchen noise"
    SILENCE = "silence"


@dataclass(frozen=True)
class FalseCommand:
    """A command that was heard but not given."""

    activity: HomeActivity
    """The activity in the home."""

    context: str
    """The context that the guide listened in."""

    description: str
    """The recognized words and the command they were taken for."""


class SimulatedHome:
    """A home in which time passes, with the guide, which is started again when it has ended."""

    def __init__(self, hearing: SharedHearing, report: ReportProgress) -> None:
        """`report` is called with everything that is worth looking into."""
        self._hearing = hearing
        self.report = report
        self._first_day = date.today()
        self._checkpoint: SessionCheckpoint | None = None
        self._last_intent = ""
        self._context = ""
        self._is_asking = False
        self.passed_s = 0.0
        """Seconds of sound since the beginning."""
        self._spoke_at_s = 0.0
        self.is_done = False
        """True once a routine was led to its end; to be reset by the reader."""
        self.is_ending = False
        """True once the guide is saying goodbye."""
        self.heard_s: dict[tuple[HomeActivity, bool], float] = defaultdict(float)
        """Seconds heard in each activity, awake (False) and asleep (True)."""
        self.false_commands: list[FalseCommand] = []
        """Commands that were heard but not given."""
        self.failures: list[str] = []
        """Failures that the guide reported."""
        self._activity = HomeActivity.SILENCE
        self._start()
        self._enter_room(DEMO_ROOM)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._program.close()

    def enter(self, activity: HomeActivity, acoustics: Acoustics = DEMO_ROOM) -> None:
        """Change the activity; start the guide again if it is ending."""
        if self.is_ending:
            self.pass_time_until(lambda: self._program.engine.is_finished)
            self._program.close()
            self._start()
        self._activity = activity
        self._enter_room(acoustics)

    def _enter_room(self, acoustics: Acoustics) -> None:
        self._room = self._program.room(acoustics)
        self._person = SyntheticPerson(self._room, self._program.engine, self._count_block)
        self._context = self._program.engine.context

    def _start(self) -> None:
        self.is_ending = False
        self._program = GuideProgram(
            self._hearing,
            self._observe,
            lambda _, text: self.failures.append(text),
            lambda: self._first_day + timedelta(seconds=self.passed_s),
        )

    @property
    def context(self) -> str:
        """The context that the guide listens in."""
        return self._program.engine.context

    @property
    def view(self) -> View:
        """The state of the conversation."""
        return self._program.engine.view

    @property
    def is_silent(self) -> bool:
        """True if neither a person nor the guide speaks."""
        return not (self._room.person_is_speaking or self._program.engine.is_speaking)

    @property
    def asks_to_end(self) -> bool:
        """True if the last command that the guide heard, rightly or not, was about pain."""
        return self._last_intent in _PAIN_INTENTS

    def meaning(self, text: str) -> Meaning | None:
        """Return what this text means in the present context."""
        return self._hearing.content.sentences.match(text, self.context)

    def play(self, sound: Samples, gain_db: float) -> None:
        """Play a sound to its end, amplified by so many dB."""
        self._room.say(sound, 10 ** (gain_db / 20))
        self.pass_time_until(lambda: not self._room.person_is_speaking)

    def ask(
        self, sound: Samples, gain_db: float, within_s: float
    ) -> Command | NotUnderstood | None:
        """Say this to the guide; return what it heard until so many seconds after the end."""
        self._is_asking = True
        answer = self._person.say(sound, 10 ** (gain_db / 20), within_s)
        self._is_asking = False
        return answer

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass."""
        until_s = self.passed_s + seconds
        self.pass_time_until(lambda: self.passed_s >= until_s)

    def pass_time_until(self, is_over: Callable[[], bool]) -> None:
        """Let time pass until a condition holds."""
        self._person.let_pass_until(is_over)

    def wait_for_turn(self) -> None:
        """Wait until the guide has been silent as long as a person waits before speaking."""
        self.pass_time_until(lambda: self.passed_s >= self._spoke_at_s + POLITE_PAUSE_S)

    def _count_block(self, _: Samples) -> None:
        """Count a block of time, for the context in which the guide heard it."""
        engine = self._program.engine
        self.passed_s += BLOCK / RATE
        self.heard_s[self._activity, self._context == Phase.ASLEEP] += BLOCK / RATE
        if engine.is_speaking:
            self._spoke_at_s = self.passed_s
        self._context = engine.context

    def _observe(self, at_s: float, happening: Event | Action) -> None:
        if isinstance(happening, Command):
            self._last_intent = happening.intent
        match happening:
            case Command() | NotUnderstood() if self._is_asking and self._person.answer is None:
                self._person.observe(at_s, happening)
            case Command():
                self._note_false_command(happening)
            case SaveCheckpoint(checkpoint):
                self.is_done |= checkpoint is None and self._is_at_the_end
                self._checkpoint = checkpoint
            case End():
                self.is_ending = True

    @property
    def _is_at_the_end(self) -> bool:
        checkpoint = self._checkpoint
        if checkpoint is None or not checkpoint.is_under_way:
            return False
        if self._last_intent in _ABANDONING_INTENTS:
            return False
        routine = self._hearing.content.library.by_id(checkpoint.routine)
        return checkpoint.step_index + 1 == len(RoutinePlan(routine).steps)

    def _note_false_command(self, command: Command) -> None:
        description = f"{command.text} → {describe_command(command)}"
        self.false_commands.append(FalseCommand(self._activity, self._context, description))
        self.report(f"false command, {self._activity}, {self._context}: {description}")
