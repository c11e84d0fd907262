"""What the doctor says of echoes, in a simulated room."""

import re
from dataclasses import replace

import numpy as np
import pytest

from voice_guide.audio import RATE, Samples
from voice_guide.devices.acoustics import Acoustics
from voice_guide.devices.room import Room
from voice_guide.echo_check import Playing, report
from voice_guide.errors import VoiceGuideError
from voice_guide.speaking.synthesizer import Speaker, render

USUAL = Acoustics(delay_s=0.09, echo_gain=0.2)


@pytest.fixture(scope="module")
def speech() -> Samples:
    return render(
        "I am listening to my own voice. Please be quiet until I have finished. Thank you.",
        Speaker("en-us", 140),
    )


def played_in(acoustics: Acoustics, speech: Samples) -> Playing:
    playing = Playing(speech)
    playing.start()
    room = Room(acoustics, playing.process)
    while not playing.is_finished:
        room.move_on()
    return playing


def told(acoustics: Acoustics, speech: Samples, cancels_echo: bool = True) -> str:
    playing = played_in(acoustics, speech)
    return report(playing.heard, playing.played, cancels_echo)


def warned(acoustics: Acoustics, speech: Samples, cancels_echo: bool = True) -> str:
    with pytest.raises(VoiceGuideError) as caught:
        told(acoustics, speech, cancels_echo)
    return str(caught.value)


def test_the_speech_is_played_whole_and_heard_to_its_end(speech: Samples) -> None:
    playing = played_in(USUAL, speech)

    assert len(playing.heard) == len(playing.played)
    assert np.array_equal(np.trim_zeros(playing.played), np.trim_zeros(speech))
    assert not playing.played[-RATE // 2 :].any()


def test_an_echo_is_measured(speech: Samples) -> None:
    found = re.fullmatch(
        r"heard (\d+) ms after it is played, (-\d+) dB of what is played, "
        r"(\d+) dB less after cancelling, clocks ([\d.]+) ppm apart",
        told(replace(USUAL, drift_ppm=-60), speech),
    )

    assert found
    delay_ms, gain_db, removed_db, apart_ppm = map(float, found.groups())
    assert delay_ms == pytest.approx(90, abs=1)
    assert gain_db == pytest.approx(-14, abs=1)
    assert removed_db > 20
    assert apart_ppm == pytest.approx(60, abs=2)


def test_an_echo_that_hardly_stands_out_of_the_noise_is_well(speech: Samples) -> None:
    assert "dB less after cancelling" in told(replace(USUAL, noise_dbfs=-42), speech)


@pytest.mark.parametrize(
    ("acoustics", "problem"),
    [
        (replace(USUAL, echo_gain=20), "too loud for the microphone: turn the speaker down"),
        (replace(USUAL, delay_s=1.2), "heard 1.2 s after it is played, which is too late"),
        (replace(USUAL, echo_gain=0, noise_dbfs=-120), "the microphone hears nothing at all"),
    ],
)
def test_what_keeps_it_from_being_cancelled_is_told(
    speech: Samples, acoustics: Acoustics, problem: str
) -> None:
    assert problem in warned(acoustics, speech)


def test_what_else_is_to_be_heard_meanwhile_is_told_from_an_echo(speech: Samples) -> None:
    playing = played_in(USUAL, speech)
    somebody_else = np.where(playing.played, playing.played[::-1], 0) // 3

    with pytest.raises(VoiceGuideError, match="after cancelling: turn the speaker down"):
        report(playing.heard + somebody_else, playing.played, cancels_echo=True)


def test_without_an_echo_nothing_needs_to_be_cancelled(speech: Samples) -> None:
    headphones = replace(USUAL, echo_gain=0)

    assert "sound.cancel_echo = false saves processor time" in told(headphones, speech)
    assert "cancel_echo" not in told(headphones, speech, cancels_echo=False)


def test_an_echo_that_nothing_cancels_is_told_unless_it_is_faint(speech: Samples) -> None:
    assert warned(USUAL, speech, cancels_echo=False).endswith("set sound.cancel_echo = true")
    faint = replace(USUAL, echo_gain=0.02, noise_dbfs=-60)
    assert told(faint, speech, cancels_echo=False).endswith("faint enough not to be cancelled")
