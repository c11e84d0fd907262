"""What is said: recordings of people where there are some, synthetic voices otherwise."""

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import numpy as np
from hassil.expression import Alternative, Expression, Group, Permutation, TextChunk

from benchmark.scenes import Condition, active_level_dbfs
from benchmark.systems import Vocabulary
from benchmark.voices import VOICES, Voice, rendered
from voice_guide.audio.pcm import RATE, Samples, silence, to_int16
from voice_guide.devices.wav_file import Recording
from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.sampling import choices, drawn_sentences, spoken
from voice_guide.nlu.sentences import Meaning, Template
from voice_guide.simulation.acoustics import Sound

_OTHER_WORDS = (
    *("bed", "bird", "cat", "dog", "happy", "house", "marvin", "tree", "wow"),
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
)
"""Words that are not listened for, as in public collections of spoken words."""

_TALK = Path(__file__).parent / "talk.txt"

_NEAREST_M, _SAME_DISTANCE_M = 0.9, 0.15
"""Nobody speaks to a speaker from nearer than this; and distances as near to one another
as this count as one."""

_NOISE_S = 60.0
"""Length of the noises made here, in seconds."""

_ROOMS = (("bedroom", 0.3, 0.57), ("living room", 0.45, 0.66))
"""Rooms made here: name, reverberation time in seconds, and critical distance in metres,
at which the reverberation is as loud as the person."""

_DISTANCES_M = (1.0, 2.0, 3.0, 4.0)

_SPEAKER = "echo_spk"
"""How a recorded response of the device's own loudspeaker is called."""

_SPEAKER_TO_REVERB_DB = 25.0
"""Energy of a loudspeaker's direct sound at 7 cm over that of its reverberation, in dB."""


@dataclass(frozen=True)
class Clip:
    """One recording of one thing said."""

    name: str
    """Its file, or who says what."""

    sound: Samples
    """The recording, in no room and at no particular level."""

    meaning: Meaning | None
    """What it has to be taken for; None: for nothing."""


@dataclass(frozen=True)
class Place:
    """A room with a device in it, and a person one metre away."""

    name: str
    """The room."""

    from_person: Sound
    """Impulse response from the person to the device's microphone."""

    from_speaker: Sound
    """Impulse response from the device's loudspeaker, a few centimetres away."""


@dataclass(frozen=True)
class Materials:
    """All recordings that the systems are to hear."""

    words: Sequence[Clip]
    """Single words: those listened for and others."""

    talk: Sequence[Samples]
    """People talking to somebody else."""

    noises: dict[str, Samples]
    """What else is to be heard in a home, by name."""

    rooms: Sequence[Condition]
    """Rooms, with the person at several distances."""

    places: Sequence[Place]
    """Rooms, with the device that speaks and listens."""

    origin: str
    """Where they are from: recorded or synthetic."""


def recorded(folder: Path, words: Vocabulary) -> Materials:
    """Read the recordings of a folder; raises VoiceGuideError where it lacks some."""
    if not folder.is_dir():
        raise VoiceGuideError(f"{folder}: no such folder of recordings")
    talk, noises = recorded_talk(folder), recorded_noises(folder)
    clips = [
        Clip(row["file"], _sound(folder / row["file"]), words.means(row["text"]))
        for row in _rows(folder / "words.tsv", "file", "text")
    ]
    if not any(clip.meaning for clip in clips):
        raise VoiceGuideError(f"{folder / 'words.tsv'}: none of the words listened for")
    rooms = _recorded_rooms(folder / "rooms")
    places = _recorded_places(folder / "rooms", rooms) or _synthetic_places()
    return Materials(clips, talk, noises, rooms, places, "recorded")


def recorded_talk(folder: Path) -> list[Samples]:
    """Read people talking; raises VoiceGuideError where there are none."""
    return [_sound(file) for file in _wav_files(folder / "talk")]


def recorded_noises(folder: Path) -> dict[str, Samples]:
    """Read what else is to be heard in a home, by name; raises VoiceGuideError likewise."""
    return {_title(file.stem): _sound(file) for file in _wav_files(folder / "noise")}


