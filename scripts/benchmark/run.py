"""Everything that is measured, and how much of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from benchmark import over_speech
from benchmark.accuracy import Alarms, Bystanding, Listening, Outcome, Trial
from benchmark.live import Live, live
from benchmark.materials import Clip, Materials, sentence_clips, synthetic_talk
from benchmark.over_speech import OverSpeech
from benchmark.parallel import done, tell
from benchmark.resources import Costs, costs
from benchmark.scenes import CLEAN, SPEECH_DBFS, Condition
from benchmark.systems import SYSTEMS, VOICE_GUIDE, vocabulary
from voice_guide.audio.pcm import RATE, Samples, to_int16

SENTENCES = ("words", "step")
"""The vocabularies that are heard in every condition."""

TITLES = {"words": "single words", "step": "guide's sentences"}
"""How the table calls them."""

TALK, TELEVISION = "talk", "talk, as from a television"
"""Talk as it was recorded, and from across the room."""

SYNTHETIC_TALK = "talk, more synthetic voices"
"""Talk that is rendered even where there are recordings."""

_COST_S = 60.0
"""How long each kind of sound is heard to tell what that costs, in seconds."""

_TRADE_OFF_SNR_DB, _TRADE_OFF_M = 10, 2
"""Where false rejects are counted for the trade-off, besides close by in a quiet room."""

_TELEVISION_M = 3.0
"""How far away the television is, in metres."""


Key: TypeAlias = tuple[Listening, str]
"""Who listens, and where or to what."""

_TOLD_EVERY = 50
"""Pieces of work after which it is told how far it has come."""


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    one_clip_in: int
    """Of recorded clips, one in so many is taken."""

    sentences: int
    """The guide's own sentences heard."""

    orders: int
    """Orders heard at each SNR."""

    noises: int
    """Noises taken, at the most."""

    distances_m: Sequence[float]
    """Distances at which somebody speaks in a room, in metres."""

    rooms: int
    """Rooms taken at each of these, at the most."""

    snrs_db: Sequence[float]
    """Active speech level over the noise, in dB."""

    order_snrs_db: Sequence[float]
    """The same, for orders."""

    speeds: Sequence[float]
    """Speeds at which talk is heard."""

    synthetic_talk: int
    """Voices for each line of synthetic talk besides the recorded one."""

    noise_s: float
    """How long each noise is listened to alone, in seconds."""

    sensitivities: Sequence[float]
    """Points on the trade-off curve."""

    processes: int
    """Processes of each system that its costs are measured in."""

    live_s: float
    """How long each thing that is done live is measured, in seconds."""

    over_speech: over_speech.Extent
    """What is measured while the guide speaks."""


FULL = Extent(
    one_clip_in=1,
    sentences=64,
    orders=48,
    noises=9,
    distances_m=(1, 2, 4),
    rooms=9,
    snrs_db=(20, 10, 5),
    order_snrs_db=(24, 21, 18, 15, 12, 9, 6),
    speeds=(1.0, 0.9),
    synthetic_talk=2,
    noise_s=300,
    sensitivities=(0.0, 0.25, 0.5, 0.75, 1.0),
    processes=3,
    live_s=60,
    over_speech=over_speech.FULL,
)
"""All of it: some fifty minutes on two processors."""

QUICK = Extent(
    one_clip_in=7,  # of twelve voices, each comes up
    sentences=16,
    orders=8,
    noises=1,
    distances_m=(2,),
    rooms=1,
    snrs_db=(10,),
    order_snrs_db=(18, 6),
    speeds=(1.0,),
    synthetic_talk=0,
    noise_s=30,
    sensitivities=(0.2, 0.8),
    processes=1,
    live_s=10,
    over_speech=over_speech.QUICK,
)
"""A first impression, in less than three minutes on one processor."""


@dataclass(frozen=True)
class Results:
    """What was measured."""

    outcomes: Mapping[Key, Sequence[Outcome]]
    """Of each listener in each condition."""

    alarms: Mapping[Key, Sequence[Alarms]]
    """Of each listener on each kind of sound that is not meant for it."""

    conditions: Sequence[Condition]
    """Those in which all sentences were heard."""

    trade_off: Sequence[Listening]
    """Voice Guide at several sensitivities."""

    trade_off_conditions: Sequence[str]
    """Where false rejects were counted for the trade-off."""

    origin: str
    """Whether words and talk are recorded or synthetic; all else that is said is synthetic."""

    costs: Mapping[str, Costs]
    """Of each system, with the guide's own sentences."""

    grammar_costs: Mapping[str, Mapping[str, Costs]]
    """Of each system, with few sentences and with many."""

    live: Sequence[Mapping[str, Live]]
    """The whole of each, live, once in each run."""

    over_speech: OverSpeech
    """While the guide speaks."""

    def commands(self, who: Listening, where: Sequence[str]) -> list[Outcome]:
        """Return what became of commands in some conditions, other words left out."""
        return [
            outcome
            for condition in where
            for outcome in self.outcomes[who, condition]
            if outcome.expected
        ]


