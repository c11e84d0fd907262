"""Whether packs are sound, and what their authors should know about them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from voice_guide.hearing.grammar import spoken
from voice_guide.routines.library import listened_for, read, said
from voice_guide.routines.model import Routine

_MOST_WORDS = 30
"""Words said in one go that can still be followed by ear."""


@dataclass(frozen=True)
class Report:
    """What a check of one pack found."""

    problems: tuple[str, ...]
    """Why the pack cannot be used; empty for a sound one."""

    remarks: tuple[str, ...]
    """What works less well than its author may think."""


def check(files: Iterable[Path], knows: Callable[[str], bool]) -> dict[Path, Report]:
    """Check packs that are to be used together.

    `knows` tells whether the speech model has a word.
    """
    files = list(files)
    routines, problems = read(files)
    return {
        file: Report(
            tuple(problem.text for problem in problems if problem.file == file),
            _remarks(routines[file], knows) if file in routines else (),
        )
        for file in files
    }


def _remarks(routine: Routine, knows: Callable[[str], bool]) -> tuple[str, ...]:
    deaf_to: dict[str, tuple[str, str]] = {}
    for key, phrase in listened_for(routine):
        for word in spoken(phrase):
            if not knows(word):
                deaf_to.setdefault(word, (key, phrase))
    unknown = [
        f'{key}: the speech model does not know the word "{word}", so nobody can be '
        f'heard saying "{phrase}"; add another way to say it'
        for word, (key, phrase) in deaf_to.items()
    ]
    long = [
        f"{key}: {len(text.split())} words in one go; more than {_MOST_WORDS} are hard to "
        "follow by ear"
        for key, text in said(routine)
        if len(text.split()) > _MOST_WORDS
    ]
    return (*unknown, *long)
