"""Readers of the files that people write or pass on, which also use what they read."""

import os
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from threading import Thread
from unittest.mock import patch

from voice_guide.app.content import Content, load_content, reserved_commands
from voice_guide.app.demo import DemoScript
from voice_guide.app.language_check import missing_prompts, missing_sentences
from voice_guide.config import language
from voice_guide.config.language import REFERENCE
from voice_guide.config.settings import Settings, SettingsFile
from voice_guide.config.toml_files import load_toml
from voice_guide.devices.wav_file import Recording
from voice_guide.dialogue.actions import SaveCheckpoint
from voice_guide.dialogue.events import Started
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.dialogue.prompts import Prompts
from voice_guide.nlu.command import Command
from voice_guide.nlu.intent import Intent
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.sampling import drawn_sentences
from voice_guide.nlu.sentence_files import load_sentences
from voice_guide.nlu.sentence_prefixes import SentencePrefixes
from voice_guide.nlu.unheard import check_hearing
from voice_guide.routines.check import check_packs
from voice_guide.routines.library import Library
from voice_guide.routines.packs import built_in_packs, spoken_texts
from voice_guide.routines.reserved_commands import ReservedCommands
from voice_guide.speech_models import catalog
from voice_guide.speech_models.catalog import model_folder, read_catalog
from voice_guide.storage.store import SessionStore
from voice_guide.tts.text_normalizer import TextNormalizer

_TEXT = "Hold for 20 s at 5 °C, 1/2 turn, 2.5 kg, $5, 10-15 min, e.g. at 7:30 pm. (310) 828-7757"
"""A text that all tables of a language change."""


@cache
def _content() -> Content:
    return load_content(Settings(), built_in_packs())


@cache
def _commands() -> ReservedCommands:
    return reserved_commands(language.reference(), Settings().hearing)


def read_pack(file: Path) -> None:
    """Read a routine pack, and lead a session with it."""
    library = Library.load(REFERENCE, _commands().conflicts_with, [file])
    check_packs([file], REFERENCE, lambda _: (), lambda _: True)
    [routine] = library.routines
    normalizer = TextNormalizer(language.reference().spoken)
    for _, text in spoken_texts(routine):
        normalizer.normalize(text)
    guide = DialogueManager(library, _content().prompts, Settings(), routine)
    guide.handle(Started())
    for intent in (
        Intent.READY,
        Intent.READY,
        Intent.TELL_MORE,
        Intent.NEXT,
        Intent.WHAT_NEXT,
        Intent.OTHER_SIDE,
        Intent.HURTS,
    ):
        guide.handle(Command(intent, {}, "", 0, 0, 0, 0, 1))


def read_sentences(file: Path) -> None:
    """Read a sentence file, and interpret some texts with it."""
    sentences = load_sentences(file, _content().library.lists, knows=str.isascii)
    check_hearing(sentences, str.isascii)
    list(missing_sentences(sentences, sentences))
    interpreter = Interpreter(sentences)
    prefixes = SentencePrefixes(sentences.templates(None))
    for context in (None, *sentences.contexts):
        drawn = drawn_sentences(sentences, context, lambda _: True)
        for text in ("next step", *drawn[:2]):
            interpreter.interpret(text, context)
            prefixes.may_change(text.split(), context)


def read_settings(file: Path) -> None:
    """Read settings, and change some of them."""
    settings = SettingsFile(file)
    settings.change("voice", rate=120)
    settings.change("guide", pacing="carry on")
    again = SettingsFile(file).settings
    assert (again.voice.rate, again.guide.pacing) == (120, "carry on"), (
        "the changed settings are not there"
    )


def read_recording(file: Path) -> None:
    """Read a WAV file to its end."""
    recording = Recording(file)
    for _ in recording.blocks():
        pass


def read_piped_recording(file: Path) -> None:
    """Read a WAV file to its end through a pipe."""
    pipe = Path(f"{file}.pipe")
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    writer = Thread(target=_write_pipe, args=(pipe, file.read_bytes()), daemon=True)
    writer.start()
    read_recording(pipe)
    writer.join()


def _write_pipe(pipe: Path, content: bytes) -> None:
    with suppress(BrokenPipeError), pipe.open("wb", buffering=0) as end:
        end.write(content)


def read_own_catalog(_: Path) -> None:
    """Read the catalog of a language's folder."""
    for model in read_catalog():
        model_folder(model)


def read_built_in_catalog(file: Path) -> None:
    """Read a catalog in place of the built-in one."""
    with patch.object(catalog, "CATALOG_FILE", file):
        read_catalog()


def read_prompts(file: Path) -> None:
    """Read prompts, and check that they are complete."""
    prompts = Prompts(file)
    list(missing_prompts(prompts, prompts))


def read_spoken_forms(file: Path) -> None:
    """Read spoken forms, and normalize a text with them."""
    TextNormalizer(file).normalize(_TEXT)


def read_language(file: Path) -> None:
    """Read the language of a file's folder."""
    language.find(file.parent.name)


def read_demo_script(file: Path) -> None:
    """Read a demo script."""
    load_toml(file, DemoScript)


def read_diary(file: Path) -> None:
    """Read a diary, and save to it."""
    with closing(SessionStore(file)) as store:
        store.diary()
        store.checkpoint()
        store.save(SaveCheckpoint(None))
