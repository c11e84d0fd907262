"""Read damaged files: each has to be accepted, or refused in one clear line."""

import faulthandler
import os
import resource
import shutil
import signal
import tempfile
import traceback
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from hypothesis import HealthCheck, Phase, given, seed, settings

from endurance.file_kinds import FileKind, file_kinds
from harness.parallel import process_pool
from harness.progress import ReportProgress
from harness.table import ResultRow, found
from voice_guide.errors import VoiceGuideError

_MAX_CHUNK = 1_000
"""Inputs in one piece of work."""

_MAX_CPU_S = 5.0
"""Seconds of processor time that an input may take."""

_MAX_REAL_S = 120
"""Seconds after which the process is ended if that did not end the input."""

_MAX_MORE_BYTES = 1 << 30
"""Bytes of memory that reading an input may add."""

_RAM_FOLDER = Path("/dev/shm")
"""A folder in memory: files by the thousand wear out a disk."""


class UnhandledInputError(Exception):
    """An input was neither accepted nor refused as it should be."""


class _TooLongError(BaseException):
    """The input takes too long. Not an Exception, so that no reader takes it for a bad file."""


@dataclass(frozen=True)
class FuzzFailure:
    """An input that was neither accepted nor refused as it should be."""

    kind: str
    """The kind of file."""

    problem: str
    """The problem and its place in the code."""

    message: str
    """The message of the exception."""

    content: bytes
    """The smallest file with this problem."""


@dataclass(frozen=True)
class FuzzResult:
    """The result of some inputs."""

    kind: str
    """The kind of file."""

    accepted: int
    """Inputs that were accepted."""

    refused: int
    """Inputs that were refused."""

    failures: Sequence[FuzzFailure]
    """Inputs that were neither."""


def fuzz(inputs: int, report: ReportProgress) -> list[FuzzResult]:
    """Try so many inputs on all processors."""
    results: list[FuzzResult] = []
    done = 0
    with (
        tempfile.TemporaryDirectory(dir=_RAM_FOLDER if _RAM_FOLDER.is_dir() else None) as folder,
        process_pool() as pool,
    ):
        chunks = [(Path(folder), *chunk) for chunk in _chunks(inputs)]
        try:
            for result in pool.map(_try_chunk, *zip(*chunks, strict=True)):
                results.append(result)
                done += result.accepted + result.refused
                problems = len({failure.problem for one in results for failure in one.failures})
                report(f"{done} of {inputs} inputs; {problems} kinds of failure")
        except BrokenProcessPool:
            results += map(_last_input, Path(folder).iterdir())
    return results


def _last_input(home: Path) -> FuzzResult:
    """Return the input that was being read in a home when its process died."""
    name = home.name.partition("-")[0]
    content = (home / "voice-guide" / _kind(name).file).read_bytes()
    problem = "perhaps this one: a process hung or died"
    return FuzzResult(name, 0, 0, [FuzzFailure(name, problem, "", content)])


def _chunks(inputs: int) -> Iterator[tuple[str, int, int]]:
    """Yield pieces of work: kind of file, number, count of inputs; the slowest kinds first."""
    for kind in sorted(file_kinds(), key=lambda kind: -kind.percent):
        left = -(-inputs * kind.percent // 100)
        number = 0
        while left:
            yield kind.name, number, min(left, _MAX_CHUNK)
            left -= min(left, _MAX_CHUNK)
            number += 1


def _try_chunk(folder: Path, name: str, number: int, count: int) -> FuzzResult:
    home = folder / f"{name}-{number}"
    result = try_inputs(_kind(name), home, number, count)
    shutil.rmtree(home)
    return result


def _kind(name: str) -> FileKind:
    [kind] = [kind for kind in file_kinds() if kind.name == name]
    return kind


def try_inputs(kind: FileKind, home: Path, number: int, count: int) -> FuzzResult:
    """Try so many files of a kind in a new folder; the same files for the same number."""
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        os.environ[variable] = str(home)
    judge = _Judge(kind)

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(kind.inputs)
    def try_all(content: bytes) -> None:
        judge.judge(content)

    with (
        _limited_memory(),
        warnings.catch_warnings(),
        suppress(UnhandledInputError, ExceptionGroup),
    ):
        # Warnings of numpy would be printed on the user's terminal.
        warnings.simplefilter("error", RuntimeWarning)
        try_all()
    return FuzzResult(kind.name, judge.accepted, judge.refused, list(judge.failures.values()))


class _Judge:
    """Checks that inputs of a kind are accepted, or refused as they should be."""

    def __init__(self, kind: FileKind) -> None:
        self._kind = kind
        self.accepted = 0
        self.refused = 0
        self.failures: dict[str, FuzzFailure] = {}

    def judge(self, content: bytes) -> None:
        """Read an input; raise UnhandledInputError if that goes wrong."""
        file = Path(os.environ["XDG_CONFIG_HOME"]) / "voice-guide" / self._kind.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        try:
            with _limited_time():
                self._kind.read(file)
        except VoiceGuideError as error:
            self.refused += 1
            if str(file) not in str(error) or len(str(error).splitlines()) != 1:
                raise self._failed("refused, but not in one clear line", error, content) from error
        except _TooLongError as error:
            raise self._failed(f"not done after {_MAX_CPU_S:g} s", error, content) from error
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(place.filename).name}, line {place.lineno}"
            raise self._failed(f"{type(error).__name__} in {where}", error, content) from error
        else:
            self.accepted += 1

    def _failed(self, problem: str, error: BaseException, content: bytes) -> UnhandledInputError:
        known = self.failures.get(problem)
        if known is None or len(content) <= len(known.content):
            self.failures[problem] = FuzzFailure(self._kind.name, problem, str(error), content)
        return UnhandledInputError(problem)


@contextmanager
def _limited_memory() -> Iterator[None]:
    """Limit memory: asking for more raises a MemoryError."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[0])
    used = pages * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + _MAX_MORE_BYTES, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@contextmanager
def _limited_time() -> Iterator[None]:
    """Limit processor time: taking more raises a _TooLongError."""

    def stop(_: int, __: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, _MAX_CPU_S)
    # A library written in C that does not return handles no signal.
    faulthandler.dump_traceback_later(_MAX_REAL_S, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def fuzz_rows(results: Sequence[FuzzResult]) -> list[ResultRow]:
    """Return a row for each kind of file."""
    rows = []
    for kind in dict.fromkeys(result.kind for result in results):
        mine = [result for result in results if result.kind == kind]
        accepted, refused = sum(one.accepted for one in mine), sum(one.refused for one in mine)
        failures = sum(len(one.failures) for one in mine)
        counts = (
            f"{accepted + refused} inputs: {accepted} accepted, "
            f"{refused} refused in one clear line; {failures} failures"
        )
        rows.append(found(kind, counts, "0 failures", not failures))
    return rows


def smallest_failures(results: Sequence[FuzzResult]) -> list[FuzzFailure]:
    """Return the smallest input of each kind of failure."""
    smallest: dict[tuple[str, str], FuzzFailure] = {}
    for failure in (failure for result in results for failure in result.failures):
        known = smallest.get((failure.kind, failure.problem))
        if known is None or len(failure.content) < len(known.content):
            smallest[failure.kind, failure.problem] = failure
    return list(smallest.values())
