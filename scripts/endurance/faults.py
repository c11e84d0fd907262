"""What goes wrong around a session, on purpose, and what becomes of the session."""

import random
import tempfile
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path

from endurance.account import Account
from endurance.clocks import clock_set
from endurance.guided import Guided
from endurance.hardware import Hardware
from endurance.storage import disk_failing, disk_full, model_damaged, read_only
from endurance.table import Row
from endurance.unplugging import Loss, Trial, Unplugging, rows, server_frozen
from harness.live import NotShownError

_LOSSES = (
    Loss.MICROPHONE,
    Loss.SPEAKER,
    Loss.MICROPHONE_SPEAKING,
    Loss.SPEAKER,
    Loss.SERVER,
)
"""What is taken away in turn."""

_ONCE: tuple[Callable[[Path], Row], ...] = (
    server_frozen,
    disk_full,
    disk_failing,
    read_only,
    model_damaged,
    clock_set,
)
"""What is tried out once, each in a folder of its own."""


def faults(times: int, tell: Callable[[str], None]) -> list[Row]:
    """Take sound away so many times in one session, then try out everything else once."""
    found = _losses(times, tell)
    for trial in _ONCE:
        with tempfile.TemporaryDirectory() as folder:
            tell(trial.__name__.replace("_", " "))
            try:
                found.append(trial(Path(folder, "home")))
            except NotShownError as error:
                found.append(Row(trial.__name__.replace("_", " "), str(error), "", False))
    return found


def _losses(times: int, tell: Callable[[str], None]) -> list[Row]:
    trials: list[Trial] = []
    with tempfile.TemporaryDirectory() as folder, Hardware() as hardware:
        account = Account(Path(folder, "home"))
        with Guided(account, hardware) as guided:
            guided.go_on()
            unplugging = Unplugging(guided, random.Random(0))
            for number, loss in zip(range(1, times + 1), cycle(_LOSSES), strict=False):
                trials.append(unplugging.lose(loss))
                tell(f"{number} of {times}: {trials[-1]}")
            return [*rows(trials), *_session(guided, account, trials)]


def _session(guided: Guided, account: Account, trials: Sequence[Trial]) -> list[Row]:
    """Tell how the session fared in which all that happened."""
    goes_on = guided.process.poll() is None
    kept = account.kept()
    is_kept = kept.is_whole and kept.entries == account.entries
    imagined = ", ".join(guided.imagined) or "none"
    return [
        Row("lost sessions", f"{int(not goes_on)} of 1, {len(trials)} losses", "0", goes_on),
        Row("lost diary entries", "none" if is_kept else "some", "none", is_kept),
        Row("commands that nobody gave", imagined, "none", not guided.imagined),
        Row(
            "understood at the first attempt",
            f"{guided.understood} of {guided.asked} things said",
        ),
    ]