def synthetic(words: Vocabulary) -> Materials:
    """Make all materials from synthetic voices and shaped noise."""
    listened = sorted(set(drawn_sentences(words.sentences, words.context, lambda _: True)))
    said = [(voice, word) for word in [*listened, *_OTHER_WORDS] for voice in VOICES]
    clips = [
        Clip(f"{word} ({voice.name})", sound, words.means(word))
        for (voice, word), sound in zip(said, rendered(said), strict=True)
    ]
    talk = synthetic_talk(1)
    noises = synthetic_noises(talk)
    return Materials(clips, talk, noises, _synthetic_rooms(), _synthetic_places(), "synthetic")


def synthetic_talk(times: int) -> list[Samples]:
    """Return the lines of everyday talk, each by that many different voices."""
    lines = [line for line in _TALK.read_text("utf-8").splitlines() if not line.startswith("#")]
    # A neighbouring line has another voice, and the next time all voices move on by a few.
    said = [
        (VOICES[(at + 5 * time) % len(VOICES)], line)
        for time in range(times)
        for at, line in enumerate(lines)
    ]
    return rendered(said)


def synthetic_noises(talk: Sequence[Samples]) -> dict[str, Samples]:
    """Make what else is to be heard in a home, by name."""
    return {"tap": _tap(), "dishes": _dishes(), "babble": _babble(talk)}


def sentence_clips(wanted: Vocabulary, count: int) -> list[Clip]:
    """Return that many sentences of a vocabulary, drawn by chance, by all voices in turn."""
    chance = random.Random(wanted.name)
    by_intent: dict[str, list[Template]] = {}
    for template in wanted.sentences.templates(wanted.context):
        by_intent.setdefault(template.intent, []).append(template)
    said: list[tuple[Voice, str]] = []
    intents = cycle(by_intent.values())
    for voice in (VOICES[at % len(VOICES)] for at in range(count)):
        template = chance.choice(next(intents))
        text = _drawn(template.expression, template, wanted.sentences.language, chance)
        said.append((voice, " ".join(spoken(text))))
    return [
        Clip(f"{text} ({voice.name})", sound, wanted.means(text))
        for (voice, text), sound in zip(said, rendered(said), strict=True)
    ]


def _drawn(
    expression: Expression, template: Template, language: str, chance: random.Random
) -> str:
    """Return a sentence of a template, each choice in it left to chance."""
    if isinstance(expression, TextChunk):
        return expression.original_text
    if isinstance(expression, Group) and not isinstance(expression, Alternative):
        items = expression.items
        if isinstance(expression, Permutation):
            items = chance.sample(items, len(items))
        apart = " " if isinstance(expression, Permutation) else ""
        return apart.join(_drawn(item, template, language, chance) for item in items)
    options: Sequence[Expression | str] = (
        expression.items
        if isinstance(expression, Alternative)
        else choices(expression, template, language)
    )
    option = chance.choice(options)
    return option if isinstance(option, str) else _drawn(option, template, language, chance)


def _sound(file: Path) -> Samples:
    return np.concatenate([silence(0), *Recording(file).blocks()])


def _wav_files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.wav"))
    if not files:
        raise VoiceGuideError(f"{folder}: no recordings (*.wav) here")
    return files


def _rows(file: Path, *columns: str) -> list[dict[str, str]]:
    """Read a table with tabs between its columns."""
    try:
        rows = list(csv.DictReader(file.read_text("utf-8").splitlines(), delimiter="\t"))
    except (OSError, UnicodeDecodeError) as error:
        raise VoiceGuideError(f"{file}: cannot be read: this table is needed") from error
    if not rows or not set(columns) <= rows[0].keys():
        raise VoiceGuideError(f"{file}: not a table with the columns {', '.join(columns)}")
    return rows


def _title(stem: str) -> str:
    return stem.replace("_", " ")


def _recorded_rooms(folder: Path) -> list[Condition]:
    """One condition for each room and distance of a talker."""
    found: dict[str, Condition] = {}
    for row in _rows(folder / "manifest.tsv", "path", "room", "kind", "distance_m"):
        try:
            distance_m = float(row["distance_m"])
        except ValueError as error:
            raise VoiceGuideError(
                f"{folder / 'manifest.tsv'}: a distance in metres: {error}"
            ) from error
        if row["kind"].startswith("talker") and distance_m > _NEAREST_M:
            response = _sound(folder / row["path"])
            condition = _room(_title(row["room"]), distance_m, response)
            found.setdefault(condition.name, condition)
    if not found:
        raise VoiceGuideError(f"{folder}: no impulse responses of a talker in manifest.tsv")
    return list(found.values())


