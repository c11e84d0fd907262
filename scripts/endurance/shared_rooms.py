"""Many rooms of another assistant, led through some steps each, and a flood of texts."""

import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from harness.process_usage import memory
from harness.progress import ReportProgress
from harness.table import ResultRow, found
from voice_guide.app.content import load_content
from voice_guide.config.settings import GuideSettings, Pacing, Settings
from voice_guide.dialogue.chime import Chime
from voice_guide.errors import VoiceGuideError
from voice_guide.skills.host import Abilities
from voice_guide.skills.rooms import Rooms

_TEXTS = ("ready", "next", "next", "ready", "i'm done", "goodbye")
"""Texts in each room after its opening: up to the third step, which takes time."""

_WARM_UP_ROOMS = 100
"""Sessions after which memory is measured for the first time."""

_MAX_TURN_MS = 20.0
"""Milliseconds that a turn may take from the text to the first sentence, median."""

_MAX_GROWTH_MB = 10.0
"""Megabytes that memory may grow by after the first sessions."""

_FLOOD_S = 5.0
"""Seconds of a flood of texts."""

_QUIET_S = 0.05
"""Seconds without a sentence after which a room has spoken all it had to."""

_SETTLING_S = 1.0
"""Seconds in which what the last session leaves to do is done."""

_MAX_END_S = 10.0
"""Seconds after "goodbye" in which a session must be closed."""

_SETTINGS = Settings(guide=GuideSettings(pacing=Pacing.WAIT))


class _Host:
    """A host that has spoken each sentence at once."""

    abilities = Abilities(listens_again=True, plays_chimes=False, latency_s=1.0)

    def __init__(self, name: str, rooms: Rooms) -> None:
        self._name = name
        self._rooms = rooms
        self._expects_reply = False
        self.spoken_at_s: list[float] = []
        """The moment of each sentence, on the clock of `time.perf_counter`."""

    def speak(self, sentence: str, expects_reply: bool) -> None:
        """Report the sentence as spoken."""
        self._expects_reply = expects_reply
        self.spoken_at_s.append(time.perf_counter())
        self._rooms.spoken(self._name)

    def wait_until_quiet(self) -> None:
        """Wait until a reply is expected, or nothing more is spoken."""
        while not self._expects_reply and time.perf_counter() - self.spoken_at_s[-1] < _QUIET_S:
            time.sleep(_QUIET_S / 2)

    def stop_speaking(self) -> None:
        """Do nothing: all has been spoken."""

    def play(self, chime: Chime) -> None:
        """Play nothing."""


def lead_rooms(count: int, progress: ReportProgress) -> Sequence[ResultRow]:
    """Open so many sessions, lead each to its third step, and close it; then flood a room."""
    with _rooms() as (rooms, folder):
        turns_ms: list[float] = []
        before_mb = 0.0
        threads = threading.active_count()
        for number in range(count):
            if number == min(_WARM_UP_ROOMS, count // 2):
                before_mb = memory().resident_mb
            turns_ms += _lead(f"room {number}", rooms)
            if number % 100 == 99:
                progress(f"{number + 1} of {count} sessions")
        time.sleep(_SETTLING_S)
        growth_mb = memory().resident_mb - before_mb
        rows = _rows(turns_ms, before_mb, growth_mb, threading.active_count() - threads)
        files = len([*folder.glob("*.sqlite3")])
        texts, answer_ms = _flood(rooms)
    return [
        found("sessions opened, led and closed", f"{count}, {len(turns_ms)} turns"),
        *rows,
        found("rooms whose heard cautions are kept", f"{files}", "all", files == count),
        found(
            f"texts a second, {_FLOOD_S:.0f} s long, to one room",
            f"{texts / _FLOOD_S:.0f}",
            "1000",
            texts / _FLOOD_S >= 1000,
        ),
        found(
            "another room's answer meanwhile, median",
            f"{answer_ms:.1f} ms",
            f"< {_MAX_TURN_MS:g} ms",
            answer_ms < _MAX_TURN_MS,
        ),
    ]


def _rows(
    turns_ms: Sequence[float], before_mb: float, growth_mb: float, threads: int
) -> list[ResultRow]:
    median_ms = statistics.median(turns_ms)
    late_ms = statistics.quantiles(turns_ms, n=20)[-1]
    return [
        found(
            "from a text to the first sentence: median; 95th percentile",
            f"{median_ms:.1f} ms; {late_ms:.1f} ms",
            f"median < {_MAX_TURN_MS:g} ms",
            median_ms < _MAX_TURN_MS,
        ),
        found(
            f"memory after {_WARM_UP_ROOMS} sessions; at the end",
            f"{before_mb:.1f} MB; {before_mb + growth_mb:.1f} MB",
            f"less than {_MAX_GROWTH_MB:g} MB more",
            growth_mb < _MAX_GROWTH_MB,
        ),
        found("threads more than before", f"{threads}", "0", threads == 0),
    ]


@contextmanager
def _rooms() -> Iterator[tuple[Rooms, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        rooms = Rooms(load_content(_SETTINGS), _SETTINGS, Path(folder))
        try:
            yield rooms, Path(folder)
        finally:
            rooms.close()


def _lead(name: str, rooms: Rooms) -> list[float]:
    """Lead a session from its opening to its end; return what each turn took, in milliseconds."""
    host = _Host(name, rooms)
    took_ms = [_turn(host, lambda: rooms.open(name, host, "start the tennis ball massage"))]
    for text in _TEXTS:
        host.wait_until_quiet()
        took_ms.append(_turn(host, partial(rooms.hear, name, text)))
    until_s = time.monotonic() + _MAX_END_S
    while rooms.is_open(name):
        if time.monotonic() > until_s:
            raise VoiceGuideError(f"{name} is not closed after goodbye")
        time.sleep(0.001)
    return took_ms


def _turn(host: _Host, say: Callable[[], object]) -> float:
    count, began_s = len(host.spoken_at_s), time.perf_counter()
    say()
    if len(host.spoken_at_s) == count:
        raise VoiceGuideError("a text was not answered")
    return (host.spoken_at_s[count] - began_s) * 1000


def _flood(rooms: Rooms) -> tuple[int, float]:
    """Flood a room with texts; return their number, and how fast another answers meanwhile."""
    flooded = _Host("flooded", rooms)
    rooms.open("flooded", flooded, "start the hand massage")
    end_s = time.monotonic() + _FLOOD_S
    count = 0

    def flood() -> None:
        nonlocal count
        while time.monotonic() < end_s:
            rooms.hear("flooded", ("where am i", "", "ß" * 600, "what time is it")[count % 4])
            count += 1

    thread = threading.Thread(target=flood)
    thread.start()
    host = _Host("beside", rooms)
    rooms.open("beside", host, "start the hand massage")
    answers_ms = []
    while time.monotonic() < end_s:
        answers_ms.append(_turn(host, lambda: rooms.hear("beside", "tell me the cautions")))
        time.sleep(0.05)
    thread.join()
    return count, statistics.median(answers_ms)
