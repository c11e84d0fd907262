"""Run programs and kill them at random moments."""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

_TESTS_FOLDER = Path(__file__).parents[1]

_MIN_DELAY_S = 1e-4
"""The shortest delay before a program is killed, in seconds."""

_MAX_DELAY_S = 0.4
"""The longest delay before a program is killed, in seconds."""


def kill_delays_s(count: int, seed: int) -> list[float]:
    """Return so many random delays between a program's first line and its end, in seconds.

    Their logarithms are evenly distributed, so that the first steps are hit as often as the
    later course.
    """
    rng = random.Random(seed)
    return [_MIN_DELAY_S * (_MAX_DELAY_S / _MIN_DELAY_S) ** rng.random() for _ in range(count)]


def printed_until_killed(
    arguments: Sequence[str | Path], after_s: float, typed: str = ""
) -> list[str]:
    """Run Python, kill it (SIGKILL) `after_s` after its first line, and return all its lines.

    It runs in the tests' folder, so that `-m support.module` is found. Its standard input is
    `typed` and then stays open. It must flush what it prints.
    """
    # A file, not a pipe, so that nothing has to read it while the program runs.
    with tempfile.TemporaryFile("w+") as output:
        with subprocess.Popen(
            [sys.executable, *arguments],
            cwd=_TESTS_FOLDER,
            stdin=subprocess.PIPE,
            stdout=output,
            text=True,
        ) as program:
            assert program.stdin
            program.stdin.write(typed)
            program.stdin.flush()
            while b"\n" not in os.pread(output.fileno(), 1000, 0):
                assert program.poll() is None, "it ended before its first line"
                time.sleep(0.001)
            time.sleep(after_s)
            assert program.poll() is None, "it ended before it was killed"
            program.kill()
        output.seek(0)
        # A line without its end was being printed when the program was killed.
        return output.read().split("\n")[:-1]
