"""Reading packs, and finding the routine that a person means."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from voice_guide.checking import problems, why_unreadable
from voice_guide.errors import VoiceGuideError
from voice_guide.routines.model import Routine
from voice_guide.routines.phrases import phrases

FOLDER = Path(__file__).parent
"""Where the packs that come with the program are."""


class Problem(NamedTuple):
    """Something that is wrong with a pack."""

    file: Path
    """The pack."""

    text: str
    """The key or line, and what was expected there."""


class PackError(VoiceGuideError):
    """Packs that cannot be used."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        """Everything that is wrong with them."""
        super().__init__("; ".join(f"{problem.file}: {problem.text}" for problem in self.problems))


class Library:
    """The routines there are, by everything people may call them."""

    def __init__(self, routines: Iterable[Routine]) -> None:
        self.routines = tuple(routines)
        """All of them, in the order in which they are offered."""

    @classmethod
    def load(cls, files: Iterable[Path] | None = None) -> "Library":
        """Read these packs, or those that come with the program.

        Raises PackError with every problem of every pack.
        """
        routines, found = read(files if files is not None else sorted(FOLDER.glob("*.toml")))
        if found:
            raise PackError(found)
        return cls(routines.values())

    def by_id(self, routine_id: str) -> Routine:
        """Return the routine of that id; raises VoiceGuideError where there is none."""
        for routine in self.routines:
            if routine.id == routine_id:
                return routine
        known = ", ".join(routine.id for routine in self.routines)
        raise VoiceGuideError(f'there is no routine "{routine_id}"; there are: {known}')

    def named(self, phrase: str) -> tuple[Routine, ...]:
        """Return the routines called this."""
        return self._names.get(phrase, ())

    def for_area(self, phrase: str) -> tuple[Routine, ...]:
        """Return the routines for the place called this."""
        return self._areas.get(phrase, ())

    def with_thing(self, phrase: str) -> tuple[Routine, ...]:
        """Return the routines that need the thing called this."""
        return self._things.get(phrase, ())

    @property
    def lists(self) -> Mapping[str, tuple[str, ...]]:
        """What the lists {routine}, {area} and {thing} of the sentence files stand for."""
        return {
            "routine": tuple(self._names),
            "area": tuple(self._areas),
            "thing": tuple(self._things),
        }

    def alike(self, name: str, value: object) -> tuple[str, ...]:
        """Return the values of a list that stand for the same routines as this one.

        "shoulders" is as good as "shoulder"; a list that is not one of `lists` has none.
        """
        index = {"routine": self._names, "area": self._areas, "thing": self._things}.get(name, {})
        return tuple(other for other, found in index.items() if found == index.get(str(value)))

    @property
    def example(self) -> str:
        """Something that can be said to choose a routine."""
        return next(iter((*self._areas, *self._names)))

    @cached_property
    def _names(self) -> Mapping[str, tuple[Routine, ...]]:
        return _index((p, r) for r in self.routines for t in r.names for p in phrases(t))

    @cached_property
    def _areas(self) -> Mapping[str, tuple[Routine, ...]]:
        return _index((p, r) for r in self.routines for t in r.areas for p in phrases(t))

    @cached_property
    def _things(self) -> Mapping[str, tuple[Routine, ...]]:
        said = ((t, r) for r in self.routines for need in r.needs for t in need.said)
        return _index((phrase, routine) for t, routine in said for phrase in phrases(t))


def read(files: Iterable[Path]) -> tuple[dict[Path, Routine], list[Problem]]:
    """Read packs; return the sound ones, and every problem of the others."""
    routines: dict[Path, Routine] = {}
    found: list[Problem] = []
    for file in dict.fromkeys(files):
        try:
            routine = load_pack(file)
        except PackError as error:
            found += error.problems
            continue
        same = [other for other, known in routines.items() if known.id == routine.id]
        found += [Problem(file, f'id: "{routine.id}" is the id of {other} too') for other in same]
        if not same:
            routines[file] = routine
    return routines, found


def load_pack(file: Path) -> Routine:
    """Read one pack; raises PackError with all its problems."""
    try:
        content = tomllib.loads(file.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise PackError([Problem(file, why_unreadable(error))]) from error
    except tomllib.TOMLDecodeError as error:
        raise PackError([Problem(file, f"not TOML: {error}")]) from error
    try:
        return TypeAdapter(Routine).validate_python(content)
    except ValidationError as error:
        raise PackError([Problem(file, text) for text in problems(error)]) from error


def listened_for(routine: Routine) -> Iterator[tuple[str, str]]:
    """Yield each phrase the pack has people say, with the key it stands under."""
    for key, templates in [
        ("names", routine.names),
        ("areas", routine.areas),
        *((f"needs[{at}].said", need.said) for at, need in enumerate(routine.needs, 1)),
    ]:
        for template in templates:
            for phrase in phrases(template):
                yield key, phrase


def said(routine: Routine) -> Iterator[tuple[str, str]]:
    """Yield each text the pack has the guide say in one go, with the key it stands under."""
    for at, caution in enumerate(routine.safety.cautions, 1):
        yield f"safety.cautions[{at}]", caution
    yield "safety.when_it_hurts", routine.safety.when_it_hurts
    for at, step in enumerate(routine.steps, 1):
        yield f"steps[{at}].say", step.say
    yield "closing", routine.closing
    yield "source.referral", routine.source.referral


def _index(pairs: Iterable[tuple[str, Routine]]) -> Mapping[str, tuple[Routine, ...]]:
    index: dict[str, tuple[Routine, ...]] = {}
    for phrase, routine in pairs:
        if routine not in index.get(phrase, ()):
            index[phrase] = (*index.get(phrase, ()), routine)
    return index
