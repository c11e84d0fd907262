"""Gain control brings near, far and changing voices to one level."""

import numpy as np
import pytest

from voice_guide.audio.pcm import Samples, blocks_of, level_dbfs
from voice_guide.hearing.gain import GainControl


def at_target_level(gain: GainControl, sound: Samples) -> Samples:
    blocks = []
    for block in blocks_of(sound):
        gain.follow(block)
        blocks.append(gain.level(block))
    return np.concatenate(blocks)


def quieter(sound: Samples, by_db: float) -> Samples:
    return (sound * 10 ** (-by_db / 20)).astype(np.int16)


def clipped(sound: Samples) -> int:
    return int(np.count_nonzero(np.abs(sound.astype(int)) >= 32767))


@pytest.mark.parametrize("by_db", [0, 5, 10])
def test_gain_control_brings_quiet_and_loud_voices_to_the_same_level(
    voice: Samples, by_db: float
) -> None:
    out = at_target_level(GainControl(), quieter(voice, by_db))
    assert level_dbfs(out) == pytest.approx(-19, abs=2)


def test_gain_control_follows_a_person_who_walks_away(voice: Samples) -> None:
    gain = GainControl()
    near = level_dbfs(at_target_level(gain, voice))
    away = [level_dbfs(at_target_level(gain, quieter(voice, 10))) for _ in range(4)]
    assert away[0] < near - 5
    assert away[-1] == pytest.approx(near, abs=1)


def test_gain_control_follows_a_person_who_comes_near_at_once(voice: Samples) -> None:
    gain = GainControl()
    at_target_level(gain, quieter(voice, 30))
    out = at_target_level(gain, voice)
    assert level_dbfs(out) == pytest.approx(
        level_dbfs(at_target_level(GainControl(), voice)), abs=1
    )
    # Only a few peaks are clipped, in the block that is louder than all before it.
    assert clipped(out) < len(out) / 1000


def test_gain_control_does_not_make_a_faint_noise_as_loud_as_a_voice(voice: Samples) -> None:
    gain = GainControl()
    faint = quieter(voice, 50)
    for _ in range(20):
        out = at_target_level(gain, faint)
    assert level_dbfs(out) < -30
