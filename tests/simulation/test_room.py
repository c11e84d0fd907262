"""The simulated room does to sound what it says, so that what hears in it can be measured."""

from dataclasses import replace
from itertools import chain, repeat

import numpy as np
import pytest

from voice_guide.audio.pcm import BLOCK, RATE, Samples, blocks_of, level_dbfs, silence, to_int16
from voice_guide.simulation.acoustics import Acoustics, Sound
from voice_guide.simulation.room import Room

STRAIGHT = np.array([1.0])
"""The response of a room without walls."""

PLAIN = Acoustics(
    from_person=STRAIGHT,
    person_gain=1.0,
    from_speaker=STRAIGHT,
    echo_gain=1.0,
    noise_dbfs=-96.0,
)
"""Nothing is done to sound."""


def hiss(seconds: float, level: float = 0.1) -> Samples:
    return to_int16(np.random.default_rng(3).normal(0, level, round(seconds * RATE)))


def sine(hertz: float, seconds: float, level: float = 0.999) -> Samples:
    return to_int16(level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE))


def heard(acoustics: Acoustics, played: Samples, said: Samples | None = None) -> Samples:
    """Return what is heard from where `played` begins to be handed out, and as long as it."""
    blocks = chain(blocks_of(played), repeat(silence()))
    room = Room(acoustics, lambda heard, played: next(blocks))
    # What is returned for one block is played in the next.
    room.move_on()
    if said is not None:
        room.say(said)
    return np.concatenate([room.move_on() for _ in blocks_of(played)])


def lag(sound: Samples, reference: Samples) -> float:
    """Return by how many samples `reference` comes later in `sound`: where both agree best."""
    size = 2 * len(sound)
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(reference, size))
    # Four places for each sample.
    return int(np.argmax(np.fft.irfft(spectrum, 8 * len(sound)))) / 4


def harmonics(sound: Samples, hertz: int) -> Sound:
    """Return the amplitudes of a tone of a second, from its first harmonic on."""
    return np.abs(np.fft.rfft(sound[-RATE:]))[hertz::hertz]


def test_room_without_effects_does_not_change_sound() -> None:
    played, said = hiss(1), sine(440, 1, 0.2)
    assert np.abs(heard(PLAIN, played, said) - (played + said)).max() <= 2


def test_room_has_the_levels_of_its_acoustics() -> None:
    noisy = replace(PLAIN, person_gain=0.5, echo_gain=0.25, noise_dbfs=-50)
    quiet, sound = silence(2 * RATE), hiss(2)
    level = level_dbfs(sound)
    assert level_dbfs(heard(noisy, quiet)) == pytest.approx(-50, abs=0.2)
    assert level_dbfs(heard(noisy, quiet, sound)) == pytest.approx(level - 6, abs=0.1)
    assert level_dbfs(heard(noisy, sound)) == pytest.approx(level - 12, abs=0.1)
    clatter = replace(PLAIN, background=sine(300, 0.7), background_dbfs=-40)
    assert level_dbfs(heard(clatter, quiet)) == pytest.approx(-40, abs=0.1)


def test_room_reflects_speech_and_playback() -> None:
    walls = np.random.default_rng(1).normal(0, 0.02, round(0.45 * RATE))
    sound = hiss(1)
    reflected = to_int16(np.convolve(sound / 32768, walls)[:RATE])
    of_echo = heard(replace(PLAIN, from_speaker=walls), sound)
    of_person = heard(replace(PLAIN, from_person=walls), silence(RATE), sound)
    assert np.abs(of_echo - reflected).max() <= 2
    assert np.abs(of_person - reflected).max() <= 2


def test_room_adds_new_speech_to_decaying_speech() -> None:
    room = Room(PLAIN, lambda heard, played: silence())
    room.say(sine(300, 0.1, 0.25))
    recording = [room.move_on()]
    room.say(sine(300, 0.02, 0.25))
    while room.person_is_speaking:
        recording.append(room.move_on())
    assert len(recording) * BLOCK == round(0.1 * RATE)
    assert level_dbfs(recording[1]) == pytest.approx(-9, abs=0.1)


