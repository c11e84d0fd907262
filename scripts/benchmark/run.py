"""Run all measurements."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from benchmark.accuracy import BackgroundTest, ClipResult, ClipTest, FalseAccepts, ListenerSetup
from benchmark.conditions import CLEAN, SPEECH_DBFS, ListeningCondition
from benchmark.extent import BenchmarkExtent
from benchmark.interruptions import scene_commands
from benchmark.live import measure_live
from benchmark.materials import Clip, Materials, recorded_orders, sentence_clips
from benchmark.over_speech import measure_over_speech
from benchmark.resources import measure_costs
from benchmark.results import (
    SENTENCES,
    SYNTHETIC_TALK,
    TALK,
    TELEVISION,
    BenchmarkResults,
    ResultKey,
)
from benchmark.scenes import run_scenes
from benchmark.systems import SYSTEMS, VOICE_GUIDE, vocabulary
from harness.parallel import run_in_parallel
from harness.progress import ReportProgress
from harness.synthetic_talk import synthetic_talk
from voice_guide.audio.pcm import RATE, Samples, to_int16

_COST_S = 60.0
"""Seconds of each kind of sound for which costs are measured."""

_TRADE_OFF_SNR_DB, _TRADE_OFF_M = 10, 2
"""Noise and distance for false rejects in the trade-off, besides the clean condition."""

_TELEVISION_M = 3.0
"""Distance of the television, in metres."""

_REPORT_EVERY = 50
"""Pieces of work between two reports of progress."""


def measure(
    materials: Materials, extent: BenchmarkExtent, report: ReportProgress
) -> BenchmarkResults:
    """Run all measurements; `report` shows the progress."""
    step = sentence_clips(vocabulary("step"), extent.sentences)
    orders, order_vocabulary = _orders(materials, extent)
    clips = {"words": materials.words[:: extent.one_clip_in], "step": step}
    talk = materials.talk[:: extent.one_clip_in]
    conditions = _conditions(materials, extent)
    trade_off_conditions = [
        CLEAN,
        *[condition for condition in conditions if condition.snr_db == _TRADE_OFF_SNR_DB][:1],
        *_at(_TRADE_OFF_M, conditions)[:1],
    ]

    # First, since nothing else may run meanwhile.
    report("processor time, memory, start-up")
    talk_stream = BackgroundTest(ListenerSetup(VOICE_GUIDE, "step"), TALK, CLEAN, talk).sound()
    speech = {"talk": _cut(talk_stream), "commands": _cut(_one_after_the_other(step))}
    quiet = to_int16(CLEAN.background(round(_COST_S * RATE), np.random.default_rng(0)))
    costs = measure_costs("step", {"silence": quiet, **speech}, extent.processes)
    grammar_costs = {
        name: measure_costs(name, speech, extent.processes) for name in ("few", "many")
    }
    report("the whole of each, live")
    live = [measure_live("step", speech["talk"], extent.live_s) for _ in range(extent.processes)]

    trade_off = [
        ListenerSetup(VOICE_GUIDE, name, s) for name in SENTENCES for s in extent.sensitivities
    ]
    clip_tests: list[ClipTest] = []
    background_tests: list[BackgroundTest] = []
    for system in SYSTEMS:
        clip_tests += _order_tests(
            ListenerSetup(system, order_vocabulary), orders, materials, extent
        )
        for name in SENTENCES:
            setup = ListenerSetup(system, name)
            clip_tests += [ClipTest(setup, condition, clips[name]) for condition in conditions]
            background_tests += _talk_tests(setup, talk, materials.rooms, extent.speeds)
            background_tests += _noise_tests(setup, materials.noises, extent)
    for setup in trade_off:
        commands = [clip for clip in clips[setup.vocabulary] if clip.meaning]
        clip_tests += [ClipTest(setup, condition, commands) for condition in trade_off_conditions]
        background_tests.append(BackgroundTest(setup, TALK, CLEAN, talk))
    if extent.synthetic_talk:
        more_talk = synthetic_talk(extent.synthetic_talk)
        background_tests += [
            BackgroundTest(ListenerSetup(system, name), SYNTHETIC_TALK, CLEAN, more_talk)
            for system in SYSTEMS
            for name in SENTENCES
        ]
    clip_results, false_accepts = _run_all([*background_tests, *clip_tests], report)
    return BenchmarkResults(
        clip_results,
        false_accepts,
        conditions,
        trade_off,
        [condition.name for condition in trade_off_conditions],
        materials.origin,
        costs,
        grammar_costs,
        live,
        measure_over_speech(materials, extent.over_speech, report),
        run_scenes(
            scene_clips(materials, extent.scene_commands),
            materials.backgrounds,
            extent.background_s,
            extent.scene_sensitivities,
            report,
        ),
        order_vocabulary,
    )


def _orders(materials: Materials, extent: BenchmarkExtent) -> tuple[Sequence[Clip], str]:
    """Return the orders, recorded where there are some, and the name of their vocabulary."""
    if materials.orders is None:
        return sentence_clips(vocabulary("orders"), extent.orders), "orders"
    return recorded_orders(materials.orders)[:: extent.one_clip_in], str(materials.orders)


def scene_clips(materials: Materials, count: int) -> list[Clip]:
    """Return the commands of the scenes: up to a half recorded, the others synthetic."""
    recorded: list[Clip] = []
    if materials.origin == "recorded":
        meanings = [(clip, vocabulary("step").meaning(clip.text)) for clip in materials.words]
        recorded = [replace(clip, meaning=meaning) for clip, meaning in meanings if meaning]
    chance = random.Random(0)
    people = chance.sample(recorded, min(len(recorded), count // 2))
    synthetic = scene_commands(count - len(people), number=2)
    return chance.sample([*people, *synthetic], count)


def _conditions(materials: Materials, extent: BenchmarkExtent) -> list[ListeningCondition]:
    noises = list(materials.noises.items())[: extent.noises]
    in_noise = [
        ListeningCondition(f"{name}, {snr_db:g} dB", noise=noise, snr_db=snr_db)
        for name, noise in noises
        for snr_db in extent.snrs_db
    ]
    in_rooms = [
        room
        for distance_m in extent.distances_m
        for room in _at(distance_m, materials.rooms)[: extent.rooms]
    ]
    return [CLEAN, *in_noise, *in_rooms]


def _at(distance_m: float, rooms: Sequence[ListeningCondition]) -> list[ListeningCondition]:
    return [room for room in rooms if room.distance_m == distance_m]


def _order_tests(
    setup: ListenerSetup, orders: Sequence[Clip], materials: Materials, extent: BenchmarkExtent
) -> list[ClipTest]:
    """Return tests of orders at each SNR, over every noise in turn."""
    noises = list(materials.noises.values())
    return [
        ClipTest(
            setup,
            ListeningCondition(f"{snr_db:g} dB", noise=noise, snr_db=snr_db),
            orders[number :: len(noises)],
        )
        for snr_db in extent.order_snrs_db
        for number, noise in enumerate(noises)
    ]


def _talk_tests(
    setup: ListenerSetup,
    talk: Sequence[Samples],
    rooms: Sequence[ListeningCondition],
    speeds: Sequence[float],
) -> list[BackgroundTest]:
    near = [
        BackgroundTest(
            setup, TALK if speed == 1 else f"{TALK}, {speed:g} times as fast", CLEAN, talk, speed
        )
        for speed in speeds
    ]
    room = min(rooms, key=lambda room: abs(room.distance_m - _TELEVISION_M))
    return [*near, BackgroundTest(setup, TELEVISION, room, talk)]


def _noise_tests(
    setup: ListenerSetup, noises: Mapping[str, Samples], extent: BenchmarkExtent
) -> list[BackgroundTest]:
    """Return tests of each noise alone, at its highest level of all tests with speech."""
    level_dbfs = SPEECH_DBFS - min(extent.snrs_db)
    length = round(extent.noise_s * RATE)
    return [
        BackgroundTest(setup, name, CLEAN, [np.resize(noise, length)], level_dbfs=level_dbfs)
        for name, noise in list(noises.items())[: extent.noises]
    ]


def _run_all(
    tests: Sequence[ClipTest | BackgroundTest], report: ReportProgress
) -> tuple[Mapping[ResultKey, list[ClipResult]], Mapping[ResultKey, list[FalseAccepts]]]:
    """Run all tests in small pieces on all processors."""
    pieces = [piece for test in tests for piece in test.pieces()]
    clip_results: dict[ResultKey, list[ClipResult]] = defaultdict(list)
    false_accepts: dict[ResultKey, list[FalseAccepts]] = defaultdict(list)
    results: Iterator[list[ClipResult] | FalseAccepts] = run_in_parallel(
        pieces, lambda percent: report(f"listening, {percent} % done"), _REPORT_EVERY
    )
    for piece, result in zip(pieces, results, strict=True):
        key = piece.setup, piece.condition_name
        if isinstance(result, FalseAccepts):
            false_accepts[key].append(result)
        else:
            clip_results[key] += result
    return clip_results, false_accepts


def _cut(sound: Samples) -> Samples:
    return np.resize(sound, round(_COST_S * RATE))


def _one_after_the_other(clips: Sequence[Clip]) -> Samples:
    chance = np.random.default_rng(0)
    return np.concatenate([CLEAN.place(clip.sound, chance).sound for clip in clips])
