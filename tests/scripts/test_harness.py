"""The parts that the benchmark and the endurance runs share, and which of them imports which."""

import ast
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.sounds import hum, pause

from harness.levels import end_of_speech_s
from harness.process_usage import (
    ProcessSnapshot,
    Usage,
    memory,
    open_files,
    snapshot,
    usage,
)
from harness.program import NotPrintedError, RunningProgram
from harness.table import Limit, all_of, found, markdown
from voice_guide.audio.pcm import to_int16

SCRIPTS = Path(__file__).parents[2] / "scripts"

FLOORS = ("benchmark endurance", "harness", "voice_guide")
"""Packages from the top floor to the ground: imports go down, never up or sideways."""


def imported_packages(folder: Path) -> set[str]:
    """Return the top-level packages that any module in a folder imports, at any depth of code."""
    names = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("package", ["benchmark", "endurance", "harness", "voice_guide"])
def test_imports_go_down_the_floors_only(package: str) -> None:
    floor = next(number for number, names in enumerate(FLOORS) if package in names.split())
    not_below = {name for names in FLOORS[: floor + 1] for name in names.split()} - {package}
    folder = SCRIPTS.parent if package == "voice_guide" else SCRIPTS

    assert not imported_packages(folder / package) & not_below


@pytest.mark.parametrize("noise_level", [0, 0.002], ids=["clean", "with noise of its own"])
def test_end_of_speech_is_found(noise_level: float) -> None:
    said = np.concatenate([pause(0.3), hum(0.7), pause(0.5)])
    noise = np.random.default_rng(1).normal(0, noise_level, len(said))
    assert end_of_speech_s(to_int16(said / 32768 + noise)) == pytest.approx(1.0, abs=0.02)


def test_limit_is_judged_by_the_figure() -> None:
    assert str(Limit("≥", "98 %", 98).verdict(98.0)) == "≥ 98 %: reached"
    assert str(Limit(">", "98 %", 98).verdict(98.0)) == "> 98 %: missed"
    assert str(Limit("≤", "0.5", 0.5).verdict(0.6)) == "≤ 0.5: missed"


def test_table_shows_which_limits_were_reached() -> None:
    table = markdown([found("sheep", "3", "4", is_reached=False), found("dogs", "1")])

    assert table.splitlines() == [
        "| what  | found | to reach  |",
        "| ----- | ----- | --------- |",
        "| sheep | 3     | 4: missed |",
        "| dogs  | 1     |           |",
    ]


def test_row_of_several_checks_names_the_one_that_failed() -> None:
    row = all_of("farm", {"dogs bark": True, "sheep bark": False})

    assert not row.is_good
    assert row.cells == {"found": "dogs bark; NOT: sheep bark"}


# Programs


def test_lines_of_a_program_are_read_while_it_runs() -> None:
    code = "import time; print('one', flush=True); time.sleep(60)"
    with RunningProgram([sys.executable, "-c", code], {}) as program:
        assert program.output.wait_for("one").at_s > program.started_s
        with pytest.raises(NotPrintedError, match="one"):
            program.output.wait_for("two", within_s=0.05)
        assert program.is_running
    assert not program.is_running


def test_end_of_a_program_has_status_output_and_errors() -> None:
    code = "import sys; print('out'); print('bad', file=sys.stderr); sys.exit(3)"
    with RunningProgram([sys.executable, "-c", code], {}) as program:
        assert program.end() == (3, "out\n", "bad\n")


def test_failed_assertion_shows_the_errors_of_the_program() -> None:
    code = "import sys, time; print('bad', file=sys.stderr, flush=True); time.sleep(60)"
    program = RunningProgram([sys.executable, "-c", code], {})
    assert program.errors
    program.errors.wait_for("bad")
    failure = AssertionError()
    program.__exit__(AssertionError, failure, None)
    assert "bad" in failure.__notes__[0]


# Usage of a process


def test_reads_writes_and_wake_ups_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "written"
    before = snapshot()
    with file.open("wb") as opened:
        opened.write(bytes(100_000))
        os.fsync(opened.fileno())
    assert len(file.read_bytes()) == 100_000
    for _ in range(50):
        time.sleep(0.001)
    after = snapshot()

    used = usage(before, after)
    assert used.wake_ups_per_s >= 50 / (after.at_s - before.at_s)
    assert after.read_bytes - before.read_bytes >= 100_000
    assert after.written_bytes - before.written_bytes >= 100_000
    assert after.reads > before.reads
    # If temporary files are kept in memory, no disk is written to.
    assert used.disk_bytes in (0, *range(100_000, 10_000_000))


def test_idleness_and_work_are_told_apart() -> None:
    before = snapshot(os.getpid())
    until_s = time.process_time() + 0.2
    while time.process_time() < until_s:
        pass
    after = snapshot(os.getpid())

    worked_ms = usage(before, after).cpu_ms_per_s * (after.at_s - before.at_s)
    assert 180 <= worked_ms < 1000
    assert usage(before, replace(before, at_s=before.at_s + 1)) == Usage(0.0, 0.0, 0)


def test_new_thread_is_counted_from_its_beginning() -> None:
    before = ProcessSnapshot(10.0, 0.0, {1: 100}, 0, 0, 0, 0)
    after = ProcessSnapshot(12.0, 0.0, {1: 110, 2: 30}, 0, 0, 0, 0)
    assert usage(before, after).wake_ups_per_s == 20
    assert (before.threads, after.threads) == (1, 2)


def test_memory_includes_what_is_allocated() -> None:
    before = memory()
    held = bytearray(b"x" * 50_000_000)
    after = memory()
    assert after.own_mb - before.own_mb > 0.9 * len(held) / 2**20
    assert after.peak_mb >= after.resident_mb - 1


def test_open_files_are_counted(tmp_path: Path) -> None:
    before = open_files()
    with (tmp_path / "open").open("w"):
        assert open_files() == before + 1
    assert open_files() == before
