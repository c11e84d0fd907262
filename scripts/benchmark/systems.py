"""The two that are compared, behind one protocol, and what they listen for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import vosk

from voice_guide.app.content import load_content
from voice_guide.app.speech_input import load_model, new_listener, new_matcher
from voice_guide.audio.pcm import RATE, Samples, blocks_of, silence
from voice_guide.config.language import reference
from voice_guide.config.settings import HearingSettings, Settings, SoundSettings
from voice_guide.hearing.listener import Listener
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.command import Command
from voice_guide.nlu.matcher import Matcher
from voice_guide.nlu.sampling import UNKNOWN, drawn_sentences
from voice_guide.nlu.sentence_files import load_sentences
from voice_guide.nlu.sentences import Meaning, Sentences
from voice_guide.routines.library import come_with_program
from voice_guide.speech_models.verify import require_model

VOICE_GUIDE, STOCK_VOSK = "Voice Guide", "stock Vosk"
"""The names of the two."""

SYSTEMS = (VOICE_GUIDE, STOCK_VOSK)

_SENTENCES = Path(__file__).parent / "sentences"


@dataclass(frozen=True)
class Vocabulary:
    """What is listened for."""

    name: str
    """words, step, orders, or another file in the folder of sentences."""

    sentences: Sentences
    """The sentence file."""

    context: str | None
    """Which of its contexts; None for all of it."""

    def means(self, text: str) -> Meaning | None:
        """Return what a sentence means, None if it is none."""
        return self.sentences.match(text, self.context)


@cache
def vocabulary(name: str) -> Vocabulary:
    """Return a vocabulary by its name."""
    if name == "step":
        return Vocabulary(name, load_content(Settings(), come_with_program()).sentences, "step")
    return Vocabulary(name, load_sentences(_SENTENCES / f"{name}.yaml"), None)


@dataclass(frozen=True)
class Decision:
    """A command that was acted on."""

    meaning: Meaning
    """What it was taken to mean."""

    text: str
    """The words as heard."""

    at_s: float
    """How much of the recording had been heard by then, in seconds."""


class System(Protocol):
    """Something that hears commands in a stream of blocks."""

    def hear(self, block: Samples) -> Sequence[tuple[Meaning, str]]:
        """Take a block; return what was decided at its end, and the words as heard."""
        ...

    def finish(self) -> Sequence[tuple[Meaning, str]]:
        """Return what is decided because the recording is over."""
        ...


class VoiceGuide:
    """The project's own ear."""

    def __init__(self, wanted: Vocabulary, sensitivity: float | None = None) -> None:
        """Listen with a sensitivity from 0 to 1; None is the setting as delivered."""
        self._listener = _new_listener(wanted, sensitivity)

    def hear(self, block: Samples) -> Sequence[tuple[Meaning, str]]:
        """Take a block; return what was decided at its end."""
        return _meanings(self._listener.hear(block, silence()))

    def finish(self) -> Sequence[tuple[Meaning, str]]:
        """Return what is decided because the recording is over."""
        return _meanings(self._listener.finish())


class StockVosk:
    """Vosk as its own examples use it, with the same sentences and its own endpoints."""

    def __init__(self, wanted: Vocabulary) -> None:
        """Listen for a vocabulary."""
        self._wanted = wanted
        grammar = json.dumps([*listed_sentences(wanted.name), UNKNOWN])
        self._vosk = vosk.KaldiRecognizer(_stock_model(), RATE, grammar)

    def hear(self, block: Samples) -> Sequence[tuple[Meaning, str]]:
        """Take a block; return what was decided at its end."""
        ended = self._vosk.AcceptWaveform(block.tobytes())
        return self._decided(self._vosk.Result()) if ended else ()

    def finish(self) -> Sequence[tuple[Meaning, str]]:
        """Return what is decided because the recording is over."""
        return self._decided(self._vosk.FinalResult())

    def _decided(self, result: str) -> Sequence[tuple[Meaning, str]]:
        text: str = json.loads(result)["text"]
        meaning = self._wanted.means(text) if text else None
        return [(meaning, text)] if meaning else ()


def new_system(name: str, wanted: Vocabulary, sensitivity: float | None = None) -> System:
    """Return one of the two, as it is when it starts to listen."""
    return StockVosk(wanted) if name == STOCK_VOSK else VoiceGuide(wanted, sensitivity)


@dataclass(frozen=True)
class Parts:
    """What there is for hearing somebody through the guide's own voice."""

    canceller: bool = True
    """Whether the echo is cancelled."""

    own_words: bool = True
    """Whether words of the guide's own are told from a person's."""

    ducking: bool = True
    """Whether the voice is lowered as soon as somebody is heard."""


EVERYTHING = Parts()
"""All there is."""


def listener_with(parts: Parts) -> Listener:
    """Return Voice Guide's ear in the middle of a step, with these parts of it."""
    return _new_listener(vocabulary("step"), None, parts)


def decisions(system: System, sound: Samples) -> list[Decision]:
    """Return what a system decides while it hears a recording, and when."""
    made: list[Decision] = []
    heard = 0
    for block in blocks_of(sound):
        heard += len(block)
        made += [Decision(*pair, heard / RATE) for pair in system.hear(block)]
    return [*made, *(Decision(*pair, heard / RATE) for pair in system.finish())]


@cache
def listed_sentences(name: str) -> list[str]:
    """Return the distinct sentences that stand for a vocabulary in a recognizer's grammar."""
    wanted = vocabulary(name)
    return sorted(set(drawn_sentences(wanted.sentences, wanted.context, _model().knows)))


@cache
def _model() -> SpeechModel:
    return load_model(reference())


@cache
def _stock_model() -> Any:
    """The same model, searched as its makers say."""
    return vosk.Model(str(require_model(reference().model)))


@cache
def _matcher(name: str) -> Matcher:
    return new_matcher(vocabulary(name).sentences, _model(), reference())


def _new_listener(
    wanted: Vocabulary, sensitivity: float | None, parts: Parts = EVERYTHING
) -> Listener:
    """Return Voice Guide's listener for a vocabulary, with some of its parts."""
    hearing = (
        HearingSettings() if sensitivity is None else HearingSettings(sensitivity=sensitivity)
    )
    settings = Settings(hearing=hearing, sound=SoundSettings(cancel_echo=parts.canceller))
    matcher = _matcher(wanted.name)
    return new_listener(_model(), matcher, wanted.context, settings, parts.own_words)


def _meanings(found: Sequence[object]) -> list[tuple[Meaning, str]]:
    return [(Meaning(f.intent, f.slots), f.text) for f in found if isinstance(f, Command)]
