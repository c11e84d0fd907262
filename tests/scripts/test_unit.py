"""The systemd unit of the service: its isolation, and its validity."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

UNIT = Path(__file__).parents[2] / "scripts" / "voice-guide.service"

MAX_EXPOSURE = 1.5
"""Highest rating by `systemd-analyze security`, of 10."""

NEW_SETTINGS = ("RestartSteps", "RestartMaxDelaySec")
"""Settings of the unit that an older systemd ignores."""


def analyze(*arguments: str) -> list[str]:
    """Return the lines that systemd-analyze prints about the unit."""
    done = subprocess.run(
        ["systemd-analyze", *arguments, str(UNIT)], capture_output=True, text=True, check=False
    )
    return [*done.stdout.splitlines(), *done.stderr.splitlines()]


def test_exposure_of_the_service_is_low(report_figure: Callable[[str], None]) -> None:
    (line,) = (line for line in analyze("security", "--offline=true") if "Overall" in line)
    found = re.search(r"\d+\.\d+", line)
    assert found

    report_figure(f"exposure of the service, by systemd-analyze security: {found[0]} of 10")
    assert float(found[0]) <= MAX_EXPOSURE


def test_unit_is_valid() -> None:
    problems = [
        line
        for line in analyze("verify")
        # The program is not installed here.
        if "is not executable" not in line
        and not any(f"'{name}'" in line for name in NEW_SETTINGS)
    ]

    assert problems == []
