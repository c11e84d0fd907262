"""Costs of the systems: processor time, memory, and start-up time."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from benchmark.systems import SYSTEMS, listed_sentences
from voice_guide.audio.pcm import Samples
from voice_guide.config.language import reference
from voice_guide.nlu.sampling import UNKNOWN
from voice_guide.speech_models.verify import require_model

_SPOKEN = ("talk", "commands")


@dataclass(frozen=True)
class SystemCosts:
    """Costs of one system, measured in several processes.

    Elapsed times are those of the fastest process, since anything else that the machine does can
    only add to them; other figures are medians.
    """

    start_up_s: float
    """Time from the start of the process until it listens, in seconds."""

    peak_memory_mb: float
    """Largest resident set, in MB."""

    cpu: Mapping[str, float]
    """Processor time of all threads per second of sound, in seconds, by kind of sound."""

    hour_s: float
    """Time to hear an hour with equal parts of each sound, in seconds."""

    @property
    def cpu_of_speech(self) -> float:
        """Processor time per second of talk and commands, in seconds."""
        return fmean(self.cpu[sound] for sound in _SPOKEN)


def measure_costs(
    vocabulary: str, sounds: Mapping[str, Samples], processes: int
) -> Mapping[str, SystemCosts]:
    """Measure each system hearing the sounds alone, in so many fresh processes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        grammar = folder / "grammar.json"
        grammar.write_text(json.dumps([*listed_sentences(vocabulary), UNKNOWN]), "utf-8")
        files = [folder / f"{sound}.raw" for sound in sounds]
        for file, samples in zip(files, sounds.values(), strict=True):
            file.write_bytes(samples.tobytes())
        arguments = [vocabulary, require_model(reference().model), grammar, *files]
        # In turns, so that anything else that the machine does affects both.
        rounds = [
            {name: _measure([name, *map(str, arguments)]) for name in SYSTEMS}
            for _ in range(processes)
        ]
    return {
        name: _costs([measured[name] for measured in rounds], list(sounds)) for name in SYSTEMS
    }


def _measure(arguments: list[str]) -> dict[str, float]:
    started = time.monotonic()
    command = [sys.executable, "-m", "benchmark.fresh", *arguments]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(answer.stdout)
    return {**figures, "start_up_s": figures["listening_at_s"] - started}


def _costs(measured: list[dict[str, float]], sounds: list[str]) -> SystemCosts:
    middle = {name: median(figures[name] for figures in measured) for name in measured[0]}
    least = {name: min(figures[name] for figures in measured) for name in measured[0]}
    return SystemCosts(
        start_up_s=least["start_up_s"],
        peak_memory_mb=middle["peak_memory_mb"],
        cpu={sound: middle[f"cpu_{sound}"] for sound in sounds},
        hour_s=3600 * fmean(least[f"wall_{sound}"] for sound in sounds),
    )
