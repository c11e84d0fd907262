"""Commands in recordings, heard as they would be live."""

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
from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.command import Command
from voice_guide.ui.console import show_rejected_packs

_MID_STEP = "step"
"""What is listened for in recordings where nothing else is asked for."""


@dataclass(frozen=True)
class Transcription:
    """What was heard in a recording."""

    duration_s: float
    """The recording's length in seconds."""

    commands: list[Command]
    """In the order in which they were said."""


class Transcriber:
    """Hears commands in recordings as it would hear them live."""

    def __init__(self, settings: Settings, sentences: Path | None, context: str | None) -> None:
        """Listen for the guide's sentences or those of a file or folder, in one context.

        Without a context, for what makes sense in the middle of a step or, where the
        sentence file knows no such context, for everything. Raises VoiceGuideError where
        there is no such context.
        """
        hearing = settings.hearing
        content = load_content(settings)
        show_rejected_packs(content.rejected_packs)
        self._sentences = content.sentences
        if sentences:
            self._sentences = load_sentences(sentences, content.library, hearing)
        known = self._sentences.contexts
        if context is None:
            context = _MID_STEP if _MID_STEP in known else None
        elif context not in known:
            there_are = f"there are: {', '.join(known)}" if known else "the sentences have none"
            raise VoiceGuideError(f'there is no context "{context}"; {there_are}')
        self._context = context
        self._model = load_model(content.language)
        require_hearable_wake_phrase(hearing, self._model)
        self._matcher = new_matcher(self._sentences, self._model, content.language)
        self._settings = settings

    def hear(self, recording: Recording, far_end: Recording | None) -> Transcription:
        """Return the commands in a recording; `far_end` is what the speaker played meanwhile."""
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
