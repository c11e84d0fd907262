"""A whole session in a simulated room: nobody needed, and nothing faked.

A synthetic person speaks with another voice than the guide's; the real recognizer hears
her through the room, and the real voice answers.
"""

from dataclasses import dataclass
from pathlib import Path

from voice_guide import assistant
from voice_guide.console import Transcript, describe
from voice_guide.devices import wavfile
from voice_guide.devices.acoustics import Acoustics
from voice_guide.devices.room import Room
from voice_guide.guide.events import Action, Event
from voice_guide.guide.phase import Phase
from voice_guide.hearing.command import Command, Unclear
from voice_guide.hearing.listener import Listener
from voice_guide.hearing.sentences import Meaning
from voice_guide.settings import Settings
from voice_guide.speaking.synthesizer import Speaker, render

_PERSON = Speaker("en-us+f2", 150)
"""The synthetic person, who does not sound like the guide."""

_POLITE_S = 0.8
"""How long the guide has to have been silent before the person speaks, in seconds."""

_ANSWER_WITHIN_S = 3.0
"""How long the person waits for a sign of having been heard, in seconds."""


@dataclass(frozen=True)
class Line:
    """Something the person says."""

    text: str
    """The words."""

    busy_s: float = 0.0
    """How long the person is busy with her neck before she says it, in seconds."""


SCRIPT = (
    Line("upper back"),
    Line("what do i need"),
    Line("i'm ready"),
    Line("next step", busy_s=4),
    Line("say that again"),
    Line("next", busy_s=5),
    Line("where am i", busy_s=10),
    Line("wait a moment"),
    Line("continue", busy_s=8),
    Line("next step", busy_s=34),
    Line("how many steps are left"),
    Line("next", busy_s=3),
    Line("next", busy_s=34),
    Line("goodbye"),
)
"""What the person says; the guide speaks in between."""


class Demo:
    """The session, and what came of it."""

    def __init__(self) -> None:
        settings = Settings()
        self._content = assistant.load_content(settings.hearing)
        self._transcript = Transcript(with_times=True)
        self._heard: Command | Unclear | None = None
        self._voice = assistant.new_voice(settings)
        model = assistant.load_model()
        understanding = assistant.understand(self._content.sentences, model)
        ear = Listener(model, understanding, Phase.CHOOSING, settings.hearing.sensitivity)
        self._engine = assistant.assemble(self._content, settings, ear, self._voice, self._observe)
        self._room = Room(Acoustics(), self._engine.process)
        self._spoke_at_s = 0.0

    def play(self, out: Path | None) -> bool:
        """Play the script; return whether everything said was understood.

        `out` is the WAV file that what the room has heard is written to.
        """
        self._engine.start()
        understood = all(self._say(line) for line in SCRIPT)
        while understood and not self._engine.is_finished:
            self._move_on()
        self._voice.close()
        if out:
            wavfile.write(out, self._room.recording)
        return understood

    def _say(self, line: Line) -> bool:
        self._wait_for_silence()
        self._let_pass(line.busy_s)
        self._wait_for_silence()
        meant = self._content.sentences.match(line.text, self._engine.context)
        self._transcript.line(self._engine.now_s, "Person", line.text, "magenta")
        self._heard = None
        self._room.say(render(line.text, _PERSON))
        while self._room.person_is_speaking:
            self._move_on()
        self._wait_for_answer()
        problem = self._problem(line, meant)
        if problem:
            self._transcript.line(self._engine.now_s, "Failed", problem, "red")
        return problem is None

    def _problem(self, line: Line, meant: Meaning | None) -> str | None:
        """What went wrong with a line, if anything did."""
        heard = self._heard
        if not isinstance(heard, Command):
            return f'"{line.text}" was not understood'
        if Meaning(heard.intent, heard.slots) != meant:
            return f'"{line.text}" was taken for {describe(heard)}'
        return None

    def _wait_for_silence(self) -> None:
        while self._engine.now_s < self._spoke_at_s + _POLITE_S:
            self._move_on()

    def _wait_for_answer(self) -> None:
        until_s = self._engine.now_s + _ANSWER_WITHIN_S
        while self._heard is None and self._engine.now_s < until_s:
            self._move_on()

    def _let_pass(self, seconds: float) -> None:
        until_s = self._engine.now_s + seconds
        while self._engine.now_s < until_s:
            self._move_on()

    def _move_on(self) -> None:
        self._room.move_on()
        if self._engine.is_speaking:
            self._spoke_at_s = self._engine.now_s

    def _observe(self, at_s: float, happening: Event | Action) -> None:
        self._transcript.observe(at_s, happening)
        if isinstance(happening, Command | Unclear):
            self._heard = happening
