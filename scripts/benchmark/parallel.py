"""Work in small pieces, on all processors."""

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Protocol, TypeVar

_Found = TypeVar("_Found")
_Found_co = TypeVar("_Found_co", covariant=True)


class Work(Protocol[_Found_co]):
    """A piece of work, which another process can do."""

    def run(self) -> _Found_co:
        """Do it."""
        ...


def done(pieces: Sequence[Work[_Found]], doing: str, told_every: int) -> Iterator[_Found]:
    """Yield what comes of each piece, in their order.

    How far `doing` has come is told whenever so many more are done.
    """
    # Not forked: Vosk has threads of its own.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), spawn) as pool:
        for number, found in enumerate(pool.map(_run, pieces)):
            if number % told_every == 0:
                tell(f"{doing}, {100 * number // len(pieces)} % done")
            yield found


def _run(piece: Work[_Found]) -> _Found:
    return piece.run()


def tell(doing: str) -> None:
    """Say on standard error what is going on."""
    print(f"bench: {doing}", file=sys.stderr, flush=True)
