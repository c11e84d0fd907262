"""Vosk, with times, words and alternatives as the rest of the program uses them."""

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
    """Import Vosk; with it comes what downloads models, which would try out an IPv6 socket."""
    had_ipv6, socket.has_ipv6 = socket.has_ipv6, False
    try:
        return importlib.import_module("vosk")
    finally:
        socket.has_ipv6 = had_ipv6


vosk = _vosk()
vosk.SetLogLevel(-1)
# What is interrupted as it is made has no handle, and would complain about it as it goes.
vosk.Model._handle = vosk.KaldiRecognizer._handle = vosk._ffi.NULL

_ALTERNATIVES = 10
"""Ways to understand an utterance that are asked for."""

_SEARCH = {"--lattice-beam": "5.0"}
"""How the models are searched, where not as their makers say. The small model keeps
alternatives that are up to 2.0 less likely than the best: too few to tell how sure it is."""

_IN_MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory: a card wears out by what is written at every start."""

_SEARCH_FILE = Path("conf", "model.conf")
"""Where a model says how it is to be searched, a line for each option."""


@dataclass(frozen=True)
class Word:
    """One recognized word."""

    text: str
    """How the model spells it, or `[unk]`."""

    start_s: float
    """Where it starts, in seconds of what the recognizer was given so far."""

    end_s: float
    """Where it ends, likewise."""


@dataclass(frozen=True)
class Hypothesis:
    """One way to understand an utterance."""

    words: tuple[Word, ...]
    """None where it was no speech."""

    score: float
    """The logarithm of its likelihood, comparable within the same utterance."""

    @property
    def text(self) -> str:
        """The words, with spaces between."""
        return " ".join(word.text for word in self.words)


class SpeechModel:
    """A loaded speech model."""

    def __init__(self, folder: Path) -> None:
        """Load the model; it takes about half a second and 170 MB."""
        place = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None
        with tempfile.TemporaryDirectory(prefix="voice-guide-", dir=place) as links:
            _link_with_search(folder, Path(links))
            self.vosk_model: Any = vosk.Model(links)

    def knows(self, word: str) -> bool:
        """Tell whether the model can recognize this word."""
        return bool(self.vosk_model.vosk_model_find_word(word) >= 0)


def _link_with_search(folder: Path, links: Path) -> None:
    """Make a model of links to another's files, but searched as _SEARCH says.

    Vosk reads these options from the model's folder alone, which is to stay as it came.
    """
    for file in folder.rglob("*"):
        link = links / file.relative_to(folder)
        if file.is_dir():
            link.mkdir(exist_ok=True, parents=True)
        elif link != links / _SEARCH_FILE:
            link.parent.mkdir(exist_ok=True, parents=True)
            link.symlink_to(file.resolve())
    given = (folder / _SEARCH_FILE).read_text("utf-8").splitlines()
    kept = [line for line in given if line.split("=")[0] not in _SEARCH]
    ours = [f"{name}={value}" for name, value in _SEARCH.items()]
    (links / _SEARCH_FILE).write_text("\n".join([*kept, *ours, ""]), "utf-8")


class Recognizer:
    """Turns the blocks of an utterance into words, out of a list of sentences.

    For other sentences there has to be another: it takes as long to make (about 30 ms for
    the guide's) as giving this one a new list, for which Vosk loses 0.23 MB each time.
    """

    def __init__(self, model: SpeechModel, sentences: Sequence[str]) -> None:
        grammar = json.dumps([*sentences, UNKNOWN])
        self._vosk = vosk.KaldiRecognizer(model.vosk_model, RATE, grammar)
        self._vosk.SetWords(True)
        self._vosk.SetMaxAlternatives(_ALTERNATIVES)
        self.taken_samples = 0
        """Samples given to the recognizer so far."""

    def take(self, block: Samples) -> list[Hypothesis]:
        """Take one block; return what was said where Vosk finds that an utterance ended."""
        self.taken_samples += len(block)
        if not self._vosk.AcceptWaveform(block.tobytes()):
            return []
        return _hypotheses(self._vosk.Result())

    def words_so_far(self) -> list[str]:
        """Return the words of the utterance up to now; later sound may change them."""
        words: list[str] = json.loads(self._vosk.PartialResult()).get("partial", "").split()
        return words

    def finish(self) -> list[Hypothesis]:
        """End the utterance here and return what may have been said, likeliest first."""
        return _hypotheses(self._vosk.FinalResult())

    def abandon(self) -> None:
        """End the utterance here and forget it."""
        # Reset() would leave its last 0.3 s to be heard as the start of the next one.
        self._vosk.FinalResult()


def _hypotheses(result: str) -> list[Hypothesis]:
    """Return the ways to understand an utterance, none where all of it was silence."""
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
