"""Reading packs, and finding the routine that a person means."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, TypeAlias

import platformdirs

from voice_guide.config.toml_files import TomlFileError, load_toml
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


Objections: TypeAlias = Callable[[Routine], Iterable[str]]
"""Tells what speaks against a pack beside its own mistakes, in words for its author."""


@dataclass(frozen=True)
class Packs:
    """Packs that were read together."""

    sound: Mapping[Path, Routine]
    """Those that can be used together."""

    problems: tuple[Problem, ...]
    """Everything that is wrong with the others."""

    of_other_languages: Mapping[Path, Routine]
    """Those that nothing else is wrong with."""


class Library:
    """The routines there are, by everything people may call them."""

    def __init__(
        self,
        routines: Iterable[Routine],
        rejected_packs: Iterable[Problem] = (),
        of_other_languages: Iterable[Routine] = (),
    ) -> None:
        self.routines = tuple(routines)
        """All of them, in the order in which they are offered."""
        self.rejected_packs = tuple(rejected_packs)
        """The packs of the user's own that cannot be used, with all that is wrong with each."""
        self.of_other_languages = tuple(of_other_languages)
        """The routines there would be if the guide spoke another language."""

    @classmethod
    def load(
        cls, language: str, objections: Objections, files: Iterable[Path] | None = None
    ) -> "Library":
        """Read these packs, or those of this language that are installed here.

        Of these, packs of the user's own that cannot be used are left out. Raises PackError
        with every problem of every other pack, and VoiceGuideError where no pack is left.
        """
        if files is not None:
            packs = read_all(files, language, objections)
            if packs.problems:
                raise PackError(packs.problems)
            return cls(packs.sound.values())
        packs = read(installed(), language, objections)
        if damaged := [each for each in packs.problems if each.file.parent == FOLDER]:
            raise PackError(damaged)
        if not packs.sound:
            told = "".join(f"; {problem.file}: {problem.text}" for problem in packs.problems)
            raise VoiceGuideError(
                f'there is no routine in the language "{language}": put packs into '
                f"{own_folder()}{told}"
            )
        return cls(
            packs.sound.values(), _by_file(packs.problems), packs.of_other_languages.values()
        )

    def by_id(self, routine_id: str) -> Routine:
        """Return the routine of that id; raises VoiceGuideError where there is none."""
        for routine in self.routines:
            if routine.id == routine_id:
                return routine
        known = ", ".join(routine.id for routine in self.routines)
        there_are = f'there is no routine "{routine_id}"; there are: {known}'
        if self.rejected_packs:
            there_are += f"; {len(self.rejected_packs)} left out: `voice-guide routines` tells why"
        raise VoiceGuideError(there_are)

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


def own_folder() -> Path:
    """Return where a person puts packs of her own."""
    return platformdirs.user_config_path("voice-guide") / "routines"


def come_with_program() -> list[Path]:
    """Return the packs that come with the program."""
    return sorted(FOLDER.glob("*.toml"))


def installed() -> list[Path]:
    """Return all packs that are there to be used: first the program's, then the user's own."""
    return [*come_with_program(), *sorted(own_folder().glob("*.toml"))]


def read(files: Iterable[Path], language: str, objections: Objections) -> Packs:
    """Read packs that are to be used together in a language."""
    sound: dict[Path, Routine] = {}
    others: dict[Path, Routine] = {}
    found: list[Problem] = []
    for file in dict.fromkeys(files):
        try:
            routine = load_pack(file)
        except PackError as error:
            found += error.problems
            continue
        if routine.language != language:
            others[file] = routine
            continue
        same = [other for other, known in sound.items() if known.id == routine.id]
        against = [f'id: "{routine.id}" is the id of {other} too' for other in same]
        # Those that come with the program are tested, and looking takes its time.
        if file.parent != FOLDER:
            against += objections(routine)
        found += [Problem(file, text) for text in against]
        if not against:
            sound[file] = routine
    return Packs(sound, tuple(found), others)


def read_all(files: Iterable[Path], language: str, objections: Objections) -> Packs:
    """Read packs of which none may be of another language."""
    packs = read(files, language, objections)
    foreign = (
        Problem(file, f'language: expected "{language}", the guide\'s (found "{each.language}")')
        for file, each in packs.of_other_languages.items()
    )
    return replace(packs, problems=(*packs.problems, *foreign))


def load_pack(file: Path) -> Routine:
    """Read one pack; raises PackError with all its problems."""
    try:
        return load_toml(file, Routine)
    except TomlFileError as error:
        raise PackError([Problem(file, text) for text in error.problems]) from error


def listened_for(routine: Routine) -> Iterator[tuple[str, str, str]]:
    """Yield each phrase the pack has people say: its list, the key it stands under, itself."""
    for name, key, templates in [
        ("routine", "names", routine.names),
        ("area", "areas", routine.areas),
        *(("thing", f"needs[{at}].said", need.said) for at, need in enumerate(routine.needs, 1)),
    ]:
        for template in templates:
            for phrase in phrases(template):
                yield name, key, phrase


def said(routine: Routine) -> Iterator[tuple[str, str]]:
    """Yield each text the pack has the guide say in one go, with the key it stands under."""
    for at, caution in enumerate(routine.safety.cautions, 1):
        yield f"safety.cautions[{at}]", caution
    yield "safety.when_it_hurts", routine.safety.when_it_hurts
    for at, step in enumerate(routine.steps, 1):
        for key in ("say", "say_then", "caution", "more"):
            text = getattr(step, key)
            if text is not None:
                yield f"steps[{at}].{key}", text
    yield "closing", routine.closing
    yield "source.referral", routine.source.referral


def _index(pairs: Iterable[tuple[str, Routine]]) -> Mapping[str, tuple[Routine, ...]]:
    index: dict[str, tuple[Routine, ...]] = {}
    for phrase, routine in pairs:
        if routine not in index.get(phrase, ()):
            index[phrase] = (*index.get(phrase, ()), routine)
    return index


def _by_file(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield one problem for each file: all that is wrong with it."""
    for file, found in groupby(problems, key=lambda problem: problem.file):
        yield Problem(file, "; ".join(problem.text for problem in found))
