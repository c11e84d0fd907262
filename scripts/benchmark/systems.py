"""Voice Guide and stock Vosk behind one protocol, and the vocabularies they listen for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import vosk

from benchmark.orders import order_lists
from voice_guide.app.content import load_content
from voice_guide.app.speech_input import load_model, new_listener, new_matcher
from voice_guide.audio.pcm import RATE, Samples, blocks_of, silence
from voice_guide.config.language import reference
from voice_guide.config.settings import HearingSettings, Settings, SoundSettings
from voice_guide.hearing.listener import Listener
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.command import Command
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.matcher import Matcher
from voice_guide.nlu.sampling import UNKNOWN, drawn_sentences
from voice_guide.nlu.sentence_files import load_sentences
from voice_guide.nlu.sentences import Meaning, Sentences
from voice_guide.routines.packs import built_in_packs
from voice_guide.speech_models.verify import require_model

VOICE_GUIDE, STOCK_VOSK = "Voice Guide", "stock Vosk"
"""Names of the two systems."""

SYSTEMS = (VOICE_GUIDE, STOCK_VOSK)

_SENTENCES = Path(__file__).parent / "sentences"


@dataclass(frozen=True)
class Vocabulary:
    """Sentences to listen for."""

    name: str
    """Its name, see `vocabulary`."""

    sentences: Sentences
    """The sentence file."""

    context: str | None
    """One of the file's contexts; None for all of it."""

    def meaning(self, text: str) -> Meaning | None:
        """Return the meaning of a text; None if it is no sentence."""
        return self.sentences.match(text, self.context)


@cache
def vocabulary(name: str) -> Vocabulary:
    """Return a vocabulary by its name.

    "step" is the guide's own in the middle of a step; the path of a table of recorded orders
    stands for sentences with its values; others are files in the folder of sentences.
    """
    if name == "step":
        return Vocabulary(name, load_content(Settings(), built_in_packs()).sentences, "step")
    if name.endswith(".tsv"):
        sentences = load_sentences(_SENTENCES / "spoken_orders.yaml", order_lists(Path(name)))
        return Vocabulary(name, sentences, None)
    return Vocabulary(name, load_sentences(_SENTENCES / f"{name}.yaml"), None)


@dataclass(frozen=True)
class Decision:
    """A command that was acted on."""

    meaning: Meaning
    """The meaning it was acted on with."""

    text: str
    """The recognized words."""

    at_s: float
    """Seconds of the recording heard by then."""


class HearingSystem(Protocol):
    """A system that finds commands in a stream of blocks."""

    def hear(self, block: Samples) -> Sequence[tuple[Meaning, str]]:
        """Take a block; return the decisions at its end: meaning and recognized words."""
        ...

    def finish(self) -> Sequence[tuple[Meaning, str]]:
        """Return the decisions at the end of the recording."""
        ...


class VoiceGuideSystem:
    """Voice Guide's own hearing."""

    def __init__(self, listened: Vocabulary, sensitivity: float | None = None) -> None:
        """Listen with a sensitivity from 0 to 1; None for the default."""
        self._listener = _new_listener(listened, sensitivity)

    def hear(self, block: Samples) -> Sequence[tuple[Meaning, str]]:
        """Take a block; return the decisions at its end."""
        return _meanings(self._listener.hear(block, silence()))

    def finish(self) -> Sequence[tuple[Meaning, str]]:
        """Return the decisions at the end of the recording."""
        return _meanings(self._listener.finish())


class StockVoskSystem:
    """Vosk as its own examples use it, with the same sentences and its own endpoints."""

    def __init__(self, listened: Vocabulary) -> None:
        """Listen for a vocabulary."""
        self._vocabulary = listened
        grammar = json.dumps([*listed_sentences(listened.name), UNKNOWN])
        self._vosk = vosk.KaldiRecognizer(_stock_model(), RATE, grammar)

    def hear(self, block: Samples) -> Sequence[tuple[Meaning, str]]:
        """Take a block; return the decisions at its end."""
        ended = self._vosk.AcceptWaveform(block.tobytes())
        return self._decided(self._vosk.Result()) if ended else ()

    def finish(self) -> Sequence[tuple[Meaning, str]]:
        """Return the decisions at the end of the recording."""
        return self._decided(self._vosk.FinalResult())

    def _decided(self, result: str) -> Sequence[tuple[Meaning, str]]:
        text: str = json.loads(result)["text"]
        meaning = self._vocabulary.meaning(text) if text else None
        return [(meaning, text)] if meaning else ()


def new_system(name: str, listened: Vocabulary, sensitivity: float | None = None) -> HearingSystem:
    """Return one of the two systems, as it is when it starts to listen."""
    return (
        StockVoskSystem(listened)
        if name == STOCK_VOSK
        else VoiceGuideSystem(listened, sensitivity)
    )


@dataclass(frozen=True)
class ListenerParts:
    """Parts of the guide that help to hear a person through its own voice."""

    canceller: bool = True
    """True to cancel the echo."""

    own_words: bool = True
    """True to tell the guide's own words from a person's."""

    ducking: bool = True
    """True to lower the voice as soon as a person is heard."""


ALL_PARTS = ListenerParts()
"""The guide as it is."""


def listener_with(parts: ListenerParts) -> Listener:
    """Return Voice Guide's listener in the middle of a step, with these parts only."""
    return _new_listener(vocabulary("step"), None, parts)


def decisions(system: HearingSystem, sound: Samples) -> list[Decision]:
    """Return the decisions of a system while it hears a recording."""
    made: list[Decision] = []
    heard = 0
    for block in blocks_of(sound):
        heard += len(block)
        made += [Decision(*pair, heard / RATE) for pair in system.hear(block)]
    return [*made, *(Decision(*pair, heard / RATE) for pair in system.finish())]


@cache
def listed_sentences(name: str) -> list[str]:
    """Return the distinct sentences of a vocabulary, for a recognizer's grammar."""
    listened = vocabulary(name)
    return sorted(set(drawn_sentences(listened.sentences, listened.context, _model().knows)))


@cache
def _model() -> SpeechModel:
    return load_model(reference())


@cache
def _stock_model() -> Any:
    """Return the same model with its makers' own search settings."""
    return vosk.Model(str(require_model(reference().model)))


@cache
def _matcher(name: str) -> Matcher:
    return new_matcher(Interpreter(vocabulary(name).sentences), _model(), reference())


def _new_listener(
    listened: Vocabulary, sensitivity: float | None, parts: ListenerParts = ALL_PARTS
) -> Listener:
    """Return Voice Guide's listener for a vocabulary, with some of its parts."""
    hearing = (
        HearingSettings() if sensitivity is None else HearingSettings(sensitivity=sensitivity)
    )
    settings = Settings(hearing=hearing, sound=SoundSettings(cancel_echo=parts.canceller))
    matcher = _matcher(listened.name)
    return new_listener(_model(), matcher, listened.context, settings, parts.own_words)


def _meanings(found: Sequence[object]) -> list[tuple[Meaning, str]]:
    return [(Meaning(f.intent, f.slots), f.text) for f in found if isinstance(f, Command)]
