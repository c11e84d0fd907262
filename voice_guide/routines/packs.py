"""Load routine packs from TOML files, with every problem of each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeAlias

import platformdirs

from voice_guide.config.toml_files import TomlFileError, load_toml
from voice_guide.errors import VoiceGuideError
from voice_guide.routines.model import Routine
from voice_guide.routines.phrases import phrases

BUILT_IN_PACKS = Path(__file__).parent
"""The folder of the program's own packs."""


class PackProblem(NamedTuple):
    """A reason why a pack cannot be used."""

    file: Path
    """The pack's file."""

    text: str
    """The key or line, and what was expected there."""


class PackError(VoiceGuideError):
    """Some packs cannot be used."""

    def __init__(self, problems: Iterable[PackProblem]) -> None:
        self.problems = tuple(problems)
        """Everything that is wrong with them."""
        super().__init__("; ".join(f"{problem.file}: {problem.text}" for problem in self.problems))


ExtraCheck: TypeAlias = Callable[[Routine], Iterable[str]]
"""Returns further problems of a pack that is valid by itself, in words for its author."""


@dataclass(frozen=True)
class LoadedPacks:
    """Packs that were loaded together."""

    valid: Mapping[Path, Routine]
    """The packs that can be used together."""

    problems: tuple[PackProblem, ...]
    """All problems of the others."""

    of_other_languages: Mapping[Path, Routine]
    """The packs whose only problem is their language."""


def own_packs_folder() -> Path:
    """Return the folder of the user's own packs."""
    return platformdirs.user_config_path("voice-guide") / "routines"


def built_in_packs() -> list[Path]:
    """Return the files of the program's own packs."""
    return sorted(BUILT_IN_PACKS.glob("*.toml"))


def is_built_in(file: Path) -> bool:
    """Return True for a file of the program's own packs."""
    return file.parent == BUILT_IN_PACKS


def installed_packs(own: Path | None = None) -> list[Path]:
    """Return the files of all packs: the program's, then those in the user's own folder.

    That is `own` where it is given, or else the usual one.
    """
    return [*built_in_packs(), *sorted((own or own_packs_folder()).glob("*.toml"))]


def load_pack(file: Path) -> Routine:
    """Load one pack; raises PackError with all its problems."""
    try:
        return load_toml(file, Routine)
    except TomlFileError as error:
        raise PackError([PackProblem(file, text) for text in error.problems]) from error


def load_packs(files: Iterable[Path], language: str, extra_check: ExtraCheck) -> LoadedPacks:
    """Load packs to be used together in a language."""
    valid: dict[Path, Routine] = {}
    of_other_languages: dict[Path, Routine] = {}
    problems: list[PackProblem] = []
    for file in dict.fromkeys(files):
        try:
            routine = load_pack(file)
        except PackError as error:
            problems += error.problems
            continue
        if routine.language != language:
            of_other_languages[file] = routine
            continue
        same_id = [other for other, known in valid.items() if known.id == routine.id]
        texts = [f'id: "{routine.id}" is the id of {other} too' for other in same_id]
        # The program's packs are tested, and the check takes time at every start.
        if not is_built_in(file):
            texts += extra_check(routine)
        problems += [PackProblem(file, text) for text in texts]
        if not texts:
            valid[file] = routine
    return LoadedPacks(valid, tuple(problems), of_other_languages)


def load_packs_strictly(
    files: Iterable[Path], language: str, extra_check: ExtraCheck
) -> LoadedPacks:
    """Load packs of which none may be in another language."""
    packs = load_packs(files, language, extra_check)
    foreign = (
        PackProblem(
            file, f'language: expected "{language}", the guide\'s (found "{each.language}")'
        )
        for file, each in packs.of_other_languages.items()
    )
    return replace(packs, problems=(*packs.problems, *foreign))


def user_phrases(routine: Routine) -> Iterator[tuple[str, str, str]]:
    """Yield each phrase that the user may say for the pack, as (list, key in the pack, phrase)."""
    for name, key, templates in [
        ("routine", "names", routine.names),
        ("area", "areas", routine.areas),
        *(("thing", f"needs[{at}].said", need.said) for at, need in enumerate(routine.needs, 1)),
    ]:
        for template in templates:
            for phrase in phrases(template):
                yield name, key, phrase


def spoken_texts(routine: Routine) -> Iterator[tuple[str, str]]:
    """Yield each text that the guide says in one go for the pack, as (key in the pack, text)."""
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
