"""How what the speaker plays comes back to the microphone, and what to do about it."""

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from voice_guide.audio.pcm import DITHER, RATE, Samples, blocks_of, level_dbfs, silence
from voice_guide.doctor.check_result import CheckResult
from voice_guide.hearing.echo.alignment import LONGEST_DELAY_S
from voice_guide.hearing.echo.canceller import EchoCanceller, EchoPath

PART = "echo"
"""What findings call this part."""

_AROUND_S = 1.0
"""Silence before and after what is played, in seconds: the room's own noise, and the end of
the echo."""

_JUDGED_S = 2.0
"""The end of what is played, in seconds: the canceller has learnt all it needs by then."""

_LATER_S = (0.9, 1.8)
"""By how much an echo may come too late that is looked for all the same, in seconds."""

DEAD_DBFS = -90.0
"""A microphone that works always has some noise: below this it is muted or dead."""

_LIMIT = 31_000
"""Samples beyond this are at the microphone's limits, whatever resampling did to them ..."""

_OFTEN = 1e-3
"""... where they are this part of all: fewer may be a knock on the table."""

_LEAST_REMOVED_DB = 10.0
"""Where less is taken out, the guide hears itself ..."""

_FAINT_DB = 6.0
"""... unless what is left is this little over the room's noise."""


class Playing:
    """Plays a sound, and keeps what is heard meanwhile."""

    def __init__(self, sound: Samples) -> None:
        around = silence(round(_AROUND_S * RATE))
        self._blocks = blocks_of(np.concatenate([around, sound, around]))
        self._pairs: list[tuple[Samples, Samples]] = []

    @property
    def is_finished(self) -> bool:
        """Whether all of it has been played."""
        return len(self._pairs) == len(self._blocks)

    def process(self, heard: Samples, played: Samples) -> Samples:
        """Take what is heard and what is played meanwhile; return what to play next."""
        self._pairs.append((heard, played))
        return self._blocks[len(self._pairs) - 1]

    @property
    def heard(self) -> Samples:
        """What the microphone has heard so far, shape (n,)."""
        return np.concatenate([heard for heard, _ in self._pairs])

    @property
    def played(self) -> Samples:
        """What was handed out to be played in the same moments, shape (n,)."""
        return np.concatenate([played for _, played in self._pairs])


@dataclass(frozen=True)
class _Echo:
    """An echo, as it is heard and as the canceller leaves it."""

    path: EchoPath
    """When it is heard."""

    gain_db: float
    """Its level, against that of what is played."""

    over_noise_db: float
    """Its level, against that of the room's own noise."""

    removed_db: float
    """How much of it the canceller takes out."""

    def __str__(self) -> str:
        return (
            f"heard {self.path.delay_s * 1000:.0f} ms after it is played, "
            f"{self.gain_db:.0f} dB of what is played"
        )


def is_at_its_limits(heard: Samples) -> bool:
    """Tell whether a microphone heard what is too loud for it, more often than by chance."""
    return bool(np.mean(np.abs(heard.astype(np.int32)) > _LIMIT) > _OFTEN)


def sounds(played: Samples) -> npt.NDArray[np.bool_]:
    """Tell of each sample whether anything is played in it, shape (n,)."""
    return np.abs(played.astype(np.int32)) > DITHER


def report(heard: Samples, played: Samples, cancels_echo: bool) -> CheckResult:
    """Tell of the echo in what was heard, and what to do where the guide would hear itself.

    `heard` and `played` have shape (n,); `cancels_echo` is whether the guide is set to take the
    echo out.
    """
    if level_dbfs(heard) < DEAD_DBFS:
        return CheckResult(PART, False, "the microphone hears nothing at all, and so no echo")
    if is_at_its_limits(heard):
        return CheckResult(
            PART,
            False,
            "what is played is too loud for the microphone: turn the speaker down, or move it "
            "away from the microphone",
        )
    echo = _measured(heard, played)
    if echo is None:
        return _without_echo(heard, played, cancels_echo)
    is_well, told = _judged(echo, cancels_echo)
    return CheckResult(PART, is_well, told, asdict(echo))


def _judged(echo: _Echo, cancels_echo: bool) -> tuple[bool, str]:
    """Return whether that is well, and what to say of it."""
    if not cancels_echo:
        if echo.over_noise_db > _FAINT_DB:
            return False, f"{echo}, and nothing cancels it: set sound.cancel_echo = true"
        return True, f"{echo}: faint enough not to be cancelled"
    found = f"{echo}, {echo.removed_db:.0f} dB less after cancelling"
    left_over_noise_db = echo.over_noise_db - echo.removed_db
    if echo.removed_db < _LEAST_REMOVED_DB and left_over_noise_db > _FAINT_DB:
        return False, (
            f"{found}: turn the speaker down, which distorts when it is too loud, and try again "
            "while nothing else is to be heard"
        )
    return True, f"{found}, clocks {abs(echo.path.drift) * 1e6:.1f} ppm apart"


def _without_echo(heard: Samples, played: Samples, cancels_echo: bool) -> CheckResult:
    """Tell of what was heard where nothing was found as soon as it has to be heard."""
    for later_s in _LATER_S:
        path, _ = _cancelled(heard, np.concatenate([silence(round(later_s * RATE)), played]))
        if path:
            delay_s = later_s + path.delay_s
            return CheckResult(
                PART,
                False,
                f"heard {delay_s:.1f} s after it is played, which is too late: "
                f"{LONGEST_DELAY_S} s can be followed; use a speaker with a cable",
                {"delay_s": delay_s},
            )
    told = "what is played is not heard by the microphone"
    if cancels_echo:
        told += (
            "; where that is so because you have headphones on, or the device cancels its echo, "
            "sound.cancel_echo = false saves processor time"
        )
    return CheckResult(PART, True, told)


def _measured(heard: Samples, played: Samples) -> _Echo | None:
    path, left = _cancelled(heard, played)
    if path is None:
        return None
    first, last = np.flatnonzero(sounds(played))[[0, -1]]
    delay = round(path.delay_s * RATE)
    judged = slice(last - round(_JUDGED_S * RATE), last)
    arrived = slice(judged.start + delay, judged.stop + delay)
    echo_dbfs = level_dbfs(heard[arrived])
    return _Echo(
        path,
        gain_db=echo_dbfs - level_dbfs(played[judged]),
        # A device that was just opened may be silent, or click.
        over_noise_db=echo_dbfs - level_dbfs(heard[first // 2 : first]),
        removed_db=echo_dbfs - level_dbfs(left[arrived]),
    )


def _cancelled(heard: Samples, played: Samples) -> tuple[EchoPath | None, Samples]:
    """Return the way of the echo, where there is one, and what was heard without it."""
    canceller = EchoCanceller()
    pairs = zip(blocks_of(heard), blocks_of(played), strict=False)
    left = [
        near_end.sound if (near_end := canceller.cancel(*pair)) else silence() for pair in pairs
    ]
    return canceller.path, np.concatenate(left)
