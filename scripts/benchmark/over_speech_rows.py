"""Rows of the table about measurements while the guide speaks.

There are no figures of stock Vosk, which would hear the guide all the time.
"""

from collections.abc import Iterator, Sequence
from statistics import fmean

import numpy as np

from benchmark.accuracy import (
    ClipResult,
    FalseAccepts,
    delays_s,
    describe_results,
    false_accepts_per_hour,
    percent_right,
)
from benchmark.interruptions import InterruptionResult, InterruptionSceneResult
from benchmark.over_speech import OverSpeechResults
from benchmark.rows import compared
from benchmark.situations import (
    OVER_THE_VOICE,
    PART_SETS,
    QUIET,
    QUIET_WITHOUT_CANCELLER,
    Situation,
)
from benchmark.systems import ALL_PARTS, VOICE_GUIDE
from harness.table import Limit, ResultRow

_MIN_COMMANDS = dict(zip(OVER_THE_VOICE, (97, 95, 90, 70), strict=True))
_MIN_SAFE_WORDS = dict(zip(OVER_THE_VOICE, (100, 100, 95, 75), strict=True))
"""Percentages of commands and of safe words to understand in each situation."""

_MAX_EXTRA_DELAY_S = 0.15
"""Seconds that a decision over the voice may take longer than one in silence."""

_MAX_DUCK_S = 0.1
"""Seconds after which the voice has to be lowered."""

_MAX_SETTLING_S = 2.0
"""Seconds after which the echo has to be gone."""

_MAX_COST = 0.03
"""Seconds of processor time per second of sound in front of the recognizer."""


def over_speech_rows(results: OverSpeechResults) -> Iterator[ResultRow]:
    """Yield all rows."""
    for situation in results.scenes:
        commands = _commands(results, situation)
        limit = _percent(_MIN_COMMANDS.get(situation))
        if situation == QUIET and QUIET_WITHOUT_CANCELLER in results.scenes:
            limit = _percent(percent_right(_commands(results, QUIET_WITHOUT_CANCELLER)))
        yield _understood(f"understood, {situation.name}", commands, limit)
    for situation, scenes in results.scenes.items():
        if situation.parts == ALL_PARTS:
            safe_words = [one.result for one in _interruptions(scenes) if one.is_safe_word]
            limit = _percent(_MIN_SAFE_WORDS.get(situation))
            yield _understood(f"understood, safe words, {situation.name}", safe_words, limit)
    yield from _false_accept_rows(results)
    yield from _delay_rows(results)
    yield from _ducking_rows(results)
    yield from _settling_rows(results)
    yield compared(
        "CPU in front of the recognizer, of real time",
        {VOICE_GUIDE: results.cost.cpu_s_per_s},
        lambda figure: f"{figure:.3f}",
        "canceller, noise, gate; a minute of the guide's voice",
        Limit("<", f"{_MAX_COST}", _MAX_COST),
    )


def _understood(title: str, results: Sequence[ClipResult], limit: Limit | None) -> ResultRow:
    return compared(
        title,
        {VOICE_GUIDE: percent_right(results)},
        lambda _: describe_results(results),
        f"{len(results)} synthetic",
        limit,
    )


def _percent(figure: float | None) -> Limit | None:
    return None if figure is None else Limit("≥", f"{figure:.3g} %", figure)


def _false_accept_rows(results: OverSpeechResults) -> Iterator[ResultRow]:
    for name, parts in PART_SETS.items():
        heard = [
            FalseAccepts(scene.heard_s, scene.false_accepts)
            for situation, scenes in results.scenes.items()
            if situation.parts == parts and situation.below_db is not None
            for scene in scenes
        ]
        if heard:
            yield compared(
                f"false accepts, between interruptions, with {name}",
                {VOICE_GUIDE: false_accepts_per_hour(heard)},
                lambda figure: f"{figure:.1f} an hour",
                f"{sum(one.heard_s for one in heard) / 60:.0f} min",
            )
    minutes = sum(one.heard_s for one in results.monologues) / 60
    yield compared(
        "commands heard where only the guide speaks",
        {VOICE_GUIDE: sum(len(one.decided) for one in results.monologues)},
        lambda figure: f"{figure:g}",
        f"all it can say, {minutes:.0f} min",
        Limit("≤", "0", 0),
    )


def _delay_rows(results: OverSpeechResults) -> Iterator[ResultRow]:
    quiet_s = _median_s(delays_s(_commands(results, QUIET)))
    for situation in (QUIET, *_over_the_voice(results)):
        delays = delays_s(_commands(results, situation))
        limit_s = quiet_s + _MAX_EXTRA_DELAY_S
        yield _seconds_row(
            f"delay, {situation.name}, median",
            _median_s(delays),
            f"{len(delays)} commands understood",
            None if situation == QUIET else Limit("≤", f"{limit_s:.2f} s", limit_s),
        )


def _ducking_rows(results: OverSpeechResults) -> Iterator[ResultRow]:
    limit = Limit("≤", f"{_MAX_DUCK_S} s", _MAX_DUCK_S)
    for situation in _over_the_voice(results):
        ducks_s = [one.duck_s for one in _interruptions(results.scenes[situation])]
        for name, percent in (("median", 50), ("95th percentile", 95)):
            title = f"until the voice is lowered, {situation.name}, {name}"
            figure = _percentile(ducks_s, percent)
            yield _seconds_row(title, figure, f"{len(ducks_s)} commands", limit)
    scenes = [one for situation in _over_the_voice(results) for one in results.scenes[situation]]
    yield compared(
        "voice lowered without speech",
        {VOICE_GUIDE: 100 * fmean(one.ducked for one in scenes)},
        lambda figure: f"{figure:.1f} %",
        "of the time between interruptions",
    )


def _settling_rows(results: OverSpeechResults) -> Iterator[ResultRow]:
    for event, figures in (
        ("the first sound", [one.from_start_s for one in results.settling_times]),
        ("a louder voice", [one.louder_s for one in results.settling_times]),
    ):
        material = f"of {len(figures)}, the room that takes longest"
        limit = Limit("≤", f"{_MAX_SETTLING_S:g} s", _MAX_SETTLING_S)
        yield _seconds_row(f"echo 20 dB weaker, after {event}", max(figures), material, limit)


def _seconds_row(title: str, figure: float, material: str, limit: Limit | None) -> ResultRow:
    return compared(title, {VOICE_GUIDE: figure}, _show_seconds, material, limit)


def _show_seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if np.isfinite(seconds) else "never"


def _median_s(times_s: Sequence[float]) -> float:
    return _percentile(times_s or [np.inf], 50)


def _percentile(times_s: Sequence[float], percent: float) -> float:
    # One of the times, since nothing lies between a time and never.
    return float(np.percentile(times_s, percent, method="inverted_cdf"))


def _over_the_voice(results: OverSpeechResults) -> list[Situation]:
    return [situation for situation in OVER_THE_VOICE if situation in results.scenes]


def _commands(results: OverSpeechResults, situation: Situation) -> list[ClipResult]:
    return [one.result for one in _interruptions(results.scenes[situation])]


def _interruptions(scenes: Sequence[InterruptionSceneResult]) -> list[InterruptionResult]:
    return [interruption for scene in scenes for interruption in scene.interruptions]
