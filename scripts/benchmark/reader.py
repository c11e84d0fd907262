"""The guide reading aloud without end while it listens, and the room that it does so in."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from benchmark.conditions import ROOM_NOISE_DBFS
from benchmark.rooms import DeviceRoom
from benchmark.systems import Decision, ListenerParts, listener_with
from harness.levels import gain
from voice_guide.app.content import load_content
from voice_guide.audio.pcm import BLOCK, RATE, Samples, silence
from voice_guide.config.settings import Settings
from voice_guide.nlu.command import Command
from voice_guide.nlu.sentences import Meaning
from voice_guide.rehearsal.prompts import spoken_prompts
from voice_guide.rehearsal.sentences import select_sentences
from voice_guide.routines.packs import built_in_packs
from voice_guide.simulation.acoustics import Acoustics
from voice_guide.tts.mixer import Mixer
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

VOLUME = Settings().voice.volume
"""The guide's default volume, from 0 to 1."""

ECHO_DBFS = -20.0
"""Active level of its voice at its microphone at that volume."""

DEVICE_DELAY_S = 0.05
"""Default delay between handing sound to the device and its being played, in seconds."""

_PAUSE_S = 0.25
"""Seconds of silence after each text."""

_SILENCE_AFTER_COMMAND_S = 0.5
"""Seconds for which the guide is silent after it has understood a command."""

_LEVEL_FROM_ONE_TEXT_IN = 4
"""Texts of which one is used to measure how loud all of them are."""


def guide_speech() -> list[Samples]:
    """Return everything that the guide can say, in its own voice, each with a pause after it.

    These are its prompts, with their values filled in, and all texts of all routines.
    """
    settings = Settings()
    content = load_content(settings, built_in_packs())
    # Includes sentences with words that the speech model lacks.
    selected = select_sentences(content.sentences, lambda word: True).sentences
    texts = sorted({prompt.text for prompt in spoken_prompts(content, selected)})
    voice = VoiceSpec(settings.voice.name, settings.voice.rate)
    pause = silence(round(_PAUSE_S * RATE))
    return [np.concatenate([render(text, voice), pause]) for text in texts]


@dataclass(frozen=True)
class ReadingStage:
    """A room, and the texts that the guide reads in it."""

    room: DeviceRoom
    """The room."""

    speech: Sequence[Samples]
    """The spoken texts, read one after the other, over and over."""

    echo_gain: float
    """The gain of its loudspeaker."""

    def acoustics(self) -> Acoustics:
        """Return the room without any added difficulty."""
        return Acoustics(
            from_person=self.room.from_person,
            person_gain=1.0,
            from_speaker=self.room.from_speaker,
            echo_gain=self.echo_gain,
            delay_s=DEVICE_DELAY_S,
            noise_dbfs=ROOM_NOISE_DBFS,
        )


def new_stages(rooms: Sequence[DeviceRoom], speech: Sequence[Samples]) -> list[ReadingStage]:
    """Return a stage in each room, each with the texts in another order."""
    level_dbfs = ECHO_DBFS - 20 * float(np.log10(VOLUME))
    sample = np.concatenate(speech[::_LEVEL_FROM_ONE_TEXT_IN])
    return [
        ReadingStage(
            room,
            random.Random(number).sample(speech, len(speech)),
            gain(sample, room.from_speaker, level_dbfs),
        )
        for number, room in enumerate(rooms)
    ]


class ReadingGuide:
    """A guide that reads, listens, and is silent for a moment after each command."""

    def __init__(
        self, parts: ListenerParts, speech: Sequence[Samples], volume: float = VOLUME
    ) -> None:
        """`speech` is read over and over; with none, the guide is silent."""
        self._listener = listener_with(parts)
        self._has_ducking = parts.ducking
        self._mixer: Mixer[None, None] = Mixer(volume)
        self._speech = cycle(speech)
        self._silent_until_s = 0.0
        self.decided: list[Decision] = []
        """The commands that were understood."""
        self.ducked: list[bool] = []
        """For each block heard, True if the voice was lowered at its end."""
        self.near_end: list[Samples] = []
        """The canceller's output for each block, one block later."""

    @property
    def now_s(self) -> float:
        """Seconds of sound heard."""
        return len(self.ducked) * BLOCK / RATE

    def set_volume(self, volume: float) -> None:
        """Speak at this volume from now on, from 0 to 1."""
        self._mixer.volume = volume

    def process(self, heard: Samples, played: Samples) -> Samples:
        """Take a block of the microphone; return the next one for the loudspeaker."""
        found = [e for e in self._listener.hear(heard, played) if isinstance(e, Command)]
        self.near_end.append(self._listener.near_end)
        is_ducked = self._has_ducking and self._listener.hears_speech
        self._mixer.is_ducked = is_ducked
        self.ducked.append(is_ducked)
        for command in found:
            meaning = Meaning(command.intent, command.slots)
            self.decided.append(Decision(meaning, command.text, self.now_s))
            self._mixer.stop()
            self._silent_until_s = self.now_s + _SILENCE_AFTER_COMMAND_S
        if not self._mixer.is_playing and self.now_s >= self._silent_until_s:
            sound = next(self._speech, None)
            if sound is not None:
                self._mixer.play(sound, None)
        block, _, _ = self._mixer.next_block()
        return block
