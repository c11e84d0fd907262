"""Installing on a Raspberry Pi: its dry run, and its messages where it cannot be done."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "install-pi"

PLACES = [
    Path(place)
    for place in (
        "/opt/voice-guide",
        "/var/lib/voice-guide",
        "/usr/local/bin/voice-guide",
        "/etc/systemd/system/voice-guide.service",
        "/etc/systemd/system/voice-guide-wyoming.service",
        "/etc/passwd",
        "/etc/group",
    )
]
"""Everything that an installation changes, apart from Debian's own files."""


def install_pi(*options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, *options],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def as_found() -> list[tuple[Path, int] | None]:
    """Return the time of the last change of each place."""
    return [(place, place.lstat().st_mtime_ns) if place.exists() else None for place in PLACES]


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Make a folder of programs that come before all others."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def pretend(tools: Path, name: str, output: str, status: int = 0) -> dict[str, str]:
    """Make a program that prints this; return the variables with which it is found first."""
    program = tools / name
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{output}\nEND\nexit {status}\n")
    program.chmod(0o755)
    return {"PATH": f"{tools}:{os.environ['PATH']}"}


@pytest.mark.parametrize("options", [(), ("--wyoming",), ("--update",), ("--remove",)])
def test_dry_run_changes_nothing(options: tuple[str, ...]) -> None:
    before = as_found()

    done = install_pi("--dry-run", *options)

    assert (done.returncode, done.stdout) == (0, "")
    assert as_found() == before
    assert all(line.startswith("voice-guide: ") for line in done.stderr.splitlines())
    assert "Now to" not in done.stderr


def test_dry_run_names_everything_that_is_missing() -> None:
    messages = "".join(
        install_pi("--dry-run", *options).stderr for options in ((), ("--wyoming",))
    )

    assert [str(p) for p in PLACES if not p.exists() and str(p) not in messages] == []


def test_32_bit_system_is_refused(tools: Path) -> None:
    done = install_pi("--dry-run", **pretend(tools, "dpkg", "armhf"))

    assert done.returncode == 2
    assert done.stderr == (
        "voice-guide: This system is armhf: Voice Guide needs the 64-bit Raspberry Pi OS.\n"
    )


def test_other_system_than_debian_is_refused(tools: Path) -> None:
    for name in ("bash", "env", "dirname", "readlink"):
        (tools / name).symlink_to(f"/usr/bin/{name}")

    done = install_pi("--dry-run", PATH=str(tools))

    assert done.returncode == 2
    assert done.stderr == (
        "voice-guide: This is neither Raspberry Pi OS nor Debian: use scripts/run here.\n"
    )


def test_other_user_than_root_is_refused_with_the_command_to_use() -> None:
    as_nobody = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    # Other users cannot read the tests' own folders.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        for name in (SCRIPT.name, "setup.sh"):
            shutil.copy(SCRIPT.parent / name, folder)
        done = subprocess.run(
            [*as_nobody, f"{folder}/{SCRIPT.name}"],
            env=os.environ | {"HOME": folder},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 2
    assert done.stderr == (f"voice-guide: Only root can do this: sudo {folder}/{SCRIPT.name}\n")


@pytest.mark.parametrize("options", [("--loud",), ("--update", "now")])
def test_wrong_command_line_shows_the_usage(options: tuple[str, ...]) -> None:
    done = install_pi(*options)

    assert done.returncode == 2
    assert done.stderr.startswith("usage: scripts/install-pi")


@pytest.mark.parametrize(
    "output",
    [
        "E: Temporary failure resolving 'deb.debian.org'",
        "WARNING: Retrying (Retry(total=4)) after: NewConnectionError('...')",
    ],
)
def test_set_up_without_a_network_says_so_in_one_line(tmp_path: Path, output: str) -> None:
    script = f'. {ROOT}/scripts/setup.sh; log={tmp_path}/log; logged sh -c "cat; false"'
    done = subprocess.run(
        ["bash", "-c", script], input=output, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stdout + done.stderr == (
        "voice-guide: There is no network: connect this machine, and start this again.\n"
    )
