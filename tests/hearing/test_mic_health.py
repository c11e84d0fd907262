"""When a microphone is taken to be muted, or too loud for somebody: what is told of it."""

from collections.abc import Iterable

import numpy as np
import pytest

from voice_guide.audio.faults import AudioFault, BrokenPart, SoundLost, SoundRestored, TooLoud
from voice_guide.audio.pcm import BLOCK, RATE, Samples, silence, to_int16
from voice_guide.hearing.mic_health import MicHealth
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

NOISE = to_int16(np.random.default_rng(0).normal(0, 0.0003, BLOCK))
"""A quiet room: -70 dBFS."""

SPOKEN = render("Nothing here should press directly on your back.", VoiceSpec("en-us", 140))

PLAYED = np.full(BLOCK, 1000, np.int16)

MUTED = SoundLost(
    BrokenPart.MICROPHONE_SILENT, "the microphone hears nothing at all: is it muted?"
)

UNPLUGGED = SoundLost(
    BrokenPart.MICROPHONE_SILENT,
    "the microphone hears nothing but what is played: is it unplugged?",
)


class Ear:
    """Hears what a test lets come in, and keeps what is told of it."""

    def __init__(self) -> None:
        self._microphone = MicHealth()

    def hear(
        self, sound: Samples, seconds: float, played: Samples = PLAYED * 0
    ) -> list[AudioFault]:
        blocks = round(seconds * RATE / BLOCK)
        return [new for _ in range(blocks) for new in self._microphone.follow(sound, played)]

    def hear_all(self, sounds: Iterable[tuple[Samples, float]]) -> list[AudioFault]:
        return [new for sound, seconds in sounds for new in self.hear(sound, seconds)]

    def hear_copy(self, played: Samples, gain: float, late: int, noise: float) -> list[AudioFault]:
        """Hear what is played, later by so many samples, and a room's noise of this RMS."""
        copy = np.concatenate([silence(late), played])[: len(played)] * gain
        room = np.random.default_rng(0).normal(0, noise, len(played)) * 32768
        heard = np.round(copy + room).astype(np.int16)
        return [
            new
            for at in range(0, len(played) - BLOCK, BLOCK)
            for new in self._microphone.follow(heard[at : at + BLOCK], played[at : at + BLOCK])
        ]


@pytest.fixture
def ear() -> Ear:
    return Ear()


def test_a_microphone_that_is_muted_is_noticed_within_three_seconds(ear: Ear) -> None:
    assert ear.hear(NOISE, 8) == []
    assert ear.hear(silence(), 3) == [MUTED]


def test_it_is_told_once_and_that_it_hears_again(ear: Ear) -> None:
    ear.hear(NOISE, 8)
    assert ear.hear(silence(), 60) == [MUTED]

    (back,) = ear.hear(NOISE, 60)

    assert isinstance(back, SoundRestored)
    assert back.after_s == pytest.approx(61, abs=0.1)
    assert ear.hear(silence(), 3) == [MUTED]


def test_what_it_hears_while_the_guide_speaks_does_not_unmute_it(ear: Ear) -> None:
    ear.hear(NOISE, 8)
    ear.hear(silence(), 3)

    assert ear.hear(PLAYED, 10, PLAYED) == []


def test_one_that_was_muted_is_noticed_again_at_once(ear: Ear) -> None:
    ear.hear_all([(NOISE, 8), (silence(), 3), (NOISE, 2)])

    assert ear.hear(silence(), 3) == [MUTED]


def test_one_in_whose_place_the_speaker_is_heard_is_noticed_while_the_guide_speaks(
    ear: Ear,
) -> None:
    ear.hear(NOISE, 8)

    assert ear.hear_copy(SPOKEN[: 3 * RATE], 0.7, late=990, noise=0) == [UNPLUGGED]
    assert ear.hear(silence(), 10) == []


def test_one_that_hears_the_speaker_in_a_very_quiet_room_works(ear: Ear) -> None:
    ear.hear(NOISE, 8)

    assert ear.hear_copy(SPOKEN, 0.7, late=990, noise=0.0003) == []


def test_one_that_never_heard_anything_is_told_after_a_while(ear: Ear) -> None:
    assert ear.hear(silence(), 19) == []
    assert ear.hear(silence(), 2) == [MUTED]


def test_one_that_hears_nothing_but_the_guide_works(ear: Ear) -> None:
    assert ear.hear(PLAYED, 10, PLAYED) == []
    assert ear.hear(silence(), 120) == []


def test_a_simulated_room_that_is_silent_between_words_is_no_muted_microphone(ear: Ear) -> None:
    words = [(NOISE * 20, 1.5), (silence(), 8.0)] * 10

    assert ear.hear_all(words) == []


def test_a_microphone_that_silences_quiet_rooms_is_not_muted(ear: Ear) -> None:
    ear.hear_all([(NOISE * 20, 6.0), (silence(), 1.0)] * 3)

    assert ear.hear_all([(NOISE * 20, 6.0), (silence(), 30.0)] * 3) == []


def test_who_is_too_loud_for_it_is_told_once(ear: Ear) -> None:
    shouting = to_int16(np.sin(np.arange(BLOCK) / 10) * 1.5)

    assert ear.hear_all([(NOISE, 2), (shouting, 5), (NOISE, 2), (shouting, 5)]) == [TooLoud()]


def test_a_voice_that_just_fits_is_not_too_loud(ear: Ear) -> None:
    loud = to_int16(np.sin(np.arange(BLOCK) / 10) * 0.97)

    assert ear.hear(loud, 10) == []


def test_a_knock_on_the_table_is_not_too_loud(ear: Ear) -> None:
    knock = np.full(BLOCK, 32767, np.int16)

    assert ear.hear_all([(NOISE, 1), (knock, 0.1), (NOISE, 3)] * 5) == []


def test_one_in_whose_place_the_speaker_is_heard_is_not_listened_to_meanwhile() -> None:
    microphone = MicHealth()
    follow = [(NOISE, PLAYED * 0)] * 400 + [(PLAYED * 0, PLAYED * 0)] * 150
    for heard, played in follow:
        microphone.follow(heard, played)

    microphone.follow(PLAYED, PLAYED)
    assert microphone.hears_only_the_guide
    for _ in range(30):
        microphone.follow(NOISE, PLAYED * 0)
    assert not microphone.hears_only_the_guide
