"""Everything that is said and heard: recordings where there are some, synthetic otherwise."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from hassil.expression import Alternative, Expression, Group, Permutation, TextChunk

from benchmark.backgrounds import recorded_backgrounds, synthetic_backgrounds
from benchmark.conditions import ListeningCondition
from benchmark.orders import ORDER, read_orders
from benchmark.rooms import (
    DeviceRoom,
    recorded_device_rooms,
    recorded_rooms,
    synthetic_device_rooms,
    synthetic_rooms,
)
from benchmark.systems import Vocabulary
from harness.recordings import read_tsv, read_wav, recorded_noises, recorded_talk
from harness.synthetic_noises import synthetic_noises
from harness.synthetic_talk import synthetic_talk
from harness.voices import VOICES, SyntheticVoice, render_all
from voice_guide.audio.pcm import Samples
from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.sampling import choices, drawn_sentences, spoken
from voice_guide.nlu.sentences import Meaning
from voice_guide.nlu.template import Template

_OTHER_WORDS = (
    *("bed", "bird", "cat", "dog", "happy", "house", "marvin", "tree", "wow"),
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
)
"""Words that are no commands, as in public collections of spoken words."""


@dataclass(frozen=True)
class Clip:
    """A recording of one sentence or word."""

    name: str
    """Its file, or the text and the voice."""

    sound: Samples
    """The recording, in no room and at no particular level."""

    meaning: Meaning | None
    """The right meaning; None if it is no command."""

    text: str = ""
    """The words, where they are known."""


@dataclass(frozen=True)
class Materials:
    """All recordings that the systems hear."""

    words: Sequence[Clip]
    """Single words: commands and others."""

    talk: Sequence[Samples]
    """People talking to each other."""

    noises: dict[str, Samples]
    """Household noises by name."""

    rooms: Sequence[ListeningCondition]
    """Rooms, with the person at several distances."""

    device_rooms: Sequence[DeviceRoom]
    """Rooms, with the device that speaks and listens."""

    backgrounds: Mapping[str, Samples]
    """Backgrounds of scenes by category."""

    orders: Path | None
    """The table of recorded orders; None if there is none."""

    origin: str
    """Either "recorded" or "synthetic"."""


def recorded_materials(folder: Path, words: Vocabulary) -> Materials:
    """Read the recordings of a folder; raise VoiceGuideError if some are missing."""
    if not folder.is_dir():
        raise VoiceGuideError(f"{folder}: no such folder of recordings")
    talk, noises = recorded_talk(folder), recorded_noises(folder)
    clips = [
        Clip(row["file"], read_wav(folder / row["file"]), words.meaning(row["text"]), row["text"])
        for row in read_tsv(folder / "words.tsv", "file", "text")
    ]
    if not any(clip.meaning for clip in clips):
        raise VoiceGuideError(f"{folder / 'words.tsv'}: none of the words listened for")
    rooms = recorded_rooms(folder / "rooms")
    device_rooms = recorded_device_rooms(folder / "rooms", rooms) or synthetic_device_rooms()
    table = folder / "background.tsv"
    return Materials(
        clips,
        talk,
        noises,
        rooms,
        device_rooms,
        recorded_backgrounds(table)
        if table.exists()
        else synthetic_backgrounds(synthetic_talk(1), noises),
        orders if (orders := folder / "orders.tsv").exists() else None,
        "recorded",
    )


def synthetic_materials(words: Vocabulary) -> Materials:
    """Make all materials from synthetic voices and shaped noise."""
    commands = sorted(set(drawn_sentences(words.sentences, words.context, lambda _: True)))
    said = [(voice, word) for word in [*commands, *_OTHER_WORDS] for voice in VOICES]
    talk = synthetic_talk(1)
    return Materials(
        spoken_clips(words, said),
        talk,
        synthetic_noises(talk),
        synthetic_rooms(),
        synthetic_device_rooms(),
        synthetic_backgrounds(talk),
        None,
        "synthetic",
    )


def spoken_clips(vocabulary: Vocabulary, said: Sequence[tuple[SyntheticVoice, str]]) -> list[Clip]:
    """Return clips of texts, each spoken by its voice, with their meanings."""
    return [
        Clip(f"{text} ({voice.name})", sound, vocabulary.meaning(text), text)
        for (voice, text), sound in zip(said, render_all(said), strict=True)
    ]


def recorded_orders(table: Path) -> list[Clip]:
    """Return the recordings of a table of orders."""
    return [
        Clip(file.name, read_wav(file), Meaning(ORDER, slots))
        for file, slots in read_orders(table)
    ]


def sentence_clips(vocabulary: Vocabulary, count: int) -> list[Clip]:
    """Return so many sentences of a vocabulary, drawn by chance, by all voices in turn."""
    chance = random.Random(vocabulary.name)
    by_intent: dict[str, list[Template]] = {}
    for template in vocabulary.sentences.templates(vocabulary.context):
        by_intent.setdefault(template.intent, []).append(template)
    said: list[tuple[SyntheticVoice, str]] = []
    intents = cycle(by_intent.values())
    for voice in (VOICES[at % len(VOICES)] for at in range(count)):
        template = chance.choice(next(intents))
        text = _drawn(template.expression, template, chance)
        said.append((voice, " ".join(spoken(text))))
    return spoken_clips(vocabulary, said)


def _drawn(expression: Expression, template: Template, chance: random.Random) -> str:
    """Return a sentence of a template, with every choice in it made by chance."""
    if isinstance(expression, TextChunk):
        return expression.original_text
    if isinstance(expression, Group) and not isinstance(expression, Alternative):
        items = expression.items
        if isinstance(expression, Permutation):
            items = chance.sample(items, len(items))
        separator = " " if isinstance(expression, Permutation) else ""
        return separator.join(_drawn(item, template, chance) for item in items)
    options: Sequence[Expression | str] = (
        expression.items if isinstance(expression, Alternative) else choices(expression, template)
    )
    option = chance.choice(options)
    return option if isinstance(option, str) else _drawn(option, template, chance)
