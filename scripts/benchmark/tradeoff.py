"""Trade-off of the sensitivity: commands missed against false accepts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.accuracy import ListenerSetup, false_accepts_per_hour, percent_right
from benchmark.results import SENTENCES, TALK, TITLES, BenchmarkResults
from benchmark.scenes import SCENES
from benchmark.systems import STOCK_VOSK, SYSTEMS, VOICE_GUIDE

_IN_SCENES = "scenes"

_TICKS = (0, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)
"""False accepts per hour that are marked on the axis."""


@dataclass(frozen=True)
class TradeOffPoint:
    """False accepts and missed commands at one sensitivity."""

    setup: ListenerSetup
    """The listening system and its sensitivity."""

    false_accepts_per_hour: float
    """False accepts in an hour of talk, or of all scenes."""

    false_rejects: float
    """Commands not understood, in percent."""


def trade_off(results: BenchmarkResults) -> dict[str, list[TradeOffPoint]]:
    """Return the points of each curve by its title.

    Each has both systems with their defaults, then Voice Guide at several sensitivities.
    """
    curves: dict[str, list[TradeOffPoint]] = {}
    for name in SENTENCES:
        setups = [ListenerSetup(system, name) for system in SYSTEMS]
        setups += [setup for setup in results.trade_off if setup.vocabulary == name]
        curves[TITLES[name]] = [
            TradeOffPoint(
                setup,
                false_accepts_per_hour(results.false_accepts[setup, TALK]),
                100 - percent_right(results.commands(setup, results.trade_off_conditions)),
            )
            for setup in setups
        ]
    curves[_IN_SCENES] = _scene_points(results)
    return curves


def _scene_points(results: BenchmarkResults) -> list[TradeOffPoint]:
    names = [scene.name for scene in SCENES]
    setups = dict.fromkeys(setup for setup, name in results.scenes if name in names)
    points = []
    for setup in sorted(setups, key=lambda setup: setup.sensitivity or 0):
        found = [
            result
            for (listener, name), result in results.scenes.items()
            if listener == setup and name in names
        ]
        commands = [command for result in found for command in result.commands]
        obeyed = sum(command.is_obeyed for command in commands) / len(commands)
        per_hour = false_accepts_per_hour([result.false_accepts for result in found])
        points.append(TradeOffPoint(setup, per_hour, 100 - 100 * obeyed))
    return points


def plot(curves: Mapping[str, Sequence[TradeOffPoint]], file: Path) -> None:
    """Draw all curves into a PNG file."""
    # Imported here since it is slow, and tests draw no plot.
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    size = (5.5 * len(curves), 4.5)
    figure, all_axes = pyplot.subplots(1, len(curves), figsize=size, layout="constrained")
    for axes, (title, points) in zip(all_axes, curves.items(), strict=True):
        _draw(axes, title, points)
    figure.savefig(file, dpi=120)
    pyplot.close(figure)


def _draw(axes: Any, title: str, points: Sequence[TradeOffPoint]) -> None:
    curve = [point for point in points if point.setup.sensitivity is not None]
    if curve:
        axes.plot(*_coordinates(curve), "o-", color="tab:blue", label="Voice Guide, sensitivity")
    for point in curve:
        at = (point.false_accepts_per_hour, point.false_rejects)
        label = f"{point.setup.sensitivity:g}"
        axes.annotate(label, at, xytext=(5, 5), textcoords="offset points", fontsize=8)
    for system, style in ((VOICE_GUIDE, "b*"), (STOCK_VOSK, "rs")):
        default = [
            point
            for point in points
            if point.setup.system == system and point.setup.sensitivity is None
        ]
        axes.plot(*_coordinates(default), style, markersize=11, label=f"{system}, as delivered")
    sound = "scenes" if title == _IN_SCENES else "talk"
    axes.set(title=title, xlabel=f"false accepts in an hour of {sound}")
    axes.set(ylabel="commands not understood, %")
    axes.set_xscale("symlog", linthresh=1)
    largest = max(point.false_accepts_per_hour for point in points)
    ticks = [tick for tick in _TICKS if tick <= max(largest, _TICKS[3])]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlim(-0.1, 1.3 * max(largest, ticks[-1]))
    axes.set_ylim(0, 1.1 * max(1, *(point.false_rejects for point in points)))
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)


def _coordinates(points: Sequence[TradeOffPoint]) -> tuple[list[float], list[float]]:
    return [p.false_accepts_per_hour for p in points], [p.false_rejects for p in points]
