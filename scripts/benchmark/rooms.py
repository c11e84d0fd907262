"""Impulse responses of rooms: recorded where there are recordings, made otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmark.conditions import ListeningCondition
from harness.recordings import read_tsv, read_wav, title
from voice_guide.audio.pcm import RATE, Samples, to_int16
from voice_guide.errors import VoiceGuideError
from voice_guide.simulation.acoustics import Sound

_MIN_DISTANCE_M = 0.9
"""Shortest distance at which people speak to a speaker, in metres."""

_ROOMS = (("bedroom", 0.3, 0.57), ("living room", 0.45, 0.66))
"""Synthetic rooms: name, reverberation time in seconds, and critical distance in metres, at
which the reverberation is as loud as the person."""

_DISTANCES_M = (1.0, 2.0, 3.0, 4.0)

_LOUDSPEAKER_KIND = "echo_spk"
"""Start of the kind of a recorded response of the device's own loudspeaker."""

_LOUDSPEAKER_TO_REVERB_DB = 25.0
"""Energy of a loudspeaker's direct sound at 7 cm over that of its reverberation, in dB."""


@dataclass(frozen=True)
class DeviceRoom:
    """A room with a device in it, and a person one metre away."""

    name: str
    """The room."""

    from_person: Sound
    """Impulse response from the person to the device's microphone."""

    from_speaker: Sound
    """Impulse response from the device's loudspeaker, a few centimetres away."""


def recorded_rooms(folder: Path) -> list[ListeningCondition]:
    """Return a condition for each room and distance of a talker in manifest.tsv.

    Raise VoiceGuideError if there are none.
    """
    found: dict[str, ListeningCondition] = {}
    manifest = folder / "manifest.tsv"
    for row in read_tsv(manifest, "path", "room", "kind", "distance_m"):
        try:
            distance_m = float(row["distance_m"])
        except ValueError as error:
            raise VoiceGuideError(f"{manifest}: a distance in metres: {error}") from error
        if row["kind"].startswith("talker") and distance_m > _MIN_DISTANCE_M:
            response = read_wav(folder / row["path"])
            condition = _room(title(row["room"]), distance_m, response)
            found.setdefault(condition.name, condition)
    if not found:
        raise VoiceGuideError(f"{folder}: no impulse responses of a talker in manifest.tsv")
    return list(found.values())


def recorded_device_rooms(folder: Path, rooms: Sequence[ListeningCondition]) -> list[DeviceRoom]:
    """Return the rooms with responses both of a loudspeaker and of a talker a metre away."""
    rows = read_tsv(folder / "manifest.tsv", "path", "room", "kind")
    speakers = {r["room"]: r["path"] for r in rows if r["kind"].startswith(_LOUDSPEAKER_KIND)}
    near = {room.name: room.response for room in rooms if room.distance_m == 1}
    return [
        DeviceRoom(title(name), response / 32768.0, read_wav(folder / path) / 32768.0)
        for name, path in speakers.items()
        if (response := near.get(f"{title(name)}, 1 m")) is not None
    ]


def synthetic_rooms() -> list[ListeningCondition]:
    """Return a condition for each synthetic room and distance."""
    return [
        _room(name, metres, _response(reverberation_s, metres / critical_m))
        for name, reverberation_s, critical_m in _ROOMS
        for metres in _DISTANCES_M
    ]


def synthetic_device_rooms() -> list[DeviceRoom]:
    """Return the synthetic rooms with a loudspeaker so near that it hardly echoes in the room."""
    return [
        DeviceRoom(
            name,
            _response(reverberation_s, 1 / critical_m) / 32768.0,
            _response(reverberation_s, 10 ** (-_LOUDSPEAKER_TO_REVERB_DB / 20)) / 32768.0,
        )
        for name, reverberation_s, critical_m in _ROOMS
    ]


def _room(name: str, distance_m: float, response: Samples) -> ListeningCondition:
    metres = round(distance_m)
    return ListeningCondition(f"{name}, {metres} m", response=response, distance_m=metres)


def _response(reverberation_s: float, over_critical: float) -> Samples:
    """Return a direct path and decaying noise, which grows with the distance of the source.

    `over_critical` is that distance relative to the critical distance.
    """
    chance = np.random.default_rng(round(1000 * reverberation_s))
    times = np.arange(round(1.2 * reverberation_s * RATE)) / RATE
    # 60 dB in the reverberation time.
    tail = chance.normal(0, 1, len(times)) * 10 ** (-3 * times / reverberation_s)
    tail *= over_critical / np.sqrt(np.sum(np.square(tail)))
    tail[0] = 1.0
    return to_int16(0.5 * tail)
