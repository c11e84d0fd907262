"""The lines of the table about what is heard while the guide speaks.

Of stock Vosk, which would hear the guide all the time, none of them has a figure.
"""

from collections.abc import Iterator, Sequence
from statistics import fmean

import numpy as np

from benchmark.accuracy import (
    Alarms,
    Outcome,
    delays_s,
    false_accepts_per_hour,
    share,
    shown_share,
)
from benchmark.interruptions import (
    OVER_THE_VOICE,
    QUIET,
    QUIET_AS_BEFORE,
    WITH,
    Held,
    Interruption,
    Situation,
)
from benchmark.over_speech import OverSpeech
from benchmark.systems import EVERYTHING, VOICE_GUIDE
from benchmark.table import Bar, Row, compared

_COMMANDS = dict(zip(OVER_THE_VOICE, (97, 95, 90, 70), strict=True))
_SAFE_WORDS = dict(zip(OVER_THE_VOICE, (100, 100, 95, 75), strict=True))
"""What is to be understood with everything there is, in percent."""

_SLOWER_S = 0.15
"""By how much longer than where the voice is silent a decision may take, in seconds."""

_DUCK_S = 0.1
"""How soon the voice is to be lowered, in seconds."""

_SETTLED_S = 2.0
"""How soon the echo is to be gone, in seconds."""

_COST = 0.03
"""What may be spent in front of the recognizer, of real time on one core."""


def rows(results: OverSpeech) -> Iterator[Row]:
    """Yield them."""
    for situation in results.held:
        found = _outcomes(results, situation)
        bar = _percent(_COMMANDS.get(situation))
        if situation == QUIET and QUIET_AS_BEFORE in results.held:
            bar = _percent(share(_outcomes(results, QUIET_AS_BEFORE)))
        yield _understood(f"understood, {situation.name}", found, bar)
    for situation, held in results.held.items():
        if situation.parts == EVERYTHING:
            found = [one.outcome for one in _all(held) if one.is_safe_word]
            bar = _percent(_SAFE_WORDS.get(situation))
            yield _understood(f"understood, safe words, {situation.name}", found, bar)
    yield from _false_accepts(results)
    yield from _delays(results)
    yield from _ducking(results)
    yield from _settling(results)
    yield compared(
        "CPU in front of the recognizer, of real time",
        {VOICE_GUIDE: results.cost.of_real_time},
        lambda figure: f"{figure:.3f}",
        "canceller, noise, gate; a minute of the guide's voice",
        Bar("<", f"{_COST}", _COST),
    )


def _understood(what: str, found: Sequence[Outcome], bar: Bar | None) -> Row:
    shown = {VOICE_GUIDE: shown_share(found)}
    return Row(what, {VOICE_GUIDE: share(found)}, shown, f"{len(found)} synthetic", bar)


def _percent(limit: float | None) -> Bar | None:
    return None if limit is None else Bar("≥", f"{limit:.3g} %", limit)


def _false_accepts(results: OverSpeech) -> Iterator[Row]:
    for name, parts in WITH.items():
        alarms = [
            Alarms(one.heard_s, one.false_accepts)
            for situation, held in results.held.items()
            if situation.parts == parts and situation.below_db is not None
            for one in held
        ]
        if alarms:
            yield compared(
                f"false accepts, between interruptions, with {name}",
                {VOICE_GUIDE: false_accepts_per_hour(alarms)},
                lambda figure: f"{figure:.1f} an hour",
                f"{sum(alarm.heard_s for alarm in alarms) / 60:.0f} min",
            )
    yield compared(
        "commands heard where only the guide speaks",
        {VOICE_GUIDE: sum(len(alarms.decided) for alarms in results.monologues)},
        lambda figure: f"{figure:g}",
        f"all it can say, {sum(alarms.heard_s for alarms in results.monologues) / 60:.0f} min",
        Bar("≤", "0", 0),
    )


def _delays(results: OverSpeech) -> Iterator[Row]:
    quiet_s = _median_s(delays_s(_outcomes(results, QUIET)))
    for situation in (QUIET, *_over_the_voice(results)):
        delays = delays_s(_outcomes(results, situation))
        limit_s = quiet_s + _SLOWER_S
        yield _seconds(
            f"delay, {situation.name}, median",
            _median_s(delays),
            f"{len(delays)} commands understood",
            None if situation == QUIET else Bar("≤", f"{limit_s:.2f} s", limit_s),
        )


def _ducking(results: OverSpeech) -> Iterator[Row]:
    bar = Bar("≤", f"{_DUCK_S} s", _DUCK_S)
    for situation in _over_the_voice(results):
        ducks = [one.duck_s for one in _all(results.held[situation])]
        for title, percent in (("median", 50), ("95th percentile", 95)):
            what = f"until the voice is lowered, {situation.name}, {title}"
            yield _seconds(what, _percentile(ducks, percent), f"{len(ducks)} commands", bar)
    held = [one for situation in _over_the_voice(results) for one in results.held[situation]]
    yield compared(
        "voice lowered though nobody speaks",
        {VOICE_GUIDE: 100 * fmean(one.ducked for one in held)},
        lambda figure: f"{figure:.1f} %",
        "of the time between interruptions",
    )


def _settling(results: OverSpeech) -> Iterator[Row]:
    for what, figures in (
        ("the first sound", [one.from_start_s for one in results.settled]),
        ("a louder voice", [one.louder_s for one in results.settled]),
    ):
        how = f"of {len(figures)}, the room that takes longest"
        bar = Bar("≤", f"{_SETTLED_S:g} s", _SETTLED_S)
        yield _seconds(f"echo 20 dB weaker, after {what}", max(figures), how, bar)


def _seconds(what: str, figure: float, how: str, bar: Bar | None) -> Row:
    return compared(what, {VOICE_GUIDE: figure}, _shown_seconds, how, bar)


def _shown_seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if np.isfinite(seconds) else "never"


def _median_s(times_s: Sequence[float]) -> float:
    return _percentile(times_s or [np.inf], 50)


def _percentile(times_s: Sequence[float], percent: float) -> float:
    # One of them, since nothing lies between a time and never.
    return float(np.percentile(times_s, percent, method="inverted_cdf"))


def _over_the_voice(results: OverSpeech) -> list[Situation]:
    return [situation for situation in OVER_THE_VOICE if situation in results.held]


def _outcomes(results: OverSpeech, situation: Situation) -> list[Outcome]:
    return [one.outcome for one in _all(results.held[situation])]


def _all(held: Sequence[Held]) -> list[Interruption]:
    return [interruption for one in held for interruption in one.interruptions]
