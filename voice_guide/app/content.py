"""The routines, prompts and sentences of a language, loaded and checked together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voice_guide.app.language_check import missing_prompts, missing_sentences
from voice_guide.config.language import Language, find, reference
from voice_guide.config.settings import HearingSettings, Settings
from voice_guide.dialogue.prompts import Prompts
from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.sentences import Sentences
from voice_guide.routines.library import Library, Problem
from voice_guide.routines.reserved_commands import ReservedCommands


@dataclass(frozen=True)
class Content:
    """What there is to say and to understand."""

    language: Language
    """The guide's language."""

    library: Library
    """The routines."""

    sentences: Sentences
    """What people can say, the routines' own names included."""

    prompts: Prompts
    """What the guide says beside the routines."""

    @property
    def rejected_packs(self) -> tuple[Problem, ...]:
        """The packs of the user's own that cannot be used, with all that is wrong with each."""
        return self.library.rejected_packs


def load_content(settings: Settings, packs: Iterable[Path] | None = None) -> Content:
    """Read the guide's language, and these routines or all there are in that language.

    Packs of the user's own that cannot be used are left out. Raises PackError with every
    problem of every other pack, and VoiceGuideError where the language lacks anything.
    """
    language = find(settings.language)
    prompts = Prompts(language.prompts)
    own = load_sentences(language.folder, Library(()), settings.hearing)
    if language != reference():
        _ensure_complete(language, prompts, own, settings.hearing)
    library = Library.load(language.code, ReservedCommands(own).lost_to, packs)
    return Content(language, library, own.with_lists(library.lists), prompts)


def _ensure_complete(
    language: Language, prompts: Prompts, sentences: Sentences, hearing: HearingSettings
) -> None:
    complete = reference()
    all_prompts = Prompts(complete.prompts)
    all_sentences = load_sentences(complete.folder, Library(()), hearing)
    wanting = {
        language.prompts: list(missing_prompts(prompts, all_prompts)),
        language.folder: list(missing_sentences(sentences, all_sentences)),
    }
    told = [f"{place}: {'; '.join(found)}" for place, found in wanting.items() if found]
    if told:
        raise VoiceGuideError("; ".join(told))


def commands_of(language: Language, hearing: HearingSettings) -> ReservedCommands:
    """Return the commands of a language, which no routine may take away."""
    return ReservedCommands(load_sentences(language.folder, Library(()), hearing))


def load_sentences(path: Path, library: Library, hearing: HearingSettings) -> Sentences:
    """Read a sentence file or folder, with the lists that only routines and settings know."""
    return Sentences.load(path, lists_of(library, hearing))


def lists_of(library: Library, hearing: HearingSettings) -> Mapping[str, Sequence[str]]:
    """Return what {name} stands for in sentences where only routines and settings know it."""
    return {**library.lists, "wake_phrase": (hearing.wake_phrase,)}
