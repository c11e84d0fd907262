"""Trade-off of the sensitivity: commands not understood against false accepts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.accuracy import ListenerSetup, false_accepts_per_hour, percent_right
from benchmark.results import SENTENCES, TALK, TITLES, BenchmarkResults
from benchmark.systems import STOCK_VOSK, SYSTEMS, VOICE_GUIDE

_TICKS = (0, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)
"""False accepts per hour that are marked on the axis."""


@dataclass(frozen=True)
class TradeOffPoint:
    """False accepts and false rejects at one sensitivity."""

    setup: ListenerSetup
    """The listening system and its sensitivity."""

    false_accepts_per_hour: float
    """Commands heard in an hour of talk."""

    false_rejects: float
    """Commands not understood, in percent."""


def trade_off(results: BenchmarkResults) -> list[TradeOffPoint]:
    """Return the points: both systems with their defaults, then Voice Guide's curve."""
    defaults = [ListenerSetup(system, name) for name in SENTENCES for system in SYSTEMS]
    return [
        TradeOffPoint(
            setup,
            false_accepts_per_hour(results.false_accepts[setup, TALK]),
            100 - percent_right(results.commands(setup, results.trade_off_conditions)),
        )
        for setup in [*defaults, *results.trade_off]
    ]


def plot(points: Sequence[TradeOffPoint], file: Path) -> None:
    """Draw the curve of each vocabulary."""
    # Imported here since it is slow, and tests draw no plot.
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, all_axes = pyplot.subplots(1, len(SENTENCES), figsize=(11, 4.5), layout="constrained")
    for axes, name in zip(all_axes, SENTENCES, strict=True):
        here = [point for point in points if point.setup.vocabulary == name]
        curve = [point for point in here if point.setup.sensitivity is not None]
        if curve:
            label = "Voice Guide, sensitivity"
            axes.plot(*_coordinates(curve), "o-", color="tab:blue", label=label)
        for point in curve:
            at = (point.false_accepts_per_hour, point.false_rejects)
            label = f"{point.setup.sensitivity:g}"
            axes.annotate(label, at, xytext=(5, 5), textcoords="offset points", fontsize=8)
        for system, style in ((VOICE_GUIDE, "b*"), (STOCK_VOSK, "rs")):
            as_default = [point for point in here if point.setup == ListenerSetup(system, name)]
            label = f"{system}, as delivered"
            axes.plot(*_coordinates(as_default), style, markersize=11, label=label)
        axes.set(title=TITLES[name], xlabel="false accepts in an hour of talk")
        axes.set(ylabel="commands not understood, %")
        axes.set_xscale("symlog", linthresh=1)
        most = max(point.false_accepts_per_hour for point in points)
        ticks = [tick for tick in _TICKS if tick <= max(most, _TICKS[3])]
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xlim(-0.1, 1.3 * max(most, ticks[-1]))
        axes.set_ylim(0, 1.1 * max(1, *(point.false_rejects for point in here)))
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    figure.savefig(file, dpi=120)
    pyplot.close(figure)


def _coordinates(points: Sequence[TradeOffPoint]) -> tuple[list[float], list[float]]:
    return [p.false_accepts_per_hour for p in points], [p.false_rejects for p in points]
