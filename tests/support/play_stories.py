"""Play stories aloud on all processors: all of them, or those named.

`scripts/stories` starts this. It prints every failure and how well people were understood, and
exits with 1 if any story failed.
"""

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

from support.spoken_stage import Ear, PlayedStory, figures, play_aloud
from support.stage import FOLDER, STORIES


def main(names: Sequence[str]) -> int:
    stories = [FOLDER / f"{Path(name).stem}.txt" for name in names] or STORIES
    played = []
    for number, story in enumerate(play_all(stories), 1):
        played.append(story)
        outcome = "  FAILED" if story.failure else ""
        print(f"{number:3}/{len(stories)}  {story.name}{outcome}", flush=True)
    print()
    for story in played:
        for utterance in story.said:
            if utterance.became:
                print(utterance)
    print()
    failed = [story for story in played if story.failure]
    for story in failed:
        print(story.failure)
    print(*figures(played), sep="\n")
    return bool(failed)


def play_all(stories: Sequence[Path]) -> Iterator[PlayedStory]:
    """Play stories, one per processor at a time, the longest first."""
    ordered = sorted(stories, key=lambda story: -story.stat().st_size)
    # Not forked, since Vosk has threads of its own.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), spawn) as pool:
        yield from pool.map(_played, ordered)


_ear = cache(Ear.load)


def _played(story: Path) -> PlayedStory:
    return play_aloud(story, _ear())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
