"""A microphone and a speaker that can be unplugged as hardware is."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from rig.sound_server import MICROPHONE, SPEAKER, Recording, SoundServer
from voice_guide.audio import Samples

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
        self._microphone = SoundServer(devices=MICROPHONE)
        self._speaker = SoundServer(devices=SPEAKER)
        self.environment = self._microphone.environment
        """What a process needs to find sound here."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._microphone.__exit__()
        self._speaker.__exit__()

    def name_devices(self, home: Path) -> None:
        """Let a user of this home open them by their names."""
        addresses = [s.environment["PULSE_SERVER"] for s in (self._microphone, self._speaker)]
        text = _NAMED.format(microphone=addresses[0], speaker=addresses[1])
        (home / ".asoundrc").write_text(text)

    def start(self) -> None:
        """Start their servers, or start them again after they were killed."""
        self._speaker.start()
        self._microphone.start()
        self._microphone.make_noise()

    def kill(self) -> None:
        """End their servers at once, as a crash would."""
        self._microphone.kill()
        self._speaker.kill()

    def freeze(self) -> None:
        """Make their servers stop answering, for good, without ending them."""
        self._microphone.freeze()
        self._speaker.freeze()

    def unplug_microphone(self) -> None:
        """Take the microphone away."""
        self._microphone.unplug()

    def plug_in_microphone(self) -> None:
        """Give it back."""
        self._microphone.plug_in()
        self._microphone.make_noise()

    def unplug_speaker(self) -> None:
        """Take the speaker away."""
        self._speaker.unplug()

    def plug_in_speaker(self) -> None:
        """Give it back."""
        self._speaker.plug_in()

    def say(self, sound: Samples) -> None:
        """Let the microphone hear this; return when it has."""
        self._microphone.say(sound)

    def recording(self) -> AbstractContextManager[Recording]:
        """Record what the speaker plays."""
        return self._speaker.recording("speaker")
