"""Somebody who is led by a real `voice-guide run`, and talks to it."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Self

from endurance.account import Account
from endurance.hardware import Hardware
from harness.live import PERSON, NotShownError, Shown
from voice_guide.errors import VoiceGuideError
from voice_guide.tts.pyttsx3_tts import render

STARTED_S = 40.0
"""How long a start may take on a machine that is busy, in seconds."""

_SAID_S = 20.0
"""How long it may take until the guide says what it is to say, in seconds."""

_ATTEMPTS = 3
"""How often somebody says something that is not answered."""

_SPOKEN_S = 0.09
"""How long the guide takes over a letter, in seconds: no less than it does."""

_ANSWERED_S = 3.0
"""How long such an answer takes, in seconds."""

_HEARD_S = 4.0
"""How long somebody waits to be heard, in seconds."""


class Guided:
    """A session, from its start until the `with` block ends."""

    def __init__(
        self,
        account: Account,
        hardware: Hardware,
        within: Sequence[str] = (),
        **variables: str,
    ) -> None:
        """`within` is a command that runs the program, `variables` what is told it besides."""
        self.account = account
        self.hardware = hardware
        hardware.name_devices(account.folder)
        program = [sys.executable, "-m", "voice_guide", "run", "--mic=mic", "--speaker=speaker"]
        self.process = subprocess.Popen(
            [*within, *program],
            env=os.environ | hardware.environment | account.environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.shown = Shown(self.process.stdout)
        self.complaints = Shown(self.process.stderr)
        self._said: Counter[str] = Counter()
        self.asked = 0
        """How much was said to it."""
        self.understood = 0
        """How much of that was understood at the first attempt."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def go_on(self) -> None:
        """Have it led on where it broke off, until the time of the step runs."""
        self._hear_out("Shall we go on?", STARTED_S)
        self.ask("yes")
        self._hear_out('Say "ready"')
        asked_s = time.monotonic()
        self.ask("ready")
        self.shown.wait_for("(start)", asked_s)

    def begin_anew(self) -> None:
        """Have it lead from the beginning, and tell it how strong the pain is before."""
        self._hear_out("Guide", STARTED_S)
        if "Shall we go on?" in self.shown.wait_for("Guide").text:
            self.ask("no")
        asked_s = time.monotonic()
        self.ask("long hold")
        self._hear_out('Say "ready"', since_s=asked_s)
        self.ask("ready")
        self._hear_out("How strong", since_s=asked_s)
        self.ask("four")

    def ask(self, text: str) -> None:
        """Say something until it is heard; raises NotShownError where it never is."""
        self.asked += 1
        for attempt in range(_ATTEMPTS):
            begins_s = time.monotonic()
            self._said[text] += 1
            self.hardware.say(render(text, PERSON))
            if self.shown_after(f"Heard   {text} →", begins_s, _HEARD_S) < _HEARD_S:
                self.understood += attempt == 0
                return
        raise NotShownError(f'"{text}" is not heard')

    def shown_after(self, text: str, since_s: float, within_s: float) -> float:
        """Return how long after that this was shown, in seconds; at most so long."""
        try:
            return self.shown.wait_for(text, since_s, within_s).at_s - since_s
        except NotShownError:
            return within_s

    @property
    def imagined(self) -> Counter[str]:
        """What was heard as a command that nobody had said."""
        heard = (line.text for line in self.shown.lines if line.text.startswith("Heard"))
        understood = (text for text in heard if not text.endswith("not understood"))
        return Counter(text.split("→")[0][5:].strip() for text in understood) - self._said

    @property
    def is_in_place(self) -> bool:
        """Whether it says aloud, when it is asked, that it is in the step that it was in."""
        asked_s = time.monotonic()
        with self.hardware.recording() as speaker:
            try:
                self.ask("where am i")
                self.shown.wait_for("you are at step 2 of 2", asked_s)
            except NotShownError:
                return False
            time.sleep(_ANSWERED_S)
            return speaker.audible_s(asked_s) is not None

    def ended(self, within_s: float) -> tuple[int, list[str]]:
        """Wait for its end; return its status and all it complained of.

        Raises VoiceGuideError where it does not end.
        """
        try:
            status = self.process.wait(within_s)
        except subprocess.TimeoutExpired as error:
            raise VoiceGuideError(f"it goes on, {within_s:.0f} s later") from error
        self.complaints.join()
        return status, [line.text for line in self.complaints.lines]

    def _hear_out(self, text: str, within_s: float = _SAID_S, since_s: float = 0.0) -> None:
        line = self.shown.wait_for(text, since_s, within_s)
        time.sleep(max(0.0, line.at_s + len(line.text) * _SPOKEN_S - time.monotonic()))
