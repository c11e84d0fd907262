"""Noise reduction turns down steady noise and leaves voices as they are."""

import numpy as np
import pytest
from support.synthetic_people import ROOM_NOISE

from voice_guide.audio.pcm import BLOCK, RATE, Samples, blocks_of, level_dbfs, silence
from voice_guide.hearing.noise import NoiseReduction


def noise(seconds: float, deviation: float) -> Samples:
    return np.random.default_rng(0).normal(0, deviation, round(seconds * RATE)).astype(np.int16)


def reduced(sound: Samples) -> Samples:
    reduction = NoiseReduction()
    return np.concatenate([reduction.reduce(block) for block in blocks_of(sound)])


@pytest.mark.parametrize("deviation", [100, 1000, 3000])
def test_noise_reduction_turns_down_steady_noise_within_two_seconds(deviation: float) -> None:
    heard = noise(4, deviation)
    turned_down = level_dbfs(heard) - level_dbfs(reduced(heard)[2 * RATE :])
    assert turned_down == pytest.approx(14, abs=1)


def test_noise_reduction_adapts_to_sudden_noise_within_two_seconds() -> None:
    quiet, loud = noise(3, ROOM_NOISE), noise(4, 1000)
    after = reduced(np.concatenate([quiet, loud]))[len(quiet) :]
    assert level_dbfs(loud) - level_dbfs(after[:RATE]) < 3
    assert level_dbfs(loud) - level_dbfs(after[2 * RATE :]) == pytest.approx(14, abs=1)


def test_noise_reduction_returns_a_voice_in_a_quiet_room_one_block_late(voice: Samples) -> None:
    room = noise(3, ROOM_NOISE)
    said = slice(len(room), len(room) + len(voice))
    heard = np.concatenate([room, voice // 2, silence()])
    after = reduced(heard)[said.start + BLOCK : said.stop + BLOCK]
    assert level_dbfs(after) == pytest.approx(level_dbfs(heard[said]), abs=1)
    assert np.corrcoef(after, heard[said])[0, 1] > 0.98


def test_noise_reduction_keeps_a_voice_that_is_there_from_the_start(voice: Samples) -> None:
    after = reduced(np.concatenate([voice, silence()]))[BLOCK:]
    assert level_dbfs(after) == pytest.approx(level_dbfs(voice), abs=1)


@pytest.mark.filterwarnings("error")
def test_noise_reduction_keeps_digital_silence_silent(voice: Samples) -> None:
    assert not reduced(silence(3 * RATE)).any()
    after = reduced(np.concatenate([silence(3 * RATE), voice, silence(3 * RATE)]))
    assert not after[3 * RATE + len(voice) + 2 * BLOCK :].any()
