"""The voice activity detector passes on utterances with what came just before them."""

import numpy as np
import pytest
from support.synthetic_people import ROOM_NOISE

from voice_guide.audio.pcm import BLOCK, RATE, Samples, blocks_of
from voice_guide.hearing.vad import VoiceActivityDetector


def test_vad_passes_on_what_came_before_an_onset_also_right_after_an_utterance(
    voice: Samples,
) -> None:
    vad = VoiceActivityDetector()
    quiet = np.random.default_rng(0).normal(0, ROOM_NOISE, 2 * RATE).astype(np.int16)
    for block in blocks_of(np.concatenate([quiet, voice])):
        vad.push(block, vad.detects(block))
    assert vad.is_open
    for block in blocks_of(quiet):
        vad.push(block, vad.detects(block))
        if not vad.is_open:
            break
    onset = next(
        heard for block in blocks_of(voice) if (heard := vad.push(block, vad.detects(block)))
    )
    assert len(onset) * BLOCK / RATE == pytest.approx(0.4)
