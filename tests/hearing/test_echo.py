"""The echo canceller removes what the guide plays and keeps what a person says."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, repeat

import numpy as np
import pytest
from support.synthetic_people import Person

from voice_guide.audio.pcm import BLOCK, RATE, Samples, blocks_of, level_dbfs, silence
from voice_guide.dialogue.chime import Chime
from voice_guide.hearing.echo.alignment import Alignment
from voice_guide.hearing.echo.canceller import EchoCanceller
from voice_guide.hearing.near_end import NearEndDetector
from voice_guide.hearing.noise import NoiseReduction
from voice_guide.simulation.acoustics import Acoustics, reverberation
from voice_guide.simulation.room import Room
from voice_guide.tts.chimes import sound
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

PROMPTS = (
    "Hello. I can lead you through a massage, step by step.",
    "You need a tennis ball and a free piece of wall.",
    "Never press the ball directly against your spine.",
    "Nothing here should press directly on your back.",
    "Stand up, with your back against the wall.",
    "Move up and down, or back and forth, and let the ball stay where it is.",
)

ROOM = Acoustics(
    from_speaker=reverberation(0.4, 17, 5),
    from_person=reverberation(0.4, 3, 6),
    echo_gain=0.8,
    delay_s=0.05,
)
"""A small device in a living room."""


@pytest.fixture(scope="module")
def prompts() -> Samples:
    """Twenty seconds of the guide's voice, after half a second of silence."""
    parts = [silence(RATE // 2)]
    for text in PROMPTS:
        parts += [
            (render(text, VoiceSpec("en-us", 140)) * 0.7).astype(np.int16),
            silence(RATE // 4),
        ]
    return np.concatenate(parts)


def heard_in(room: Acoustics, played: Samples, said: Samples | None = None) -> Samples:
    """Return what the microphone hears of a sound played, and of a person who starts at 12 s."""
    blocks = chain(blocks_of(played), repeat(silence()))
    there = Room(room, lambda heard, played: next(blocks))
    there.move_on()
    recording = []
    for number, _ in enumerate(blocks_of(played)):
        if said is not None and number == 12 * RATE // BLOCK:
            there.say(said)
        recording.append(there.move_on())
    return np.concatenate(recording)


def left_of(canceller: EchoCanceller, heard: Samples, played: Samples) -> Samples:
    """Return what is left, with silence for blocks that are dropped."""
    found = (
        canceller.cancel(*pair) for pair in zip(blocks_of(heard), blocks_of(played), strict=True)
    )
    return np.concatenate([near_end.sound if near_end else silence() for near_end in found])


def part(sound: Samples, start_s: float, end_s: float) -> Samples:
    return sound[round(start_s * RATE) : round(end_s * RATE)]


def removed_db(heard: Samples, left: Samples, start_s: float, end_s: float) -> float:
    return level_dbfs(part(heard, start_s, end_s)) - level_dbfs(part(left, start_s, end_s))


@pytest.mark.parametrize(
    "room",
    [
        pytest.param(ROOM, id="as it is"),
        pytest.param(replace(ROOM, delay_s=0.0), id="without any buffers"),
        pytest.param(replace(ROOM, delay_s=0.35), id="with long buffers"),
        pytest.param(replace(ROOM, echo_gain=0.08), id="softly"),
        pytest.param(replace(ROOM, distortion=0.1), id="with a loudspeaker that distorts"),
        pytest.param(replace(ROOM, delay_s=0.0022, drift_ppm=-80), id="with hardly any delay"),
        pytest.param(replace(ROOM, drift_ppm=80), id="with a fast clock"),
        pytest.param(replace(ROOM, drift_ppm=-80), id="with a slow clock"),
    ],
)
def test_the_canceller_removes_the_guides_voice(room: Acoustics, prompts: Samples) -> None:
    quiet = replace(room, noise_dbfs=-90)
    heard = heard_in(quiet, prompts)

    left = left_of(EchoCanceller(), heard, prompts)

    assert removed_db(heard, left, 12, len(prompts) / RATE) > 25


def test_most_of_the_echo_is_gone_two_seconds_after_the_first_sound(prompts: Samples) -> None:
    heard = heard_in(ROOM, prompts)

    left = left_of(EchoCanceller(), heard, prompts)

    assert removed_db(heard, left, 2.5, 3.5) > 12


def test_a_person_who_speaks_over_the_guide_is_kept(prompts: Samples) -> None:
    said = Person("slt", "flite").says("say that again please") // 6
    nobody = heard_in(ROOM, prompts)
    heard = heard_in(ROOM, prompts, said)
    span = (12.0, 12.0 + len(said) / RATE)
    person = part(heard, *span).astype(float) - part(nobody, *span)

    left = part(left_of(EchoCanceller(), heard, prompts), *span)

    assert level_dbfs(part(nobody, *span)) > level_dbfs(person.astype(np.int16)) + 6
    assert np.corrcoef(left, person)[0, 1] > 0.95


def test_sound_without_an_echo_is_not_changed(prompts: Samples) -> None:
    heard = np.random.default_rng(0).integers(-500, 500, 2 * RATE).astype(np.int16)

    left = left_of(EchoCanceller(), heard, silence(len(heard)))

    assert np.array_equal(left, heard)


def test_the_room_is_heard_where_no_echo_is_found(prompts: Samples) -> None:
    """As with headphones."""
    said = np.random.default_rng(0).integers(-500, 500, len(prompts)).astype(np.int16)

    left = left_of(EchoCanceller(), said, prompts)

    assert np.array_equal(part(left, 6, 12), part(said, 6, 12))


def test_a_muted_microphone_stays_silent(prompts: Samples) -> None:
    canceller = EchoCanceller()

    left = [canceller.cancel(silence(), played) for played in blocks_of(prompts[: 10 * RATE])]

    assert not any(near_end.sound.any() for near_end in left if near_end)


def test_blocks_are_dropped_until_the_echo_is_found(prompts: Samples) -> None:
    heard = heard_in(ROOM, prompts)

    left = left_of(EchoCanceller(), heard, prompts)

    assert not part(left, 0.5, 0.9).any()
    assert part(left, 1.5, 2.0).any()


def test_blocks_are_dropped_after_a_jump_until_the_echo_is_found_again(prompts: Samples) -> None:
    """They are dropped for no longer than the guide speaks, or it might stay deaf."""
    heard = heard_in(ROOM, prompts)
    at = 8 * RATE // BLOCK * BLOCK
    jumped = np.concatenate([heard[:at], np.roll(heard[at:], 3000)])
    canceller = EchoCanceller()

    left = left_of(canceller, jumped, prompts)
    quiet = np.ones(4 * RATE, np.int16)
    afterwards = left_of(canceller, quiet, silence(len(quiet)))

    assert any(not block.any() for block in blocks_of(part(left, 8, 10)))
    assert np.array_equal(part(afterwards, 2, 4), part(quiet, 2, 4))


@pytest.mark.parametrize("samples", [-400, 700])
def test_the_canceller_follows_a_delay_that_jumps(prompts: Samples, samples: int) -> None:
    """As after a gap in the sound system."""
    heard = heard_in(ROOM, prompts)
    jumped = np.concatenate([heard[: 8 * RATE], np.roll(heard[8 * RATE :], samples)])

    left = left_of(EchoCanceller(), jumped, prompts)

    assert removed_db(jumped, left, 12, 16) > 18


def test_the_canceller_follows_a_volume_changed_at_the_device(prompts: Samples) -> None:
    heard = heard_in(ROOM, prompts)
    heard[8 * RATE :] //= 3

    left = left_of(EchoCanceller(), heard, prompts)

    assert removed_db(heard, left, 10, 16) > 15


@pytest.mark.parametrize("drift_ppm", [0, 60, -100])
def test_the_alignment_measures_delay_and_drift(prompts: Samples, drift_ppm: float) -> None:
    room = replace(ROOM, delay_s=0.12, drift_ppm=drift_ppm)
    heard = heard_in(room, prompts)
    alignment = Alignment()

    for block, played in zip(blocks_of(heard), blocks_of(prompts), strict=True):
        alignment.push(block, played)

    seconds = len(prompts) / RATE
    assert alignment.delay_s == pytest.approx(0.12 - drift_ppm * 1e-6 * seconds, abs=2e-4)
    assert alignment.drift * 1e6 == pytest.approx(-drift_ppm, abs=2)


def test_chimes_do_not_mislead_the_alignment(prompts: Samples) -> None:
    """A chime resembles itself at many delays; a wrong one would make the listener deaf."""
    chimes = [part for _ in range(8) for part in (sound(Chime.TIME_UP), silence(RATE // 4))]
    played = np.concatenate([prompts, *chimes])
    heard = heard_in(ROOM, played)

    left = left_of(EchoCanceller(), heard, played)

    assert all(block.any() for block in blocks_of(left[len(prompts) :]))


def detections(detector: NearEndDetector, heard: Samples, played: Samples) -> Iterator[bool]:
    """Yield for each block whether a person seems to be speaking."""
    canceller, noise = EchoCanceller(), NoiseReduction()
    for pair in zip(blocks_of(heard), blocks_of(played), strict=True):
        near_end = canceller.cancel(*pair)
        if near_end is None:
            yield False
            continue
        noise.reduce(near_end.sound)
        detector.follow(noise.power, noise.noise, near_end.echo)
        yield detector.is_speech


def test_the_near_end_detector_ignores_the_guide_alone(prompts: Samples) -> None:
    heard = heard_in(replace(ROOM, distortion=0.05), prompts)

    noticed = list(detections(NearEndDetector(), heard, prompts))

    assert sum(noticed) < 0.02 * len(noticed)


def test_the_near_end_detector_notices_a_person_over_the_guide_at_once(prompts: Samples) -> None:
    said = Person("rms", "flite").says("stop")
    said = said[np.flatnonzero(np.abs(said) > 500)[0] :] // 6
    heard = heard_in(ROOM, prompts, said)

    noticed = list(detections(NearEndDetector(), heard, prompts))

    assert any(noticed[12 * RATE // BLOCK : round(12.15 * RATE / BLOCK)])


def test_the_near_end_detector_ignores_a_person_who_talks_on_and_on(prompts: Samples) -> None:
    talk = (
        Person("rms", "flite").says("I went to the market and bought some apples and pears") // 4
    )
    talk = np.concatenate([talk] * 3)
    heard = heard_in(ROOM, np.concatenate([prompts, prompts]), talk)

    noticed = list(detections(NearEndDetector(), heard, np.concatenate([prompts, prompts])))

    at = 12 * RATE // BLOCK
    assert any(noticed[at : at + RATE // BLOCK])
    assert not all(noticed[at : at + 4 * RATE // BLOCK])
