"""When what is played comes back: the delay between speaker and microphone, and its drift.

An adaptive filter can only take out what arrives within its length, and only while the clocks
of speaker and microphone agree to a few millionths. So the delay is measured twice a second,
a line is drawn through the measurements, and the filter is given what was played as late, and
as fast, as the microphone hears it.
"""

from collections import deque

import numpy as np

from voice_guide.audio.pcm import BLOCK, RATE
from voice_guide.hearing.echo.spectrum import Sound

LONGEST_DELAY_S = 1.0
"""Sound systems with large buffers come to 0.35 s; after a hitch it can be twice that."""

WINDOW = RATE
"""Samples of the microphone in which the echo is looked for."""

_SEARCHED = round(LONGEST_DELAY_S * RATE)
_FFT = 1 << (WINDOW + _SEARCHED - 1).bit_length()
_IN_BAND = (np.fft.rfftfreq(_FFT, 1 / RATE) > 100) & (np.fft.rfftfreq(_FFT, 1 / RATE) < 7000)
_FADED = np.hanning(WINDOW).astype(np.float32)

_FLATTENED = 0.8
"""How much of the spectrum's shape is taken out before correlating, from none (0) to all (1):
a voice's own periods would otherwise look like echoes (Knapp and Carter 1976, PHAT)."""

_CLEAR = 30.0
"""How much an echo's peak has to stand out of the median: noise makes peaks of 7."""

_ALONE, _PEAK = 0.5, 40
"""And nothing else may be this part of it, so many samples away or more: a chime, which sounds
like itself at many delays, tells none. A voice's second peak is below 0.45."""

_MEASURED_EVERY = RATE // 2 // BLOCK
"""Blocks with something to be heard in them between two measurements."""

_AUDIBLE = 10.0 / 32768
"""RMS of what is loud enough to be looked for: speech at the lowest volume is ten times that."""

_EARLY = 64
"""Samples that the filter gets its reference before the echo: sound converters ring before
a sound as well."""

_FRUITLESS = 4
"""Searches after which there is no echo: the device cancels it, or somebody wears headphones."""

_REMEMBERED = 60
"""Measurements that the line is drawn through: half a minute of speech."""

_FEWEST = 5
"""Measurements that a drift can be told from."""

_ERROR = 0.02
"""Least standard error of a measurement, in samples."""

_SURE = 5.0
"""How many standard errors a drift has to differ from none. Most devices run by one clock."""

_LEAST_DRIFT = 2e-6
"""What the filter follows by itself, in samples a sample."""

_CAUGHT_UP_S = 4.0
"""How long it takes to come back to the line after it has moved, in seconds: slowly enough
for the filter."""

_JUMP = 4.0
"""A delay that is this many samples off the line has jumped ..."""

_JUMPED_FOR = 2
"""... if so many measurements in a row agree."""

