"""The check of the echo: how the microphone hears the speaker, and what to do about it."""

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from voice_guide.audio.pcm import DITHER, RATE, Samples, blocks_of, level_dbfs, silence
from voice_guide.doctor.check_result import CheckResult
from voice_guide.hearing.echo.alignment import LONGEST_DELAY_S
from voice_guide.hearing.echo.canceller import EchoCanceller, EchoPath

PART = "echo"
"""The name of this part in results."""

_SILENCE_AROUND_S = 1.0
"""Seconds of silence before and after the played sound, to record the room's noise and the end
of the echo."""

_MEASURED_S = 2.0
"""Seconds at the end of the played sound that are measured: the canceller has adapted by then."""

_LATE_DELAYS_S = (0.9, 1.8)
"""Additional delays at which an echo is looked for that comes too late to be cancelled."""

DEAD_DBFS = -90.0
"""Level below which a microphone is muted or dead: one that works always has some noise."""

_CLIPPED_SAMPLE = 31_000
"""Absolute value above which a sample is clipped, whatever resampling did to it."""

_MAX_CLIPPED_FRACTION = 1e-3
"""Fraction of clipped samples above which sound is too loud: fewer may be a knock on the table."""

_MIN_REMOVED_DB = 10.0
"""Reduction of the echo below which the guide hears itself, unless the rest is faint."""

_FAINT_OVER_NOISE_DB = 6.0
"""Level over the room's noise up to which an echo is faint."""


class EchoRecording:
    """Plays a sound, and records what the microphone hears of it."""

    def __init__(self, sound: Samples) -> None:
        around = silence(round(_SILENCE_AROUND_S * RATE))
        self._blocks = blocks_of(np.concatenate([around, sound, around]))
        self._pairs: list[tuple[Samples, Samples]] = []

    @property
    def is_finished(self) -> bool:
        """True when all of it has been played."""
        return len(self._pairs) == len(self._blocks)

    def process(self, heard: Samples, played: Samples) -> Samples:
        """Take a block that was heard and the one played with it; return the next to play."""
        self._pairs.append((heard, played))
        return self._blocks[len(self._pairs) - 1]

    @property
    def heard(self) -> Samples:
        """The microphone's sound so far, shape (n,)."""
        return np.concatenate([heard for heard, _ in self._pairs])

    @property
    def played(self) -> Samples:
        """The sound played at the same time, shape (n,)."""
        return np.concatenate([played for _, played in self._pairs])


@dataclass(frozen=True)
class _MeasuredEcho:
    """An echo, before and after cancelling."""

    path: EchoPath
    """Its delay and the drift of its clock."""

    gain_db: float
    """Its level relative to that of the played sound."""

    over_noise_db: float
    """Its level relative to that of the room's noise."""

    removed_db: float
    """Reduction of its level by the canceller."""

    def __str__(self) -> str:
        return (
            f"heard {self.path.delay_s * 1000:.0f} ms after it is played, "
            f"{self.gain_db:.0f} dB of what is played"
        )


def is_clipped(heard: Samples) -> bool:
    """Return True if sound was too loud for the microphone, more often than by chance."""
    return bool(np.mean(np.abs(heard.astype(np.int32)) > _CLIPPED_SAMPLE) > _MAX_CLIPPED_FRACTION)


def is_played(played: Samples) -> npt.NDArray[np.bool_]:
    """Return, for each sample, if it is more than resampled silence, shape (n,)."""
    return np.abs(played.astype(np.int32)) > DITHER


def check_echo(heard: Samples, played: Samples, cancels_echo: bool) -> CheckResult:
    """Return the result for a recording of played sound, both of shape (n,).

    `cancels_echo` is the setting `sound.cancel_echo`.
    """
    if level_dbfs(heard) < DEAD_DBFS:
        return CheckResult(PART, False, "the microphone hears nothing at all, and so no echo")
    if is_clipped(heard):
        return CheckResult(
            PART,
            False,
            "what is played is too loud for the microphone: turn the speaker down, or move it "
            "away from the microphone",
        )
    echo = _measured(heard, played)
    if echo is None:
        return _without_echo(heard, played, cancels_echo)
    is_well, report = _assessment(echo, cancels_echo)
    return CheckResult(PART, is_well, report, asdict(echo))


def _assessment(echo: _MeasuredEcho, cancels_echo: bool) -> tuple[bool, str]:
    """Return True if the guide does not hear itself, and the report."""
    if not cancels_echo:
        if echo.over_noise_db > _FAINT_OVER_NOISE_DB:
            return False, f"{echo}, and nothing cancels it: set sound.cancel_echo = true"
        return True, f"{echo}: faint enough not to be cancelled"
    found = f"{echo}, {echo.removed_db:.0f} dB less after cancelling"
    rest_over_noise_db = echo.over_noise_db - echo.removed_db
    if echo.removed_db < _MIN_REMOVED_DB and rest_over_noise_db > _FAINT_OVER_NOISE_DB:
        return False, (
            f"{found}: turn the speaker down, which distorts when it is too loud, and try again "
            "while the room is quiet"
        )
    return True, f"{found}, clocks {abs(echo.path.drift) * 1e6:.1f} ppm apart"


def _without_echo(heard: Samples, played: Samples, cancels_echo: bool) -> CheckResult:
    """Return the result where no echo was found in time to be cancelled: too late, or none."""
    for late_s in _LATE_DELAYS_S:
        path, _ = _cancelled(heard, np.concatenate([silence(round(late_s * RATE)), played]))
        if path:
            delay_s = late_s + path.delay_s
            return CheckResult(
                PART,
                False,
                f"heard {delay_s:.1f} s after it is played, which is too late: "
                f"{LONGEST_DELAY_S} s can be followed; use a speaker with a cable",
                {"delay_s": delay_s},
            )
    report = "the microphone does not hear what is played"
    if cancels_echo:
        report += (
            "; if you use headphones, or the device cancels its echo, "
            "sound.cancel_echo = false saves processor time"
        )
    return CheckResult(PART, True, report)


def _measured(heard: Samples, played: Samples) -> _MeasuredEcho | None:
    path, left = _cancelled(heard, played)
    if path is None:
        return None
    first, last = np.flatnonzero(is_played(played))[[0, -1]]
    delay = round(path.delay_s * RATE)
    measured = slice(last - round(_MEASURED_S * RATE), last)
    arrived = slice(measured.start + delay, measured.stop + delay)
    echo_dbfs = level_dbfs(heard[arrived])
    return _MeasuredEcho(
        path,
        gain_db=echo_dbfs - level_dbfs(played[measured]),
        # A device that was just opened may be silent, or click.
        over_noise_db=echo_dbfs - level_dbfs(heard[first // 2 : first]),
        removed_db=echo_dbfs - level_dbfs(left[arrived]),
    )


def _cancelled(heard: Samples, played: Samples) -> tuple[EchoPath | None, Samples]:
    """Return the path of the echo, if there is one, and the sound without the echo."""
    canceller = EchoCanceller()
    pairs = zip(blocks_of(heard), blocks_of(played), strict=False)
    left = [
        near_end.sound if (near_end := canceller.cancel(*pair)) else silence() for pair in pairs
    ]
    return canceller.path, np.concatenate(left)
