"""What the whole of each costs, live: `voice-guide run`, and stock Vosk at the same microphone.

Each is a program of its own at one sound server, and hears the same sound at the same time.
"""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmark.process import Memory, Reading, Usage, memory, reading, usage
from benchmark.scenes import CLEAN
from benchmark.systems import STOCK_VOSK, VOICE_GUIDE, listed_sentences
from benchmark.voices import VOICES
from harness.sound_server import SoundServer
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
"""What is done meanwhile."""

_GREETING_S = 12.0
"""The guide has greeted, and everything is ready, so long after it began to listen."""

_LONGEST_SPEECH_S = 30.0
"""For so long the guide has something to say once a routine was chosen, in seconds."""

_PATIENCE_S = 60.0
"""What takes this long will not come, in seconds."""

_ATTEMPTS = 3
"""How often something is said that is not understood."""


@dataclass(frozen=True)
class Live:
    """What one program costs."""

    start_up_s: float
    """From its start until it listens, in seconds."""

    started: Reading
    """All it had done by then."""

    memory: Memory
    """What it holds in the end, and the most it ever held."""

    threads: int
    """Threads in the end."""

    doing: Mapping[str, Usage]
    """What it used, by what it did."""


def live(step: str, talk: Samples, seconds: float) -> Mapping[str, Live]:
    """Run both for so many seconds of each thing they do.

    `step` names the vocabulary that is stock Vosk's; the guide's is its own.
    """
    with SoundServer() as server, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        grammar = folder / "grammar.json"
        grammar.write_text(json.dumps([*listed_sentences(step), UNKNOWN]), "utf-8")
        model = str(require_model(reference().model))
        variables = server.environment | _new_home(folder)
        stock_command = ["-m", "benchmark.stock_live", model, str(grammar)]
        with (
            _program(stock_command, variables, "listening") as stock,
            _program(["-m", "voice_guide", "run"], variables, "Guide") as guide,
        ):
            room = _Room(server, {STOCK_VOSK: stock, VOICE_GUIDE: guide})
            server.say(_quiet(_GREETING_S))
            room.during(LISTENING, _quiet(seconds))
            room.during(OVERHEARING, np.resize(talk, round(seconds * RATE)))
            room.tell("upper back", Intent.CHOOSE_AREA)
            room.during(SPEAKING, _quiet(min(seconds, _LONGEST_SPEECH_S)))
            room.tell("go to sleep", Intent.SLEEP)
            room.during(ASLEEP, _quiet(seconds))
            return room.found()


def _new_home(folder: Path) -> dict[str, str]:
    """Return the variables of a user who has the speech model and nothing else."""
    own_models = model_folder(find_model(reference().model)).parent
    (folder / "voice-guide").mkdir()
    (folder / "voice-guide" / "models").symlink_to(own_models)
    return {f"XDG_{kind}_HOME": str(folder) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}


def _quiet(seconds: float) -> Samples:
    return to_int16(CLEAN.background(round(seconds * RATE), np.random.default_rng(0)))


class _Program:
    """A Python program that tells on its standard output what it does."""

    def __init__(self, arguments: Sequence[str], variables: Mapping[str, str]) -> None:
        self._what = " ".join(arguments)
        self._started_s = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            env=os.environ | variables,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._told: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def begin(self, first_words: str) -> None:
        """Wait until it listens."""
        self.wait_for(first_words)
        self.start_up_s = time.monotonic() - self._started_s
        self.started = reading(self.process.pid)

    def wait_for(self, words: str, patience_s: float = _PATIENCE_S) -> bool:
        """Wait until it tells a line with these words."""
        until_s = time.monotonic() + patience_s
        while (left_s := until_s - time.monotonic()) > 0:
            try:
                line = self._told.get(timeout=left_s)
            except queue.Empty:
                break
            if line is None:
                raise VoiceGuideError(f"{self._what} has ended")
            if words in line:
                return True
        return False

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._told.put(line)
        self._told.put(None)


@contextmanager
def _program(
    arguments: Sequence[str], variables: Mapping[str, str], first_words: str
) -> Iterator[_Program]:
    program = _Program(arguments, variables)
    try:
        program.begin(first_words)
        yield program
    finally:
        program.process.kill()
        program.process.wait()


class _Room:
    """Where both hear what is said."""

    def __init__(self, server: SoundServer, programs: Mapping[str, _Program]) -> None:
        self._server = server
        self._programs = programs
        self._doing: dict[str, dict[str, Usage]] = {name: {} for name in programs}

    def during(self, what: str, sound: Samples) -> None:
        """Let both hear a sound, and note what each of them does meanwhile."""
        before = self._readings()
        self._server.say(sound)
        for name, after in self._readings().items():
            self._doing[name][what] = usage(before[name], after)

    def tell(self, text: str, intent: str) -> None:
        """Say something to the guide; raises VoiceGuideError where it is never understood."""
        for voice in VOICES[:_ATTEMPTS]:
            self._server.say(CLEAN.scene(voice.says(text), np.random.default_rng(0)).sound)
            if self._programs[VOICE_GUIDE].wait_for(f"→ {intent}", patience_s=2):
                return
        raise VoiceGuideError(f'the guide did not understand "{text}"')

    def found(self) -> Mapping[str, Live]:
        """Return what was found."""
        return {
            name: Live(
                start_up_s=program.start_up_s,
                started=program.started,
                memory=memory(program.process.pid),
                threads=len(reading(program.process.pid).waits),
                doing=self._doing[name],
            )
            for name, program in self._programs.items()
        }

    def _readings(self) -> dict[str, Reading]:
        return {name: reading(one.process.pid) for name, one in self._programs.items()}
