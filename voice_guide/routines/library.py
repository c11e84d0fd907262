"""The library of the installed routines, and finding the one that the user names."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import groupby
from pathlib import Path

from voice_guide.errors import VoiceGuideError
from voice_guide.routines.model import Routine
from voice_guide.routines.packs import (
    ExtraCheck,
    PackError,
    PackProblem,
    installed_packs,
    is_built_in,
    load_packs,
    load_packs_strictly,
    own_packs_folder,
)
from voice_guide.routines.phrases import phrases


class Library:
    """The routines to choose from, indexed by everything that the user may call them."""

    def __init__(
        self,
        routines: Iterable[Routine],
        rejected_packs: Iterable[PackProblem] = (),
        of_other_languages: Iterable[Routine] = (),
    ) -> None:
        self.routines = tuple(routines)
        """All routines, in the order in which they are offered."""
        self.rejected_packs = tuple(rejected_packs)
        """The user's own packs that cannot be used, with all problems of each in one text."""
        self.of_other_languages = tuple(of_other_languages)
        """The routines that are in another language than the guide's."""

    @classmethod
    def load(
        cls,
        language: str,
        extra_check: ExtraCheck,
        files: Iterable[Path] | None = None,
        own: Path | None = None,
    ) -> "Library":
        """Load the packs in these files, or the installed ones of this language if None.

        `own` is the folder of the user's own packs; None for the usual one. An installed pack of
        the user's own that cannot be used is left out. Raises PackError with all problems of any
        other, and VoiceGuideError if no pack is left.
        """
        if files is not None:
            packs = load_packs_strictly(files, language, extra_check)
            if packs.problems:
                raise PackError(packs.problems)
            return cls(packs.valid.values())
        packs = load_packs(installed_packs(own), language, extra_check)
        if damaged := [each for each in packs.problems if is_built_in(each.file)]:
            raise PackError(damaged)
        if not packs.valid:
            listed = "".join(f"; {problem.file}: {problem.text}" for problem in packs.problems)
            raise VoiceGuideError(
                f'there is no routine in the language "{language}": put packs into '
                f"{own or own_packs_folder()}{listed}"
            )
        return cls(
            packs.valid.values(),
            _joined_by_file(packs.problems),
            packs.of_other_languages.values(),
        )

    def by_id(self, routine_id: str) -> Routine:
        """Return the routine with that id; raises VoiceGuideError if there is none."""
        for routine in self.routines:
            if routine.id == routine_id:
                return routine
        known = ", ".join(routine.id for routine in self.routines)
        message = f'there is no routine "{routine_id}"; there are: {known}'
        if self.rejected_packs:
            message += f"; {len(self.rejected_packs)} left out: `voice-guide routines` says why"
        raise VoiceGuideError(message)

    def named(self, phrase: str) -> tuple[Routine, ...]:
        """Return the routines with this name."""
        return self._names.get(phrase, ())

    def for_area(self, phrase: str) -> tuple[Routine, ...]:
        """Return the routines for this area."""
        return self._areas.get(phrase, ())

    def with_thing(self, phrase: str) -> tuple[Routine, ...]:
        """Return the routines that need this thing."""
        return self._things.get(phrase, ())

    @property
    def lists(self) -> Mapping[str, tuple[str, ...]]:
        """The values of the lists {routine}, {area} and {thing} of the sentence files."""
        return {
            "routine": tuple(self._names),
            "area": tuple(self._areas),
            "thing": tuple(self._things),
        }

    def equal_values(self, name: str, value: object) -> tuple[str, ...]:
        """Return the values of a list that stand for the same routines as this one.

        For example, "shoulders" equals "shoulder". A list that is not in `lists` has none.
        """
        index = {"routine": self._names, "area": self._areas, "thing": self._things}.get(name, {})
        return tuple(other for other, found in index.items() if found == index.get(str(value)))

    @property
    def example(self) -> str:
        """A phrase that chooses a routine."""
        return next(iter((*self._areas, *self._names)))

    @cached_property
    def _names(self) -> Mapping[str, tuple[Routine, ...]]:
        return _index((p, r) for r in self.routines for t in r.names for p in phrases(t))

    @cached_property
    def _areas(self) -> Mapping[str, tuple[Routine, ...]]:
        return _index((p, r) for r in self.routines for t in r.areas for p in phrases(t))

    @cached_property
    def _things(self) -> Mapping[str, tuple[Routine, ...]]:
        templates = ((t, r) for r in self.routines for need in r.needs for t in need.said)
        return _index((phrase, routine) for t, routine in templates for phrase in phrases(t))


def _index(pairs: Iterable[tuple[str, Routine]]) -> Mapping[str, tuple[Routine, ...]]:
    index: dict[str, tuple[Routine, ...]] = {}
    for phrase, routine in pairs:
        if routine not in index.get(phrase, ()):
            index[phrase] = (*index.get(phrase, ()), routine)
    return index


def _joined_by_file(problems: Iterable[PackProblem]) -> Iterator[PackProblem]:
    """Yield one problem per file, with the texts of all its problems."""
    for file, group in groupby(problems, key=lambda problem: problem.file):
        yield PackProblem(file, "; ".join(problem.text for problem in group))
