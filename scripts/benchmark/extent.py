"""The amount that a run of the benchmark measures."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark import over_speech
from benchmark.over_speech import OverSpeechExtent


@dataclass(frozen=True)
class BenchmarkExtent:
    """The amount that is measured."""

    one_clip_in: int
    """Recorded clips of which one is taken."""

    sentences: int
    """The guide's own sentences heard."""

    orders: int
    """Orders heard at each SNR."""

    noises: int
    """Largest number of noises."""

    distances_m: Sequence[float]
    """Distances of the person in a room, in metres."""

    rooms: int
    """Largest number of rooms at each of these."""

    snrs_db: Sequence[float]
    """Active speech levels over the noise, in dB."""

    order_snrs_db: Sequence[float]
    """The same for orders."""

    speeds: Sequence[float]
    """Speeds at which talk is played."""

    synthetic_talk: int
    """Voices for each line of synthetic talk besides the recorded one."""

    scene_commands: int
    """Commands in a scene."""

    scene_sensitivities: Sequence[float]
    """Points on the trade-off curve of the scenes."""

    background_s: float
    """Length of each background that is heard alone, in seconds."""

    noise_s: float
    """Length of each noise that is heard alone, in seconds."""

    sensitivities: Sequence[float]
    """Points of the trade-off curve."""

    processes: int
    """Processes of each system in which its costs are measured."""

    live_s: float
    """Length of each activity that is measured live, in seconds."""

    over_speech: OverSpeechExtent
    """The amount that is measured while the guide speaks."""


FULL = BenchmarkExtent(
    one_clip_in=1,
    sentences=64,
    orders=48,
    noises=9,
    distances_m=(1, 2, 4),
    rooms=9,
    snrs_db=(20, 10, 5),
    order_snrs_db=(24, 21, 18, 15, 12, 9, 6),
    speeds=(1.0, 0.9),
    synthetic_talk=2,
    scene_commands=60,
    scene_sensitivities=(0.2, 0.5, 0.8),
    background_s=720,
    noise_s=300,
    sensitivities=(0.0, 0.25, 0.5, 0.75, 1.0),
    processes=3,
    live_s=60,
    over_speech=over_speech.FULL,
)
"""A whole run: about an hour and a quarter on two processors."""

QUICK = BenchmarkExtent(
    one_clip_in=7,  # of twelve voices, each comes up
    sentences=16,
    orders=8,
    noises=1,
    distances_m=(2,),
    rooms=1,
    snrs_db=(10,),
    order_snrs_db=(18, 6),
    speeds=(1.0,),
    synthetic_talk=0,
    scene_commands=6,
    scene_sensitivities=(),
    background_s=30,
    noise_s=30,
    sensitivities=(0.2, 0.8),
    processes=1,
    live_s=10,
    over_speech=over_speech.QUICK,
)
"""A quick run: less than three minutes on one processor."""
