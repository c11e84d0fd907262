"""Finding the commands in recordings, with the same hearing as live."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voice_guide.app.content import load_content, load_sentences
from voice_guide.app.speech_input import (
    load_model,
    new_listener,
    new_matcher,
    require_hearable_wake_phrase,
)
from voice_guide.audio.pcm import Samples, silence
from voice_guide.config.settings import Settings
from voice_guide.devices.wav_file import Recording
from voice_guide.dialogue.phase import Phase
from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.command import Command
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.unheard import check_hearing
from voice_guide.ui.console import print_rejected_packs, print_unheard

_DEFAULT_CONTEXT = Phase.STEP
"""The context of recordings, if the sentences have it and no other is given."""


@dataclass(frozen=True)
class Transcription:
    """The commands heard in a recording."""

    duration_s: float
    """Length of the recording in seconds."""

    commands: list[Command]
    """The commands, in the order they were said."""


class Transcriber:
    """Finds the commands in recordings, as a live session would hear them."""

    def __init__(self, settings: Settings, sentences: Path | None, context: str | None) -> None:
        """Listen for the guide's sentences, or those of a file or folder, in one context.

        Without a context, listen for the sentences of a step or, if the sentence file has no
        such context, for all of them. Raises VoiceGuideError if there is no such context.
        """
        hearing = settings.hearing
        content = load_content(settings)
        print_rejected_packs(content.rejected_packs)
        self._model = load_model(content.language)
        self._sentences = content.sentences
        if sentences:
            language, knows = content.language.code, self._model.knows
            self._sentences = load_sentences(sentences, content.library, hearing, language, knows)
            self._report_unheard(sentences)
        known = self._sentences.contexts
        if context is None:
            context = _DEFAULT_CONTEXT if _DEFAULT_CONTEXT in known else None
        elif context not in known:
            there_are = f"there are: {', '.join(known)}" if known else "the sentences have none"
            raise VoiceGuideError(f'there is no context "{context}"; {there_are}')
        self._context = context
        require_hearable_wake_phrase(hearing, self._model)
        self._matcher = new_matcher(Interpreter(self._sentences), self._model, content.language)
        self._settings = settings

    def _report_unheard(self, path: Path) -> None:
        """Tell what cannot be heard; raises VoiceGuideError where that is everything."""
        report = check_hearing(self._sentences, self._model.knows)
        problems = [*report.sentences, *report.words]
        if report.is_nothing_heard:
            raise VoiceGuideError(f"{path}: {problems[0]}")
        print_unheard(path, problems)

    def hear(self, recording: Recording, far_end: Recording | None) -> Transcription:
        """Return the commands in a recording; `far_end` is what a speaker played during it."""
        listener = new_listener(self._model, self._matcher, self._context, self._settings)
        found = [
            event
            for heard, played in _pairs(recording, far_end)
            for event in listener.hear(heard, played)
        ]
        commands = [e for e in [*found, *listener.finish()] if isinstance(e, Command)]
        return Transcription(recording.duration_s, commands)


def _pairs(recording: Recording, far_end: Recording | None) -> Iterator[tuple[Samples, Samples]]:
    played = far_end.blocks() if far_end else iter(())
    for heard in recording.blocks():
        yield heard, next(played, silence())
