"""The guide, which reads aloud without end and listens meanwhile; and where it does so."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from benchmark.materials import Place
from benchmark.scenes import ROOM_NOISE_DBFS, gain
from benchmark.systems import Decision, Parts, listener_with
from voice_guide.app.content import load_content
from voice_guide.audio.pcm import BLOCK, RATE, Samples, silence
from voice_guide.config.settings import Settings
from voice_guide.nlu.command import Command
from voice_guide.nlu.sentences import Meaning
from voice_guide.rehearsal.prompts import spoken_prompts
from voice_guide.rehearsal.sentences import select_sentences
from voice_guide.routines.library import come_with_program
from voice_guide.simulation.acoustics import Acoustics
from voice_guide.tts.mixer import Mixer
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

VOLUME = Settings().voice.volume
"""How loud the guide speaks unless told otherwise."""

ECHO_DBFS = -20.0
"""Active level of its voice at its microphone then."""

DEVICE_DELAY_S = 0.05
"""How long after it is handed out sound is played, unless something else is tried."""

_PAUSE_S = 0.25
"""Silence after each text, in seconds."""

_HUSHED_S = 0.5
"""How long the guide is silent once it has understood something, in seconds."""

_ONE_TEXT_IN = 4
"""Texts of which one is enough to tell how loud they are."""


def guide_speech() -> list[Samples]:
    """Return all that the guide ever says, in its own voice, each with a pause after it.

    Its own prompts as it fills them in, and all texts of all routines.
    """
    settings = Settings()
    content = load_content(settings, come_with_program())
    # What the speech model does not know can be said to the guide all the same.
    selected = select_sentences(content.sentences, lambda word: True).sentences
    texts = sorted({prompt.text for prompt in spoken_prompts(content, selected)})
    speaker = VoiceSpec(settings.voice.name, settings.voice.rate)
    pause = silence(round(_PAUSE_S * RATE))
    return [np.concatenate([render(text, speaker), pause]) for text in texts]


@dataclass(frozen=True)
class Stage:
    """A room, and what the guide reads in it."""

    place: Place
    """The room."""

    speech: Sequence[Samples]
    """What it reads, one after the other, over and over."""

    echo_gain: float
    """How loud its loudspeaker plays."""

    def acoustics(self) -> Acoustics:
        """Return the room without anything that makes it difficult."""
        return Acoustics(
            from_person=self.place.from_person,
            person_gain=1.0,
            from_speaker=self.place.from_speaker,
            echo_gain=self.echo_gain,
            delay_s=DEVICE_DELAY_S,
            noise_dbfs=ROOM_NOISE_DBFS,
        )


def staged(places: Sequence[Place], speech: Sequence[Samples]) -> list[Stage]:
    """Return a stage in each place, where all of it is read in another order."""
    level_dbfs = ECHO_DBFS - 20 * float(np.log10(VOLUME))
    # A part of it, from one end to the other, tells how loud all is.
    sample = np.concatenate(speech[::_ONE_TEXT_IN])
    return [
        Stage(
            place,
            random.Random(number).sample(speech, len(speech)),
            gain(sample, place.from_speaker, level_dbfs),
        )
        for number, place in enumerate(places)
    ]


class Reader:
    """Reads, listens, and is silent for a moment once it has understood something."""

    def __init__(self, parts: Parts, speech: Sequence[Samples], volume: float = VOLUME) -> None:
        """Read these sounds, over and over; nothing where there are none."""
        self._listener = listener_with(parts)
        self._has_ducking = parts.ducking
        self._mixer: Mixer[None, None] = Mixer(volume)
        self._speech = cycle(speech)
        self._hushed_until_s = 0.0
        self.decided: list[Decision] = []
        """What was understood."""
        self.ducked: list[bool] = []
        """Whether the voice was lowered at the end of each block heard."""
        self.left: list[Samples] = []
        """What was left of each block for the recognizer, one block later."""

    @property
    def now_s(self) -> float:
        """Seconds heard."""
        return len(self.ducked) * BLOCK / RATE

    def set_volume(self, volume: float) -> None:
        """Speak at this volume from now on."""
        self._mixer.volume = volume

    def process(self, heard: Samples, played: Samples) -> Samples:
        """Take a block of the microphone; return the next one for the loudspeaker."""
        found = [e for e in self._listener.hear(heard, played) if isinstance(e, Command)]
        self.left.append(self._listener.near_end)
        is_ducked = self._has_ducking and self._listener.hears_speech
        self._mixer.is_ducked = is_ducked
        self.ducked.append(is_ducked)
        for command in found:
            meaning = Meaning(command.intent, command.slots)
            self.decided.append(Decision(meaning, command.text, self.now_s))
            self._mixer.stop()
            self._hushed_until_s = self.now_s + _HUSHED_S
        if not self._mixer.is_playing and self.now_s >= self._hushed_until_s:
            sound = next(self._speech, None)
            if sound is not None:
                self._mixer.play(sound, None)
        block, _, _ = self._mixer.next_block()
        return block
