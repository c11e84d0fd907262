"""Reading packs, and finding the routine that a person means."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from voice_guide.checking import problems
from voice_guide.errors import VoiceGuideError
from voice_guide.routines.model import Routine
from voice_guide.routines.phrases import phrases

FOLDER = Path(__file__).parent
"""Where the packs that come with the program are."""


class PackError(VoiceGuideError):
    """A pack that cannot be used."""

    def __init__(self, file: Path, problems: list[str]) -> None:
        super().__init__("; ".join(f"{file}: {problem}" for problem in problems))
        self.problems = tuple(problems)
        """Everything that is wrong with it."""


class Library:
    """The routines there are, by everything people may call them."""

    def __init__(self, routines: Iterable[Routine]) -> None:
        self.routines = tuple(routines)
        """All of them, in the order in which they are offered."""

    @classmethod
    def load(cls, files: Iterable[Path] | None = None) -> "Library":
        """Read these packs, or those that come with the program.

        Raises PackError with every problem of the first pack that has any, or where two
        packs share an id.
        """
        sources: dict[str, Path] = {}
        routines = []
        for file in files if files is not None else sorted(FOLDER.glob("*.toml")):
            routine = load_pack(file)
            if routine.id in sources:
                raise PackError(
                    file, [f'id: "{routine.id}" is the id of {sources[routine.id]} too']
                )
            sources[routine.id] = file
            routines.append(routine)
        return cls(routines)

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


def load_pack(file: Path) -> Routine:
    """Read one pack; raises PackError with all its problems."""
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise PackError(file, ["no such file"]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(file, [f"cannot be read: {error}"]) from error
    except tomllib.TOMLDecodeError as error:
        raise PackError(file, [f"not TOML: {error}"]) from error
    try:
        return TypeAdapter(Routine).validate_python(content)
    except ValidationError as error:
        raise PackError(file, problems(error)) from error


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


def _index(pairs: Iterable[tuple[str, Routine]]) -> Mapping[str, tuple[Routine, ...]]:
    index: dict[str, tuple[Routine, ...]] = {}
    for phrase, routine in pairs:
        if routine not in index.get(phrase, ()):
            index[phrase] = (*index.get(phrase, ()), routine)
    return index
