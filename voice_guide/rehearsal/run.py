"""A whole rehearsal, from the packs to the results."""

import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from voice_guide.app.content import lists_of, load_content
from voice_guide.app.speech_input import load_model
from voice_guide.config.settings import SettingsFile, default_settings
from voice_guide.rehearsal.acoustic_test import SpeechJob, run_jobs, usable_voices
from voice_guide.rehearsal.analysis import (
    find_confusions,
    find_echoes,
    sentence_result,
    unknown_word_results,
    with_suggestions,
)
from voice_guide.rehearsal.prompts import embedded_commands, spoken_prompts
from voice_guide.rehearsal.results import RehearsalResult
from voice_guide.rehearsal.room_sound import RoomCondition
from voice_guide.rehearsal.sentences import select_sentences
from voice_guide.tts.pyttsx3_tts import VoiceSpec
from voice_guide.ui.console import print_rejected_packs


def rehearse(packs: Iterable[Path] | None, threshold: float) -> RehearsalResult:
    """Rehearse the guide's sentences with these packs, or with all installed ones.

    Raises VoiceGuideError if a pack cannot be read, or the model or a voice is missing.
    """
    settings = default_settings(SettingsFile().language)
    content = load_content(settings, packs)
    print_rejected_packs(content.rejected_packs)
    sentences, library = content.sentences, content.library
    selection = select_sentences(sentences, load_model(content.language).knows)
    prompts = spoken_prompts(content, selection.sentences)
    voices, failing_voices = usable_voices(sentences.language)
    guide_voice = (VoiceSpec(settings.voice.name, settings.voice.rate),)
    said = selection.sentences
    jobs = [
        *(SpeechJob(each.context, each.text, voices, tuple(RoomCondition)) for each in said),
        *(
            SpeechJob(each.context, each.text, guide_voice, (RoomCondition.QUIET,))
            for each in prompts
        ),
    ]
    source = (content.language, lists_of(library, settings.hearing))
    # On standard error, because standard output is for the report; only if it is a terminal.
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Rehearsing", total=len(jobs))
        heard = run_jobs(jobs, source, lambda: progress.advance(task))
    heard_sentences, heard_prompts = heard[: len(said)], heard[len(said) :]
    results = [
        sentence_result(sentence, texts, library.equal_values)
        for sentence, texts in zip(said, heard_sentences, strict=True)
    ]
    embedded = [(each, part) for each in prompts for part in embedded_commands(each, sentences)]
    echoes = [
        (prompt, text)
        for prompt, texts in zip(prompts, heard_prompts, strict=True)
        for text in texts
    ]
    return RehearsalResult(
        threshold=threshold,
        voices=tuple(voice.name for voice in voices),
        voices_left_out=failing_voices,
        sentences=with_suggestions(results, threshold),
        confusions=find_confusions(results),
        unknown=unknown_word_results(selection.unknown),
        echoes=find_echoes(embedded, echoes),
    )
