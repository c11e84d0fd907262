"""Trials of sound that goes away in the middle of a step and comes back."""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from statistics import median

from endurance.guided_session import GuidedSession
from endurance.unpluggable_devices import UnpluggableDevices
from endurance.user_home import UserHome
from harness.program import NotPrintedError
from harness.table import ResultRow, all_of, found

_LIMIT_S = 3.0
"""Seconds in which an outage and its end have to be noticed."""

_MAX_WAIT_S = 20.0
"""Seconds to wait for any of that."""

_AWAY_S = (2.0, 5.0)
"""Shortest and longest outage after it was noticed, in seconds: after a longer one, the guide
waits for the person."""

_MAX_TIME_ERROR_S = 2.0
"""Largest error of the time left of the step, in seconds."""

_FROZEN_MESSAGE = "voice-guide: the sound system has stopped and does not answer: restart it\n"


class Outage(StrEnum):
    """A device or server that goes away."""

    MICROPHONE = "microphone unplugged"
    MICROPHONE_SPEAKING = "microphone unplugged while it speaks"
    SPEAKER = "speaker unplugged"
    SERVER = "sound server killed"


@dataclass(frozen=True)
class OutageTrial:
    """The result of one outage."""

    outage: Outage
    """The kind of outage."""

    noticed_s: float
    """Time until the guide noticed, in seconds; the longest wait if it did not."""

    back_s: float
    """Time from the end of the outage until the guide noticed that, in seconds; likewise."""

    time_error_s: float
    """The step's time that was lost, in seconds."""

    is_in_place: bool
    """True if the guide answered that it is where it was."""

    @property
    def is_survived(self) -> bool:
        """True if nothing was lost, however long it took."""
        return self.is_in_place and abs(self.time_error_s) <= _MAX_TIME_ERROR_S


class Unplugging:
    """Outages in a session that is in the middle of a step."""

    def __init__(self, session: GuidedSession, chance: random.Random) -> None:
        self._session = session
        self._chance = chance

    def cause(self, outage: Outage) -> OutageTrial:
        """Take something away, give it back, and return the result."""
        session = self._session
        devices = session.devices
        match outage:
            case Outage.SERVER:
                return self._try(outage, devices.kill, devices.start)
            case Outage.SPEAKER:
                return self._try(outage, devices.speaker.unplug, devices.speaker.plug_in)
            case Outage.MICROPHONE_SPEAKING:
                # Not being heard here is no failure: the guide is asked again afterwards.
                with suppress(NotPrintedError):
                    session.say("help")
        return self._try(outage, devices.microphone.unplug, devices.microphone.plug_in)

    def _try(
        self, outage: Outage, remove: Callable[[], None], restore: Callable[[], None]
    ) -> OutageTrial:
        session = self._session
        left_s, removed_s = session.home.stored().left_s, time.monotonic()
        remove()
        noticed_s = session.seconds_until("Note ", removed_s, _MAX_WAIT_S)
        time.sleep(self._chance.uniform(*_AWAY_S))
        restored_s = time.monotonic()
        restore()
        back_s = session.seconds_until("the sound is back", restored_s, _MAX_WAIT_S)
        runs_s = restored_s + session.seconds_until("(start)", restored_s, _MAX_WAIT_S)
        passed_s = left_s - session.home.stored().left_s
        ran_s = noticed_s + max(0.0, time.monotonic() - runs_s)
        return OutageTrial(outage, noticed_s, back_s, passed_s - ran_s, session.is_in_place)


def server_frozen(folder: Path) -> ResultRow:
    """Freeze the sound server, and start again with another one."""
    home = UserHome(folder)
    with UnpluggableDevices() as devices, GuidedSession(home, devices) as session:
        session.resume()
        left_s = home.stored().left_s
        frozen_s = time.monotonic()
        devices.freeze()
        end = session.end(_MAX_WAIT_S)
        took_s = time.monotonic() - frozen_s
    with UnpluggableDevices() as devices, GuidedSession(home, devices) as session:
        session.resume()
        stored = home.stored()
        is_in_place = session.is_in_place
    lost_s = left_s - stored.left_s
    is_clear = (end.status, end.errors) == (2, _FROZEN_MESSAGE)
    return all_of(
        "sound server hangs",
        {
            f"ends in one line, with 2 ({took_s:.1f} s)": is_clear,
            "goes on at the next start where it was": is_in_place,
            "with the same time left": -_MAX_TIME_ERROR_S <= lost_s <= took_s,
            "nothing is lost of the diary": stored.entries == home.entries,
        },
    )


def outage_rows(trials: Sequence[OutageTrial]) -> list[ResultRow]:
    """Return the table of all outages."""
    by_outage = {outage: [one for one in trials if one.outage is outage] for outage in Outage}
    return [row for outage, mine in by_outage.items() if mine for row in _rows(outage, mine)]


def _rows(outage: Outage, trials: Sequence[OutageTrial]) -> list[ResultRow]:
    survived = sum(trial.is_survived for trial in trials)
    return [
        _duration_row(f"{outage}: noticed after", [trial.noticed_s for trial in trials]),
        _duration_row(f"{outage}: resumed after", [trial.back_s for trial in trials]),
        found(
            f"{outage}: hears again, at the same step with the same time left",
            f"{survived} of {len(trials)}",
            "all",
            survived == len(trials),
        ),
    ]


def _duration_row(title: str, durations_s: Sequence[float]) -> ResultRow:
    return found(
        title,
        f"{median(durations_s):.1f} s (median), {max(durations_s):.1f} s (worst)",
        f"≤ {_LIMIT_S:g} s",
        max(durations_s) <= _LIMIT_S,
    )
