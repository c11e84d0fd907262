"""The lines of the table about the whole of each, live."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median

from benchmark.live import ASLEEP, LISTENING, OVERHEARING, SPEAKING, Live
from benchmark.process import Usage
from benchmark.systems import SYSTEMS, VOICE_GUIDE
from benchmark.table import Bar, Row, compared

_HOW = "`run` at a sound server; stock at the same microphone"

_OF_BOTH = (LISTENING, OVERHEARING)
"""What stock Vosk does as well."""

_IDLE = (LISTENING, ASLEEP)
"""When nothing may be written."""


def rows(runs: Sequence[Mapping[str, Live]]) -> Iterator[Row]:
    """Yield them.

    Times and wake-ups are those of the run with the least, since whatever else the machine does
    can only add to them; other figures are the median's.
    """

    def middle(of: Callable[[Live], float]) -> dict[str, float]:
        return {system: median(of(run[system]) for run in runs) for system in SYSTEMS}

    def least(what: str, of: Callable[[Usage], float]) -> dict[str, float]:
        systems = SYSTEMS if what in _OF_BOTH else (VOICE_GUIDE,)
        return {system: min(of(run[system].doing[what]) for run in runs) for system in systems}

    for title, of in (
        ("peak memory", lambda one: one.memory.peak_mb),
        ("memory of its own, settled", lambda one: one.memory.own_mb),
        ("mapped files, settled", lambda one: one.memory.files_mb),
    ):
        yield compared(f"live, {title}", middle(of), lambda mb: f"{mb:.0f} MB", _HOW)
    yield compared("live, threads", middle(lambda one: one.threads), lambda n: f"{n:.0f}", _HOW)
    yield compared(
        "live, start-up",
        {system: min(run[system].start_up_s for run in runs) for system in SYSTEMS},
        lambda figure: f"{figure:.2f} s",
        "until it listens",
    )
    read = middle(lambda one: one.started.reads)
    yield Row(
        "live, read at start-up",
        read_mb := middle(lambda one: one.started.read_bytes / 1e6),
        {s: f"{read_mb[s]:.0f} MB in {read[s]:.0f} calls" for s in SYSTEMS},
        "mapped files besides",
    )
    yield compared(
        "live, written to disk at start-up",
        middle(lambda one: one.started.written_bytes / 1000),
        lambda kb: f"{kb:.0f} kB",
        _HOW,
    )
    for what in (*_OF_BOTH, SPEAKING, ASLEEP):
        yield compared(
            f"live, CPU a second, {what}",
            least(what, lambda usage: usage.cpu_ms_per_s),
            lambda figure: f"{figure:.1f} ms",
            "all threads",
        )
        yield compared(
            f"live, wake-ups a second, {what}",
            least(what, lambda usage: usage.wake_ups_per_s),
            lambda figure: f"{figure:.0f}",
            "all threads",
        )
    written = {
        system: max(run[system].doing[what].written_bytes for run in runs for what in _IDLE)
        for system in SYSTEMS
    }
    yield compared(
        "live, written to disk while idle",
        written,
        lambda figure: f"{figure:.0f} bytes",
        "listening to a quiet room, and asleep",
        Bar("≤", "0", 0),
    )
