"""Real terminals for tests, and the reading of what the live screen draws."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from voice_guide.ui.large_text import FontSize, render_large

TIMEOUT_S = 20.0
"""Seconds that any step may take before a test fails."""

ENTER_ALTERNATE_SCREEN = "\x1b[?1049h"
"""The sequence that switches a terminal to its alternate screen."""

LEAVE_ALTERNATE_SCREEN = "\x1b[?1049l"
"""The sequence that switches it back."""

SHOW_CURSOR = "\x1b[?25h"
"""The sequence that shows the cursor."""

CONTROL_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""Any control sequence."""


def is_large(text: str, shown: str, width: int = 78) -> bool:
    """Return True if a text is shown in large letters."""
    return any(
        all(row in shown for row in rows)
        for size in FontSize
        if (rows := render_large(text, size, width))
    )


def filled_cells(text: str) -> int:
    """Return the number of filled cells of the time bar."""
    (row,) = [row for row in text.splitlines() if re.fullmatch(" █*░+ *", row)]
    return row.count("█")


def _take_terminal() -> None:
    """Make the terminal the process's own, and Ctrl-C end it, also if tests run in background."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _without_size(env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables without those that override the terminal's size."""
    return {name: value for name, value in env.items() if name not in ("COLUMNS", "LINES")}


class RealTerminal:
    """A pseudo-terminal in which `voice-guide run --text` runs."""

    def __init__(
        self, width: int, height: int, typed_early: bytes, env: Mapping[str, str]
    ) -> None:
        self._outside, self._inside = pty.openpty()
        self.resize(width, height)
        self.before = self.settings
        self._output = b""
        os.write(self._outside, typed_early)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "voice_guide", "run", "--text", "--routine", "hand-massage"],
            stdin=self._inside,
            stdout=self._inside,
            stderr=self._inside,
            env={**_without_size(os.environ), "TERM": "xterm", **env},
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                self._output += os.read(self._outside, 65536)
            except OSError:
                return

    @property
    def settings(self) -> Any:
        return termios.tcgetattr(self._inside)

    def resize(self, width: int, height: int) -> None:
        self._height = height
        size = struct.pack("HHHH", height, width, 0, 0)
        fcntl.ioctl(self._inside, termios.TIOCSWINSZ, size)

    def type(self, text: str) -> None:
        os.write(self._outside, text.encode())

    @property
    def output(self) -> str:
        return self._output.decode(errors="replace")

    @property
    def frame(self) -> str:
        """The last frame that was drawn completely."""
        drawn = self.output.partition(LEAVE_ALTERNATE_SCREEN)[0].split("\x1b[H")
        # The last one may still be incomplete.
        whole = [frame for frame in drawn[-2:] if frame.count("\n") == self._height - 1]
        return CONTROL_SEQUENCE.sub("", whole[-1] if whole else "").replace("\r\n", "\n")

    @property
    def rest(self) -> str:
        """The text that stays on the terminal at the end."""
        return CONTROL_SEQUENCE.sub("", self.output.rpartition(LEAVE_ALTERNATE_SCREEN)[2]).replace(
            "\r\n", "\n"
        )

    def wait_for(self, is_expected: Callable[[str], bool]) -> str:
        """Wait for an expected frame, and return it."""
        until_s = time.monotonic() + TIMEOUT_S
        while not is_expected(frame := self.frame):
            assert time.monotonic() < until_s, f"last shown:\n{frame}"
            time.sleep(0.02)
        return frame

    def wait_for_exit(self) -> int:
        """Wait for the program to exit, and return its status."""
        status = self.process.wait(TIMEOUT_S)
        time.sleep(0.1)
        return status

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._inside)
        os.close(self._outside)


@contextmanager
def open_terminal(
    width: int, height: int, typed: bytes = b"", env: Mapping[str, str] = MappingProxyType({})
) -> Iterator[RealTerminal]:
    opened = RealTerminal(width, height, typed, env)
    try:
        yield opened
    finally:
        opened.close()


def is_introduced(frame: str) -> bool:
    return 'Say "ready" when you want to start.' in frame
