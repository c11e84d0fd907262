"""Somebody who talks to a real `voice-guide run` through a sound server, and reads along."""

import math
import os
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import Self

from harness.sound_server import SoundServer
from voice_guide.errors import VoiceGuideError
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

_PERSON = VoiceSpec("en-us+f2", 150)

_POLITE_S, _LETTER_S = 1.5, 0.06
"""When she takes it that the guide has said what it printed last, in seconds: so much after it,
and so much more for each letter."""

_HEARD_WITHIN_S = 4.0
"""How long she waits until it is printed that she was heard, in seconds."""

_MOST_ATTEMPTS = 8
"""How often she says something before she gives up."""

_ENDS_WITHIN_S = 30.0
"""How long the program may take to end, in seconds."""

_NEXT = "next step"

_ANSWERS = (
    ("How strong", "three"),
    ("May I keep a diary", "yes please"),
    ('Say "ready"', "i'm ready"),
    ("Which one would you like", "the second one"),
)
"""What she says to something the guide has said; to anything else, that she wants to go on."""

_IS_OVER = "to choose another"
"""What the guide says in the end."""


class Caller:
    """Has herself led through a routine. Ends the program with the `with` block at the latest."""

    def __init__(
        self, command: Sequence[str], server: SoundServer, tell: Callable[[str], None]
    ) -> None:
        """Start the program; `tell` is told what it prints."""
        self._server = server
        self._tell = tell
        self._lines: list[str] = []
        self._answered = 0
        self._silent_s = math.inf
        self._process = subprocess.Popen(
            command,
            env=os.environ | server.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._reader.join()

    def be_led(self, begin_with: str) -> None:
        """Choose a routine with these words, and be led to its end.

        Raises VoiceGuideError where that does not come.
        """
        self._insist(lambda _: begin_with)
        while not self._is_over:
            self._insist(_answer)

    def say_goodbye(self) -> bool:
        """End the session; return whether the program ended as it should."""
        self._insist(lambda _: "goodbye")
        try:
            return self._process.wait(_ENDS_WITHIN_S) == 0
        except subprocess.TimeoutExpired:
            return False

    @property
    def _told(self) -> str:
        """What the guide has said since she was understood."""
        return " ".join(self._lines[self._answered :])

    @property
    def _is_over(self) -> bool:
        self._wait_for_silence()
        return _IS_OVER in self._told

    def _insist(self, answer: Callable[[str], str]) -> None:
        """Say what answers what she was told, until she is understood."""
        for _ in range(_MOST_ATTEMPTS):
            self._wait_for_silence()
            if self._is_understood(answer(self._told)):
                return
        raise VoiceGuideError(f'{_MOST_ATTEMPTS} times in vain, after "{self._told}"')

    def _is_understood(self, text: str) -> bool:
        before = len(self._lines)
        self._server.say(render(text, _PERSON))
        until_s = time.monotonic() + _HEARD_WITHIN_S
        while time.monotonic() < until_s:
            if self._was_understood(before):
                return True
            time.sleep(0.05)
        return False

    def _was_understood(self, since: int) -> bool:
        for number, line in enumerate(self._lines[since:], since):
            if line.startswith("Heard") and "→" in line and "not understood" not in line:
                self._answered = number + 1
                return True
        return False

    def _wait_for_silence(self) -> None:
        """Wait until the guide has said something, and all of it, and no time is running."""
        while self._process.poll() is None:
            if time.monotonic() > self._silent_s and not self._time_runs:
                return
            time.sleep(0.1)
        raise VoiceGuideError("the program has ended: " + " ".join(self._lines[-3:]))

    @property
    def _time_runs(self) -> bool:
        told = self._lines[self._answered :]
        return any("(start)" in line for line in told) and not any(
            "(time up)" in line for line in told
        )

    def _read(self) -> None:
        if self._process.stdout:
            for line in self._process.stdout:
                self._tell(line.rstrip())
                self._lines.append(line.rstrip())
                self._silent_s = time.monotonic() + _POLITE_S + _LETTER_S * len(line)


def _answer(told: str) -> str:
    return next((say for cue, say in _ANSWERS if cue in told), _NEXT)
