"""Sound that goes away in the middle of a step, and comes back."""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from statistics import median

from endurance.account import Account
from endurance.checks import row
from endurance.guided import Guided
from endurance.hardware import Hardware
from endurance.table import Row
from harness.live import NotShownError

WITHIN_S = 3.0
"""How soon anything is to be noticed, and to be taken up again, in seconds."""

_MOST_S = 20.0
"""How long any of that is waited for, in seconds."""

_AWAY_S = (2.0, 5.0)
"""How long something is away once that was noticed, in seconds: after longer, the guide waits
for the person."""

_TIME_LOST_S = 2.0
"""By how much the time that is left of a step may be wrong, in seconds."""


_HANGS = "voice-guide: the sound system has stopped and does not answer: restart it"


class Loss(StrEnum):
    """What is taken away."""

    MICROPHONE = "microphone unplugged"
    MICROPHONE_SPEAKING = "microphone unplugged while it speaks"
    SPEAKER = "speaker unplugged"
    SERVER = "sound server killed"


@dataclass(frozen=True)
class Trial:
    """What came of one loss."""

    loss: Loss
    """What was taken away."""

    noticed_s: float
    """How soon that was noticed, in seconds; more than can be waited for where it was not."""

    back_s: float
    """How soon it was taken up again once it was there, in seconds, likewise."""

    lost_s: float
    """By how much less was left of the step's time than there should be, in seconds."""

    is_in_place: bool
    """Whether it answered, when it was asked, that it is where it was."""

    @property
    def is_survived(self) -> bool:
        """Whether nothing was lost by it, however long it took."""
        return self.is_in_place and abs(self.lost_s) <= _TIME_LOST_S


class Unplugging:
    """Takes things away from a session that is in the middle of a step, and gives them back."""

    def __init__(self, guided: Guided, chance: random.Random) -> None:
        self._guided = guided
        self._chance = chance

    def lose(self, loss: Loss) -> Trial:
        """Take something away, give it back, and see what comes of it."""
        guided = self._guided
        hardware = guided.hardware
        match loss:
            case Loss.SERVER:
                return self._try(loss, hardware.kill, hardware.start)
            case Loss.SPEAKER:
                return self._try(loss, hardware.speaker.unplug, hardware.speaker.plug_in)
            case Loss.MICROPHONE_SPEAKING:
                # Unheard, it is no lost session yet: whether it hears is asked afterwards.
                with suppress(NotShownError):
                    guided.ask("help")
        return self._try(loss, hardware.microphone.unplug, hardware.microphone.plug_in)

    def _try(self, loss: Loss, remove: Callable[[], None], restore: Callable[[], None]) -> Trial:
        guided = self._guided
        left_s, gone_s = guided.account.kept().left_s, time.monotonic()
        remove()
        noticed_s = guided.shown_after("Note ", gone_s, _MOST_S)
        time.sleep(self._chance.uniform(*_AWAY_S))
        there_s = time.monotonic()
        restore()
        back_s = guided.shown_after("the sound is back", there_s, _MOST_S)
        runs_s = there_s + guided.shown_after("(start)", there_s, _MOST_S)
        passed_s = left_s - guided.account.kept().left_s
        ran_s = noticed_s + max(0.0, time.monotonic() - runs_s)
        return Trial(loss, noticed_s, back_s, passed_s - ran_s, guided.is_in_place)


def server_frozen(folder: Path) -> Row:
    """Let the sound server hang, and start anew with another one."""
    account = Account(folder)
    with Hardware() as hardware, Guided(account, hardware) as guided:
        guided.go_on()
        left_s = account.kept().left_s
        frozen_s = time.monotonic()
        hardware.freeze()
        ended = guided.ended(_MOST_S)
        took_s = time.monotonic() - frozen_s
    with Hardware() as hardware, Guided(account, hardware) as guided:
        guided.go_on()
        kept = account.kept()
        is_in_place = guided.is_in_place
    lost_s = left_s - kept.left_s
    return row(
        "sound server hangs",
        {
            f"ends in one line, with 2 ({took_s:.1f} s)": ended == (2, [_HANGS]),
            "goes on at the next start where it was": is_in_place,
            "with the same time left": -_TIME_LOST_S <= lost_s <= took_s,
            "nothing is lost of the diary": kept.entries == account.entries,
        },
    )


def rows(trials: Sequence[Trial]) -> list[Row]:
    """Return the table of what came of them."""
    return [row for loss in Loss for row in _rows(loss, [t for t in trials if t.loss is loss])]


def _rows(loss: Loss, trials: Sequence[Trial]) -> list[Row]:
    if not trials:
        return []
    survived = sum(trial.is_survived for trial in trials)
    return [
        _row(f"{loss}: noticed after", [trial.noticed_s for trial in trials]),
        _row(f"{loss}: taken up again after", [trial.back_s for trial in trials]),
        Row(
            f"{loss}: hears again, at the same step with the same time left",
            f"{survived} of {len(trials)}",
            "all",
            survived == len(trials),
        ),
    ]


def _row(what: str, took_s: Sequence[float]) -> Row:
    return Row(
        what,
        f"{median(took_s):.1f} s (median), {max(took_s):.1f} s (worst)",
        f"≤ {WITHIN_S:g} s",
        max(took_s) <= WITHIN_S,
    )
