"""Check packs for their authors: problems that reject a pack, and remarks on valid ones."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from voice_guide.nlu.sampling import spoken
from voice_guide.routines.model import Routine
from voice_guide.routines.packs import (
    ExtraCheck,
    installed_packs,
    load_packs,
    load_packs_strictly,
    spoken_texts,
    user_phrases,
)

_MAX_WORDS = 30
"""Number of words said in one go that a listener can still follow."""


@dataclass(frozen=True)
class PackReport:
    """The result of checking one pack."""

    problems: tuple[str, ...]
    """Reasons why the pack cannot be used; empty for a valid one."""

    remarks: tuple[str, ...]
    """Parts that will work less well than the author may expect."""


def check_packs(
    files: Iterable[Path], language: str, extra_check: ExtraCheck, knows: Callable[[str], bool]
) -> dict[Path, PackReport]:
    """Check packs that are to be used together in a language.

    `knows` tells if the speech model has a word.
    """
    files = list(files)
    packs = load_packs_strictly(files, language, extra_check)
    # A pack among the installed ones may conflict with another one that is not in `files`.
    installed = load_packs(installed_packs(), language, extra_check)
    return {
        file: PackReport(
            tuple(
                dict.fromkeys(
                    problem.text
                    for problem in (*packs.problems, *installed.problems)
                    if problem.file.absolute() == file.absolute()
                )
            ),
            _remarks(packs.valid[file], knows) if file in packs.valid else (),
        )
        for file in files
    }


def _remarks(routine: Routine, knows: Callable[[str], bool]) -> tuple[str, ...]:
    unknown: dict[str, tuple[str, str]] = {}
    for _, key, phrase in user_phrases(routine):
        for word in spoken(phrase):
            if not knows(word):
                unknown.setdefault(word, (key, phrase))
    unknown_remarks = [
        f'{key}: the speech model does not know the word "{word}", so it cannot hear '
        f'"{phrase}"; add another way to say it'
        for word, (key, phrase) in unknown.items()
    ]
    long_remarks = [
        f"{key}: {len(text.split())} words in one go; more than {_MAX_WORDS} are hard to "
        "follow by ear"
        for key, text in spoken_texts(routine)
        if len(text.split()) > _MAX_WORDS
    ]
    return (*unknown_remarks, *long_remarks)
