"""Trials of everything that goes wrong around a session: devices, disk, model, clock."""

import random
import tempfile
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path

from endurance.clocks import clock_set
from endurance.guided_session import GuidedSession
from endurance.outages import Outage, OutageTrial, Unplugging, outage_rows, server_frozen
from endurance.storage import disk_failing, disk_full, model_damaged, read_only
from endurance.unpluggable_devices import UnpluggableDevices
from endurance.user_home import UserHome
from harness.program import NotPrintedError
from harness.progress import ReportProgress
from harness.table import ResultRow, found

_OUTAGES = (
    Outage.MICROPHONE,
    Outage.SPEAKER,
    Outage.MICROPHONE_SPEAKING,
    Outage.SPEAKER,
    Outage.SERVER,
)
"""Outages in turn."""

_SINGLE_TRIALS: tuple[Callable[[Path], ResultRow], ...] = (
    server_frozen,
    disk_full,
    disk_failing,
    read_only,
    model_damaged,
    clock_set,
)
"""Trials that are made once, each in a folder of its own."""


def faults(outages: int, report: ReportProgress) -> list[ResultRow]:
    """Cause so many outages in one session, then make every other trial once."""
    rows = _outages(outages, report)
    for trial in _SINGLE_TRIALS:
        name = trial.__name__.replace("_", " ")
        with tempfile.TemporaryDirectory() as folder:
            report(name)
            try:
                rows.append(trial(Path(folder, "home")))
            except NotPrintedError as error:
                rows.append(found(name, str(error), "comes to its end", False))
    return rows


def _outages(count: int, report: ReportProgress) -> list[ResultRow]:
    trials: list[OutageTrial] = []
    with tempfile.TemporaryDirectory() as folder, UnpluggableDevices() as devices:
        home = UserHome(Path(folder, "home"))
        with GuidedSession(home, devices) as session:
            session.resume()
            unplugging = Unplugging(session, random.Random(0))
            for number, outage in zip(range(1, count + 1), cycle(_OUTAGES), strict=False):
                trials.append(unplugging.cause(outage))
                report(f"{number} of {count}: {trials[-1]}")
            return [*outage_rows(trials), *_session_rows(session, trials)]


def _session_rows(session: GuidedSession, trials: Sequence[OutageTrial]) -> list[ResultRow]:
    """Return rows about the session in which all outages happened."""
    stored = session.home.stored()
    is_kept = stored.is_intact and stored.entries == session.home.entries
    is_lost = not session.is_running
    false_commands = ", ".join(session.false_commands)
    return [
        found("lost sessions", f"{int(is_lost)} of 1, {len(trials)} losses", "0", not is_lost),
        found("lost diary entries", "none" if is_kept else "some", "none", is_kept),
        found("false commands", false_commands or "none", "none", not false_commands),
        found(
            "understood at the first attempt",
            f"{session.understood_at_once} of {session.said} things said",
        ),
    ]
