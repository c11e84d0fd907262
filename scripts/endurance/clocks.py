"""The clock on the wall, set forward and back in the middle of a step."""

import os
import time
from datetime import date, timedelta
from pathlib import Path

from endurance.account import KEPT_S, Account
from endurance.checks import row
from endurance.guided import Guided
from endurance.hardware import Hardware
from endurance.table import Row

_FAKED = """\
import os
import time
from pathlib import Path

real, ahead = time.time, Path(os.environ["CLOCK_AHEAD"])
time.time = lambda: real() + 3600 * float(ahead.read_text())
"""
"""What makes a program read another clock on the wall, and no other clock: `date.today` asks
`time.time` too. (With libfaketime, Python's sleep fails where monotonic clocks are real.)"""

_HOURS = (30, -5)
"""How far the clock is set from what it really is, in hours, one after the other."""

_RUNS_S = 6.0
"""How long the step's time is watched, in seconds ..."""

_WRONG_S = 2.0
"""... and by how much it may be wrong."""


def clock_set(folder: Path) -> Row:
    """Set the clock while the time of a step runs, and once while the program is off."""
    account = Account(folder)
    clock = folder / "clock"
    clock.write_text("0")
    (folder / "sitecustomize.py").write_text(_FAKED)
    path = f"{folder}:{os.environ.get('PYTHONPATH', '')}"
    faked = {"PYTHONPATH": path, "CLOCK_AHEAD": str(clock)}
    checks = {}
    with Hardware() as hardware:
        with Guided(account, hardware, **faked) as guided:
            guided.go_on()
            for hours in _HOURS:
                left_s = account.kept().left_s
                clock.write_text(str(hours))
                time.sleep(_RUNS_S)
                passed_s = left_s - account.kept().left_s
                right = abs(passed_s - _RUNS_S) <= _WRONG_S
                checks[f"set by {hours:+} h, the step's time runs on as before"] = right
            checks["it hears and answers"] = guided.is_in_place
            left_s = account.kept().left_s
        clock.write_text(str(_HOURS[0]))
        with Guided(account, hardware, **faked) as guided:
            guided.go_on()
            kept = account.kept()
            right = left_s - kept.left_s <= _WRONG_S and kept.entries == account.entries
            checks["killed and started on another day, it goes on where it was"] = right
            guided.ask("goodbye")
        with Guided(account, hardware, **faked) as guided:
            guided.begin_anew()
            time.sleep(KEPT_S)
            day = date.today() + timedelta(hours=_HOURS[0])
            right = account.kept().entries[-1].day in (day, day + timedelta(1))
            checks["a new session has the day that the clock shows"] = right
    return row("clock set while it runs", checks)
