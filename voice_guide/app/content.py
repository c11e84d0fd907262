"""The routines, prompts and sentences of a language, loaded and checked together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from voice_guide.app.language_check import missing_prompts, missing_sentences
from voice_guide.config.language import REFERENCE, Language, find, reference
from voice_guide.config.settings import HearingSettings, Settings
from voice_guide.dialogue.prompts import Prompts
from voice_guide.errors import VoiceGuideError
from voice_guide.nlu import sentence_files
from voice_guide.nlu.intent import Intent
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.sentences import Sentences
from voice_guide.routines.library import Library
from voice_guide.routines.packs import PackProblem
from voice_guide.routines.reserved_commands import ReservedCommands


@dataclass(frozen=True)
class Content:
    """Everything the guide can say and understand in a language."""

    language: Language
    """The guide's language."""

    library: Library
    """The routines."""

    sentences: Sentences
    """The sentences people can say, with the routines' own names."""

    prompts: Prompts
    """The guide's own prompts."""

    @cached_property
    def interpreter(self) -> Interpreter:
        """The meaning of texts, typed or heard."""
        return Interpreter(self.sentences)

    @property
    def rejected_packs(self) -> tuple[PackProblem, ...]:
        """The user's packs that cannot be used, with everything wrong with each."""
        return self.library.rejected_packs


def load_content(
    settings: Settings, packs: Iterable[Path] | None = None, own_packs: Path | None = None
) -> Content:
    """Read the language of the settings, and these routine packs or all in that language.

    `own_packs` is the folder of the user's own packs; None for the usual one. Invalid packs of
    the user's are left out. Raises PackError with every problem of every other pack, and
    VoiceGuideError with everything that the language's files lack.
    """
    language = find(settings.language)
    prompts = Prompts(language.prompts)
    own = load_sentences(language.folder, Library(()), settings.hearing)
    if language != reference():
        _ensure_complete(language, prompts, own, settings.hearing)
    check = ReservedCommands(own).conflicts_with
    library = Library.load(language.code, check, packs, own_packs)
    sentences = own.with_lists(library.lists)
    require_distinct_wake_phrase(sentences, language, settings.hearing)
    return Content(language, library, sentences, prompts)


def require_distinct_wake_phrase(
    sentences: Sentences, language: Language, hearing: HearingSettings
) -> None:
    """Raise VoiceGuideError if the wake phrase of the settings is a command."""
    phrase = hearing.wake_phrase
    if phrase == language.wake_phrase:
        # Checked with the language, and not at every start.
        return
    # With the usual phrase in its place, so that it is not found itself.
    interpreter = Interpreter(sentences.with_lists({"wake_phrase": (language.wake_phrase,)}))
    for context in sentences.contexts:
        for meaning in interpreter.meanings(phrase, context):
            if meaning.intent != Intent.WAKE:
                raise VoiceGuideError(
                    f'hearing.wake_phrase: "{phrase}" is a command ({meaning.intent}), which '
                    f'would wake the guide by mistake; set another, as "{language.wake_phrase}"'
                )


def _ensure_complete(
    language: Language, prompts: Prompts, sentences: Sentences, hearing: HearingSettings
) -> None:
    complete = reference()
    all_prompts = Prompts(complete.prompts)
    all_sentences = load_sentences(complete.folder, Library(()), hearing)
    missing = {
        language.prompts: list(missing_prompts(prompts, all_prompts)),
        language.folder: list(missing_sentences(sentences, all_sentences)),
    }
    problems = [f"{place}: {'; '.join(found)}" for place, found in missing.items() if found]
    if problems:
        raise VoiceGuideError("; ".join(problems))


def reserved_commands(language: Language, hearing: HearingSettings) -> ReservedCommands:
    """Return the commands of a language, which no routine's name may replace."""
    return ReservedCommands(load_sentences(language.folder, Library(()), hearing))


def load_sentences(
    path: Path,
    library: Library,
    hearing: HearingSettings,
    language: str = REFERENCE,
    knows: Callable[[str], bool] | None = None,
) -> Sentences:
    """Read a sentence file or folder, with the lists that routines and settings fill.

    The language is that of files that name none. `knows` tells whether the speech model that is
    to hear the sentences has a word.
    """
    return sentence_files.load_sentences(path, lists_of(library, hearing), language, knows)


def lists_of(library: Library, hearing: HearingSettings) -> Mapping[str, Sequence[str]]:
    """Return the values of the {lists} in sentences that routines and settings fill."""
    return {**library.lists, "wake_phrase": (hearing.wake_phrase,)}