def measure(materials: Materials, extent: Extent) -> Results:
    """Measure everything."""
    step = sentence_clips(vocabulary("step"), extent.sentences)
    orders = sentence_clips(vocabulary("orders"), extent.orders)
    clips = {"words": materials.words[:: extent.one_clip_in], "step": step}
    talk = materials.talk[:: extent.one_clip_in]
    conditions = _conditions(materials, extent)
    trade_off_conditions = [
        CLEAN,
        *[condition for condition in conditions if condition.snr_db == _TRADE_OFF_SNR_DB][:1],
        *_at(_TRADE_OFF_M, conditions)[:1],
    ]

    # First, since nothing else may run meanwhile.
    tell("processor time, memory, start-up")
    spoken = {
        "talk": _cut(Bystanding(Listening(VOICE_GUIDE, "step"), TALK, CLEAN, talk).sound()),
        "commands": _cut(_one_after_the_other(step)),
    }
    quiet = to_int16(CLEAN.background(round(_COST_S * RATE), np.random.default_rng(0)))
    all_costs = costs("step", {"silence": quiet, **spoken}, extent.processes)
    grammar_costs = {name: costs(name, spoken, extent.processes) for name in ("few", "many")}
    tell("the whole of each, live")
    lived = [live("step", spoken["talk"], extent.live_s) for _ in range(extent.processes)]

    trials: list[Trial] = []
    bystanding: list[Bystanding] = []
    for system in SYSTEMS:
        trials += _order_trials(Listening(system, "orders"), orders, materials, extent)
        for name in SENTENCES:
            who = Listening(system, name)
            trials += [Trial(who, condition, clips[name]) for condition in conditions]
            bystanding += _talk(who, talk, materials.rooms, extent.speeds)
            bystanding += _noises(who, materials.noises, extent)
    trade_off = [
        Listening(VOICE_GUIDE, name, s) for name in SENTENCES for s in extent.sensitivities
    ]
    for who in trade_off:
        said = [clip for clip in clips[who.vocabulary] if clip.meaning]
        trials += [Trial(who, condition, said) for condition in trade_off_conditions]
        bystanding.append(Bystanding(who, TALK, CLEAN, talk))
    if extent.synthetic_talk:
        more_talk = synthetic_talk(extent.synthetic_talk)
        bystanding += [
            Bystanding(Listening(system, name), SYNTHETIC_TALK, CLEAN, more_talk)
            for system in SYSTEMS
            for name in SENTENCES
        ]
    outcomes, alarms = _run_all([*bystanding, *trials])
    return Results(
        outcomes,
        alarms,
        conditions,
        trade_off,
        [condition.name for condition in trade_off_conditions],
        materials.origin,
        all_costs,
        grammar_costs,
        lived,
        over_speech.measure(materials, extent.over_speech),
    )


def _conditions(materials: Materials, extent: Extent) -> list[Condition]:
    noises = list(materials.noises.items())[: extent.noises]
    in_noise = [
        Condition(f"{name}, {snr_db:g} dB", noise=noise, snr_db=snr_db)
        for name, noise in noises
        for snr_db in extent.snrs_db
    ]
    in_rooms = [
        room
        for distance_m in extent.distances_m
        for room in _at(distance_m, materials.rooms)[: extent.rooms]
    ]
    return [CLEAN, *in_noise, *in_rooms]


def _at(distance_m: float, rooms: Sequence[Condition]) -> list[Condition]:
    return [room for room in rooms if room.distance_m == distance_m]


def _order_trials(
    who: Listening, orders: Sequence[Clip], materials: Materials, extent: Extent
) -> list[Trial]:
    """Orders at each SNR, over every noise in turn."""
    noises = list(materials.noises.values())
    return [
        Trial(
            who,
            Condition(f"{snr_db:g} dB", noise=noise, snr_db=snr_db),
            orders[number :: len(noises)],
        )
        for snr_db in extent.order_snrs_db
        for number, noise in enumerate(noises)
    ]


def _talk(
    who: Listening, talk: Sequence[Samples], rooms: Sequence[Condition], speeds: Sequence[float]
) -> list[Bystanding]:
    near = [
        Bystanding(
            who, TALK if speed == 1 else f"{TALK}, {speed:g} times as fast", CLEAN, talk, speed
        )
        for speed in speeds
    ]
    room = min(rooms, key=lambda room: abs(room.distance_m - _TELEVISION_M))
    return [*near, Bystanding(who, TELEVISION, room, talk)]


def _noises(who: Listening, noises: Mapping[str, Samples], extent: Extent) -> list[Bystanding]:
    """Each noise alone, as loud as it gets while somebody speaks."""
    level_dbfs = SPEECH_DBFS - min(extent.snrs_db)
    length = round(extent.noise_s * RATE)
    return [
        Bystanding(who, name, CLEAN, [np.resize(noise, length)], level_dbfs=level_dbfs)
        for name, noise in list(noises.items())[: extent.noises]
    ]


def _run_all(
    jobs: Sequence[Trial | Bystanding],
) -> tuple[Mapping[Key, list[Outcome]], Mapping[Key, list[Alarms]]]:
    """Run everything in small pieces on all processors."""
    pieces = [piece for job in jobs for piece in job.pieces()]
    outcomes: dict[Key, list[Outcome]] = defaultdict(list)
    alarms: dict[Key, list[Alarms]] = defaultdict(list)
    everything: Iterator[list[Outcome] | Alarms] = done(pieces, "listening", _TOLD_EVERY)
    for piece, found in zip(pieces, everything, strict=True):
        key = piece.listening, piece.where
        if isinstance(found, Alarms):
            alarms[key].append(found)
        else:
            outcomes[key] += found
    return outcomes, alarms


def _cut(sound: Samples) -> Samples:
    return np.resize(sound, round(_COST_S * RATE))


def _one_after_the_other(clips: Sequence[Clip]) -> Samples:
    chance = np.random.default_rng(0)
    return np.concatenate([CLEAN.scene(clip.sound, chance).sound for clip in clips])
