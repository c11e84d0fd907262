"""All that is measured while the guide speaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmark.accuracy import Alarms
from benchmark.interruptions import (
    ALL_SITUATIONS,
    FEW_SITUATIONS,
    Held,
    Session,
    Situation,
    commands,
)
from benchmark.materials import Materials
from benchmark.monologue import Cost, Costing, Monologue, Settled, Settling
from benchmark.parallel import done
from benchmark.reader import guide_speech, staged
from voice_guide.audio.pcm import Samples
from voice_guide.config.settings import VOLUMES

_NOISE = "dishes"
"""What the noise that is spoken over is called, or a part of it."""

_DOING = "listening while the guide speaks"

_TOLD_EVERY = 5
"""Scenes after which it is told how far it has come."""


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    situations: Sequence[Situation]
    """In which commands are given."""

    places: int
    """Rooms with a scene of each of them, at the most."""

    commands: int
    """Commands given in a scene."""

    monologue_s: float
    """How long the guide reads to nobody at each volume, in seconds."""


FULL = Extent(ALL_SITUATIONS, places=2, commands=48, monologue_s=650)
"""A scene takes five minutes; in eleven, all that the guide can say is read."""

QUICK = Extent(FEW_SITUATIONS, places=1, commands=12, monologue_s=20)


@dataclass(frozen=True)
class OverSpeech:
    """What was measured."""

    held: Mapping[Situation, Sequence[Held]]
    """The scenes of each situation."""

    monologues: Sequence[Alarms]
    """What was decided on when nobody but the guide spoke, at each volume."""

    settled: Sequence[Settled]
    """How soon the echo was gone in each room."""

    cost: Cost
    """What is spent in front of the recognizer."""


def measure(materials: Materials, extent: Extent) -> OverSpeech:
    """Measure everything."""
    stages = staged(materials.places[: extent.places], guide_speech())
    # Before anything else runs.
    cost = Costing(stages[0]).run()
    clips = [commands(extent.commands, number) for number, _ in enumerate(stages)]
    noise = _noise(materials.noises)
    sessions = [
        Session(situation, stage, clips[number], number, noise)
        for situation in extent.situations
        for number, stage in enumerate(stages)
    ]
    monologues = [
        Monologue(stages[number % len(stages)], volume, extent.monologue_s)
        for number, volume in enumerate(VOLUMES)
    ]
    # The longest first, so that all processors are busy to the end.
    work: list[Monologue | Session | Settling] = [*monologues, *sessions, *map(Settling, stages)]
    found: list[Alarms | Held | Settled] = list(done(work, _DOING, _TOLD_EVERY))
    held = [one for one in found if isinstance(one, Held)]
    return OverSpeech(
        {
            situation: held[at * len(stages) : (at + 1) * len(stages)]
            for at, situation in enumerate(extent.situations)
        },
        [one for one in found if isinstance(one, Alarms)],
        [one for one in found if isinstance(one, Settled)],
        cost,
    )


def _noise(noises: Mapping[str, Samples]) -> Samples:
    fitting = [noise for name, noise in noises.items() if _NOISE in name]
    return [*fitting, *noises.values()][0]
