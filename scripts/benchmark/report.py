"""The report of a run: a table, a plot, and figures for other programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from benchmark.hearing_rows import cost_rows, hearing_rows
from benchmark.live_rows import live_rows
from benchmark.over_speech_rows import over_speech_rows
from benchmark.results import BenchmarkResults
from benchmark.scene_rows import scene_rows
from benchmark.systems import SYSTEMS
from benchmark.tradeoff import plot, trade_off
from harness.table import ResultRow, markdown, texts
from voice_guide.errors import VoiceGuideError


def all_sections(results: BenchmarkResults) -> dict[str, list[ResultRow]]:
    """Return the rows of the table by section."""
    return {
        "hearing": list(hearing_rows(results)),
        "scenes": list(scene_rows(results.scenes, results.origin)),
        "over-speech": list(over_speech_rows(results.over_speech)),
        "costs": list(cost_rows(results)),
        "live": list(live_rows(results.live)),
    }


def all_rows(results: BenchmarkResults) -> list[ResultRow]:
    """Return the whole table."""
    return [row for rows in all_sections(results).values() for row in rows]


def show(rows: Sequence[ResultRow]) -> None:
    """Print the table: with rich on a terminal, as Markdown elsewhere."""
    console = Console()
    if console.is_terminal:
        console.print(_terminal_table(rows))
    else:
        print(markdown(rows, SYSTEMS), end="")


def make_folder(folder: Path) -> None:
    """Make the folder of the report; raise VoiceGuideError if that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise VoiceGuideError(f"{folder}: cannot be made: {error.strerror}") from error


def write(folder: Path, rows: Sequence[ResultRow], results: BenchmarkResults) -> None:
    """Write the table, the trade-off curve, and the figures with every single decision."""
    over_speech = results.over_speech
    figures = {
        "rows": [asdict(row) for row in rows],
        "trade_off": [
            {"curve": title, **asdict(point)}
            for title, points in trade_off(results).items()
            for point in points
        ],
        "costs": {name: asdict(cost) for name, cost in results.costs.items()},
        "live": [{name: asdict(one) for name, one in run.items()} for run in results.live],
        "outcomes": [
            {**asdict(setup), "condition": condition, "clips": [asdict(one) for one in found]}
            for (setup, condition), found in results.clip_results.items()
        ],
        "false_accepts": [
            {**asdict(setup), "sound": sound, "streams": [asdict(one) for one in found]}
            for (setup, sound), found in results.false_accepts.items()
        ],
        "scenes": [
            {**asdict(setup), "scene": name, **asdict(result)}
            for (setup, name), result in results.scenes.items()
        ],
        "over_speech": {
            "situations": [
                {**asdict(situation), "scenes": [asdict(one) for one in scenes]}
                for situation, scenes in over_speech.scenes.items()
            ],
            "monologues": [asdict(one) for one in over_speech.monologues],
            "settled": [asdict(one) for one in over_speech.settling_times],
        },
    }
    (folder / "table.md").write_text(markdown(rows, SYSTEMS), "utf-8")
    (folder / "results.json").write_text(json.dumps(figures, indent=1), "utf-8")
    plot(trade_off(results), folder / "tradeoff.png")


def _terminal_table(rows: Sequence[ResultRow]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("what")
    for system in SYSTEMS:
        table.add_column(system, justify="right")
    table.add_column("to reach")
    table.add_column("measured on")
    for row in rows:
        table.add_row(*texts(row, SYSTEMS))
    return table
