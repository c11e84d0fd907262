"""Rows of the table about accuracy, delays and costs."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

import numpy as np

from benchmark.accuracy import (
    ClipResult,
    FalseAccepts,
    ListenerSetup,
    delays_s,
    describe_results,
    false_accepts_per_hour,
    percent_right,
)
from benchmark.conditions import CLEAN, ListeningCondition
from benchmark.resources import SystemCosts
from benchmark.results import SENTENCES, TALK, TELEVISION, TITLES, BenchmarkResults
from benchmark.rows import compared
from benchmark.systems import STOCK_VOSK, SYSTEMS, VOICE_GUIDE
from harness.table import Limit, ResultRow

_SYNTHETIC = "synthetic"


def hearing_rows(results: BenchmarkResults) -> Iterator[ResultRow]:
    """Yield the rows about accuracy and delays."""
    yield from _accuracy_rows(results)
    yield from _other_word_rows(results)
    yield from _order_rows(results)
    yield from _false_accept_rows(results)
    yield from _delay_rows(results)


def _accuracy_rows(results: BenchmarkResults) -> Iterator[ResultRow]:
    for name in SENTENCES:
        for condition in results.conditions:
            of_system = _commands(results, name, [condition.name])
            title = f"understood, {TITLES[name]}, {condition.name}"
            if name == "words":
                yield _understood(title, of_system, results.origin, _word_limit(condition))
            else:
                yield _understood(title, of_system, _SYNTHETIC)


def _word_limit(condition: ListeningCondition) -> Limit | None:
    if condition.name == CLEAN.name:
        return Limit("≥", "98 %", 98)
    if condition.snr_db == 10 or condition.distance_m == 2:
        return Limit("≥", "93 %", 93)
    return None


def _understood(
    title: str,
    of_system: Mapping[str, Sequence[ClipResult]],
    origin: str,
    limit: Limit | None = None,
) -> ResultRow:
    figures = {system: percent_right(found) for system, found in of_system.items()}
    return ResultRow(
        title,
        {system: describe_results(found) for system, found in of_system.items()},
        limit.verdict(figures[VOICE_GUIDE]) if limit else None,
        f"{len(of_system[VOICE_GUIDE])} {origin}",
        figures,
    )


def _other_word_rows(results: BenchmarkResults) -> Iterator[ResultRow]:
    for condition in results.conditions:
        others = {
            system: [
                result
                for result in results.clip_results[ListenerSetup(system, "words"), condition.name]
                if result.expected is None
            ]
            for system in SYSTEMS
        }
        if all(others.values()):
            yield compared(
                f"other words answered, {condition.name}",
                {system: 100 - percent_right(found) for system, found in others.items()},
                lambda figure: f"{figure:.1f} %",
                f"{len(others[VOICE_GUIDE])} {results.origin}",
            )


def _order_rows(results: BenchmarkResults) -> Iterator[ResultRow]:
    orders = results.order_vocabulary
    origin = _SYNTHETIC if orders == "orders" else results.origin
    names = _conditions_of(results.clip_results, ListenerSetup(VOICE_GUIDE, orders))
    for name in names:
        of_system = _commands(results, orders, [name])
        title = f"understood, orders over household noise, {name}"
        yield _understood(title, of_system, origin)
    title = f"understood, orders, mean of {names[-1]} to {names[0]}"
    means = _commands(results, orders, names)
    yield _understood(title, means, origin, Limit(">", "98 %", 98))


def _false_accept_rows(results: BenchmarkResults) -> Iterator[ResultRow]:
    for name in SENTENCES:
        sounds = _conditions_of(results.false_accepts, ListenerSetup(VOICE_GUIDE, name))
        for title, included in [*((s, [s]) for s in sounds), ("all of these", sounds)]:
            heard = {
                system: [
                    one
                    for sound in included
                    for one in results.false_accepts[ListenerSetup(system, name), sound]
                ]
                for system in SYSTEMS
            }
            yield compared(
                f"false accepts, {TITLES[name]}, {title}",
                {system: false_accepts_per_hour(found) for system, found in heard.items()},
                lambda figure: f"{figure:.1f} an hour",
                _describe_material(heard[VOICE_GUIDE], title, results.origin),
                Limit("≤", "0.5", 0.5),
            )


def _describe_material(heard: Sequence[FalseAccepts], title: str, origin: str) -> str:
    minutes = sum(one.heard_s for one in heard) / 60
    notes = {TALK: f", {origin}", TELEVISION: ", the same talk"}
    return f"{minutes:.0f} min" + notes.get(title, "")


def _delay_rows(results: BenchmarkResults) -> Iterator[ResultRow]:
    in_noise = [condition.name for condition in results.conditions if condition.snr_db == 10]
    for title, conditions in (("clean", [CLEAN.name]), ("10 dB", in_noise)):
        for name in SENTENCES:
            of_system = _commands(results, name, conditions)
            yield from _delays_of(f"{TITLES[name]}, {title}", of_system, title == "clean")


def _delays_of(
    title: str, of_system: Mapping[str, Sequence[ClipResult]], has_limits: bool
) -> Iterator[ResultRow]:
    material = f"{len(delays_s(of_system[VOICE_GUIDE]))} commands understood"
    for name, percent, limit_s in (("median", 50, 0.15), ("95th percentile", 95, 0.35)):
        yield compared(
            f"delay, {title}, {name}",
            {
                system: float(np.percentile(delays_s(found) or [np.nan], percent))
                for system, found in of_system.items()
            },
            lambda figure: f"{figure:.2f} s",
            material,
            Limit("≤", f"{limit_s} s", limit_s) if has_limits else None,
        )
    yield compared(
        f"early mistakes, {title}",
        {
            system: 100 * fmean(result.is_early_mistake for result in found)
            for system, found in of_system.items()
        },
        lambda figure: f"{figure:.1f} %",
        f"{len(of_system[VOICE_GUIDE])} commands",
        Limit("<", "0.5 %", 0.5) if has_limits else None,
    )


def cost_rows(results: BenchmarkResults) -> Iterator[ResultRow]:
    """Yield the rows about costs."""
    stock = results.costs[STOCK_VOSK]
    for sound, ratio in (("silence", 0.25), ("talk", 1.5), ("commands", 1.5)):
        yield compared(
            f"CPU per second of {sound}",
            {system: 1000 * cost.cpu[sound] for system, cost in results.costs.items()},
            lambda figure: f"{figure:.2f} ms",
            "one minute, all threads",
            Limit("≤", f"{ratio} of stock", ratio * 1000 * stock.cpu[sound]),
        )
    yield compared(
        "time to hear an hour",
        {system: cost.hour_s for system, cost in results.costs.items()},
        lambda figure: f"{figure:.0f} s",
        "as much silence, talk and commands; the fastest process",
        Limit("<", "120 s", 120),
    )
    yield compared(
        "CPU, 5,120 sentences over 48",
        {system: _growth(results.grammar_costs, system) for system in SYSTEMS},
        lambda figure: f"{figure:.2f} times",
        "talk and commands; stock with the sentences drawn for both",
        Limit("<", "2", 2),
    )
    yield compared(
        "peak memory",
        {system: cost.peak_memory_mb for system, cost in results.costs.items()},
        lambda figure: f"{figure:.0f} MB",
        "a fresh process, three minutes heard",
        Limit("≤", "stock + 40 MB", stock.peak_memory_mb + 40),
    )
    yield compared(
        "start-up",
        {system: cost.start_up_s for system, cost in results.costs.items()},
        lambda figure: f"{figure:.2f} s",
        "until it listens; the fastest process",
    )


def _growth(costs: Mapping[str, Mapping[str, SystemCosts]], system: str) -> float:
    return costs["many"][system].cpu_of_speech / costs["few"][system].cpu_of_speech


def _commands(
    results: BenchmarkResults, vocabulary: str, conditions: Sequence[str]
) -> dict[str, list[ClipResult]]:
    """Return the results of commands in some conditions, by system."""
    return {s: results.commands(ListenerSetup(s, vocabulary), conditions) for s in SYSTEMS}


def _conditions_of(
    results: Mapping[tuple[ListenerSetup, str], object], setup: ListenerSetup
) -> list[str]:
    return [condition for found, condition in results if found == setup]
