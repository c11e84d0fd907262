"""A real `voice-guide` at a real sound server, and a synthetic person who talks to it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from harness.sound_server import Recording, SoundServer
from voice_guide.audio.pcm import Samples
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

PERSON = VoiceSpec("en-us+f2", 150)
"""The synthetic person, who does not sound like the guide."""

POLITE_S = 0.8
"""How long the guide has to have been silent before the person speaks, in seconds."""

PATIENCE_S = 10.0
"""How long anything may take that nothing is measured on, in seconds."""


@contextmanager
def voice_guide(
    *arguments: str, stderr: int = subprocess.PIPE, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """Run a command that ends with the `with` block at the latest."""
    with subprocess.Popen(
        [sys.executable, "-m", "voice_guide", *arguments],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        # As from a terminal: what runs in the background is started deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        try:
            yield process
        except AssertionError as error:
            process.kill()
            complaints = process.stderr.read() if process.stderr else ""
            error.add_note(f"it ended with {process.wait()}, and complained: {complaints!r}")
            raise
        finally:
            process.kill()


def outcome(
    process: subprocess.Popen[str], within_s: float = 3 * PATIENCE_S
) -> tuple[int, str, str]:
    """Wait for a command's end; return its status, output and complaints."""
    output, complaints = process.communicate(timeout=within_s)
    return process.returncode, output, complaints


@dataclass(frozen=True)
class Line:
    """A line that was shown."""

    at_s: float
    """When, on the clock of `time.monotonic`."""

    text: str


class NotShownError(AssertionError):
    """What was waited for was not shown."""


class Shown(threading.Thread):
    """What a command has shown so far, while it goes on."""

    def __init__(self, stream: IO[str] | None) -> None:
        super().__init__(daemon=True)
        assert stream, "nobody can read what it shows"
        self._stream = stream
        self.lines: list[Line] = []
        self.start()

    def run(self) -> None:
        """Read all that comes."""
        for line in self._stream:
            self.lines.append(Line(time.monotonic(), line.rstrip("\n")))

    def wait_for(self, text: str, since_s: float = 0.0, within_s: float = PATIENCE_S) -> Line:
        """Return the first line since then with this in it; wait so long for it, from now on.

        Raises NotShownError where none comes.
        """
        until_s = time.monotonic() + within_s
        while True:
            is_last = time.monotonic() > until_s
            for line in self.lines.copy():
                if line.at_s >= since_s and text in line.text:
                    return line
            if is_last:
                shown = [line.text for line in self.lines if line.at_s >= since_s]
                raise NotShownError(f'"{text}" is not shown, but {shown}')
            time.sleep(0.01)


@dataclass(frozen=True)
class Answer:
    """What the guide said to something."""

    sound: Samples
    """What the speaker played."""

    after_s: float
    """Time from the last sound of the command to the first of the answer, in seconds."""


class Person:
    """Somebody in the room, who hears the speaker and speaks to the microphone."""

    def __init__(self, server: SoundServer, room: Recording, speaker: Recording) -> None:
        self._server = server
        self._room = room
        self._speaker = speaker

    def listen(self, since_s: float) -> Samples:
        """Hear the guide out, and return what it says."""
        heard_s = self.wait_for_guide(since_s)
        while time.monotonic() < heard_s + POLITE_S:
            time.sleep(0.05)
            span_s = self._speaker.audible_s(heard_s)
            heard_s = span_s[1] if span_s else heard_s
        return self._speaker.since(since_s)

    def say(self, text: str) -> Answer:
        """Say something, and hear the guide out."""
        begins_s = time.monotonic()
        self._server.say(render(text, PERSON))
        answered_s = self.wait_for_guide(begins_s)
        spoken = self._room.audible_s(begins_s)
        assert spoken, "the microphone did not hear the person"
        return Answer(self.listen(begins_s), answered_s - spoken[1])

    def wait_for_guide(self, since_s: float) -> float:
        """Wait until the guide speaks; return since when it does."""
        until_s = time.monotonic() + PATIENCE_S
        while not (span_s := self._speaker.audible_s(since_s)):
            assert time.monotonic() < until_s, "the guide says nothing"
            time.sleep(0.02)
        return span_s[0]


@contextmanager
def person(server: SoundServer) -> Iterator[Person]:
    """Let somebody into the room of a server."""
    with server.recording("room") as room, server.recording("speaker") as speaker:
        yield Person(server, room, speaker)
