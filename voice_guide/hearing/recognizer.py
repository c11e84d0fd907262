"""Speech recognition with Vosk: words, their times, and the alternatives to them."""

import importlib
import json
import os
import socket
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voice_guide.audio.pcm import RATE, Samples
from voice_guide.nlu.sampling import UNKNOWN


def _vosk() -> Any:
    """Import Vosk without the IPv6 socket that its model downloader would open to try it."""
    had_ipv6, socket.has_ipv6 = socket.has_ipv6, False
    try:
        return importlib.import_module("vosk")
    finally:
        socket.has_ipv6 = had_ipv6


vosk = _vosk()
vosk.SetLogLevel(-1)
# An object whose construction is interrupted has no handle, and its destructor would complain.
vosk.Model._handle = vosk.KaldiRecognizer._handle = vosk._ffi.NULL

_MAX_ALTERNATIVES = 10
"""Hypotheses that Vosk is asked for per utterance."""

_DECODER_OPTIONS = {"--lattice-beam": "5.0"}
"""Decoder options that replace those in a model's own folder. The small model keeps alternatives
that are up to 2.0 less likely than the best: too few to judge how certain the best one is."""

_MEMORY_FOLDER = Path("/dev/shm")
"""The folder whose files Linux keeps in memory: writing at every start wears out an SD card."""

_OPTIONS_FILE = Path("conf", "model.conf")
"""The file in a model's folder with its decoder options, one a line."""


@dataclass(frozen=True)
class Word:
    """One recognized word."""

    text: str
    """The word as the model spells it, or `[unk]`."""

    start_s: float
    """Its start, in seconds of the sound that the recognizer has taken so far."""

    end_s: float
    """Its end, in the same seconds."""


@dataclass(frozen=True)
class Hypothesis:
    """One of several alternatives for what was said in an utterance."""

    words: tuple[Word, ...]
    """The words; empty if there was no speech."""

    score: float
    """Logarithm of the likelihood, comparable within the same utterance."""

    @property
    def text(self) -> str:
        """The words, separated by spaces."""
        return " ".join(word.text for word in self.words)


class SpeechModel:
    """A speech model in memory."""

    def __init__(self, folder: Path) -> None:
        """Load the model in a folder; it takes about half a second and 170 MB."""
        parent = _MEMORY_FOLDER if os.access(_MEMORY_FOLDER, os.W_OK) else None
        with tempfile.TemporaryDirectory(prefix="voice-guide-", dir=parent) as links:
            _link_with_options(folder, Path(links))
            self.vosk_model: Any = vosk.Model(links)

    def knows(self, word: str) -> bool:
        """Return whether the model can recognize this word."""
        return bool(self.vosk_model.vosk_model_find_word(word) >= 0)


def _link_with_options(folder: Path, links: Path) -> None:
    """Fill the folder `links` with links to a model's files and an options file of our own.

    Vosk reads the options only from the model's folder, which stays as it was downloaded.
    """
    for file in folder.rglob("*"):
        link = links / file.relative_to(folder)
        if file.is_dir():
            link.mkdir(exist_ok=True, parents=True)
        elif link != links / _OPTIONS_FILE:
            link.parent.mkdir(exist_ok=True, parents=True)
            link.symlink_to(file.resolve())
    given = (folder / _OPTIONS_FILE).read_text("utf-8").splitlines()
    kept = [line for line in given if line.split("=")[0] not in _DECODER_OPTIONS]
    ours = [f"{name}={value}" for name, value in _DECODER_OPTIONS.items()]
    (links / _OPTIONS_FILE).write_text("\n".join([*kept, *ours, ""]), "utf-8")


class Recognizer:
    """Turns the blocks of an utterance into words, out of a list of sentences or of all words.

    Make a new one for other sentences: that takes as long (about 50 ms for the guide's) as
    changing the list of an old one, which would leak 0.23 MB in Vosk each time.
    """

    def __init__(self, model: SpeechModel, sentences: Sequence[str] | None) -> None:
        """Recognize sentences, and any part of them; None stands for every word of the model."""
        grammar = () if sentences is None else (json.dumps([*sentences, UNKNOWN]),)
        self._vosk = vosk.KaldiRecognizer(model.vosk_model, RATE, *grammar)
        self._vosk.SetWords(True)
        self._vosk.SetMaxAlternatives(_MAX_ALTERNATIVES)
        self.taken_samples = 0
        """Samples that the recognizer has taken so far."""

    def take(self, block: Samples) -> list[Hypothesis]:
        """Take one block; return the alternatives if Vosk finds that the utterance ends here."""
        self.taken_samples += len(block)
        if not self._vosk.AcceptWaveform(block.tobytes()):
            return []
        return _hypotheses(self._vosk.Result())

    def words_so_far(self) -> list[str]:
        """Return the words of the utterance so far; later sound may change them."""
        words: list[str] = json.loads(self._vosk.PartialResult()).get("partial", "").split()
        return words

    def finish(self) -> list[Hypothesis]:
        """End the utterance here; return the alternatives, likeliest first."""
        return _hypotheses(self._vosk.FinalResult())

    def abandon(self) -> None:
        """End the utterance here and forget it."""
        # Reset() would leave the last 0.3 s in place, as the start of the next utterance.
        self._vosk.FinalResult()


def _hypotheses(result: str) -> list[Hypothesis]:
    """Return the alternatives in a result of Vosk; none if all of it was silence."""
    hypotheses = [
        Hypothesis(
            tuple(
                Word(word["word"], word["start"], word["end"])
                for word in alternative.get("result", ())
            ),
            alternative["confidence"],
        )
        for alternative in json.loads(result)["alternatives"]
    ]
    return hypotheses if any(hypothesis.words for hypothesis in hypotheses) else []
