"""The demo: a whole session in a simulated room, with the real recognizer and the real voice.

A synthetic person, with another voice than the guide's, speaks as a script says.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from voice_guide.app.content import load_content
from voice_guide.app.observers import in_order
from voice_guide.app.session import new_engine, new_tts
from voice_guide.app.speech_input import load_model, new_listener, new_matcher
from voice_guide.audio.pcm import Samples, silence
from voice_guide.config.language import Language
from voice_guide.config.settings import SettingsFile, default_settings
from voice_guide.config.toml_files import load_toml
from voice_guide.devices import wav_file
from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.events import Event
from voice_guide.dialogue.phase import Phase
from voice_guide.nlu.command import Command
from voice_guide.nlu.sentences import Meaning
from voice_guide.routines.model import Text
from voice_guide.routines.packs import built_in_packs, load_packs
from voice_guide.simulation.acoustics import DEMO_ROOM
from voice_guide.simulation.person import SyntheticPerson
from voice_guide.simulation.room import Room
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render
from voice_guide.ui.console import describe_command
from voice_guide.ui.transcript import Transcript

_RATE_WPM = 150
"""The person's rate of speech, in words per minute."""

_CHECKED = ConfigDict(extra="forbid", use_attribute_docstrings=True)


@dataclass(frozen=True, config=_CHECKED)
class DemoLine:
    """A sentence of the person's."""

    say: Text
    """The words."""

    busy_s: Annotated[float, Field(strict=True, ge=0)] = 0.0
    """Seconds that the person is busy with the routine before saying it."""

    over_s: Annotated[float, Field(strict=True, ge=0)] | None = None
    """Seconds into the guide's answer at which the person interrupts; None to let it finish."""


@dataclass(frozen=True, config=_CHECKED)
class DemoScript:
    """The person's part of the session."""

    voice: Text
    """The person's voice, which is not the guide's."""

    lines: tuple[DemoLine, ...]
    """The sentences, in order."""


class Demo:
    """The session, and the recording of it."""

    def __init__(self) -> None:
        """Load everything; raises VoiceGuideError where something is missing."""
        language = SettingsFile().language
        settings = default_settings(language)
        self._script = load_toml(language.demo, DemoScript)
        self._content = load_content(settings, _packs(language))
        self._transcript = Transcript(self._content.prompts, with_times=True)
        self._voice = VoiceSpec(self._script.voice, _RATE_WPM)
        self._tts = new_tts(settings, self._content, self._transcript.note)
        model = load_model(language)
        matcher = new_matcher(self._content.interpreter, model, language)
        self._listener = new_listener(model, matcher, Phase.CHOOSING, settings)
        self._engine = new_engine(
            self._content,
            settings,
            self._listener,
            self._tts,
            in_order(self._transcript.observe, self._observe),
        )
        room = Room(DEMO_ROOM, self._engine.process)
        self._person = SyntheticPerson(room, self._engine, self._record)
        self._recording: list[Samples] = []
        self._near_end: list[Samples] = []

    def play(self, out: Path | None, heard: Path | None) -> bool:
        """Play the script; return True if everything said was understood, and nothing else.

        `out` is a WAV file to write the microphone's sound to; `heard` one with the
        microphone's sound on the left, and the recognizer's input on the right.
        """
        self._engine.start()
        succeeded = all(self._say(line) for line in self._script.lines)
        if succeeded:
            self._person.let_pass_until(lambda: self._engine.is_finished)
        self._tts.close()
        recording = np.concatenate(self._recording)
        if out:
            wav_file.write(out, recording)
        if heard:
            # The recognizer's input lags one block behind the microphone.
            near_end = np.concatenate([*self._near_end[1:], silence()])
            wav_file.write(heard, recording, near_end)
        return succeeded

    def _say(self, line: DemoLine) -> bool:
        problem = self._wait_to_say(line) or self._problem_saying(line)
        if problem:
            self._transcript.print_line(self._engine.now_s, "Failed", problem, "red")
        return problem is None

    def _wait_to_say(self, line: DemoLine) -> str | None:
        """Wait for the moment to say a line; return the problem if something is heard by then."""
        person = self._person
        person.listen_again()
        if line.over_s is None:
            person.wait_for_turn()
            person.wait(line.busy_s)
            person.wait_for_turn()
        else:
            person.wait(person.answered_at_s + line.over_s - self._engine.now_s)
        return f'"{person.answer.text}" was heard but not said' if person.answer else None

    def _problem_saying(self, line: DemoLine) -> str | None:
        """Say a line; return the problem if it is not understood as it is meant."""
        meaning = self._content.sentences.match(line.say, self._engine.context)
        prompts = self._content.prompts
        note = "" if line.over_s is None else f"{prompts('screen.cuts_in')} "
        who = prompts("screen.person")
        self._transcript.print_line(self._engine.now_s, who, note + line.say, "magenta")
        answer = self._person.say(render(line.say, self._voice))
        if not isinstance(answer, Command):
            return f'"{line.say}" was not understood'
        if Meaning(answer.intent, answer.slots) != meaning:
            return f'"{line.say}" was taken for {describe_command(answer)}'
        return None

    def _record(self, heard: Samples) -> None:
        self._recording.append(heard)
        self._near_end.append(self._listener.near_end)

    def _observe(self, at_s: float, happening: Event | Action) -> None:
        self._person.observe(at_s, happening)


def _packs(language: Language) -> list[Path] | None:
    """Return the packs that the script was written for: the program's own, if it has any."""
    return list(load_packs(built_in_packs(), language.code, lambda _: ()).valid) or None
