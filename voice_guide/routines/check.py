"""Whether a pack is sound, and what its author should know about it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from voice_guide.hearing.grammar import spoken
from voice_guide.routines.library import PackError, listened_for, load_pack


@dataclass(frozen=True)
class Report:
    """What a check found."""

    problems: tuple[str, ...]
    """Why the pack cannot be used; empty for a sound one."""

    remarks: tuple[str, ...]
    """What works less well than its author may think."""


def check(file: Path, knows: Callable[[str], bool]) -> Report:
    """Check one pack; `knows` tells whether the speech model has a word."""
    try:
        routine = load_pack(file)
    except PackError as error:
        return Report(error.problems, ())
    deaf_to: dict[str, tuple[str, str]] = {}
    for key, phrase in listened_for(routine):
        for word in spoken(phrase):
            if not knows(word):
                deaf_to.setdefault(word, (key, phrase))
    return Report(
        (),
        tuple(
            f'{key}: the speech model does not know the word "{word}", so nobody can be '
            f'heard saying "{phrase}"; add a name without it'
            for word, (key, phrase) in deaf_to.items()
        ),
    )
