"""A whole rehearsal, from the packs to the report."""

import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from voice_guide.app.content import lists_of, load_content
from voice_guide.app.speech_input import load_model
from voice_guide.config.settings import SettingsFile, default_settings
from voice_guide.rehearsal.acoustic_test import Condition, Job, perform, speakers
from voice_guide.rehearsal.prompts import contained, prompts_of
from voice_guide.rehearsal.report import (
    Report,
    advised,
    confusions_in,
    echoes_of,
    outcome_of,
    unheard,
)
from voice_guide.rehearsal.sentences import lines_of
from voice_guide.tts.pyttsx3_tts import VoiceSpec
from voice_guide.ui.console import print_rejected_packs


def rehearse(packs: Iterable[Path] | None, threshold: float) -> Report:
    """Rehearse the guide's sentences, with these packs or all there are.

    Raises VoiceGuideError where a pack cannot be read, or the model or a voice is missing.
    """
    settings = default_settings(SettingsFile().language)
    content = load_content(settings, packs)
    print_rejected_packs(content.rejected_packs)
    sentences, library = content.sentences, content.library
    lines = lines_of(sentences, load_model(content.language).knows)
    prompts = prompts_of(content, lines.lines)
    able, unable = speakers(sentences.language)
    voice = settings.voice
    guide = (VoiceSpec(voice.name, voice.rate),)
    jobs = [
        *(Job(line.context, line.text, able, tuple(Condition)) for line in lines.lines),
        *(Job(prompt.context, prompt.text, guide, (Condition.QUIET,)) for prompt in prompts),
    ]
    source = (content.language, lists_of(library, settings.hearing))
    # Standard output is the report's; a file or a pipe has no use for progress.
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Rehearsing", total=len(jobs))
        takes = perform(jobs, source, lambda: progress.advance(task))
    said, echoed = takes[: len(lines.lines)], takes[len(lines.lines) :]
    outcomes = [
        outcome_of(line, each, library.alike) for line, each in zip(lines.lines, said, strict=True)
    ]
    return Report(
        threshold=threshold,
        voices=tuple(speaker.name for speaker in able),
        voices_left_out=unable,
        sentences=advised(outcomes, threshold),
        confusions=confusions_in(outcomes),
        unknown=unheard(lines.unknown),
        echoes=echoes_of(
            [(prompt, part) for prompt in prompts for part in contained(prompt, sentences)],
            [
                (prompt, take)
                for prompt, each in zip(prompts, echoed, strict=True)
                for take in each
            ],
        ),
    )
