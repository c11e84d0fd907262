"""Costs of the whole programs, live: `voice-guide run`, and stock Vosk at the same microphone.

Each is a process of its own at one sound server, and hears the same sound at the same time.
"""

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmark.conditions import CLEAN
from benchmark.systems import STOCK_VOSK, VOICE_GUIDE, listed_sentences
from harness.process_usage import MemoryUse, ProcessSnapshot, Usage, memory, snapshot, usage
from harness.program import NotPrintedError, RunningProgram, voice_guide_command
from harness.sound_server import SoundServer
from harness.voices import VOICES
from voice_guide.audio.pcm import RATE, Samples, to_int16
from voice_guide.config.language import reference
from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.intent import Intent
from voice_guide.nlu.sampling import UNKNOWN
from voice_guide.speech_models.catalog import find_model, model_folder
from voice_guide.speech_models.verify import require_model

LISTENING, OVERHEARING, SPEAKING, ASLEEP = (
    "listening to a quiet room",
    "listening to talk",
    "speaking",
    "asleep",
)
"""Activities in which usage is measured."""

_GREETING_S = 12.0
"""Seconds after the start in which the guide greets, and gets everything ready."""

_MAX_SPEECH_S = 30.0
"""Seconds for which the guide has something to say once a routine was chosen."""

_MAX_START_S = 60.0
"""Seconds that a program may take until it listens."""

_MAX_ATTEMPTS = 3
"""Attempts to say something that is not understood."""

_HEARD_WITHIN_S = 2.0
"""Seconds after a command in which the guide shows that it heard it."""


@dataclass(frozen=True)
class LiveCosts:
    """Costs of one program."""

    start_up_s: float
    """Time from its start until it listens, in seconds."""

    started: ProcessSnapshot
    """Its counters when it listened first."""

    memory: MemoryUse
    """Its memory in the end."""

    threads: int
    """Threads in the end."""

    usage: Mapping[str, Usage]
    """Its usage in each activity."""


def measure_live(vocabulary: str, talk: Samples, seconds: float) -> Mapping[str, LiveCosts]:
    """Run both programs for so many seconds of each activity.

    Stock Vosk listens for the vocabulary of that name, the guide for its own.
    """
    with SoundServer() as server, tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        grammar = folder / "grammar.json"
        grammar.write_text(json.dumps([*listed_sentences(vocabulary), UNKNOWN]), "utf-8")
        model = str(require_model(reference().model))
        environment = server.environment | _new_user(folder)
        commands = {
            STOCK_VOSK: (
                [sys.executable, "-m", "benchmark.stock_live", model, str(grammar)],
                "listening",
            ),
            VOICE_GUIDE: (voice_guide_command("run"), "Guide"),
        }
        programs = {
            system: stack.enter_context(_MeasuredProgram(command, environment, first_words))
            for system, (command, first_words) in commands.items()
        }
        room = _SharedRoom(server, programs)
        server.say(_quiet(_GREETING_S))
        room.measure(LISTENING, _quiet(seconds))
        room.measure(OVERHEARING, np.resize(talk, round(seconds * RATE)))
        room.command("upper back", Intent.CHOOSE_AREA)
        room.measure(SPEAKING, _quiet(min(seconds, _MAX_SPEECH_S)))
        room.command("go to sleep", Intent.SLEEP)
        room.measure(ASLEEP, _quiet(seconds))
        return room.costs()


def _new_user(folder: Path) -> dict[str, str]:
    """Return the variables of a user who has the speech model and nothing else."""
    own_models = model_folder(find_model(reference().model)).parent
    (folder / "voice-guide").mkdir()
    (folder / "voice-guide" / "models").symlink_to(own_models)
    return {f"XDG_{kind}_HOME": str(folder) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}


def _quiet(seconds: float) -> Samples:
    return to_int16(CLEAN.background(round(seconds * RATE), np.random.default_rng(0)))


class _MeasuredProgram(RunningProgram):
    """A program whose start-up is measured; it is listening when it is made."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], first_words: str
    ) -> None:
        """`first_words` are in the first line that the program prints when it listens."""
        super().__init__(command, environment, stderr=None)
        try:
            line = self.output.wait_for(first_words, within_s=_MAX_START_S)
        except NotPrintedError as error:
            self.process.kill()
            raise VoiceGuideError(f"{' '.join(command)}: does not start: {error}") from error
        self.start_up_s = line.at_s - self.started_s
        self.started = snapshot(self.process.pid)


class _SharedRoom:
    """A room in which both programs hear the same."""

    def __init__(self, server: SoundServer, programs: Mapping[str, _MeasuredProgram]) -> None:
        self._server = server
        self._programs = programs
        self._usage: dict[str, dict[str, Usage]] = {name: {} for name in programs}

    def measure(self, activity: str, sound: Samples) -> None:
        """Play a sound, and measure what each program uses meanwhile."""
        before = self._snapshots()
        self._server.say(sound)
        for name, after in self._snapshots().items():
            self._usage[name][activity] = usage(before[name], after)

    def command(self, text: str, intent: Intent) -> None:
        """Give the guide a command; raise VoiceGuideError if it is never understood."""
        sounds = [
            CLEAN.place(voice.render(text), np.random.default_rng(0)).sound
            for voice in VOICES[:_MAX_ATTEMPTS]
        ]
        attempts = [partial(self._server.say, sound) for sound in sounds]
        guide = self._programs[VOICE_GUIDE]
        if (
            guide.say_until_heard(attempts, lambda line: f"→ {intent}" in line, _HEARD_WITHIN_S)
            is None
        ):
            raise VoiceGuideError(f'the guide did not understand "{text}"')

    def costs(self) -> Mapping[str, LiveCosts]:
        """Return the costs of each program."""
        return {
            name: LiveCosts(
                start_up_s=program.start_up_s,
                started=program.started,
                memory=memory(program.process.pid),
                threads=snapshot(program.process.pid).threads,
                usage=self._usage[name],
            )
            for name, program in self._programs.items()
        }

    def _snapshots(self) -> dict[str, ProcessSnapshot]:
        return {name: snapshot(one.process.pid) for name, one in self._programs.items()}
