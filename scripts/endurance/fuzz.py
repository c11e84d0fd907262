"""Files that something happened to: each is taken, or refused in one clear line."""

import faulthandler
import multiprocessing
import os
import resource
import shutil
import signal
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from hypothesis import HealthCheck, Phase, given, seed, settings

from endurance.table import Row
from endurance.targets import Target, targets
from voice_guide.errors import VoiceGuideError

_CHUNK = 1_000
"""Inputs that one process tries in one go, at the most."""

_LONGEST_S = 5.0
"""Processor time that an input may take, in seconds."""

_STUCK_S = 120
"""Where not even that ends it, its process is ended after so many seconds."""

_MOST_MEMORY = 1 << 30
"""What may be asked for to read an input, beside what was there before, in bytes."""


_MEMORY = Path("/dev/shm")
"""A folder in memory, where there is one: files by the thousand wear a disk out."""


class WrongError(Exception):
    """An input was neither taken nor refused as it should be."""


class _TooLongError(BaseException):
    """Not an Exception, so that nobody takes it for a mistake in the file."""


@dataclass(frozen=True)
class Failure:
    """An input that was neither taken nor refused as it should be."""

    target: str
    """Which kind of file."""

    what: str
    """What happened, and where."""

    told: str
    """What it was refused with, or what went wrong."""

    content: bytes
    """The smallest such file that was found."""


@dataclass(frozen=True)
class Tried:
    """What came of some inputs."""

    target: str
    """Which kind of file."""

    taken: int
    """How many were taken."""

    refused: int
    """How many were refused."""

    failures: Sequence[Failure]
    """Those that were neither."""


def fuzz(inputs: int, tell: Callable[[str], None]) -> list[Tried]:
    """Try so many inputs, on all processors."""
    all_tried: list[Tried] = []
    done = 0
    # Not forked: each has limits of its own.
    spawn = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder,
        ProcessPoolExecutor(os.cpu_count(), spawn) as pool,
    ):
        chunks = [(Path(folder), *chunk) for chunk in _chunks(inputs)]
        try:
            for tried in pool.map(_try_chunk, *zip(*chunks, strict=True)):
                all_tried.append(tried)
                done += tried.taken + tried.refused
                found = len({failure.what for each in all_tried for failure in each.failures})
                tell(f"{done} of {inputs} inputs; {found} kinds of failure")
        except BrokenProcessPool:
            all_tried += map(_last_tried, Path(folder).iterdir())
    return all_tried


def _last_tried(home: Path) -> Tried:
    """Tell what was being read in a home that a process left behind as it came to its end."""
    name = home.name.partition("-")[0]
    [target] = [target for target in targets() if target.name == name]
    content = (home / "voice-guide" / target.file).read_bytes()
    what = "perhaps this one: a process was stuck, or ended by itself"
    return Tried(name, 0, 0, [Failure(name, what, "", content)])


def _chunks(inputs: int) -> Iterator[tuple[str, int, int]]:
    """Yield a kind of file, a number and how many inputs, the dearest kinds first."""
    for target in sorted(targets(), key=lambda target: -target.share):
        left = -(-inputs * target.share // 100)
        number = 0
        while left:
            yield target.name, number, min(left, _CHUNK)
            left -= min(left, _CHUNK)
            number += 1


def _try_chunk(folder: Path, name: str, number: int, count: int) -> Tried:
    [target] = [target for target in targets() if target.name == name]
    home = folder / f"{name}-{number}"
    tried = attempt(target, home, number, count)
    shutil.rmtree(home)
    return tried


def attempt(target: Target, home: Path, number: int, count: int) -> Tried:
    """Try so many files of a kind in a new folder: the same ones for the same number."""
    for kind in ("CONFIG", "DATA"):
        os.environ[f"XDG_{kind}_HOME"] = str(home)
    judge = _Judge(target)

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(target.drawn)
    def try_all(content: bytes) -> None:
        judge.judge(content)

    with _little_memory(), warnings.catch_warnings(), suppress(WrongError, ExceptionGroup):
        # What numpy warns of is printed on somebody's terminal.
        warnings.simplefilter("error", RuntimeWarning)
        try_all()
    return Tried(target.name, judge.taken, judge.refused, list(judge.failures.values()))


class _Judge:
    """Tells whether inputs of a kind are taken, or refused as they should be."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.taken = 0
        self.refused = 0
        self.failures: dict[str, Failure] = {}

    def judge(self, content: bytes) -> None:
        """Have it read; raises WrongError where that goes wrong."""
        file = Path(os.environ["XDG_CONFIG_HOME"]) / "voice-guide" / self._target.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        try:
            with _limited_time():
                self._target.read(file)
        except VoiceGuideError as error:
            self.refused += 1
            if str(file) not in str(error) or len(str(error).splitlines()) != 1:
                raise self._wrong("refused, but not in one clear line", error, content) from error
        except _TooLongError as error:
            raise self._wrong(f"not done after {_LONGEST_S:g} s", error, content) from error
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(place.filename).name}, line {place.lineno}"
            raise self._wrong(f"{type(error).__name__} in {where}", error, content) from error
        else:
            self.taken += 1

    def _wrong(self, what: str, error: BaseException, content: bytes) -> WrongError:
        known = self.failures.get(what)
        if known is None or len(content) <= len(known.content):
            self.failures[what] = Failure(self._target.name, what, str(error), content)
        return WrongError(what)


@contextmanager
def _little_memory() -> Iterator[None]:
    """Fail with a MemoryError where much is asked for."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[0])
    used = pages * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + _MOST_MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@contextmanager
def _limited_time() -> Iterator[None]:
    """Raise _TooLongError where something takes too much of the processor's time."""

    def stop(_: int, __: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, _LONGEST_S)
    # What does not come back from a library written in C hears no signal.
    faulthandler.dump_traceback_later(_STUCK_S, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def rows(all_tried: Sequence[Tried]) -> list[Row]:
    """Return the table of what came of it."""
    lines = []
    for name in dict.fromkeys(tried.target for tried in all_tried):
        mine = [tried for tried in all_tried if tried.target == name]
        taken, refused = sum(each.taken for each in mine), sum(each.refused for each in mine)
        wrong = sum(len(each.failures) for each in mine)
        lines.append(
            Row(
                name,
                f"{taken + refused} inputs: {taken} taken, {refused} refused in one clear line; "
                f"{wrong} failures",
                "0 failures",
                not wrong,
            )
        )
    return lines


def smallest(all_tried: Sequence[Tried]) -> list[Failure]:
    """Return the smallest input of each kind of failure."""
    found: dict[tuple[str, str], Failure] = {}
    for failure in (failure for tried in all_tried for failure in tried.failures):
        known = found.get((failure.target, failure.what))
        if known is None or len(failure.content) < len(known.content):
            found[failure.target, failure.what] = failure
    return list(found.values())
