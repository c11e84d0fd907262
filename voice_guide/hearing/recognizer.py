"""Vosk, with times and words as the rest of the program uses them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import vosk

from voice_guide.audio import RATE, Samples
from voice_guide.hearing.grammar import UNKNOWN

vosk.SetLogLevel(-1)


@dataclass(frozen=True)
class Word:
    """One recognized word."""

    text: str
    """How the model spells it, or `[unk]`."""

    start_s: float
    """Where it starts, in seconds of what the recognizer was given so far."""

    end_s: float
    """Where it ends, likewise."""

    confidence: float
    """Vosk's posterior for it, from 0 to 1."""


@dataclass(frozen=True)
class Hypothesis:
    """What the recognizer makes of an utterance."""

    words: tuple[Word, ...]
    """At least one word."""

    @property
    def text(self) -> str:
        """The words, with spaces between."""
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """The mean confidence of the words, from 0 to 1."""
        return fmean(word.confidence for word in self.words)


class SpeechModel:
    """A loaded speech model."""

    def __init__(self, folder: Path) -> None:
        """Load the model; it takes about half a second and 170 MB."""
        self.vosk_model: Any = vosk.Model(str(folder))

    def knows(self, word: str) -> bool:
        """Tell whether the model can recognize this word."""
        return bool(self.vosk_model.vosk_model_find_word(word) >= 0)


class Recognizer:
    """Turns the blocks of an utterance into words, out of a list of sentences."""

    def __init__(self, model: SpeechModel) -> None:
        self._vosk = vosk.KaldiRecognizer(model.vosk_model, RATE, json.dumps([UNKNOWN]))
        self._vosk.SetWords(True)
        self.taken_samples = 0
        """Samples given to the recognizer so far."""

    def listen_for(self, sentences: Sequence[str]) -> None:
        """Abandon the current utterance and listen for these sentences from now on."""
        self.abandon()
        self._vosk.SetGrammar(json.dumps([*sentences, UNKNOWN]))

    def take(self, block: Samples) -> Hypothesis | None:
        """Take one block; return what was said where Vosk finds that an utterance ended."""
        self.taken_samples += len(block)
        return self._hypothesis(self._vosk.Result()) if self._accept(block) else None

    def words_so_far(self) -> list[str]:
        """Return the words of the utterance up to now; later sound may change them."""
        words: list[str] = json.loads(self._vosk.PartialResult()).get("partial", "").split()
        return words

    def finish(self) -> Hypothesis | None:
        """End the utterance here and return what was said, if anything was."""
        return self._hypothesis(self._vosk.FinalResult())

    def abandon(self) -> None:
        """End the utterance here and forget it."""
        self._vosk.Reset()

    def _accept(self, block: Samples) -> bool:
        return bool(self._vosk.AcceptWaveform(block.tobytes()))

    @staticmethod
    def _hypothesis(result: str) -> Hypothesis | None:
        words = tuple(
            Word(word["word"], word["start"], word["end"], word["conf"])
            for word in json.loads(result).get("result", ())
        )
        return Hypothesis(words) if words else None
