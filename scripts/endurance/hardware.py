"""A microphone and a speaker that can be unplugged as hardware is."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from harness.sound_server import MICROPHONE, SPEAKER, Recording, SoundServer
from voice_guide.audio.pcm import Samples

_NAMED = """\
pcm.mic {{ type pulse server "{microphone}" device mic hint.description "mic" }}
pcm.speaker {{ type pulse server "{speaker}" device speaker hint.description "speaker" }}
"""


class Hardware:
    """A microphone, "mic", in a room that is never quite silent; and a speaker, "speaker".

    Each has a sound server of its own: one with both would let either take the other's place, so
    that nobody missed it.
    """

    def __init__(self) -> None:
        self.microphone = SoundServer(devices=MICROPHONE)
        """The server of the one, which can be unplugged and plugged in again ..."""
        self.speaker = SoundServer(devices=SPEAKER)
        """... and that of the other."""
        self.environment = self.microphone.environment
        """What a process needs to find sound here."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.microphone.__exit__()
        self.speaker.__exit__()

    def name_devices(self, home: Path) -> None:
        """Let a user of this home open them by their names."""
        addresses = [s.environment["PULSE_SERVER"] for s in (self.microphone, self.speaker)]
        text = _NAMED.format(microphone=addresses[0], speaker=addresses[1])
        (home / ".asoundrc").write_text(text)

    def start(self) -> None:
        """Start their servers, or start them again after they were killed."""
        self.speaker.start()
        self.microphone.start()
        self.microphone.make_noise()

    def kill(self) -> None:
        """End their servers at once, as a crash would."""
        self.microphone.kill()
        self.speaker.kill()

    def freeze(self) -> None:
        """Make their servers stop answering, for good, without ending them."""
        self.microphone.freeze()
        self.speaker.freeze()

    def say(self, sound: Samples) -> None:
        """Let the microphone hear this; return when it has."""
        self.microphone.say(sound)

    def recording(self) -> AbstractContextManager[Recording]:
        """Record what the speaker plays."""
        return self.speaker.recording("speaker")
