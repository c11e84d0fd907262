"""Situations in which commands are given: how loud the echo is, and what else is difficult."""

from dataclasses import dataclass, replace

from benchmark.conditions import SPEECH_DBFS
from benchmark.reader import DEVICE_DELAY_S, ECHO_DBFS
from benchmark.systems import ALL_PARTS, ListenerParts


@dataclass(frozen=True)
class Situation:
    """A difficulty of hearing the person."""

    name: str
    """The name in the table."""

    below_db: float | None
    """Level of the person below that of the echo, in dB; None if the guide is silent."""

    parts: ListenerParts = ALL_PARTS
    """The parts of the guide that help to hear the person."""

    delay_s: float = DEVICE_DELAY_S
    """Delay between handing sound to the device and its being played, in seconds."""

    drift_ppm: float = 0.0
    """Speed of the loudspeaker's clock over the microphone's, in parts per million."""

    distortion: float = 0.0
    """Total harmonic distortion of the loudspeaker at full scale, from 0 to 1."""

    snr_db: float | None = None
    """The person's active level over the mean level of a noise, in dB; None for no noise."""

    @property
    def person_dbfs(self) -> float:
        """The person's active level at the microphone, in dBFS."""
        return SPEECH_DBFS if self.below_db is None else ECHO_DBFS - self.below_db


def _over_the_voice(below_db: float) -> Situation:
    return Situation(f"{below_db:g} dB below the voice", below_db)


QUIET = Situation("the voice silent", None)
"""The situation that all others are compared with."""

QUIET_WITHOUT_CANCELLER = replace(
    QUIET, name=f"{QUIET.name}, no canceller", parts=ListenerParts(canceller=False)
)
"""The result that the canceller must not make worse."""

OVER_THE_VOICE = tuple(_over_the_voice(below_db) for below_db in (0, 5, 10, 15))
"""Over the guide's voice with all parts, from easy to hard."""

_HARD = _over_the_voice(10)

FEW_SITUATIONS = (QUIET, _HARD)
"""Situations of a quick run."""

PART_SETS = {
    "everything": ALL_PARTS,
    "no ducking": ListenerParts(ducking=False),
    "no own words": ListenerParts(own_words=False),
    "no canceller": ListenerParts(canceller=False),
}
"""Sets of parts that are compared, by name."""

_MORE_DIFFICULT = {
    "delay 0.25 s": replace(_HARD, delay_s=0.25),
    "drift +50 ppm": replace(_HARD, drift_ppm=50),
    "drift -100 ppm": replace(_HARD, drift_ppm=-100),
    "distortion 10 %": replace(_HARD, distortion=0.1),
    "noise, 15 dB": replace(_HARD, snr_db=15),
    "all of these": replace(_HARD, delay_s=0.15, drift_ppm=50, distortion=0.03, snr_db=20),
}

ALL_SITUATIONS = (
    QUIET,
    QUIET_WITHOUT_CANCELLER,
    *OVER_THE_VOICE,
    *(
        replace(situation, name=f"{situation.name}, {name}", parts=parts)
        for situation in OVER_THE_VOICE
        for name, parts in PART_SETS.items()
        if parts != ALL_PARTS
    ),
    *(
        replace(situation, name=f"{situation.name}, {name}")
        for name, situation in _MORE_DIFFICULT.items()
    ),
)
"""All situations. The mixture of all difficulties has less of each."""
