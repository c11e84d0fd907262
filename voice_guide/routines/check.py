"""Whether packs are sound, and what their authors should know about them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from voice_guide.nlu.sampling import spoken
from voice_guide.routines.library import Objections, installed, listened_for, read, read_all, said
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


def check(
    files: Iterable[Path], language: str, objections: Objections, knows: Callable[[str], bool]
) -> dict[Path, Report]:
    """Check packs that are to be used together in a language.

    `knows` tells whether the speech model has a word.
    """
    files = list(files)
    packs = read_all(files, language, objections)
    # Where it lies, a pack may be left out because of another one that nobody asked about.
    there = read(installed(), language, objections)
    return {
        file: Report(
            tuple(
                dict.fromkeys(
                    problem.text
                    for problem in (*packs.problems, *there.problems)
                    if problem.file.absolute() == file.absolute()
                )
            ),
            _remarks(packs.sound[file], knows) if file in packs.sound else (),
        )
        for file in files
    }


def _remarks(routine: Routine, knows: Callable[[str], bool]) -> tuple[str, ...]:
    deaf_to: dict[str, tuple[str, str]] = {}
    for _, key, phrase in listened_for(routine):
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
