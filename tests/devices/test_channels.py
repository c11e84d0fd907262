"""Channels of a microphone or recording: harmful ones are left out of the mix."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from voice_guide.audio.pcm import BLOCK, RATE
from voice_guide.devices.channels import ChannelMixer, ChannelState
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

Channel = npt.NDArray[np.float32]

USED, INVERTED = ChannelState.USED, ChannelState.INVERTED
NOISY, DEAD = ChannelState.NOISY, ChannelState.DEAD


@pytest.fixture(scope="module")
def speech() -> Channel:
    said = render("go back to the wall, and wait a moment", VoiceSpec("en-us", 140))
    return np.pad(said.astype(np.float32) / 32768, RATE)


def noise(dbfs: float, length: int, seed: int = 0) -> Channel:
    values = np.random.default_rng(seed).normal(0, 10 ** (dbfs / 20), length)
    return values.astype(np.float32)


def mixed(*channels: Channel) -> tuple[ChannelMixer, Channel]:
    """Return a mixer that has heard these channels as in a live session, and its mix."""
    frames = np.stack(channels, axis=1)
    mixer = ChannelMixer(len(channels))
    mix = []
    for start, end in pairwise(range(0, len(frames), BLOCK)):
        mixer.learn(frames[start:end])
        mix.append(mixer.mix(frames[start:end]))
    return mixer, np.concatenate(mix)


def test_equal_channels_are_all_used(speech: Channel) -> None:
    mixer, mix = mixed(speech, speech)

    assert mixer.states == (USED, USED)
    assert np.allclose(mix, speech[: len(mix)])


@pytest.mark.parametrize(
    ("other", "state"),
    [
        pytest.param(-200, DEAD, id="digital silence"),
        pytest.param(-60, NOISY, id="little noise"),
        pytest.param(-20, NOISY, id="loud noise"),
    ],
)
def test_voice_on_the_second_channel_alone_is_mixed_alone(
    speech: Channel, other: float, state: ChannelState
) -> None:
    mixer, mix = mixed(noise(other, len(speech)), speech + noise(-66, len(speech), seed=1))

    assert mixer.states == (state, USED)
    assert np.allclose(mix[-RATE:], speech[len(mix) - RATE : len(mix)], atol=0.01)


def test_inverted_channel_does_not_cancel_the_voice_from_its_first_block(speech: Channel) -> None:
    mixer, mix = mixed(speech, -speech)

    assert mixer.states == (USED, INVERTED)
    assert np.allclose(mix, speech[: len(mix)])


def test_channel_with_more_noise_is_left_out_and_a_similar_one_is_not(speech: Channel) -> None:
    clear = speech + noise(-66, len(speech))

    assert mixed(speech + noise(-40, len(speech), 1), clear)[0].states == (NOISY, USED)
    assert mixed(speech + noise(-63, len(speech), 1), clear)[0].states == (USED, USED)


def test_noisy_channel_is_used_again_when_its_noise_has_ended(speech: Channel) -> None:
    clear = speech + noise(-66, len(speech))
    noisy = speech + noise(-30, len(speech), 1)
    repeats = 8

    mixer, _ = mixed(np.concatenate([noisy, np.tile(clear, repeats)]), np.tile(clear, 1 + repeats))

    assert mixer.states == (USED, USED)


def test_offset_of_a_channel_is_not_taken_for_sound(speech: Channel) -> None:
    offset = np.full(len(speech), 0.2, np.float32)

    assert mixed(offset, speech)[0].states == (DEAD, USED)


def test_silence_on_all_channels_changes_nothing() -> None:
    silence = np.zeros(RATE, np.float32)
    other = noise(-100, RATE)

    assert mixed(silence, other)[0].states == (USED, USED)


def test_channels_are_described_with_what_is_left_out(speech: Channel) -> None:
    dead, inverted = np.zeros_like(speech), -speech

    assert str(mixed(speech, speech)[0]) == "channels 1 and 2 of 2 are used"
    assert str(mixed(dead, speech, inverted)[0]) == (
        "channels 2 and 3 of 3 are used; 1 is left out because it is silent; 3 is inverted"
    )
