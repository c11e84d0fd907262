"""The guide reading to nobody: what it takes for a command, and how soon its echo is gone."""

import time
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from benchmark.accuracy import Alarms
from benchmark.reader import VOLUME, Reader, Stage
from benchmark.scenes import ROOM_NOISE_DBFS
from benchmark.systems import EVERYTHING
from voice_guide.audio.pcm import BLOCK, RATE, Samples
from voice_guide.hearing.echo.canceller import EchoCanceller
from voice_guide.hearing.near_end import NearEndDetector
from voice_guide.hearing.noise import NoiseReduction
from voice_guide.hearing.vad import VoiceActivityDetector
from voice_guide.simulation.acoustics import Sound
from voice_guide.simulation.room import Room
from voice_guide.tts.mixer import Mixer

_QUIETER, _LOUDER = 0.35, 1.0
"""The volume before and after it is changed."""

_CHANGED_AFTER_S = 10.0
"""When it is, in seconds."""

_COST_S = 60.0
"""How long it reads to tell what hearing costs meanwhile, in seconds."""

_OVER_S = 0.3
"""How much sound levels are taken of, in seconds."""

_REDUCED_DB = 20.0
"""The echo is gone when it is weaker by this."""

_OVER_NOISE_DB = 25.0
"""How much louder than the room's noise an echo has to be for that to be seen."""


@dataclass(frozen=True)
class Monologue:
    """The guide reads all it can say at one volume."""

    stage: Stage
    """Where, and what."""

    volume: float
    """How loud, from 0 to 1."""

    length_s: float
    """For how long, in seconds."""

    def run(self) -> Alarms:
        """Listen to it."""
        reader = Reader(EVERYTHING, self.stage.speech, self.volume)
        room = Room(self.stage.acoustics(), reader.process)
        while reader.now_s < self.length_s:
            room.move_on()
        return Alarms(reader.now_s, reader.decided)


@dataclass(frozen=True)
class Settled:
    """How soon the echo was gone, in seconds; inf where it was not."""

    from_start_s: float
    """After the guide's first sound."""

    louder_s: float
    """After the volume was changed."""


@dataclass(frozen=True)
class Settling:
    """The guide begins to read, and then is told to speak louder."""

    stage: Stage
    """Where, and what it reads."""

    def run(self) -> Settled:
        """Watch the echo go."""
        reader = Reader(EVERYTHING, self.stage.speech, _QUIETER)
        room = Room(self.stage.acoustics(), reader.process)
        recording = []
        while reader.now_s < 2 * _CHANGED_AFTER_S:
            if reader.now_s >= _CHANGED_AFTER_S:
                reader.set_volume(_LOUDER)
            recording.append(room.move_on())
        changed = round(_CHANGED_AFTER_S * RATE / BLOCK)
        # What is left of a block comes with the next one.
        echo = _powers(np.concatenate(recording))[:-1]
        left = _powers(np.concatenate(reader.left))[1:]
        # Not hearing anything is not the same as hearing no echo.
        left = np.where(left, left, echo)
        return Settled(
            settled_s(echo[:changed], left[:changed]), settled_s(echo[changed:], left[changed:])
        )


@dataclass(frozen=True)
class Cost:
    """What everything in front of the recognizer costs while the guide speaks."""

    of_real_time: float
    """Processor time for each second of sound, in seconds."""


@dataclass(frozen=True)
class Costing:
    """The guide reads, and nothing but the recognizer is left out of what hears it."""

    stage: Stage
    """Where, and what it reads."""

    def run(self) -> Cost:
        """Hear it."""
        canceller, noise, presence, gate = (
            EchoCanceller(),
            NoiseReduction(),
            NearEndDetector(),
            VoiceActivityDetector(),
        )
        texts = cycle(self.stage.speech)
        mixer: Mixer[None, None] = Mixer(VOLUME)
        spent_s = 0.0

        def process(heard: Samples, played: Samples) -> Samples:
            nonlocal spent_s
            began_s = time.thread_time()
            near_end = canceller.cancel(heard, played)
            if near_end:
                reduced = noise.reduce(near_end.sound)
                presence.follow(noise.power, noise.noise, near_end.echo)
                gate.push(reduced, presence.may_be_speech(gate.is_open))
            spent_s += time.thread_time() - began_s
            if not mixer.is_playing:
                mixer.play(next(texts), None)
            return mixer.next_block()[0]

        room = Room(self.stage.acoustics(), process)
        for _ in range(round(_COST_S * RATE / BLOCK)):
            room.move_on()
        return Cost(spent_s / _COST_S)


def settled_s(echo: Sound, left: Sound) -> float:
    """Return when an echo is gone, in seconds from its first sound; inf if it never is.

    Both are powers of a block each, the room's noise among them.
    """
    blocks = round(_OVER_S * RATE / BLOCK)
    noise = 10 ** (ROOM_NOISE_DBFS / 10)
    audible = noise * 10 ** (_OVER_NOISE_DB / 10)
    heard, remaining = (np.convolve(p, np.ones(blocks) / blocks, "valid") for p in (echo, left))
    [begun, *_] = [*np.flatnonzero(echo > audible), len(echo)]
    reduced = (remaining - noise) <= (heard - noise) / 10 ** (_REDUCED_DB / 10)
    reduced &= heard > audible
    gone = np.flatnonzero(reduced[begun:])
    return (int(gone[0]) + blocks) * BLOCK / RATE if len(gone) else np.inf


def _powers(sound: Samples) -> Sound:
    return np.asarray(np.mean(np.square(sound.reshape(-1, BLOCK) / 32768.0), axis=1))
