"""Alignment: the delay between speaker and microphone, and the drift of their clocks.

An adaptive filter can only remove what arrives within its length, and only while the clocks of
speaker and microphone agree to a few parts per million. The delay is therefore measured twice a
second, a line is fitted through the measurements, and the filter gets what was played as late,
and as fast, as the microphone hears it.
"""

from collections import deque

import numpy as np

from voice_guide.audio.pcm import BLOCK, RATE, Samples, is_zero
from voice_guide.hearing.echo.spectrum import Sound, to_float

LONGEST_DELAY_S = 1.0
"""Seconds of delay that are searched: large buffers come to 0.35 s, and to twice that after a
gap in the sound."""

WINDOW = RATE
"""Samples of the microphone in which the echo is searched."""

_MAX_DELAY = round(LONGEST_DELAY_S * RATE)
_FFT = 1 << (WINDOW + _MAX_DELAY - 1).bit_length()
_IN_BAND = (np.fft.rfftfreq(_FFT, 1 / RATE) > 100) & (np.fft.rfftfreq(_FFT, 1 / RATE) < 7000)
_FADE = np.hanning(WINDOW).astype(np.float32)

_WHITENING = 0.8
"""Exponent by which the cross-spectrum is whitened before correlating, from not at all (0) to
completely (1): the periods of a voice would look like echoes (PHAT; Knapp and Carter 1976)."""

_MIN_PEAK_TO_MEDIAN = 30.0
"""Height of an echo's correlation peak against the median: noise makes peaks of 7."""

_MAX_SECOND_PEAK, _PEAK_WIDTH = 0.5, 40
"""Height of any other peak against the highest, at least so many samples away from it. A chime,
which resembles itself at many delays, yields no delay; a voice's second peak is below 0.45."""

_INTERVAL_BLOCKS = RATE // 2 // BLOCK
"""Blocks with something audible in them from one measurement to the next."""

_MIN_RMS = 10.0 / 32768
"""RMS of what is played, at which an echo is searched: a tenth of speech at the lowest volume."""

_MAX_LEAD = 64
"""Samples by which the filter gets its reference before the echo, since sound converters ring
before a sound as well as after it."""

_MAX_SEARCHES = 4
"""Searches without result after which there is no echo: the device cancels it, or the speaker is
a pair of headphones."""

_MAX_MEASUREMENTS = 60
"""Measurements that the line is fitted through: half a minute of speech."""

_MIN_MEASUREMENTS = 5
"""Measurements that a drift can be estimated from."""

_MIN_DELAY_ERROR = 0.02
"""Standard error of a measurement, in samples, that is assumed at least."""

_MIN_DRIFT_ERRORS = 5.0
"""Standard errors by which a drift differs from none. Most devices run by one clock."""

_MIN_DRIFT = 2e-6
"""Drift, in samples per sample, below which the filter follows by itself."""

_CATCH_UP_S = 4.0
"""Seconds in which the reference returns to the line: slowly enough for the filter to follow."""

_MIN_JUMP, _JUMP_MEASUREMENTS = 4.0, 2
"""Samples off the line at which a delay has jumped, if so many measurements in a row agree."""

_TAPS = 32
"""Length in samples of the windowed sinc that delays by parts of a sample."""

