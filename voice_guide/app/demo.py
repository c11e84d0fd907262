"""A whole session in a simulated room: nobody needed, and nothing faked.

A synthetic person speaks with another voice than the guide's; the real recognizer hears
her through the room, and the real voice answers.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from voice_guide.app.content import load_content
from voice_guide.app.session import new_engine, new_tts
from voice_guide.app.speech_input import load_model, new_listener, new_matcher
from voice_guide.audio.pcm import Samples, silence
from voice_guide.config.language import Language
from voice_guide.config.settings import SettingsFile, usual
from voice_guide.config.toml_files import load_toml
from voice_guide.devices import wav_file
from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.events import Event
from voice_guide.dialogue.phase import Phase
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.sentences import Meaning
from voice_guide.routines.library import come_with_program, read
from voice_guide.routines.model import Text
from voice_guide.simulation.acoustics import Acoustics
from voice_guide.simulation.room import Room
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render
from voice_guide.ui.console import describe
from voice_guide.ui.transcript import Transcript

ROOM = Acoustics(person_gain=0.25, echo_gain=1.0, delay_s=0.08, distortion=0.05)
"""The guide's voice is about 7 dB louder at its own microphone than the person's is."""

_RATE_WPM = 150
"""The person's pace, in words a minute."""

_POLITE_S = 0.8
"""How long the guide has to have been silent before the person speaks, in seconds, unless she
cuts in."""

_ANSWER_WITHIN_S = 3.0
"""How long the person waits for a sign of having been heard, in seconds."""


_CHECKED = ConfigDict(extra="forbid", use_attribute_docstrings=True)


@dataclass(frozen=True, config=_CHECKED)
class DemoLine:
    """Something the person says."""

    say: Text
    """The words."""

    busy_s: Annotated[float, Field(strict=True, ge=0)] = 0.0
    """How long the person is busy with her neck before she says it, in seconds."""

    over_s: Annotated[float, Field(strict=True, ge=0)] | None = None
    """How long the guide has been answering when she cuts in, in seconds; None where she lets
    it finish."""


@dataclass(frozen=True, config=_CHECKED)
class DemoScript:
    """What the person says; the guide speaks in between."""

    voice: Text
    """The person's voice, which is not the guide's."""

    lines: tuple[DemoLine, ...]
    """One after the other."""


class Demo:
    """The session, and what came of it."""

    def __init__(self) -> None:
        language = SettingsFile().language
        settings = usual(language)
        self._script = load_toml(language.demo, DemoScript)
        self._content = load_content(settings, _packs(language))
        self._transcript = Transcript(self._content.prompts, with_times=True)
        self._person = VoiceSpec(self._script.voice, _RATE_WPM)
        self._heard: Command | NotUnderstood | None = None
        self._voice = new_tts(settings, self._content, self._transcript.note)
        model = load_model(language)
        matcher = new_matcher(self._content.sentences, model, language)
        self._ear = new_listener(model, matcher, Phase.CHOOSING, settings)
        self._engine = new_engine(self._content, settings, self._ear, self._voice, self._observe)
        self._room = Room(ROOM, self._engine.process)
        self._recording: list[Samples] = []
        self._left: list[Samples] = []
        self._spoke_at_s = 0.0
        self._answered_at_s = 0.0

    def play(self, out: Path | None, heard: Path | None) -> bool:
        """Play the script; return whether everything said, and nothing else, was understood.

        `out` is the WAV file that what the room has heard is written to; `heard` one with
        that on the left, and what was left of it for the recognizer on the right.
        """
        self._engine.start()
        understood = all(self._say(line) for line in self._script.lines)
        while understood and not self._engine.is_finished:
            self._move_on()
        self._voice.close()
        recording = np.concatenate(self._recording)
        if out:
            wav_file.write(out, recording)
        if heard:
            # What was left of a block comes a block later.
            left = np.concatenate([*self._left[1:], silence()])
            wav_file.write(heard, recording, left)
        return understood

    def _say(self, line: DemoLine) -> bool:
        problem = self._wait_to_say(line) or self._problem_saying(line)
        if problem:
            self._transcript.line(self._engine.now_s, "Failed", problem, "red")
        return problem is None

    def _wait_to_say(self, line: DemoLine) -> str | None:
        """Let the time until then pass; return what went wrong meanwhile, if anything did."""
        self._heard = None
        if line.over_s is None:
            self._wait_for_silence()
            self._let_pass(self._engine.now_s + line.busy_s)
            self._wait_for_silence()
        else:
            self._let_pass(self._answered_at_s + line.over_s)
        return f'nobody had said "{self._heard.text}"' if self._heard else None

    def _problem_saying(self, line: DemoLine) -> str | None:
        """Say it, and wait for the answer; return what went wrong, if anything did."""
        meant = self._content.sentences.match(line.say, self._engine.context)
        words = self._content.prompts
        manner = "" if line.over_s is None else f"{words('screen.cuts_in')} "
        who = words("screen.person")
        self._transcript.line(self._engine.now_s, who, manner + line.say, "magenta")
        self._room.say(render(line.say, self._person))
        while self._room.person_is_speaking:
            self._move_on()
        self._let_pass(self._engine.now_s + _ANSWER_WITHIN_S)
        heard = self._heard
        if not isinstance(heard, Command):
            return f'"{line.say}" was not understood'
        if Meaning(heard.intent, heard.slots) != meant:
            return f'"{line.say}" was taken for {describe(heard)}'
        return None

    def _wait_for_silence(self) -> None:
        while self._heard is None and self._engine.now_s < self._spoke_at_s + _POLITE_S:
            self._move_on()

    def _let_pass(self, until_s: float) -> None:
        """Let the time until then pass, or until something is heard."""
        while self._heard is None and self._engine.now_s < until_s:
            self._move_on()

    def _move_on(self) -> None:
        self._recording.append(self._room.move_on())
        self._left.append(self._ear.near_end)
        if self._engine.is_speaking:
            self._spoke_at_s = self._engine.now_s

    def _observe(self, at_s: float, happening: Event | Action) -> None:
        self._transcript.observe(at_s, happening)
        if isinstance(happening, Command | NotUnderstood):
            self._heard = happening
            self._answered_at_s = at_s


def _packs(language: Language) -> list[Path] | None:
    """The packs that the script was written for: the program's own, where it has any."""
    return list(read(come_with_program(), language.code, lambda _: ()).sound) or None
