"""A synthetic person who hears the guide's speaker and talks into its microphone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from harness.program import MAX_WAIT_S
from harness.sound_server import SinkRecording, SoundServer
from voice_guide.audio.pcm import Samples
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

PERSON_VOICE = VoiceSpec("en-us+f2", 150)
"""Voice of the synthetic person, other than the guide's."""

_SILENCE_BEFORE_SPEAKING_S = 0.8
"""Seconds of silence after which the person takes it that the guide has finished."""


@dataclass(frozen=True)
class HeardAnswer:
    """The guide's answer as the person heard it."""

    sound: Samples
    """The speaker's sound."""

    after_s: float
    """Time from the last sound of the command to the first of the answer, in seconds."""


class PersonInRoom:
    """A person who listens to the guide, and speaks when it has finished."""

    def __init__(self, server: SoundServer, room: SinkRecording, speaker: SinkRecording) -> None:
        self._server = server
        self._room = room
        self._speaker = speaker

    def listen(self, since_s: float) -> Samples:
        """Wait until the guide has finished; return what it has said since then."""
        last_s = self.wait_for_guide(since_s)
        while time.monotonic() < last_s + _SILENCE_BEFORE_SPEAKING_S:
            time.sleep(0.05)
            span_s = self._speaker.audible_s(last_s)
            last_s = span_s[1] if span_s else last_s
        return self._speaker.since(since_s)

    def say(self, text: str) -> HeardAnswer:
        """Say something, and return the whole answer."""
        began_s = time.monotonic()
        self._server.say(render(text, PERSON_VOICE))
        answered_s = self.wait_for_guide(began_s)
        spoken_s = self._room.audible_s(began_s)
        assert spoken_s, "the microphone did not hear the person"
        return HeardAnswer(self.listen(began_s), answered_s - spoken_s[1])

    def wait_for_guide(self, since_s: float) -> float:
        """Wait until the guide speaks; return when it began."""
        until_s = time.monotonic() + MAX_WAIT_S
        while not (span_s := self._speaker.audible_s(since_s)):
            assert time.monotonic() < until_s, "the guide says nothing"
            time.sleep(0.02)
        return span_s[0]


@contextmanager
def person_in_room(server: SoundServer) -> Iterator[PersonInRoom]:
    """Put a person into the room of a sound server."""
    with server.recording("room") as room, server.recording("speaker") as speaker:
        yield PersonInRoom(server, room, speaker)
