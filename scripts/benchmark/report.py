"""What was measured, as a table, and figures for other programs."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import fmean

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from benchmark import live_rows, over_speech_rows
from benchmark.accuracy import (
    Alarms,
    Listening,
    Outcome,
    delays_s,
    false_accepts_per_hour,
    share,
    shown_share,
)
from benchmark.resources import Costs
from benchmark.run import SENTENCES, TALK, TELEVISION, TITLES, Results
from benchmark.scenes import CLEAN, Condition
from benchmark.systems import STOCK_VOSK, SYSTEMS, VOICE_GUIDE
from benchmark.table import Bar, Row, compared
from benchmark.tradeoff import plot, trade_off
from voice_guide.errors import VoiceGuideError

_SYNTHETIC = "synthetic"

_WIDE = 400
"""Columns of a page that no line is too long for."""


def rows(results: Results) -> list[Row]:
    """Return the whole table."""
    return [
        *_accuracy(results),
        *_other_words(results),
        *_orders(results),
        *_false_accepts(results),
        *_delays(results),
        *over_speech_rows.rows(results.over_speech),
        *_costs(results),
        *live_rows.rows(results.live),
    ]


def show(lines: Sequence[Row]) -> None:
    """Print the table: for a person on a terminal, as markdown elsewhere."""
    console = Console()
    if console.is_terminal:
        console.print(_table(lines, box.SIMPLE_HEAD))
    else:
        print(_markdown(lines), end="")


def make(folder: Path) -> None:
    """Make the folder for what is written; raises VoiceGuideError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise VoiceGuideError(f"{folder}: cannot be made: {error.strerror}") from error


def write(folder: Path, lines: Sequence[Row], results: Results) -> None:
    """Write the table, the trade-off curve, and the figures with every single decision."""
    figures = {
        "rows": [asdict(row) for row in lines],
        "trade_off": [asdict(point) for point in trade_off(results)],
        "costs": {name: asdict(cost) for name, cost in results.costs.items()},
        "live": [{name: asdict(one) for name, one in run.items()} for run in results.live],
        "outcomes": [
            {**asdict(who), "condition": condition, "clips": [asdict(one) for one in found]}
            for (who, condition), found in results.outcomes.items()
        ],
        "false_accepts": [
            {**asdict(who), "sound": sound, "streams": [asdict(alarm) for alarm in alarms]}
            for (who, sound), alarms in results.alarms.items()
        ],
        "over_speech": {
            "situations": [
                {**asdict(situation), "scenes": [asdict(one) for one in held]}
                for situation, held in results.over_speech.held.items()
            ],
            "monologues": [asdict(alarms) for alarms in results.over_speech.monologues],
            "settled": [asdict(one) for one in results.over_speech.settled],
        },
    }
    (folder / "table.md").write_text(_markdown(lines), "utf-8")
    (folder / "results.json").write_text(json.dumps(figures, indent=1), "utf-8")
    plot(trade_off(results), folder / "tradeoff.png")


def _markdown(lines: Sequence[Row]) -> str:
    page = Console(file=io.StringIO(), width=_WIDE)
    with page.capture() as capture:
        page.print(_table(lines, box.MARKDOWN))
    return "".join(f"{line.strip()}\n" for line in capture.get().splitlines() if line.strip())


def _table(lines: Sequence[Row], style: box.Box) -> Table:
    shown = Table(box=style)
    shown.add_column("what")
    for system in SYSTEMS:
        shown.add_column(system, justify="right")
    shown.add_column("to reach")
    shown.add_column("measured on")
    for row in lines:
        bar = row.bar.judged(row.figures[VOICE_GUIDE]) if row.bar else ""
        shown.add_row(row.what, *(row.shown.get(system, "") for system in SYSTEMS), bar, row.how)
    return shown


def _accuracy(results: Results) -> Iterator[Row]:
    for name in SENTENCES:
        for condition in results.conditions:
            found = {s: results.commands(Listening(s, name), [condition.name]) for s in SYSTEMS}
            what = f"understood, {TITLES[name]}, {condition.name}"
            if name == "words":
                yield _understood(what, found, results.origin, _words_bar(condition))
            else:
                yield _understood(what, found, _SYNTHETIC)


def _words_bar(condition: Condition) -> Bar | None:
    if condition.name == CLEAN.name:
        return Bar("≥", "98 %", 98)
    if condition.snr_db == 10 or condition.distance_m == 2:
        return Bar("≥", "93 %", 93)
    return None


def _understood(
    what: str, found: Mapping[str, Sequence[Outcome]], origin: str, bar: Bar | None = None
) -> Row:
    return Row(
        what,
        {system: share(outcomes) for system, outcomes in found.items()},
        {system: shown_share(outcomes) for system, outcomes in found.items()},
        f"{len(found[VOICE_GUIDE])} {origin}",
        bar,
    )


def _other_words(results: Results) -> Iterator[Row]:
    for condition in results.conditions:
        others = {
            system: [
                outcome
                for outcome in results.outcomes[Listening(system, "words"), condition.name]
                if outcome.expected is None
            ]
            for system in SYSTEMS
        }
        if all(others.values()):
            answered = {s: 100 - share(outcomes) for s, outcomes in others.items()}
            yield compared(
                f"other words answered, {condition.name}",
                answered,
                lambda figure: f"{figure:.1f} %",
                f"{len(others[VOICE_GUIDE])} {results.origin}",
            )


