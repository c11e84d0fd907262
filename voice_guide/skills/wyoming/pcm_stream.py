"""Sound as clients send it, of any rate, width and number of channels, into blocks for the ear."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from voice_guide.audio.pcm import BLOCK, RATE, Samples, silence, to_int16
from voice_guide.devices.channels import ChannelMixer, Frames

_MIN_RATE_HZ, _MAX_RATE_HZ = 8_000, 400_000
"""Sampling rates of speech that can be recognized: below, consonants are lost."""

_MAX_CHANNELS = 32
"""Channels that can be compared."""

_MAX_WIDTH = 4
"""Bytes of a sample at most."""


class FormatError(Exception):
    """A format of sound that cannot be heard. The message says which, and what can."""


@dataclass(frozen=True)
class PcmFormat:
    """The format of uncompressed sound; integers, the smallest byte first."""

    rate_hz: int
    """Samples per second."""

    width: int
    """Bytes of a sample; single bytes are unsigned."""

    channels: int
    """Number of channels, whose samples alternate."""

    @classmethod
    def of(cls, data: dict[str, Any]) -> "PcmFormat":
        """Return the format that an event's data names; raises FormatError for no such one."""
        numbers = [data.get(name) for name in ("rate", "width", "channels")]
        limits = ((_MIN_RATE_HZ, _MAX_RATE_HZ), (1, _MAX_WIDTH), (1, _MAX_CHANNELS))
        found = [
            number
            for number, (low, high) in zip(numbers, limits, strict=True)
            if isinstance(number, int) and low <= number <= high
        ]
        if len(found) < len(limits):
            shown = ", ".join(str(number)[:12] for number in numbers)
            raise FormatError(
                f"sound of rate, width and channels {shown} cannot be heard; send {RATE}, 2 and 1"
            )
        return cls(*found)


class PcmStream:
    """Converts sound piece by piece; pieces may end in the middle of a sample."""

    def __init__(self, form: PcmFormat) -> None:
        self.form = form
        """The format of the sound that it takes."""
        self._mixer = ChannelMixer(form.channels)
        self._resampler = soxr.ResampleStream(form.rate_hz, RATE, 1, dtype="float32")
        self._bytes = b""
        self._samples = silence(0)

    def take(self, sound: bytes) -> list[Samples]:
        """Return the whole blocks, each of shape (BLOCK,), that end with this sound."""
        frame_bytes = self.form.width * self.form.channels
        waiting = self._bytes + sound
        whole = len(waiting) - len(waiting) % frame_bytes
        self._bytes = waiting[whole:]
        frames = _frames(waiting[:whole], self.form)
        if self.form.channels > 1:
            self._mixer.learn(frames)
        mono = self._mixer.mix(frames)
        if self.form.rate_hz != RATE:
            mono = self._resampler.resample_chunk(mono)
        self._samples = np.concatenate([self._samples, to_int16(mono)])
        end = len(self._samples) - len(self._samples) % BLOCK
        blocks = list(self._samples[:end].reshape(-1, BLOCK))
        self._samples = self._samples[end:]
        return blocks


def _frames(sound: bytes, form: PcmFormat) -> Frames:
    """Return sound as floating-point frames of shape (n, channels)."""
    raw = np.frombuffer(sound, np.uint8)
    # In the upper bytes of 32-bit integers.
    padded = np.zeros((len(raw) // form.width, _MAX_WIDTH), np.uint8)
    padded[:, _MAX_WIDTH - form.width :] = raw.reshape(-1, form.width)
    if form.width == 1:
        # Single bytes are unsigned.
        padded[:, -1] ^= 0x80
    integers: npt.NDArray[np.int32] = padded.reshape(-1).view("<i4")
    samples: Frames = integers.astype(np.float32)
    return samples.reshape(-1, form.channels) * np.float32(2.0**-31)
