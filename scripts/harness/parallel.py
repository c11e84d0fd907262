"""Run independent pieces of work on all processors."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Protocol, TypeVar

_Result = TypeVar("_Result")
_Result_co = TypeVar("_Result_co", covariant=True)


class Work(Protocol[_Result_co]):
    """A piece of work that can be pickled and run in another process."""

    def run(self) -> _Result_co:
        """Do the work and return its result."""
        ...


def process_pool() -> ProcessPoolExecutor:
    """Return a pool with one process for each processor.

    The processes are spawned: forking would copy Vosk's threads and the caller's resource limits.
    """
    return ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn"))


def run_in_parallel(
    pieces: Sequence[Work[_Result]], report_done: Callable[[int], None], report_every: int
) -> Iterator[_Result]:
    """Yield the result of each piece, in the order of the pieces.

    `report_done` is called with the percentage that is done, after every `report_every` pieces.
    """
    with process_pool() as pool:
        for number, result in enumerate(pool.map(_run, pieces)):
            if number % report_every == 0:
                report_done(100 * number // len(pieces))
            yield result


def _run(piece: Work[_Result]) -> _Result:
    return piece.run()
