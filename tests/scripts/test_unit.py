"""The systemd units of the services: their isolation, and their validity."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"

UNITS = ["voice-guide.service", "voice-guide-wyoming.service"]

MAX_EXPOSURE = 1.5
"""Highest rating by `systemd-analyze security`, of 10."""

NEW_SETTINGS = ("RestartSteps", "RestartMaxDelaySec")
"""Settings of the unit that an older systemd ignores."""


def analyze(unit: str, *arguments: str) -> list[str]:
    """Return the lines that systemd-analyze prints about a unit."""
    done = subprocess.run(
        ["systemd-analyze", *arguments, str(SCRIPTS / unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    return [*done.stdout.splitlines(), *done.stderr.splitlines()]


@pytest.mark.parametrize("unit", UNITS)
def test_exposure_of_the_service_is_low(unit: str, report_figure: Callable[[str], None]) -> None:
    lines = analyze(unit, "security", "--offline=true")
    (line,) = (line for line in lines if "Overall" in line)
    found = re.search(r"\d+\.\d+", line)
    assert found

    report_figure(f"exposure of {unit}, by systemd-analyze security: {found[0]} of 10")
    assert float(found[0]) <= MAX_EXPOSURE


@pytest.mark.parametrize("unit", UNITS)
def test_unit_is_valid(unit: str) -> None:
    problems = [
        line
        for line in analyze(unit, "verify")
        # The program is not installed here.
        if "is not executable" not in line
        and not any(f"'{name}'" in line for name in NEW_SETTINGS)
    ]

    assert problems == []
