"""A microphone and a speaker that can be unplugged."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from harness.sound_server import MICROPHONE, SPEAKER, SinkRecording, SoundServer
from voice_guide.audio.pcm import Samples

_NAMED_DEVICES = """\
pcm.mic {{ type pulse server "{microphone}" device mic hint.description "mic" }}
pcm.speaker {{ type pulse server "{speaker}" device speaker hint.description "speaker" }}
"""


class UnpluggableDevices:
    """A microphone "mic", in a room with a little noise, and a speaker "speaker".

    Each has a sound server of its own: a server with both would replace one by the other, so
    that the guide would miss neither.
    """

    def __init__(self) -> None:
        self.microphone = SoundServer(devices=MICROPHONE)
        """The microphone's server."""
        self.speaker = SoundServer(devices=SPEAKER)
        """The speaker's server."""
        self.environment = self.microphone.environment
        """Variables with which a process finds both."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.microphone.__exit__()
        self.speaker.__exit__()

    def name_devices(self, home: Path) -> None:
        """Let a user of this home open the devices by their names."""
        addresses = [s.environment["PULSE_SERVER"] for s in (self.microphone, self.speaker)]
        text = _NAMED_DEVICES.format(microphone=addresses[0], speaker=addresses[1])
        (home / ".asoundrc").write_text(text)

    def start(self) -> None:
        """Start the servers, for the first time or after they were killed."""
        self.speaker.start()
        self.microphone.start()
        self.microphone.make_noise()

    def kill(self) -> None:
        """Kill the servers, as a crash would."""
        self.microphone.kill()
        self.speaker.kill()

    def freeze(self) -> None:
        """Stop the servers from answering, without ending them."""
        self.microphone.freeze()
        self.speaker.freeze()

    def say(self, sound: Samples) -> None:
        """Play this to the microphone, to its end."""
        self.microphone.say(sound)

    def recording(self) -> AbstractContextManager[SinkRecording]:
        """Record the speaker during the `with` block."""
        return self.speaker.recording("speaker")
