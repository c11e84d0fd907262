"""Reading recordings block by block, and writing WAV files."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr

from voice_guide.audio.pcm import BLOCK, RATE, Samples, silence, to_int16
from voice_guide.devices.channels import REMEMBERED_BLOCKS, ChannelMixer, Frames
from voice_guide.devices.wav_source import open_wav, why_not_sound
from voice_guide.errors import VoiceGuideError

_MIN_RATE_HZ, _MAX_RATE_HZ = 8_000, 400_000
"""Sampling rates of speech that can be recognized: below, consonants are lost."""

_MAX_CHANNELS = 32
"""Channels that can be compared."""

_READ_AT_ONCE_S = 1.0
"""Seconds of sound in memory: an hour's recording takes no more than a word's."""

_FLOAT_SCALES = (1.0, 2.0**15, 2.0**23, 2.0**31)
"""Full scales of floating-point sound: some programs write integers as floats."""

_MAX_OVER_FULL_SCALE = 4.0
"""Factor by which sound may exceed its full scale; beyond, a larger scale is more likely."""

_PEAK_PERCENTILE = 99.9
"""Percentile of a second's samples that is taken for its peak: single ones may be damaged."""


class Recording:
    """A recording of any rate and any number of channels, heard as mono at RATE.

    Channels that do harm are left out, and integers that were written as floats are scaled.
    """

    def __init__(self, path: Path) -> None:
        """Open a WAV file, or read a pipe to its end; "-" is standard input.

        Raises VoiceGuideError if it cannot be heard.
        """
        self._path = path
        self._source = open_wav(path)
        try:
            with self._open() as file:
                self.duration_s: float = file.frames / file.samplerate
                """Length in seconds."""
                rate_hz = file.samplerate
                is_float = file.subtype in ("FLOAT", "DOUBLE")
                channels = file.channels
        except RuntimeError as error:
            raise VoiceGuideError(f"{path}: {why_not_sound(self._source)}") from error
        if not _MIN_RATE_HZ <= rate_hz <= _MAX_RATE_HZ:
            raise VoiceGuideError(
                f"{path}: speech cannot be recognized at {rate_hz} samples per second; "
                f"record at {RATE}, or at {_MIN_RATE_HZ} or more"
            )
        if channels > _MAX_CHANNELS:
            raise VoiceGuideError(
                f"{path}: {channels} channels are too many; record {_MAX_CHANNELS} at most"
            )
        self.channels = ChannelMixer(channels)
        """The channels, and which of them are heard."""
        self._full_scale = self._find_full_scale() if is_float else 1.0
        if channels > 1:
            self._compare_channels()

    def blocks(self) -> Iterator[Samples]:
        """Yield the sound, each block of shape (BLOCK,), the last one filled with silence.

        Raises VoiceGuideError if the file is damaged in the middle.
        """
        waiting = silence(0)
        for sound in self._resampled():
            waiting = np.concatenate([waiting, sound])
            whole = len(waiting) - len(waiting) % BLOCK
            yield from waiting[:whole].reshape(-1, BLOCK)
            waiting = waiting[whole:]
        if len(waiting):
            yield np.concatenate([waiting, silence(BLOCK - len(waiting))])

    def _open(self) -> soundfile.SoundFile:
        self._source.seek(0)
        return soundfile.SoundFile(self._source)

    def _resampled(self) -> Iterator[Samples]:
        resampler: soxr.ResampleStream | None = None
        for rate_hz, part in self._parts(_READ_AT_ONCE_S):
            resampler = resampler or soxr.ResampleStream(rate_hz, RATE, 1, dtype="float32")
            mono = self.channels.mix((part / self._full_scale).clip(-1, 1))
            yield to_int16(resampler.resample_chunk(mono))
        if resampler:
            yield to_int16(resampler.resample_chunk(np.zeros(0, np.float32), last=True))

    def _parts(self, seconds: float) -> Iterator[tuple[int, Frames]]:
        """Yield the sampling rate and the sound as it was recorded, part by part."""
        with self._open() as file:
            frames = round(seconds * file.samplerate)
            try:
                # Not file.blocks(): some encodings can only be read from start to end.
                while len(part := file.read(frames, dtype="float32", always_2d=True)):
                    # Floating-point sound may contain anything.
                    yield file.samplerate, np.nan_to_num(part)
            except RuntimeError as error:
                raise VoiceGuideError(f"{self._path}: cannot be read to its end") from error

    def _find_full_scale(self) -> float:
        peaks = [
            float(np.percentile(np.abs(part), _PEAK_PERCENTILE))
            for _, part in self._parts(_READ_AT_ONCE_S)
        ]
        likely = (s for s in _FLOAT_SCALES if max(peaks, default=0) <= s * _MAX_OVER_FULL_SCALE)
        return next(likely, _FLOAT_SCALES[-1])

    def _compare_channels(self) -> None:
        block_s = BLOCK / RATE
        every = int(self.duration_s / block_s / REMEMBERED_BLOCKS) + 1
        for number, (_, part) in enumerate(self._parts(block_s)):
            if number % every == 0:
                self.channels.learn(part / self._full_scale)
        self.channels.choose()


def write(path: Path, *channels: Samples) -> None:
    """Write 16-bit sound at RATE; raises VoiceGuideError where that cannot be done.

    All channels have the same length.
    """
    try:
        soundfile.write(path, np.column_stack(channels), RATE, subtype="PCM_16", format="WAV")
    except (OSError, RuntimeError) as error:
        raise VoiceGuideError(f"{path}: cannot be written: {error}") from error
