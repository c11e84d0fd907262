"""Rows of the table about scenes and backgrounds alone."""

from collections.abc import Iterator, Sequence

import numpy as np

from benchmark.accuracy import FalseAccepts, ListenerSetup, false_accepts_per_hour
from benchmark.rows import compared
from benchmark.scenes import SCENE_VOCABULARY, SCENES, SceneResults
from benchmark.systems import SYSTEMS, VOICE_GUIDE
from harness.table import Limit, ResultRow

_MAX_PER_HOUR = 1.0
"""False commands per hour."""


def scene_rows(results: SceneResults, origin: str) -> Iterator[ResultRow]:
    """Yield the rows of all scenes and backgrounds that were measured."""
    names = [name for setup, name in results if setup == _setup(VOICE_GUIDE)]
    scenes = [scene for scene in SCENES if scene.name in names]
    for scene in scenes:
        found = {s: results[_setup(s), scene.name].commands for s in SYSTEMS}
        figures = {
            system: 100 * sum(one.is_obeyed for one in commands) / len(commands)
            for system, commands in found.items()
        }
        limit = Limit("≥", f"{scene.min_obeyed:g} %", scene.min_obeyed)
        yield ResultRow(
            f"obeyed, {scene.name}",
            {
                system: f"{sum(one.is_obeyed for one in commands)} of {len(commands)}"
                for system, commands in found.items()
            },
            limit.verdict(figures[VOICE_GUIDE]),
            f"a command every seven seconds, {origin}",
            figures,
        )
    for name, percent in (("median", 50), ("95th percentile", 95)):
        yield compared(
            f"delay, scenes, {name}",
            {
                s: float(np.percentile(_delays_s(results, s, names) or [np.nan], percent))
                for s in SYSTEMS
            },
            lambda figure: f"{figure:.2f} s",
            "commands obeyed",
        )
    yield _false_accept_row(results, "all scenes", [scene.name for scene in scenes], origin)
    alone = [name for name in names if name not in {scene.name for scene in SCENES}]
    for category in alone:
        yield _false_accept_row(results, f"{category} alone", [category], origin)
    if alone:
        yield _false_accept_row(results, "backgrounds alone", alone, origin)


def _false_accept_row(
    results: SceneResults, title: str, names: Sequence[str], origin: str
) -> ResultRow:
    heard: dict[str, list[FalseAccepts]] = {
        system: [results[_setup(system), name].false_accepts for name in names]
        for system in SYSTEMS
    }
    minutes = sum(one.heard_s for one in heard[VOICE_GUIDE]) / 60
    return compared(
        f"false accepts, {title}",
        {system: false_accepts_per_hour(found) for system, found in heard.items()},
        lambda figure: f"{figure:.1f} an hour",
        f"{minutes:.0f} min, {origin}",
        Limit("≤", f"{_MAX_PER_HOUR:g}", _MAX_PER_HOUR),
    )


def _delays_s(results: SceneResults, system: str, names: Sequence[str]) -> list[float]:
    return [
        one.delay_s
        for name in names
        for one in results[_setup(system), name].commands
        if one.is_obeyed
    ]


def _setup(system: str) -> ListenerSetup:
    return ListenerSetup(system, SCENE_VOCABULARY)
