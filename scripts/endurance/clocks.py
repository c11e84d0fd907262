"""Trial: the system clock is set forward and back in the middle of a step."""

import os
import time
from datetime import date, timedelta
from pathlib import Path

from endurance.guided_session import GuidedSession
from endurance.unpluggable_devices import UnpluggableDevices
from endurance.user_home import SAVED_WITHIN_S, UserHome
from harness.table import ResultRow, all_of

_SHIFTED_CLOCK = """\
import os
import time
from pathlib import Path

real, ahead = time.time, Path(os.environ["CLOCK_AHEAD"])
time.time = lambda: real() + 3600 * float(ahead.read_text())
"""
"""Python code that shifts a program's system clock, and no other clock: `date.today` asks
`time.time` too. (With libfaketime, Python's sleep fails where monotonic clocks are real.)"""

_SHIFTS_H = (30, -5)
"""Shifts of the clock from the real time, in hours, one after the other."""

_WATCH_S = 6.0
"""Seconds for which the step's time is watched."""

_MAX_ERROR_S = 2.0
"""Largest error of the step's time, in seconds."""


def clock_set(folder: Path) -> ResultRow:
    """Set the clock while the time of a step runs, and once while the program is off."""
    home = UserHome(folder)
    clock = folder / "clock"
    clock.write_text("0")
    (folder / "sitecustomize.py").write_text(_SHIFTED_CLOCK)
    path = f"{folder}:{os.environ.get('PYTHONPATH', '')}"
    shifted = {"PYTHONPATH": path, "CLOCK_AHEAD": str(clock)}
    checks = {}
    with UnpluggableDevices() as devices:
        with GuidedSession(home, devices, **shifted) as session:
            session.resume()
            for hours in _SHIFTS_H:
                left_s = home.stored().left_s
                clock.write_text(str(hours))
                time.sleep(_WATCH_S)
                passed_s = left_s - home.stored().left_s
                is_right = abs(passed_s - _WATCH_S) <= _MAX_ERROR_S
                checks[f"set by {hours:+} h, the step's time runs on as before"] = is_right
            checks["it hears and answers"] = session.is_in_place
            left_s = home.stored().left_s
        clock.write_text(str(_SHIFTS_H[0]))
        with GuidedSession(home, devices, **shifted) as session:
            session.resume()
            stored = home.stored()
            is_right = left_s - stored.left_s <= _MAX_ERROR_S and stored.entries == home.entries
            checks["killed and started on another day, it goes on where it was"] = is_right
            session.say("goodbye")
        with GuidedSession(home, devices, **shifted) as session:
            session.start_over()
            time.sleep(SAVED_WITHIN_S)
            day = date.today() + timedelta(hours=_SHIFTS_H[0])
            is_right = home.stored().entries[-1].day in (day, day + timedelta(1))
            checks["a new session has the day that the clock shows"] = is_right
    return all_of("clock set while it runs", checks)