_TAP_OFFSETS = np.arange(1 - _TAPS // 2, 1 + _TAPS // 2)
_TAPER = np.kaiser(_TAPS, 8.0)


class Alignment:
    """Delays what was played until the microphone hears it."""

    def __init__(self) -> None:
        self._heard = np.zeros(WINDOW, np.float32)
        self._played = np.zeros(WINDOW + _MAX_DELAY + _TAPS, np.float32)
        self._samples = 0
        self._silent_samples = len(self._played)
        self._audible_blocks = 0
        self._searches = 0
        self._measured: deque[tuple[int, float]] = deque(maxlen=_MAX_MEASUREMENTS)
        self._elsewhere: list[float] = []
        self._delay: float | None = None
        self._lead = 0.0
        self.drift = 0.0
        """Growth of the delay that the reference follows, in samples per sample."""

    @property
    def delay_s(self) -> float | None:
        """The time in seconds between playing a sound and hearing it; None until it is known."""
        return None if self._delay is None else self._delay / RATE

    @property
    def is_quiet(self) -> bool:
        """True if nothing was played for so long that no echo is left."""
        return self._silent_samples > len(self._played)

    @property
    def measured_drift(self) -> float:
        """The measured growth of the delay in samples per sample.

        Unlike `drift` it includes what the filter follows by itself.
        """
        return self._line()[0] if self._measured else 0.0

    @property
    def is_searching(self) -> bool:
        """True if something played may be heard at a delay that is unknown for now."""
        if self._silent_samples >= _MAX_DELAY:
            return False
        if self._delay is None:
            return self._searches < _MAX_SEARCHES
        return bool(self._elsewhere)

    @property
    def gain(self) -> float:
        """The power of what was heard in the last second against that of what was played."""
        played = self._played[-WINDOW:]
        return float(np.sum(np.square(self._heard)) / np.sum(np.square(played)))

    def push(self, heard: Samples, played: Samples) -> bool:
        """Take a block of the microphone and the speaker; return whether the reference has moved.

        Both have shape (BLOCK,).
        """
        self._samples += BLOCK
        if self._delay is not None:
            self._delay += self.drift * BLOCK
        is_silent = is_zero(played)
        self._silent_samples = self._silent_samples + BLOCK if is_silent else 0
        if self.is_quiet:
            return False
        self._heard = np.concatenate([self._heard[BLOCK:], to_float(heard)])
        self._played = np.concatenate([self._played[BLOCK:], to_float(played)])
        if is_silent or not _is_loud_enough(self._played[-WINDOW:]):
            return False
        self._audible_blocks += 1
        if self._audible_blocks % _INTERVAL_BLOCKS:
            return False
        self._searches += 1
        found = self._find()
        return found is not None and self._follow(found)

    def forget(self) -> None:
        """Search again, since what was found was no echo."""
        self._delay = None
        self._measured.clear()

    def reference(self, blocks_ago: int = 0) -> Sound:
        """Return what was played as it is heard in the last block, or so many blocks before it.

        Shape (BLOCK,). Raises LookupError while the delay is unknown. Earlier blocks are right
        to the nearest sample only.
        """
        if self._delay is None:
            raise LookupError("the delay of the echo is not known yet")
        start = len(self._played) - (1 + blocks_ago) * BLOCK
        late = self._delay - self._lead
        if not self.drift:
            at = start - round(late)
            return self._played[at : at + BLOCK]
        # Within a block the delay changes so little that its start can be faded into its end.
        towards = np.linspace(0, 1, BLOCK, endpoint=False, dtype=np.float32)
        before = self._delayed(start, late - self.drift * BLOCK)
        return before + towards * (self._delayed(start, late) - before)

    def heard(self, blocks_ago: int) -> Sound:
        """Return what was heard in the last block, or up to a second before it."""
        at = WINDOW - (1 + blocks_ago) * BLOCK
        return self._heard[at : at + BLOCK]

    def _find(self) -> float | None:
        """Return the delay of the echo in the last second of sound, in samples.

        None if no single delay stands out.
        """
        spectrum = np.fft.rfft(self._heard * _FADE, _FFT)
        played = np.fft.rfft(self._played[-WINDOW - _MAX_DELAY :], _FFT)
        cross = spectrum * played.conj()
        cross *= _IN_BAND / (np.abs(cross) ** _WHITENING + 1e-9)
        # The played sound starts _MAX_DELAY before the heard one: no delay is at the end.
        correlation = np.abs(np.fft.irfft(cross, _FFT)[-_MAX_DELAY - 1 :])
        at = int(correlation[1:-1].argmax()) + 1
        elsewhere = np.concatenate(
            [correlation[: max(0, at - _PEAK_WIDTH)], correlation[at + _PEAK_WIDTH :]]
        )
        rival = max(
            float(elsewhere.max()) / _MAX_SECOND_PEAK,
            _MIN_PEAK_TO_MEDIAN * float(np.median(correlation)),
        )
        # Both are zero if nothing at all is heard.
        if correlation[at] <= rival:
            return None
        left, peak, right = correlation[at - 1 : at + 2]
        return at - 1 + float((left - right) / (2 * (left - 2 * peak + right)))

    def _follow(self, measured: float) -> bool:
        """Take a measurement in samples; return whether the reference has moved."""
        if self._delay is None:
            self._go_to(measured)
            self._measured.append((self._samples, measured))
            return True
        _, now, _ = self._line()
        if abs(measured - now) > _MIN_JUMP:
            return self._jump(measured, now)
        self._elsewhere.clear()
        self._measured.append((self._samples, measured))
        if len(self._measured) < _MIN_MEASUREMENTS:
            return False
        rate, now, error = self._line()
        is_first = not self.drift
        if is_first and (abs(rate) < _MIN_DRIFT or abs(rate) < _MIN_DRIFT_ERRORS * error):
            return False
        # A measurement is valid for the middle of its window.
        now += rate * WINDOW / 2
        if is_first:
            self._delay = now
        self.drift = rate + (now - self._delay) / (_CATCH_UP_S * RATE)
        return is_first

    def _jump(self, measured: float, expected: float) -> bool:
        """Move to where several measurements agree that the echo is now."""
        self._elsewhere.append(measured)
        if max(self._elsewhere) - min(self._elsewhere) > _MIN_JUMP:
            self._elsewhere = [measured]
        if len(self._elsewhere) < _JUMP_MEASUREMENTS or self._delay is None:
            return False
        # Move by whole samples, so that the filter still fits.
        by = round(measured - expected)
        self._go_to(self._delay + by)
        self._measured = deque(
            [(at, delay + by) for at, delay in self._measured], _MAX_MEASUREMENTS
        )
        self._elsewhere.clear()
        return True

    def _go_to(self, delay: float) -> None:
        self._delay = delay
        # Nothing is known before it is played, and less where it is delayed between samples.
        self._lead = min(_MAX_LEAD, max(0.0, delay - _TAPS / 2))

    def _line(self) -> tuple[float, float, float]:
        """Return the line's slope in samples per sample, its value now, and the slope's error."""
        at, delays = np.array(self._measured).T
        at = at - self._samples
        if len(at) < _MIN_MEASUREMENTS:
            return 0.0, float(np.median(delays)), np.inf
        rise, now = np.polyfit(at, delays, 1)
        off = max(_MIN_DELAY_ERROR, float(np.std(delays - rise * at - now)))
        return float(rise), float(now), off / float(np.sqrt(np.sum((at - at.mean()) ** 2)))

    def _delayed(self, start: int, by: float) -> Sound:
        """Return a block of what was played, delayed by so many samples with a windowed sinc.

        The delay is limited to what there are samples for before and after the block.
        """
        by = min(max(by, _TAPS / 2), _MAX_DELAY)
        whole = int(by)
        kernel = np.sinc(_TAP_OFFSETS - (by - whole)) * _TAPER
        at = start - whole
        around = self._played[at - _TAP_OFFSETS[-1] : at + BLOCK - _TAP_OFFSETS[0]]
        return np.convolve(around, (kernel / kernel.sum()).astype(np.float32), "valid")


def _is_loud_enough(sound: Sound) -> bool:
    return float(np.sqrt(np.mean(np.square(sound)))) > _MIN_RMS
