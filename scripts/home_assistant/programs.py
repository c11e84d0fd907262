"""Programs of a rehearsal: starting and ending them, and what they use."""

import asyncio
import re
import signal
import subprocess
from asyncio.subprocess import Process
from pathlib import Path

_ENDS_WITHIN_S = 40.0
"""Seconds until a program has ended, at most."""

_OPENS_WITHIN_S = 30.0
"""Seconds until a program listens, at most."""


class Program:
    """A program that can be restarted; its output is kept in a file."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: Process | None = None

    async def start(self, *command: object, env: dict[str, str] | None = None) -> None:
        """Start it."""
        with self._log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *map(str, command), stdout=output, stderr=output, env=env
            )

    async def stop(self) -> None:
        """End it as its service manager would."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_ENDS_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    @property
    def log(self) -> str:
        """All that it has printed."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def memory_mb(self) -> float:
        """Its memory in megabytes."""
        found = re.search(r"VmRSS:\s*(\d+)", (self._folder / "status").read_text())
        return int(found[1]) / 1024 if found else 0.0

    @property
    def open_files(self) -> int:
        """The number of its open files, connections included."""
        return len(list((self._folder / "fd").iterdir()))

    def sockets(self) -> list[str]:
        """Return what it listens on and is connected to, as `ss` tells it."""
        assert self._process
        report = subprocess.run(
            ["ss", "-Htunap"], check=True, capture_output=True, text=True
        ).stdout.splitlines()
        mine = f"pid={self._process.pid},"
        # The first column is the protocol.
        return [line.split(maxsplit=1)[1] for line in report if mine in line]

    @property
    def _folder(self) -> Path:
        assert self._process
        return Path("/proc", str(self._process.pid))


async def until_open(port: int) -> None:
    """Wait until something listens on a port."""
    async with asyncio.timeout(_OPENS_WITHIN_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            writer.close()
            return