def test_room_plays_the_session_s_answer_to_the_last_block() -> None:
    tried: list[tuple[Samples, Samples]] = []

    def answer(heard: Samples, played: Samples) -> Samples:
        tried.append((heard, played))
        return to_int16(np.full(BLOCK, 0.1)) if heard.max() > 3000 and not played.any() else heard

    room = Room(PLAIN, answer)
    room.say(to_int16(np.full(BLOCK, 0.2)))
    for _ in range(3):
        room.move_on()
    levels = [(heard.max() / 32768, played.max() / 32768) for heard, played in tried]
    assert levels == [
        pytest.approx((0.2, 0), abs=0.001),
        pytest.approx((0.1, 0.1), abs=0.001),
        pytest.approx((0.1, 0.1), abs=0.001),
    ]


@pytest.mark.parametrize("delay_s", [0, 0.02, 0.3])
def test_echo_is_delayed(delay_s: float) -> None:
    played = hiss(2)
    assert lag(heard(replace(PLAIN, delay_s=delay_s), played), played) == delay_s * RATE


@pytest.mark.parametrize("drift_ppm", [100, -100, 50])
def test_echo_drifts_with_the_clock(drift_ppm: float) -> None:
    played, delay_s, over_s = hiss(120), 0.1, 2.0
    sound = heard(replace(PLAIN, delay_s=delay_s, drift_ppm=drift_ppm), played)
    for begin_s in (5, 60, 115):
        part = slice(begin_s * RATE, round((begin_s + over_s) * RATE))
        moved_s = drift_ppm / 1e6 * (begin_s + over_s / 2)
        assert lag(sound[part], played[part]) == pytest.approx((delay_s - moved_s) * RATE, abs=0.5)


@pytest.mark.parametrize("hertz", [200, 3000, 6500])
@pytest.mark.parametrize("drift_ppm", [100, -37])
def test_echo_of_a_drifting_clock_has_no_artefacts(hertz: float, drift_ppm: float) -> None:
    acoustics = replace(PLAIN, delay_s=0.1, drift_ppm=drift_ppm)
    sound = heard(acoustics, sine(hertz, 10))[RATE:]
    at_s = np.arange(RATE, 10 * RATE) / RATE
    # The room is a block older.
    at_s += (at_s + BLOCK / RATE) * drift_ppm / 1e6 - 0.1
    wanted = to_int16(0.999 * np.sin(2 * np.pi * hertz * at_s))
    assert level_dbfs(sound - wanted) - level_dbfs(wanted) < -70


def test_echo_of_too_fast_a_clock_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing is left to play"):
        heard(replace(PLAIN, delay_s=0.01, drift_ppm=5000), hiss(3))


@pytest.mark.parametrize("distortion", [0.01, 0.1, 0.3])
def test_echo_has_the_distortion_of_its_acoustics(distortion: float) -> None:
    acoustics = replace(PLAIN, distortion=distortion)
    first, second, third, *others = harmonics(heard(acoustics, sine(250, 2)), 250)
    assert np.hypot.reduce([second, third, *others]) / first == pytest.approx(distortion, rel=0.05)
    assert 0.2 * third < second < third
    soft = sine(250, 2, 0.02)
    first, *others = harmonics(heard(acoustics, soft), 250)
    assert np.hypot.reduce(others) / first < distortion / 10
    assert level_dbfs(heard(acoustics, soft)) == pytest.approx(level_dbfs(soft), abs=0.1)


def test_room_is_the_sum_of_its_parts_and_reproducible() -> None:
    walls = np.random.default_rng(1).normal(0, 0.02, round(0.3 * RATE))
    acoustics = replace(
        Acoustics(from_person=walls, from_speaker=walls, delay_s=0.15, drift_ppm=50),
        distortion=0.03,
        background=sine(300, 0.7),
        background_dbfs=-40,
    )
    played, said, quiet = hiss(4), sine(440, 2, 0.3), silence(4 * RATE)
    all_at_once = heard(acoustics, played, said)
    assert np.array_equal(all_at_once, heard(acoustics, played, said))
    without_noise = replace(acoustics, noise_dbfs=-96, background=None)
    parts = (
        heard(without_noise, played),
        heard(without_noise, quiet, said),
        heard(acoustics, quiet),
    )
    assert np.abs(all_at_once - sum(part.astype(int) for part in parts)).max() <= 6
