"""A synthetic person who follows the printed transcript, and is led through a whole routine."""

import signal
import time
from collections.abc import Callable, Sequence
from functools import partial

from harness.person_in_room import PERSON_VOICE
from harness.program import PrintedLine, RunningProgram
from harness.progress import ReportProgress
from harness.sound_server import SoundServer
from voice_guide.errors import VoiceGuideError
from voice_guide.tts.pyttsx3_tts import render

_PAUSE_S, _PAUSE_S_PER_LETTER = 1.5, 0.06
"""Seconds after a printed line until the guide has spoken it: so many, and more per letter."""

_HEARD_WITHIN_S = 4.0
"""Seconds after a command in which the guide shows that it heard it."""

_MAX_ATTEMPTS = 8
"""Attempts to say something before the person gives up."""

_MAX_END_S = 30.0
"""Seconds that the program may take to end."""

_NEXT = "next step"

_ANSWERS = (
    ("How strong", "three"),
    ("May I keep a diary", "yes please"),
    ('Say "ready"', "i'm ready"),
    ("Which one would you like", "the second one"),
)
"""Answers to the guide's questions; to anything else, the person wants the next step."""

_END_OF_ROUTINE = "to choose another"
"""Part of the guide's last sentence."""


class TranscriptFollower(RunningProgram):
    """A program whose person is led through a routine."""

    end_signal = signal.SIGTERM  # strace passes it on to the program

    def __init__(
        self, command: Sequence[str], server: SoundServer, report: ReportProgress
    ) -> None:
        """Start the program; `report` shows each line that it prints."""
        super().__init__(command, server.environment, stderr=None, show=report)
        self._server = server
        self._understood_s = 0.0

    def be_led(self, first_command: str) -> None:
        """Choose a routine with this command, and be led to its end.

        Raise VoiceGuideError if the end does not come.
        """
        self._say_until_understood(lambda _: first_command)
        while not self._is_over:
            self._say_until_understood(_answer)

    def say_goodbye(self) -> bool:
        """End the session; return whether the program ended as it should."""
        self._say_until_understood(lambda _: "goodbye")
        try:
            return self.end(_MAX_END_S).status == 0
        except VoiceGuideError:
            return False

    @property
    def _lines(self) -> list[PrintedLine]:
        """The lines printed since the last command was understood."""
        return [line for line in self.output.lines.copy() if line.at_s > self._understood_s]

    @property
    def _transcript(self) -> str:
        return " ".join(line.text for line in self._lines)

    @property
    def _is_over(self) -> bool:
        self._wait_for_silence()
        return _END_OF_ROUTINE in self._transcript

    def _say_until_understood(self, answer: Callable[[str], str]) -> None:
        """Answer the guide until it understands."""
        heard = self.say_until_heard(
            [partial(self._answer_once, answer)] * _MAX_ATTEMPTS, _is_understood, _HEARD_WITHIN_S
        )
        if heard is None:
            raise VoiceGuideError(
                f'not understood {_MAX_ATTEMPTS} times, after "{self._transcript}"'
            )
        self._understood_s = heard.line.at_s

    def _answer_once(self, answer: Callable[[str], str]) -> None:
        self._wait_for_silence()
        self._server.say(render(answer(self._transcript), PERSON_VOICE))

    def _wait_for_silence(self) -> None:
        """Wait until the guide has spoken all it printed, and no step's time runs."""
        while self.is_running:
            lines = self.output.lines.copy()
            if lines and not self._timer_runs:
                last = lines[-1]
                spoken_s = last.at_s + _PAUSE_S + _PAUSE_S_PER_LETTER * len(last.text)
                if time.monotonic() > spoken_s:
                    return
            time.sleep(0.1)
        last_lines = " ".join(line.text for line in self.output.lines[-3:])
        raise VoiceGuideError(f"the program has ended: {last_lines}")

    @property
    def _timer_runs(self) -> bool:
        texts = [line.text for line in self._lines]
        started = any("(start)" in text for text in texts)
        return started and not any("(time up)" in text for text in texts)


def _is_understood(line: str) -> bool:
    return line.startswith("Heard") and "→" in line and "not understood" not in line


def _answer(transcript: str) -> str:
    return next((text for cue, text in _ANSWERS if cue in transcript), _NEXT)
