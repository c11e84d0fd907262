"""A home with the guide in it: what is to be heard there, and what the guide does about it."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from endurance.program import Hearing, Program
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
from voice_guide.simulation.room import Room
from voice_guide.ui.console import describe_command

_ABOUT_PAIN = frozenset({Intent.HURTS, Intent.UNWELL})
"""Intents after which it asks whether to end."""

_NO_END = _ABOUT_PAIN | {Intent.GOODBYE}
"""Intents after which a routine is over that has not come to its end."""


class Scene(StrEnum):
    """What goes on in the home."""

    SESSION = "sessions"
    TALK = "talk"
    MUSIC = "music"
    KITCHEN = "kitchen noise"
    SILENCE = "silence"


@dataclass(frozen=True)
class FalseCommand:
    """A command that nobody gave."""

    scene: Scene
    """What went on meanwhile."""

    context: str
    """What was listened for."""

    what: str
    """What was heard, and what it was taken for."""


class Home:
    """Lets time pass for the guide, from one start of it to the next."""

    def __init__(self, hearing: Hearing, tell: Callable[[str], None]) -> None:
        """`tell` is told what is worth looking into."""
        self._hearing = hearing
        self.tell = tell
        self._began = date.today()
        self._place: SessionCheckpoint | None = None
        self._last_intent = ""
        self._listened_for = ""
        self._answer: Command | NotUnderstood | None = None
        self._is_asked = False
        self.passed_s = 0.0
        """Sound since the beginning, in seconds."""
        self.spoke_at_s = 0.0
        """When the guide last said something."""
        self.is_done = False
        """Whether a routine has come to its end; for somebody who wants to know it to reset."""
        self.is_ending = False
        """Whether somebody has said goodbye."""
        self.heard_s: dict[tuple[Scene, bool], float] = defaultdict(float)
        """How much was heard in each scene, awake and asleep (True), in seconds."""
        self.false_commands: list[FalseCommand] = []
        """Commands that nobody gave."""
        self.troubles: list[str] = []
        """What the guide noted that went wrong."""
        self._scene = Scene.SILENCE
        self._start()
        self._room: Room = self._program.room(DEMO_ROOM)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._program.close()

    def enter(self, scene: Scene, acoustics: Acoustics = DEMO_ROOM) -> None:
        """Let something else go on from now on; the program begins anew where it had ended."""
        if self.is_ending:
            self.let_pass_until(lambda: self._program.engine.is_finished)
            self._program.close()
            self._start()
        self._scene = scene
        self._room = self._program.room(acoustics)

    def _start(self) -> None:
        self.is_ending = False
        self._program = Program(
            self._hearing,
            self._observe,
            lambda _, text: self.troubles.append(text),
            lambda: self._began + timedelta(seconds=self.passed_s),
        )

    @property
    def context(self) -> str:
        """What is listened for."""
        return self._program.engine.context

    @property
    def view(self) -> View:
        """Where the conversation is."""
        return self._program.engine.view

    @property
    def is_silent(self) -> bool:
        """Whether nobody says anything, the guide neither."""
        return not (self._room.person_is_speaking or self._program.engine.is_speaking)

    @property
    def asks_to_end(self) -> bool:
        """Whether the last thing it heard, rightly or not, was about pain."""
        return self._last_intent in _ABOUT_PAIN

    def meaning(self, text: str) -> Meaning | None:
        """Return what these words mean at this moment."""
        return self._hearing.content.sentences.match(text, self.context)

    def play(self, sound: Samples, gain_db: float) -> None:
        """Let this be heard to its end, by so much louder than it is."""
        self._room.say(sound, 10 ** (gain_db / 20))
        self.let_pass_until(lambda: not self._room.person_is_speaking)

    def ask(
        self, sound: Samples, gain_db: float, within_s: float
    ) -> Command | NotUnderstood | None:
        """Let somebody say this to the guide; return what it heard by so long after it."""
        self._answer, self._is_asked = None, True
        self.play(sound, gain_db)
        until_s = self.passed_s + within_s
        self.let_pass_until(lambda: self._answer is not None or self.passed_s >= until_s)
        self._is_asked = False
        return self._answer

    def let_pass(self, seconds: float) -> None:
        """Let so much time pass."""
        until_s = self.passed_s + seconds
        self.let_pass_until(lambda: self.passed_s >= until_s)

    def let_pass_until(self, is_over: Callable[[], bool]) -> None:
        """Let time pass until then."""
        engine = self._program.engine
        while not is_over():
            self._listened_for = engine.context
            self._room.move_on()
            self.passed_s += BLOCK / RATE
            self.heard_s[self._scene, self._listened_for == Phase.ASLEEP] += BLOCK / RATE
            if engine.is_speaking:
                self.spoke_at_s = self.passed_s

    def _observe(self, at_s: float, happening: Event | Action) -> None:
        if isinstance(happening, Command):
            self._last_intent = happening.intent
        match happening:
            case Command() | NotUnderstood() if self._is_asked and self._answer is None:
                self._answer = happening
            case Command():
                self._note_false(happening)
            case SaveCheckpoint(place):
                self.is_done |= place is None and self._is_at_the_end
                self._place = place
            case End():
                self.is_ending = True

    @property
    def _is_at_the_end(self) -> bool:
        place = self._place
        if place is None or not place.is_under_way or self._last_intent in _NO_END:
            return False
        routine = self._hearing.content.library.by_id(place.routine)
        return place.step_index + 1 == len(RoutinePlan(routine).steps)

    def _note_false(self, command: Command) -> None:
        what = f"{command.text} → {describe_command(command)}"
        found = FalseCommand(self._scene, self._listened_for, what)
        self.false_commands.append(found)
        self.tell(f"{found.scene}, {found.context}: nobody had said {found.what}")
