"""Microphone health reports a microphone that is muted, unplugged or too loud, and no other."""

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


class MonitoredMicrophone:
    """A microphone whose health is followed block by block."""

    def __init__(self) -> None:
        self._mic_health = MicHealth()

    def hear(
        self, sound: Samples, seconds: float, played: Samples = PLAYED * 0
    ) -> list[AudioFault]:
        blocks = round(seconds * RATE / BLOCK)
        return [new for _ in range(blocks) for new in self._mic_health.follow(sound, played)]

    def hear_all(self, sounds: Iterable[tuple[Samples, float]]) -> list[AudioFault]:
        return [new for sound, seconds in sounds for new in self.hear(sound, seconds)]

    def hear_copy(self, played: Samples, gain: float, late: int, noise: float) -> list[AudioFault]:
        """Hear what is played, delayed by so many samples, with noise of this RMS."""
        copy = np.concatenate([silence(late), played])[: len(played)] * gain
        room = np.random.default_rng(0).normal(0, noise, len(played)) * 32768
        heard = np.round(copy + room).astype(np.int16)
        return [
            new
            for at in range(0, len(played) - BLOCK, BLOCK)
            for new in self._mic_health.follow(heard[at : at + BLOCK], played[at : at + BLOCK])
        ]


@pytest.fixture
def microphone() -> MonitoredMicrophone:
    return MonitoredMicrophone()


def test_a_muted_microphone_is_reported_within_three_seconds(
    microphone: MonitoredMicrophone,
) -> None:
    assert microphone.hear(NOISE, 8) == []
    assert microphone.hear(silence(), 3) == [MUTED]


def test_a_muted_microphone_is_reported_once_and_when_it_works_again(
    microphone: MonitoredMicrophone,
) -> None:
    microphone.hear(NOISE, 8)
    assert microphone.hear(silence(), 60) == [MUTED]

    (back,) = microphone.hear(NOISE, 60)

    assert isinstance(back, SoundRestored)
    assert back.after_s == pytest.approx(61, abs=0.1)
    assert microphone.hear(silence(), 3) == [MUTED]


def test_sound_while_the_guide_speaks_does_not_unmute_a_microphone(
    microphone: MonitoredMicrophone,
) -> None:
    microphone.hear(NOISE, 8)
    microphone.hear(silence(), 3)

    assert microphone.hear(PLAYED, 10, PLAYED) == []


def test_a_microphone_muted_again_is_reported_again_at_once(
    microphone: MonitoredMicrophone,
) -> None:
    microphone.hear_all([(NOISE, 8), (silence(), 3), (NOISE, 2)])

    assert microphone.hear(silence(), 3) == [MUTED]


def test_a_copy_of_the_speaker_is_reported_while_the_guide_speaks(
    microphone: MonitoredMicrophone,
) -> None:
    microphone.hear(NOISE, 8)

    assert microphone.hear_copy(SPOKEN[: 3 * RATE], 0.7, late=990, noise=0) == [UNPLUGGED]
    assert microphone.hear(silence(), 10) == []


def test_an_echo_in_a_very_quiet_room_is_no_copy(microphone: MonitoredMicrophone) -> None:
    microphone.hear(NOISE, 8)

    assert microphone.hear_copy(SPOKEN, 0.7, late=990, noise=0.0003) == []


def test_a_microphone_that_never_delivered_sound_is_reported_after_20_seconds(
    microphone: MonitoredMicrophone,
) -> None:
    assert microphone.hear(silence(), 19) == []
    assert microphone.hear(silence(), 2) == [MUTED]


def test_a_microphone_that_hears_only_the_guide_is_no_fault(
    microphone: MonitoredMicrophone,
) -> None:
    assert microphone.hear(PLAYED, 10, PLAYED) == []
    assert microphone.hear(silence(), 120) == []


def test_a_simulated_room_that_is_silent_between_words_is_no_fault(
    microphone: MonitoredMicrophone,
) -> None:
    words = [(NOISE * 20, 1.5), (silence(), 8.0)] * 10

    assert microphone.hear_all(words) == []


def test_a_microphone_with_a_noise_gate_is_no_fault(microphone: MonitoredMicrophone) -> None:
    microphone.hear_all([(NOISE * 20, 6.0), (silence(), 1.0)] * 3)

    assert microphone.hear_all([(NOISE * 20, 6.0), (silence(), 30.0)] * 3) == []


def test_a_voice_that_is_too_loud_is_reported_once(microphone: MonitoredMicrophone) -> None:
    shouting = to_int16(np.sin(np.arange(BLOCK) / 10) * 1.5)

    assert microphone.hear_all([(NOISE, 2), (shouting, 5), (NOISE, 2), (shouting, 5)]) == [
        TooLoud()
    ]


def test_a_voice_just_below_the_limit_is_not_too_loud(microphone: MonitoredMicrophone) -> None:
    loud = to_int16(np.sin(np.arange(BLOCK) / 10) * 0.97)

    assert microphone.hear(loud, 10) == []


def test_a_knock_on_the_table_is_not_too_loud(microphone: MonitoredMicrophone) -> None:
    knock = np.full(BLOCK, 32767, np.int16)

    assert microphone.hear_all([(NOISE, 1), (knock, 0.1), (NOISE, 3)] * 5) == []


def test_a_muted_microphone_hears_only_the_guide_while_the_guide_speaks() -> None:
    microphone = MicHealth()
    follow = [(NOISE, PLAYED * 0)] * 400 + [(PLAYED * 0, PLAYED * 0)] * 150
    for heard, played in follow:
        microphone.follow(heard, played)

    microphone.follow(PLAYED, PLAYED)
    assert microphone.hears_only_the_guide
    for _ in range(30):
        microphone.follow(NOISE, PLAYED * 0)
    assert not microphone.hears_only_the_guide