_TAPS = 32
_AT = np.arange(1 - _TAPS // 2, 1 + _TAPS // 2)
_TAPER = np.kaiser(_TAPS, 8.0)


class Alignment:
    """Delays what was played until it is heard."""

    def __init__(self) -> None:
        self._heard = np.zeros(WINDOW, np.float32)
        self._played = np.zeros(WINDOW + _SEARCHED + _TAPS, np.float32)
        self._samples = 0
        self._silent_samples = len(self._played)
        self._audible_blocks = 0
        self._searches = 0
        self._measured: deque[tuple[int, float]] = deque(maxlen=_REMEMBERED)
        self._elsewhere: list[float] = []
        self._delay: float | None = None
        self._early = 0.0
        self.drift = 0.0
        """By how much the delay grows, in samples a sample."""

    @property
    def delay_s(self) -> float | None:
        """How much later something is heard than it was played; None until that is known."""
        return None if self._delay is None else self._delay / RATE

    @property
    def is_quiet(self) -> bool:
        """Whether nothing was played for so long that nothing of it can be heard any more."""
        return self._silent_samples > len(self._played)

    @property
    def clocks_apart(self) -> float:
        """By how much the delay was measured to grow, in samples a sample: what is less than
        the filter follows by itself is no `drift`."""
        return self._line()[0] if self._measured else 0.0

    @property
    def is_searching(self) -> bool:
        """Whether something is played, or may still echo, whose delay is not known for now."""
        if self._silent_samples >= _SEARCHED:
            return False
        if self._delay is None:
            return self._searches < _FRUITLESS
        return bool(self._elsewhere)

    @property
    def gain(self) -> float:
        """Power of what was heard in the last second, against that of what was played."""
        played = self._played[-WINDOW:]
        return float(np.sum(np.square(self._heard)) / np.sum(np.square(played)))

    def push(self, heard: Sound, played: Sound) -> bool:
        """Take a block of each; return whether the reference has changed its course with it."""
        self._samples += BLOCK
        if self._delay is not None:
            self._delay += self.drift * BLOCK
        is_silent = not played.any()
        self._silent_samples = self._silent_samples + BLOCK if is_silent else 0
        if self.is_quiet:
            return False
        self._heard = np.concatenate([self._heard[BLOCK:], heard])
        self._played = np.concatenate([self._played[BLOCK:], played])
        if is_silent or not _is_audible(self._played[-WINDOW:]):
            return False
        self._audible_blocks += 1
        if self._audible_blocks % _MEASURED_EVERY:
            return False
        self._searches += 1
        found = self._find()
        return found is not None and self._follow(found)

    def forget(self) -> None:
        """Look for the echo anew: what was found was none."""
        self._delay = None
        self._measured.clear()

    def reference(self, blocks_ago: int = 0) -> Sound:
        """Return what was played as it is heard in the last block, or in one before it.

        Earlier blocks are given to the nearest sample.
        """
        if self._delay is None:
            raise LookupError("it is not known yet when what is played is heard")
        start = len(self._played) - (1 + blocks_ago) * BLOCK
        late = self._delay - self._early
        if not self.drift:
            at = start - round(late)
            return self._played[at : at + BLOCK]
        # Within a block the delay changes so little that one can be faded into the other.
        towards = np.linspace(0, 1, BLOCK, endpoint=False, dtype=np.float32)
        before = self._delayed(start, late - self.drift * BLOCK)
        return before + towards * (self._delayed(start, late) - before)

    def heard(self, blocks_ago: int) -> Sound:
        """Return what was heard in the last block, or in one before it in the last second."""
        at = WINDOW - (1 + blocks_ago) * BLOCK
        return self._heard[at : at + BLOCK]

    def _find(self) -> float | None:
        """Return the delay of what was played in the last second of sound, in samples.

        None where nothing of it stands out alone.
        """
        spectrum = np.fft.rfft(self._heard * _FADED, _FFT)
        played = np.fft.rfft(self._played[-WINDOW - _SEARCHED :], _FFT)
        cross = spectrum * played.conj()
        cross *= _IN_BAND / (np.abs(cross) ** _FLATTENED + 1e-9)
        # The played sound begins _SEARCHED before the heard one, where no delay is therefore.
        correlation = np.abs(np.fft.irfft(cross, _FFT)[-_SEARCHED - 1 :])
        at = int(correlation[1:-1].argmax()) + 1
        elsewhere = np.concatenate([correlation[: max(0, at - _PEAK)], correlation[at + _PEAK :]])
        rival = max(float(elsewhere.max()) / _ALONE, _CLEAR * float(np.median(correlation)))
        # Where nothing at all is heard, both are nothing.
        if correlation[at] <= rival:
            return None
        left, peak, right = correlation[at - 1 : at + 2]
        return at - 1 + float((left - right) / (2 * (left - 2 * peak + right)))

    def _follow(self, measured: float) -> bool:
        """Take a measurement; return whether the reference has changed its course."""
        if self._delay is None:
            self._go_to(measured)
            self._measured.append((self._samples, measured))
            return True
        _, now, _ = self._line()
        if abs(measured - now) > _JUMP:
            return self._jump(measured, now)
        self._elsewhere.clear()
        self._measured.append((self._samples, measured))
        if len(self._measured) < _FEWEST:
            return False
        rate, now, error = self._line()
        is_first = not self.drift
        if is_first and (abs(rate) < _LEAST_DRIFT or abs(rate) < _SURE * error):
            return False
        # A measurement tells of the middle of its window.
        now += rate * WINDOW / 2
        if is_first:
            self._delay = now
        self.drift = rate + (now - self._delay) / (_CAUGHT_UP_S * RATE)
        return is_first

    def _jump(self, measured: float, expected: float) -> bool:
        """Go where several measurements agree that the echo is now."""
        self._elsewhere.append(measured)
        if max(self._elsewhere) - min(self._elsewhere) > _JUMP:
            self._elsewhere = [measured]
        if len(self._elsewhere) < _JUMPED_FOR or self._delay is None:
            return False
        # By whole samples: the filter then fits as before.
        by = round(measured - expected)
        self._go_to(self._delay + by)
        self._measured = deque([(at, delay + by) for at, delay in self._measured], _REMEMBERED)
        self._elsewhere.clear()
        return True

    def _go_to(self, delay: float) -> None:
        self._delay = delay
        # Earlier than it was played, nothing can be given; between samples, not even then.
        self._early = min(_EARLY, max(0.0, delay - _TAPS / 2))

    def _line(self) -> tuple[float, float, float]:
        """Return a line's rise in samples a sample, its value now, and the rise's error."""
        at, delays = np.array(self._measured).T
        at = at - self._samples
        if len(at) < _FEWEST:
            return 0.0, float(np.median(delays)), np.inf
        rise, now = np.polyfit(at, delays, 1)
        off = max(_ERROR, float(np.std(delays - rise * at - now)))
        return float(rise), float(now), off / float(np.sqrt(np.sum((at - at.mean()) ** 2)))

    def _delayed(self, start: int, by: float) -> Sound:
        """Return a block of what was played, so many samples later, by windowed sinc.

        As far as there is more before and after it to make it of.
        """
        by = min(max(by, _TAPS / 2), _SEARCHED)
        whole = int(by)
        kernel = np.sinc(_AT - (by - whole)) * _TAPER
        at = start - whole
        around = self._played[at - _AT[-1] : at + BLOCK - _AT[0]]
        return np.convolve(around, (kernel / kernel.sum()).astype(np.float32), "valid")


def _is_audible(sound: Sound) -> bool:
    return float(np.sqrt(np.mean(np.square(sound)))) > _AUDIBLE
