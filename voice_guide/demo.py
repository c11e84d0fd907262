"""A whole session in a simulated room: nobody needed, and nothing faked.

A synthetic person speaks with another voice than the guide's; the real recognizer hears
her through the room, and the real voice answers.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice_guide import assistant
from voice_guide.audio import Samples, silence
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

ROOM = Acoustics(person_gain=0.25, echo_gain=1.0, delay_s=0.08, distortion=0.05)
"""The guide's voice is about 7 dB louder at its own microphone than the person's is."""

_POLITE_S = 0.8
"""How long the guide has to have been silent before the person speaks, in seconds, unless she
cuts in."""

_ANSWER_WITHIN_S = 3.0
"""How long the person waits for a sign of having been heard, in seconds."""


@dataclass(frozen=True)
class Line:
    """Something the person says."""

    text: str
    """The words."""

    busy_s: float = 0.0
    """How long the person is busy with her neck before she says it, in seconds."""

    over_s: float | None = None
    """How long the guide has been answering when she cuts in, in seconds; None where she lets
    it finish."""


SCRIPT = (
    Line("upper back"),
    Line("wait a moment", over_s=22),
    Line("go on", busy_s=3),
    Line("what do i need"),
    Line("i'm ready"),
    Line("next step", busy_s=4),
    Line("say that again", over_s=2.5),
    Line("next", busy_s=5),
    Line("stop", over_s=5.5),
    Line("continue", busy_s=8),
    Line("where am i", busy_s=10),
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
        self._voice = assistant.new_voice(settings, self._content.prompts, self._transcript)
        model = assistant.load_model()
        understanding = assistant.understand(self._content.sentences, model)
        self._ear = Listener(model, understanding, Phase.CHOOSING, settings.hearing.sensitivity)
        self._engine = assistant.assemble(
            self._content, settings, self._ear, self._voice, self._observe
        )
        self._room = Room(ROOM, self._engine.process)
        self._left: list[Samples] = []
        self._spoke_at_s = 0.0
        self._answered_at_s = 0.0

    def play(self, out: Path | None, heard: Path | None) -> bool:
        """Play the script; return whether everything said, and nothing else, was understood.

        `out` is the WAV file that what the room has heard is written to; `heard` one with
        that on the left, and what was left of it for the recognizer on the right.
        """
        self._engine.start()
        understood = all(self._say(line) for line in SCRIPT)
        while understood and not self._engine.is_finished:
            self._move_on()
        self._voice.close()
        if out:
            wavfile.write(out, self._room.recording)
        if heard:
            # What was left of a block comes a block later.
            left = np.concatenate([*self._left[1:], silence()])
            wavfile.write(heard, self._room.recording, left)
        return understood

    def _say(self, line: Line) -> bool:
        problem = self._wait_to_say(line) or self._problem_saying(line)
        if problem:
            self._transcript.line(self._engine.now_s, "Failed", problem, "red")
        return problem is None

    def _wait_to_say(self, line: Line) -> str | None:
        """Let the time until then pass; return what went wrong meanwhile, if anything did."""
        self._heard = None
        if line.over_s is None:
            self._wait_for_silence()
            self._let_pass(self._engine.now_s + line.busy_s)
            self._wait_for_silence()
        else:
            self._let_pass(self._answered_at_s + line.over_s)
        return f'nobody had said "{self._heard.text}"' if self._heard else None

    def _problem_saying(self, line: Line) -> str | None:
        """Say it, and wait for the answer; return what went wrong, if anything did."""
        meant = self._content.sentences.match(line.text, self._engine.context)
        manner = "" if line.over_s is None else "(cuts in) "
        self._transcript.line(self._engine.now_s, "Person", manner + line.text, "magenta")
        self._room.say(render(line.text, _PERSON))
        while self._room.person_is_speaking:
            self._move_on()
        self._let_pass(self._engine.now_s + _ANSWER_WITHIN_S)
        heard = self._heard
        if not isinstance(heard, Command):
            return f'"{line.text}" was not understood'
        if Meaning(heard.intent, heard.slots) != meant:
            return f'"{line.text}" was taken for {describe(heard)}'
        return None

    def _wait_for_silence(self) -> None:
        while self._heard is None and self._engine.now_s < self._spoke_at_s + _POLITE_S:
            self._move_on()

    def _let_pass(self, until_s: float) -> None:
        """Let the time until then pass, or until something is heard."""
        while self._heard is None and self._engine.now_s < until_s:
            self._move_on()

    def _move_on(self) -> None:
        self._room.move_on()
        self._left.append(self._ear.near_end)
        if self._engine.is_speaking:
            self._spoke_at_s = self._engine.now_s

    def _observe(self, at_s: float, happening: Event | Action) -> None:
        self._transcript.observe(at_s, happening)
        if isinstance(happening, Command | Unclear):
            self._heard = happening
            self._answered_at_s = at_s
