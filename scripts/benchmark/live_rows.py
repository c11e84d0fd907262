"""Rows of the table about the whole programs, live."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median

from benchmark.live import ASLEEP, LISTENING, OVERHEARING, SPEAKING, LiveCosts
from benchmark.rows import compared
from benchmark.systems import SYSTEMS, VOICE_GUIDE
from harness.process_usage import Usage
from harness.table import Limit, ResultRow

_MATERIAL = "`run` at a sound server; stock at the same microphone"

_OF_BOTH = (LISTENING, OVERHEARING)
"""Activities that stock Vosk has as well."""

_IDLE = (LISTENING, ASLEEP)
"""Activities in which nothing may be written."""


def live_rows(runs: Sequence[Mapping[str, LiveCosts]]) -> Iterator[ResultRow]:
    """Yield all rows.

    Times and wake-ups are those of the run with the least, since anything else that the machine
    does can only add to them; other figures are medians.
    """

    def middle(of: Callable[[LiveCosts], float]) -> dict[str, float]:
        return {system: median(of(run[system]) for run in runs) for system in SYSTEMS}

    def least(activity: str, of: Callable[[Usage], float]) -> dict[str, float]:
        systems = SYSTEMS if activity in _OF_BOTH else (VOICE_GUIDE,)
        return {s: min(of(run[s].usage[activity]) for run in runs) for s in systems}

    for name, of in (
        ("peak memory", lambda costs: costs.memory.peak_mb),
        ("memory of its own, settled", lambda costs: costs.memory.own_mb),
        ("mapped files, settled", lambda costs: costs.memory.files_mb),
    ):
        yield compared(f"live, {name}", middle(of), lambda mb: f"{mb:.0f} MB", _MATERIAL)
    threads = middle(lambda costs: costs.threads)
    yield compared("live, threads", threads, lambda count: f"{count:.0f}", _MATERIAL)
    yield compared(
        "live, start-up",
        {system: min(run[system].start_up_s for run in runs) for system in SYSTEMS},
        lambda figure: f"{figure:.2f} s",
        "until it listens",
    )
    reads = middle(lambda costs: costs.started.reads)
    read_mb = middle(lambda costs: costs.started.read_bytes / 1e6)
    yield ResultRow(
        "live, read at start-up",
        {s: f"{read_mb[s]:.0f} MB in {reads[s]:.0f} calls" for s in SYSTEMS},
        measured_on="mapped files besides",
        figures=read_mb,
    )
    yield compared(
        "live, written to disk at start-up",
        middle(lambda costs: costs.started.disk_bytes / 1000),
        lambda kb: f"{kb:.0f} kB",
        _MATERIAL,
    )
    for activity in (*_OF_BOTH, SPEAKING, ASLEEP):
        yield compared(
            f"live, CPU a second, {activity}",
            least(activity, lambda usage: usage.cpu_ms_per_s),
            lambda figure: f"{figure:.1f} ms",
            "all threads",
        )
        yield compared(
            f"live, wake-ups a second, {activity}",
            least(activity, lambda usage: usage.wake_ups_per_s),
            lambda figure: f"{figure:.0f}",
            "all threads",
        )
    written = {
        system: max(run[system].usage[activity].disk_bytes for run in runs for activity in _IDLE)
        for system in SYSTEMS
    }
    yield compared(
        "live, written to disk while idle",
        written,
        lambda figure: f"{figure:.0f} bytes",
        "listening to a quiet room, and asleep",
        Limit("≤", "0", 0),
    )
