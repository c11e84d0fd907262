"""The guide reading to itself: false commands, echo settling times, and processor time."""

import time
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from benchmark.accuracy import FalseAccepts
from benchmark.conditions import ROOM_NOISE_DBFS
from benchmark.reader import VOLUME, ReadingGuide, ReadingStage
from benchmark.systems import ALL_PARTS
from voice_guide.audio.pcm import BLOCK, RATE, Samples
from voice_guide.hearing.echo.canceller import EchoCanceller
from voice_guide.hearing.near_end import NearEndDetector
from voice_guide.hearing.noise import NoiseReduction
from voice_guide.hearing.vad import VoiceActivityDetector
from voice_guide.simulation.acoustics import Sound
from voice_guide.simulation.room import Room
from voice_guide.tts.mixer import Mixer

_QUIETER, _LOUDER = 0.35, 1.0
"""Volume before and after the change of volume, from 0 to 1."""

_CHANGE_AFTER_S = 10.0
"""Seconds of reading before the volume changes."""

_COST_S = 60.0
"""Seconds of reading in which processor time is measured."""

_LEVEL_WINDOW_S = 0.3
"""Seconds of sound that a level is averaged over."""

_GONE_DB = 20.0
"""Reduction in dB at which an echo counts as gone."""

_MIN_ECHO_OVER_NOISE_DB = 25.0
"""Smallest level in dB over the room's noise at which a reduction can be measured."""


@dataclass(frozen=True)
class MonologueTest:
    """The guide reads everything it can say at one volume, alone in the room."""

    stage: ReadingStage
    """The room and the texts."""

    volume: float
    """The volume, from 0 to 1."""

    length_s: float
    """The length, in seconds."""

    def run(self) -> FalseAccepts:
        """Return the commands that it hears."""
        guide = ReadingGuide(ALL_PARTS, self.stage.speech, self.volume)
        room = Room(self.stage.acoustics(), guide.process)
        while guide.now_s < self.length_s:
            room.move_on()
        return FalseAccepts(guide.now_s, guide.decided)


@dataclass(frozen=True)
class EchoSettlingTimes:
    """Times until the echo was gone, in seconds; infinite if it never was."""

    from_start_s: float
    """After the guide's first sound."""

    louder_s: float
    """After the volume was raised."""


@dataclass(frozen=True)
class EchoSettlingTest:
    """The guide begins to read, and later reads at a higher volume."""

    stage: ReadingStage
    """The room and the texts."""

    def run(self) -> EchoSettlingTimes:
        """Return the times until the echo is gone."""
        guide = ReadingGuide(ALL_PARTS, self.stage.speech, _QUIETER)
        room = Room(self.stage.acoustics(), guide.process)
        recording = []
        while guide.now_s < 2 * _CHANGE_AFTER_S:
            if guide.now_s >= _CHANGE_AFTER_S:
                guide.set_volume(_LOUDER)
            recording.append(room.move_on())
        change = round(_CHANGE_AFTER_S * RATE / BLOCK)
        # The canceller returns each block one block later.
        echo = _powers(np.concatenate(recording))[:-1]
        left = _powers(np.concatenate(guide.near_end))[1:]
        # A block of zeros was not cancelled but withheld: it counts as echo.
        left = np.where(left, left, echo)
        return EchoSettlingTimes(
            settling_time_s(echo[:change], left[:change]),
            settling_time_s(echo[change:], left[change:]),
        )


@dataclass(frozen=True)
class FrontEndCost:
    """Processor time of everything in front of the recognizer while the guide speaks."""

    cpu_s_per_s: float
    """Processor time per second of sound, in seconds."""


@dataclass(frozen=True)
class FrontEndCostTest:
    """The guide reads, and all of its hearing but the recognizer runs."""

    stage: ReadingStage
    """The room and the texts."""

    def run(self) -> FrontEndCost:
        """Return the processor time."""
        canceller = EchoCanceller()
        noise = NoiseReduction()
        near_end_detector = NearEndDetector()
        vad = VoiceActivityDetector()
        texts = cycle(self.stage.speech)
        mixer: Mixer[None, None] = Mixer(VOLUME)
        spent_s = 0.0

        def process(heard: Samples, played: Samples) -> Samples:
            nonlocal spent_s
            began_s = time.thread_time()
            near_end = canceller.cancel(heard, played)
            if near_end:
                reduced = noise.reduce(near_end.sound)
                near_end_detector.follow(noise.power, noise.noise, near_end.echo)
                may_be_speech = near_end_detector.may_be_speech(vad.is_open)
                vad.push(reduced, may_be_speech and vad.detects(reduced))
            spent_s += time.thread_time() - began_s
            if not mixer.is_playing:
                mixer.play(next(texts), None)
            return mixer.next_block()[0]

        room = Room(self.stage.acoustics(), process)
        for _ in range(round(_COST_S * RATE / BLOCK)):
            room.move_on()
        return FrontEndCost(spent_s / _COST_S)


def settling_time_s(echo: Sound, left: Sound) -> float:
    """Return the time from an echo's first sound until it is gone, in seconds.

    Both arguments are powers per block, the room's noise included: of the microphone's signal,
    and of what the canceller leaves of it. The result is infinite if the echo is never gone.
    """
    blocks = round(_LEVEL_WINDOW_S * RATE / BLOCK)
    noise = 10 ** (ROOM_NOISE_DBFS / 10)
    audible = noise * 10 ** (_MIN_ECHO_OVER_NOISE_DB / 10)
    heard, remaining = (np.convolve(p, np.ones(blocks) / blocks, "valid") for p in (echo, left))
    [first, *_] = [*np.flatnonzero(echo > audible), len(echo)]
    is_gone = (remaining - noise) <= (heard - noise) / 10 ** (_GONE_DB / 10)
    is_gone &= heard > audible
    gone = np.flatnonzero(is_gone[first:])
    return (int(gone[0]) + blocks) * BLOCK / RATE if len(gone) else np.inf


def _powers(sound: Samples) -> Sound:
    return np.asarray(np.mean(np.square(sound.reshape(-1, BLOCK) / 32768.0), axis=1))
