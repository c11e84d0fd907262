"""Programs that are killed in the middle of what they do."""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

_SOONEST_S = 1e-4
_LATEST_S = 0.4
"""When it is killed, in seconds: both its first steps and its later course are hit often."""


def moments_s(count: int, seed: int) -> list[float]:
    """Return so many random moments to kill a program in, in seconds after its first line."""
    chance = random.Random(seed)
    return [_SOONEST_S * (_LATEST_S / _SOONEST_S) ** chance.random() for _ in range(count)]


def printed_until_killed(
    arguments: Sequence[str | Path], after_s: float, typed: str = ""
) -> list[str]:
    """Run Python, kill it (SIGKILL) so long after its first line, and return all its lines.

    What is typed has no end that it could see. What it prints has to be flushed.
    """
    # A file, not a pipe: nobody has to read it while the program runs.
    with tempfile.TemporaryFile("w+") as told:
        with subprocess.Popen(
            [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=told, text=True
        ) as program:
            assert program.stdin
            program.stdin.write(typed)
            program.stdin.flush()
            while b"\n" not in os.pread(told.fileno(), 1000, 0):
                assert program.poll() is None, "it ended without a line"
                time.sleep(0.001)
            time.sleep(after_s)
            assert program.poll() is None, "it ended before it was killed"
            program.kill()
        told.seek(0)
        # What follows the last line's end was being printed when it was killed.
        return told.read().split("\n")[:-1]