def _orders(results: Results) -> Iterator[Row]:
    names = [where for who, where in results.outcomes if who == Listening(VOICE_GUIDE, "orders")]
    for name in names:
        found = {s: results.commands(Listening(s, "orders"), [name]) for s in SYSTEMS}
        yield _understood(f"understood, orders over household noise, {name}", found, _SYNTHETIC)
    means = {s: results.commands(Listening(s, "orders"), names) for s in SYSTEMS}
    what = f"understood, orders, mean of {names[-1]} to {names[0]}"
    yield _understood(what, means, _SYNTHETIC, Bar(">", "98 %", 98))


def _false_accepts(results: Results) -> Iterator[Row]:
    for name in SENTENCES:
        sounds = [where for who, where in results.alarms if who == Listening(VOICE_GUIDE, name)]
        for title, wanted in [*((s, [s]) for s in sounds), ("all of these", sounds)]:
            alarms = {
                system: [
                    a for sound in wanted for a in results.alarms[Listening(system, name), sound]
                ]
                for system in SYSTEMS
            }
            per_hour = {system: false_accepts_per_hour(found) for system, found in alarms.items()}
            yield compared(
                f"false accepts, {TITLES[name]}, {title}",
                per_hour,
                lambda figure: f"{figure:.1f} an hour",
                _minutes(alarms[VOICE_GUIDE], title, results.origin),
                Bar("≤", "0.5", 0.5),
            )


def _minutes(alarms: Sequence[Alarms], title: str, origin: str) -> str:
    minutes = sum(alarm.heard_s for alarm in alarms) / 60
    return f"{minutes:.0f} min" + {TALK: f", {origin}", TELEVISION: ", the same talk"}.get(
        title, ""
    )


def _delays(results: Results) -> Iterator[Row]:
    in_noise = [condition.name for condition in results.conditions if condition.snr_db == 10]
    for title, where in (("clean", [CLEAN.name]), ("10 dB", in_noise)):
        for name in SENTENCES:
            found = {s: results.commands(Listening(s, name), where) for s in SYSTEMS}
            yield from _delays_of(f"{TITLES[name]}, {title}", found, title == "clean")


def _delays_of(
    what: str, found: Mapping[str, Sequence[Outcome]], with_bars: bool
) -> Iterator[Row]:
    how = f"{len(delays_s(found[VOICE_GUIDE]))} commands understood"
    for title, percent, limit in (("median", 50, 0.15), ("95th percentile", 95, 0.35)):
        figures = {
            system: float(np.percentile(delays_s(outcomes) or [np.nan], percent))
            for system, outcomes in found.items()
        }
        bar = Bar("≤", f"{limit} s", limit) if with_bars else None
        yield compared(
            f"delay, {what}, {title}", figures, lambda figure: f"{figure:.2f} s", how, bar
        )
    early = {s: 100 * fmean(o.is_early_mistake for o in outcomes) for s, outcomes in found.items()}
    yield compared(
        f"early mistakes, {what}",
        early,
        lambda figure: f"{figure:.1f} %",
        f"{len(found[VOICE_GUIDE])} commands",
        Bar("<", "0.5 %", 0.5) if with_bars else None,
    )


def _costs(results: Results) -> Iterator[Row]:
    stock = results.costs[STOCK_VOSK]
    for sound, most in (("silence", 0.25), ("talk", 1.5), ("commands", 1.5)):
        yield compared(
            f"CPU per second of {sound}",
            {system: 1000 * cost.cpu[sound] for system, cost in results.costs.items()},
            lambda figure: f"{figure:.2f} ms",
            "one minute, all threads",
            Bar("≤", f"{most} of stock", most * 1000 * stock.cpu[sound]),
        )
    yield compared(
        "time to hear an hour",
        {system: cost.hour_s for system, cost in results.costs.items()},
        lambda figure: f"{figure:.0f} s",
        "as much silence, talk and commands; the fastest process",
        Bar("<", "120 s", 120),
    )
    yield compared(
        "CPU, 5,120 sentences over 48",
        {system: _growth(results.grammar_costs, system) for system in SYSTEMS},
        lambda figure: f"{figure:.2f} times",
        "talk and commands; stock with the sentences drawn for both",
        Bar("<", "2", 2),
    )
    yield compared(
        "peak memory",
        {system: cost.peak_memory_mb for system, cost in results.costs.items()},
        lambda figure: f"{figure:.0f} MB",
        "a fresh process, three minutes heard",
        Bar("≤", "stock + 40 MB", stock.peak_memory_mb + 40),
    )
    yield compared(
        "start-up",
        {system: cost.start_up_s for system, cost in results.costs.items()},
        lambda figure: f"{figure:.2f} s",
        "until it listens; the fastest process",
    )


def _growth(costs: Mapping[str, Mapping[str, Costs]], system: str) -> float:
    return costs["many"][system].cpu_of_speech / costs["few"][system].cpu_of_speech
