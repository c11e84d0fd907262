"""Kinds of files that people write or pass on, with damaged examples and a reader of each."""

import io
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
import tomlkit
import yaml
from hypothesis.strategies import SearchStrategy, one_of

from endurance import file_readers
from endurance.mutations import Tree, damaged, made_up, misspelt, rebuilt, with_lying_header
from voice_guide.config.language import BUILT_IN, REFERENCE
from voice_guide.dialogue.actions import SaveCheckpoint, SaveDiaryConsent, SaveDiaryEntry
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.diary.history import Ending, Entry
from voice_guide.routines.packs import built_in_packs
from voice_guide.speech_models import catalog
from voice_guide.storage.store import SessionStore

_ENGLISH = BUILT_IN / REFERENCE

_CONFIG = """\
language = "en"
[voice]
engine = "pyttsx3"
name = "en-us"
rate = 140 # words a minute
volume = 0.7
[sound]
microphone = ""
speaker = "USB"
cancel_echo = true
[hearing]
sensitivity = 0.5
wake_phrase = "hey guide"
sleep_after_min = 10
[guide]
pacing = "wait"
"""

_ENCODINGS = (
    *("PCM_16", "PCM_U8", "PCM_24", "FLOAT", "DOUBLE", "ULAW", "ALAW", "IMA_ADPCM", "MS_ADPCM"),
    "GSM610",
)
"""Encodings of sound in a WAV file."""

_CHANNELS = (("PCM_16", 3), ("FLOAT", 6), ("PCM_24", 32), ("FLOAT", 33), ("PCM_16", 200))
"""Encodings of sound with more than two channels, and how many."""


@dataclass(frozen=True)
class FileKind:
    """A kind of file."""

    name: str
    """Its name in the table."""

    file: str
    """Its path in the user's folder of settings."""

    inputs: SearchStrategy[bytes]
    """Files of the kind, hardly any of which are valid."""

    read: Callable[[Path], None]
    """Function that reads the file, and uses its content."""

    percent: int
    """Percentage of the inputs that are of this kind."""


@cache
def file_kinds() -> tuple[FileKind, ...]:
    """Return every kind of file."""
    packs = [*built_in_packs(), _ENGLISH / "pack.toml"]
    return (
        FileKind("packs", "routines/x.toml", _toml(_texts(packs)), file_readers.read_pack, 25),
        FileKind(
            "sentence files", "x.yaml", _yaml(_some_sentences()), file_readers.read_sentences, 10
        ),
        FileKind("settings", "config.toml", _toml([_CONFIG]), file_readers.read_settings, 25),
        FileKind("WAV files", "x.wav", _sound(), file_readers.read_recording, 17),
        FileKind("WAV pipes", "x.wav", _sound(), file_readers.read_piped_recording, 5),
        FileKind(
            "own catalogs",
            "languages/xx/catalog.toml",
            _toml(_texts([catalog.CATALOG_FILE])),
            file_readers.read_own_catalog,
            5,
        ),
        FileKind(
            "the catalog",
            "catalog.toml",
            _toml(_texts([catalog.CATALOG_FILE])),
            file_readers.read_built_in_catalog,
            4,
        ),
        FileKind(
            "prompts",
            "languages/en/prompts.toml",
            _toml(_some_prompts()),
            file_readers.read_prompts,
            2,
        ),
        FileKind(
            "spoken forms",
            "languages/en/spoken.toml",
            _toml(_texts([_ENGLISH / "spoken.toml"])),
            file_readers.read_spoken_forms,
            2,
        ),
        FileKind(
            "languages",
            "languages/xx/language.toml",
            _toml(_texts([_ENGLISH / "language.toml"])),
            file_readers.read_language,
            2,
        ),
        FileKind(
            "demo scripts",
            "languages/xx/demo.toml",
            _toml(_texts([_ENGLISH / "demo.toml"])),
            file_readers.read_demo_script,
            2,
        ),
        FileKind("diaries", "diary.sqlite3", damaged(_diaries()), file_readers.read_diary, 1),
    )


def _toml(texts: Sequence[str]) -> SearchStrategy[bytes]:
    return _text_files(texts, tomllib.loads, tomlkit.dumps)


def _yaml(texts: Sequence[str]) -> SearchStrategy[bytes]:
    return _text_files(texts, yaml.safe_load, lambda tree: yaml.safe_dump(tree, sort_keys=False))


def _text_files(
    texts: Sequence[str], parsed: Callable[[str], Tree], written: Callable[[Tree], str]
) -> SearchStrategy[bytes]:
    valid = [text.encode() for text in texts]
    return one_of(
        misspelt(valid),
        rebuilt([parsed(text) for text in texts], written),
        damaged(valid),
        made_up(written),
    )


def _texts(files: Iterable[Path]) -> list[str]:
    return [file.read_text("utf-8") for file in files]


def _some_sentences() -> list[str]:
    """Return a small file for each of the language's intents: the whole takes too long to read."""
    everything = yaml.safe_load((_ENGLISH / "commands.yaml").read_text("utf-8"))
    rest = {name: part for name, part in everything.items() if name != "intents"}
    return [
        yaml.safe_dump({**rest, "intents": {name: intent}}, sort_keys=False)
        for name, intent in everything["intents"].items()
    ]


def _some_prompts() -> list[str]:
    """Return the language's prompts, a few to a file."""
    prompts = list(tomllib.loads((_ENGLISH / "prompts.toml").read_text("utf-8")).items())
    return [tomlkit.dumps(dict(prompts[at : at + 10])) for at in range(0, len(prompts), 10)]


@cache
def _sound() -> SearchStrategy[bytes]:
    recordings = _recordings()
    return damaged(recordings) | with_lying_header(recordings)


def _recordings() -> list[bytes]:
    """Return short recordings in every encoding, with one channel or several."""
    files = []
    kinds = [*((each, 1 + number % 2) for number, each in enumerate(_ENCODINGS)), *_CHANNELS]
    for number, (encoding, count) in enumerate(kinds):
        channels = 1 if encoding == "GSM610" else count
        sound = np.random.default_rng(number).normal(0, 0.1, (500, channels))
        # One channel may be the opposite of another, and integers be written as floats.
        sound[:, -1] = -sound[:, 0] * (2**15 if number % 3 == 0 and encoding == "FLOAT" else 1)
        file = io.BytesIO()
        soundfile.write(file, sound, 8_000 * (1 + number % 3), encoding, format="WAV")
        files.append(file.getvalue())
    return files


def _diaries() -> list[bytes]:
    """Return a diary with a few entries and a session."""
    checkpoint = SessionCheckpoint(
        "hand-massage", True, 2, "left", 12.0, ("Stop if it hurts.",), 3
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "diary.sqlite3"
        with closing(SessionStore(file)) as store:
            store.save(SaveDiaryConsent(True))
            for number in range(1, 4):
                day = date(2026, 3, number)
                store.save(
                    SaveDiaryEntry(Entry(number, day, "Hand massage", "neck", 5, 3, Ending.DONE))
                )
            store.save(SaveCheckpoint(checkpoint))
        return [file.read_bytes()]
