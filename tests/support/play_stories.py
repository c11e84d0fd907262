"""Plays stories aloud, on all processors: all of them, or those that are named.

Started by `scripts/stories`. Shows each that goes otherwise, and how well people were
understood; ends with 1 where any went otherwise.
"""

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

from support.spoken_stage import Ear, Told, figures, tell
from support.stage import FOLDER, STORIES


def main(names: Sequence[str]) -> int:
    stories = [FOLDER / f"{Path(name).stem}.txt" for name in names] or STORIES
    told = []
    for number, story in enumerate(all_told(stories), 1):
        told.append(story)
        outcome = "  FAILED" if story.failure else ""
        print(f"{number:3}/{len(stories)}  {story.name}{outcome}", flush=True)
    print()
    for story in told:
        for utterance in story.said:
            if utterance.became:
                print(utterance)
    print()
    failed = [story for story in told if story.failure]
    for story in failed:
        print(story.failure)
    print(*figures(told), sep="\n")
    return bool(failed)


def all_told(stories: Sequence[Path]) -> Iterator[Told]:
    """Play stories, as many at a time as there are processors; the longest first."""
    ordered = sorted(stories, key=lambda story: -story.stat().st_size)
    # Not forked: Vosk has threads of its own.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), spawn) as pool:
        yield from pool.map(_told, ordered)


_ear = cache(Ear.load)


def _told(story: Path) -> Told:
    return tell(story, _ear())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
