"""A real `voice-guide run` that leads a synthetic person through the long step."""

import time
from collections import Counter
from collections.abc import Sequence
from functools import partial

from endurance.unpluggable_devices import UnpluggableDevices
from endurance.user_home import UserHome
from harness.person_in_room import PERSON_VOICE
from harness.program import NotPrintedError, RunningProgram, voice_guide_command
from voice_guide.tts.pyttsx3_tts import render

MAX_START_S = 40.0
"""Seconds that a start may take on a busy machine."""

_MAX_ANSWER_S = 20.0
"""Seconds that the guide may take until it says an expected sentence."""

_MAX_ATTEMPTS = 3
"""Attempts to say something that is not heard."""

_SPEECH_S_PER_LETTER = 0.09
"""Seconds that the guide takes over a letter, at most."""

_PLACE_ANSWER_S = 3.0
"""Seconds that the answer to "where am I" takes."""

_HEARD_WITHIN_S = 4.0
"""Seconds after a command in which the guide shows that it heard it."""


class GuidedSession(RunningProgram):
    """A session, from its start until the `with` block ends."""

    def __init__(
        self,
        home: UserHome,
        devices: UnpluggableDevices,
        wrapper: Sequence[str] = (),
        **variables: str,
    ) -> None:
        """`wrapper` is a command that runs another; `variables` add to the environment."""
        self.home = home
        self.devices = devices
        devices.name_devices(home.folder)
        program = voice_guide_command("run", "--mic=mic", "--speaker=speaker")
        super().__init__([*wrapper, *program], devices.environment | home.environment | variables)
        self._said: Counter[str] = Counter()
        self.said = 0
        """Commands given."""
        self.understood_at_once = 0
        """Commands understood at the first attempt."""

    def resume(self) -> None:
        """Resume the session that was broken off, until the time of the step runs."""
        self._hear_out("Shall we go on?", MAX_START_S)
        self.say("yes")
        self._hear_out('Say "ready"')
        began_s = time.monotonic()
        self.say("ready")
        self.output.wait_for("(start)", began_s)

    def start_over(self) -> None:
        """Start a new session, up to the question about the pain."""
        self._hear_out("Guide", MAX_START_S)
        if "Shall we go on?" in self.output.wait_for("Guide").text:
            self.say("no")
        began_s = time.monotonic()
        self.say("long hold")
        self._hear_out('Say "ready"', since_s=began_s)
        self.say("ready")
        self._hear_out("How strong", since_s=began_s)
        self.say("four")

    def say(self, text: str) -> None:
        """Give a command until it is heard; raise NotPrintedError if it never is."""
        self.said += 1
        sound = render(text, PERSON_VOICE)
        heard = self.say_until_heard(
            [partial(self._say_once, text, partial(self.devices.say, sound))] * _MAX_ATTEMPTS,
            lambda line: f"Heard   {text} →" in line,
            _HEARD_WITHIN_S,
        )
        if heard is None:
            raise NotPrintedError(f'"{text}" is not heard')
        self.understood_at_once += heard.number == 0

    def seconds_until(self, text: str, since_s: float, max_s: float) -> float:
        """Return the time from then until this is printed, in seconds; at most `max_s`."""
        line = self.output.first(lambda printed: text in printed, since_s, max_s)
        return line.at_s - since_s if line else max_s

    @property
    def false_commands(self) -> Counter[str]:
        """The commands that were heard but not given."""
        heard = [one.text for one in self.output.lines.copy() if one.text.startswith("Heard")]
        understood = (text for text in heard if not text.endswith("not understood"))
        return Counter(text.split("→")[0][5:].strip() for text in understood) - self._said

    @property
    def is_in_place(self) -> bool:
        """True if it answers aloud that it is in the step that it was in."""
        began_s = time.monotonic()
        with self.devices.recording() as speaker:
            try:
                self.say("where am i")
                self.output.wait_for("you are at step 2 of 2", began_s)
            except NotPrintedError:
                return False
            time.sleep(_PLACE_ANSWER_S)
            return speaker.audible_s(began_s) is not None

    def _say_once(self, text: str, say: partial[None]) -> None:
        self._said[text] += 1
        say()

    def _hear_out(self, text: str, within_s: float = _MAX_ANSWER_S, since_s: float = 0.0) -> None:
        line = self.output.wait_for(text, since_s, within_s)
        end_s = line.at_s + len(line.text) * _SPEECH_S_PER_LETTER
        time.sleep(max(0.0, end_s - time.monotonic()))
