"""Running commands as at a shell."""

import os
import subprocess
import sys
from pathlib import Path


def run(
    *arguments: str | Path, typed: str | bytes = "", settings: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end with these lines typed; return its status and output."""
    done = subprocess.run(
        [sys.executable, "-m", "voice_guide", *arguments],
        input=typed.encode() if isinstance(typed, str) else typed,
        env={**os.environ, **(settings or {})},
        capture_output=True,
        timeout=600,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def output(*arguments: str | Path, typed: str | bytes = "") -> str:
    """Return the output of a command that succeeds."""
    done = run(*arguments, typed=typed)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def refusal(*arguments: str | Path, typed: str = "") -> str:
    """Return the one line in which a command reports what is wrong with its input."""
    done = run(*arguments, typed=typed)
    assert done.stdout == ""
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("voice-guide: ")
    return line.removeprefix("voice-guide: ")


def guide_says(*typed: str, routine: str | None = None) -> list[str]:
    """Return what the guide says in a typed session."""
    options = ["--routine", routine] if routine else []
    lines = output("run", "--text", *options, typed="\n".join(typed)).splitlines()
    return [line.removeprefix("Guide   ") for line in lines if line.startswith("Guide")]


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
