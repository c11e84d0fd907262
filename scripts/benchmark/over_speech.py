"""Measurements while the guide speaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmark.accuracy import FalseAccepts
from benchmark.interruptions import (
    InterruptionScene,
    InterruptionSceneResult,
    scene_commands,
)
from benchmark.materials import Materials
from benchmark.monologue import (
    EchoSettlingTest,
    EchoSettlingTimes,
    FrontEndCost,
    FrontEndCostTest,
    MonologueTest,
)
from benchmark.reader import guide_speech, new_stages
from benchmark.situations import ALL_SITUATIONS, FEW_SITUATIONS, Situation
from harness.parallel import run_in_parallel
from harness.progress import ReportProgress
from voice_guide.audio.pcm import Samples
from voice_guide.config.settings import VOLUMES

_NOISE = "dishes"
"""Part of the name of the noise that is heard in noisy situations."""

_REPORT_EVERY = 5
"""Scenes between two reports of progress."""


@dataclass(frozen=True)
class OverSpeechExtent:
    """The amount that is measured."""

    situations: Sequence[Situation]
    """Situations in which commands are given."""

    rooms: int
    """Largest number of rooms, with a scene for each situation."""

    commands: int
    """Commands in a scene."""

    monologue_s: float
    """Length of the guide's reading to itself at each volume, in seconds."""


FULL = OverSpeechExtent(ALL_SITUATIONS, rooms=2, commands=48, monologue_s=650)
"""A whole run: five minutes of sound a scene, and everything that the guide can say."""

QUICK = OverSpeechExtent(FEW_SITUATIONS, rooms=1, commands=12, monologue_s=20)
"""A quick run."""


@dataclass(frozen=True)
class OverSpeechResults:
    """Results of all measurements while the guide speaks."""

    scenes: Mapping[Situation, Sequence[InterruptionSceneResult]]
    """The scenes of each situation."""

    monologues: Sequence[FalseAccepts]
    """Commands heard while only the guide spoke, at each volume."""

    settling_times: Sequence[EchoSettlingTimes]
    """Times until the echo was gone, in each room."""

    cost: FrontEndCost
    """Processor time in front of the recognizer."""


def measure_over_speech(
    materials: Materials, extent: OverSpeechExtent, report: ReportProgress
) -> OverSpeechResults:
    """Run all measurements."""
    stages = new_stages(materials.device_rooms[: extent.rooms], guide_speech())
    # First, while nothing else runs.
    cost = FrontEndCostTest(stages[0]).run()
    clips = [scene_commands(extent.commands, number) for number, _ in enumerate(stages)]
    noise = _noise(materials.noises)
    scenes = [
        InterruptionScene(situation, stage, clips[number], number, noise)
        for situation in extent.situations
        for number, stage in enumerate(stages)
    ]
    monologues = [
        MonologueTest(stages[number % len(stages)], volume, extent.monologue_s)
        for number, volume in enumerate(VOLUMES)
    ]
    # The longest first, to keep all processors busy to the end.
    work: list[MonologueTest | InterruptionScene | EchoSettlingTest] = [
        *monologues,
        *scenes,
        *map(EchoSettlingTest, stages),
    ]
    results: list[FalseAccepts | InterruptionSceneResult | EchoSettlingTimes] = list(
        run_in_parallel(
            work,
            lambda percent: report(f"listening while the guide speaks, {percent} % done"),
            _REPORT_EVERY,
        )
    )
    played = [one for one in results if isinstance(one, InterruptionSceneResult)]
    return OverSpeechResults(
        {
            situation: played[at * len(stages) : (at + 1) * len(stages)]
            for at, situation in enumerate(extent.situations)
        },
        [one for one in results if isinstance(one, FalseAccepts)],
        [one for one in results if isinstance(one, EchoSettlingTimes)],
        cost,
    )


def _noise(noises: Mapping[str, Samples]) -> Samples:
    fitting = [noise for name, noise in noises.items() if _NOISE in name]
    return [*fitting, *noises.values()][0]
