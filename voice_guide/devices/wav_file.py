"""WAV files as blocks, and blocks as WAV files."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr

from voice_guide.audio.pcm import BLOCK, RATE, Samples, silence, to_int16
from voice_guide.config.files import why_unreadable
from voice_guide.errors import VoiceGuideError

_RATES_HZ = range(1_000, 400_000)
"""Sampling rates that sound is recorded at."""

_WAV_STARTS = (b"RIFF", b"RIFX", b"RF64")
"""What the kinds of WAV file begin with."""

_READ_AT_ONCE_S = 1.0
"""Sound read in one go, in seconds: an hour's recording needs no more memory than a word's."""


class Recording:
    """A WAV file of any rate and any number of channels, heard as mono at RATE."""

    def __init__(self, path: Path) -> None:
        """Open the file; raises VoiceGuideError where it is none that can be heard."""
        self._path = path
        try:
            with soundfile.SoundFile(path) as file:
                self.duration_s: float = file.frames / file.samplerate
                """Length in seconds."""
                rate = file.samplerate
        except (OSError, RuntimeError) as error:
            raise VoiceGuideError(f"{path}: {_why_not(path)}") from error
        if rate not in _RATES_HZ:
            raise VoiceGuideError(f"{path}: a sampling rate of {rate} Hz is not of sound")

    def blocks(self) -> Iterator[Samples]:
        """Yield the sound, each block of shape (BLOCK,), the last one filled with silence."""
        waiting = silence(0)
        for sound in self._resampled():
            waiting = np.concatenate([waiting, sound])
            whole = len(waiting) - len(waiting) % BLOCK
            yield from waiting[:whole].reshape(-1, BLOCK)
            waiting = waiting[whole:]
        if len(waiting):
            yield np.concatenate([waiting, silence(BLOCK - len(waiting))])

    def _resampled(self) -> Iterator[Samples]:
        with soundfile.SoundFile(self._path) as file:
            resampler = soxr.ResampleStream(file.samplerate, RATE, 1, dtype="float32")
            frames = round(_READ_AT_ONCE_S * file.samplerate)
            try:
                # Not file.blocks(): some encodings can only be read from start to end.
                while len(part := file.read(frames, dtype="float32", always_2d=True)):
                    # Of floating point, where anything can stand.
                    mono = np.nan_to_num(part).clip(-1, 1).mean(axis=1)
                    yield to_int16(resampler.resample_chunk(mono))
            except RuntimeError as error:
                raise VoiceGuideError(f"{self._path}: cannot be read to its end") from error
            yield to_int16(resampler.resample_chunk(np.zeros(0, np.float32), last=True))


def _why_not(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        return why_unreadable(error)
    if not start:
        return "this file is empty"
    if start in _WAV_STARTS:
        return "this WAV file is damaged, or in an encoding that cannot be read"
    return "not a WAV file"


def write(path: Path, *channels: Samples) -> None:
    """Write 16-bit sound at RATE; raises VoiceGuideError where that cannot be done.

    All channels have the same length.
    """
    try:
        soundfile.write(path, np.column_stack(channels), RATE, subtype="PCM_16", format="WAV")
    except (OSError, RuntimeError) as error:
        raise VoiceGuideError(f"{path}: cannot be written: {error}") from error
