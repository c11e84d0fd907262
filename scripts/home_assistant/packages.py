"""The Python packages of a Home Assistant, changed as its user would."""

import subprocess
from pathlib import Path

MIND = "voice-guide"
"""The project as a package: without extras, its mind."""

_WHEELS = "/srv/wheels"
"""The folder in the Debian with the project as a package, and with what that needs."""


class Packages:
    """The packages in the venv of a Debian's Home Assistant."""

    def __init__(self, root: Path) -> None:
        """`root` is the Debian."""
        self._root = root

    def install(self) -> None:
        """Install the mind, which leaves all that is there as it is."""
        self._pip("install", "--no-index", "--find-links", _WHEELS, MIND)

    def remove(self) -> None:
        """Remove the mind, if it is there."""
        self._pip("uninstall", "--yes", MIND)

    def versions(self) -> dict[str, str]:
        """Return the version of each package."""
        lines = self._pip("list", "--format", "freeze").splitlines()
        return {name: version for name, _, version in (line.partition("==") for line in lines)}

    def problems(self) -> str:
        """Return what packages miss or conflict in, in pip's words; empty for nothing."""
        done = self._run("check")
        return done.stdout.strip() if done.returncode else ""

    def _pip(self, *arguments: str) -> str:
        done = self._run(*arguments)
        if done.returncode:
            raise RuntimeError(f"pip {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *("chroot", self._root, "/usr/bin/env", "-i", "PATH=/srv/ha/bin:/usr/bin:/bin"),
                *("HOME=/root", "LANG=C.UTF-8", "pip", *arguments),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