def _recorded_places(folder: Path, rooms: Sequence[Condition]) -> list[Place]:
    """The rooms with responses both of a loudspeaker and of a talker a metre away."""
    rows = _rows(folder / "manifest.tsv", "path", "room", "kind")
    speakers = {row["room"]: row["path"] for row in rows if row["kind"].startswith(_SPEAKER)}
    near = {room.name: room.response for room in rooms if room.distance_m == 1}
    return [
        Place(_title(name), response / 32768.0, _sound(folder / path) / 32768.0)
        for name, path in speakers.items()
        if (response := near.get(f"{_title(name)}, 1 m")) is not None
    ]


def _room(name: str, distance_m: float, response: Samples) -> Condition:
    metres = round(distance_m)
    return Condition(f"{name}, {metres} m", response=response, distance_m=metres)


def _synthetic_rooms() -> list[Condition]:
    return [
        _room(name, metres, _response(reverberation_s, metres / critical_m))
        for name, reverberation_s, critical_m in _ROOMS
        for metres in _DISTANCES_M
    ]


def _synthetic_places() -> list[Place]:
    """The same rooms, and so near a loudspeaker that hardly anything of the room is heard."""
    return [
        Place(
            name,
            _response(reverberation_s, 1 / critical_m) / 32768.0,
            _response(reverberation_s, 10 ** (-_SPEAKER_TO_REVERB_DB / 20)) / 32768.0,
        )
        for name, reverberation_s, critical_m in _ROOMS
    ]


def _response(reverberation_s: float, over_critical: float) -> Samples:
    """A direct path and decaying noise, which is louder the farther away the person is."""
    chance = np.random.default_rng(round(1000 * reverberation_s))
    times = np.arange(round(1.2 * reverberation_s * RATE)) / RATE
    # 60 dB in the reverberation time.
    tail = chance.normal(0, 1, len(times)) * 10 ** (-3 * times / reverberation_s)
    tail *= over_critical / np.sqrt(np.sum(np.square(tail)))
    tail[0] = 1.0
    return to_int16(0.5 * tail)


def _shaped(length: int, slope: float) -> Sound:
    """Noise whose power falls with the frequency to that power."""
    spectrum = np.fft.rfft(np.random.default_rng(1).normal(0, 1, length))
    frequencies = np.maximum(np.fft.rfftfreq(length, 1 / RATE), 50.0)
    return np.asarray(np.fft.irfft(spectrum * frequencies ** (-slope / 2), length))


def _tap() -> Samples:
    return _as_noise(_shaped(round(_NOISE_S * RATE), 1.0))


def _dishes() -> Samples:
    """Clatter: bursts of a few ringing partials, now and then, over a little water."""
    chance = np.random.default_rng(2)
    sound = _shaped(round(_NOISE_S * RATE), 1.0)
    sound *= 0.03 / np.std(sound)
    at = 0
    while (at := at + round(chance.exponential(0.25) * RATE)) < len(sound):
        times = np.arange(min(round(0.3 * RATE), len(sound) - at)) / RATE
        partials = chance.uniform(800, 7000, (6, 1))
        ring = np.sin(2 * np.pi * partials * times).sum(axis=0)
        decay = np.exp(-times / chance.uniform(0.01, 0.06))
        sound[at : at + len(times)] += chance.lognormal(-2, 0.7) * ring * decay
    return _as_noise(sound)


def _babble(talk: Sequence[Samples]) -> Samples:
    """Several people talking at once."""
    length = round(_NOISE_S * RATE)
    sound = np.zeros(length)
    for first in range(6):
        one = np.concatenate(talk[first::6]).astype(float)
        sound += np.resize(one, length) * 10 ** (-active_level_dbfs(to_int16(one / 32768)) / 20)
    return _as_noise(sound)


def _as_noise(sound: Sound) -> Samples:
    return to_int16(0.5 * sound / np.abs(sound).max())
