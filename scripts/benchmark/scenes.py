"""Commands in a room in which something else goes on all the time, and that alone.

In a scene, people give a command every seven seconds, so many dB over a background: their active
level against the background's median second. A command is obeyed if the last decision from its
first sound until 2 s after its last one is the right one. Decisions at other times are false
accepts, and so are all those on a background alone, which is heard as it was recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from benchmark.accuracy import FalseAccepts, ListenerSetup
from benchmark.conditions import CLEAN, SPEECH_DBFS
from benchmark.materials import Clip
from benchmark.systems import SYSTEMS, VOICE_GUIDE, Decision, decisions
from harness.levels import end_of_speech_s, factor, mean_level_dbfs, start_of_speech_s
from harness.parallel import run_in_parallel
from harness.progress import ReportProgress
from voice_guide.audio.pcm import RATE, Samples, to_int16
from voice_guide.simulation.acoustics import Sound

_BEFORE_S = 5.0
"""Seconds of background before the first command."""

_PAUSE_S = 7.0
"""Seconds from the end of one recording to the start of the next."""

_DECISION_WITHIN_S = 2.0
"""Seconds after a command's last sound in which any system comes to a decision."""

_REPORT_EVERY = 4
"""Streams between two reports of progress."""


@dataclass(frozen=True)
class SceneSpec:
    """A kind of background and its level."""

    name: str
    """The name in the table."""

    category: str | None
    """The category of the background; None for a quiet room."""

    snr_db: float
    """Active level of the commands over the background's median second, in dB."""

    min_obeyed: float
    """The percentage of commands to obey."""


SCENE_VOCABULARY = "step"
"""The vocabulary of the scenes."""

SCENES = (
    SceneSpec("quiet", None, 0, 98),
    SceneSpec("reading, 15 dB", "reading", 15, 83),
    SceneSpec("dialogue, 15 dB", "dialogue", 15, 83),
    SceneSpec("dialogue, 8 dB", "dialogue", 8, 58),
    SceneSpec("conversation, 15 dB", "conversation", 15, 83),
    SceneSpec("music, 10 dB", "music", 10, 96),
    SceneSpec("public places, 10 dB", "public", 10, 95),
    SceneSpec("household, 10 dB", "household", 10, 91),
)
"""The scenes, from a quiet room to a loud one."""


@dataclass(frozen=True)
class SceneCommand:
    """A command and the decisions about it."""

    clip: str
    """The clip's name."""

    is_obeyed: bool
    """True if the last decision in time was the right one."""

    delay_s: float
    """Time from the command's last sound to that decision, in seconds; infinite without one."""


@dataclass(frozen=True)
class SceneResult:
    """The result of a scene, or of a background alone."""

    commands: Sequence[SceneCommand]
    """The commands; none on a background alone."""

    false_accepts: FalseAccepts
    """Decisions at other times."""


@dataclass(frozen=True)
class SceneTest:
    """A scene, or a background alone, in one stream."""

    setup: ListenerSetup
    """The listening system."""

    name: str
    """The name of the scene, or of the background's category."""

    clips: Sequence[Clip]
    """The commands; none for a background alone."""

    background: Samples | None
    """The background, repeated as needed; None for a quiet room."""

    snr_db: float | None
    """Level of the commands over the background, in dB; None for a background as recorded."""

    length_s: float = 0.0
    """Length of a background alone, in seconds."""

    def run(self) -> SceneResult:
        """Return the result of the whole stream."""
        sound, spans_s = scene_sound(self.clips, self.background, self.snr_db, self.length_s)
        decided = decisions(self.setup.new_system(), sound)
        in_time: list[Decision] = []
        commands = []
        for clip, (start_s, end_s) in zip(self.clips, spans_s, strict=True):
            until_s = end_s + _DECISION_WITHIN_S
            found = [one for one in decided if start_s <= one.at_s <= until_s]
            in_time += found
            is_obeyed = bool(found) and found[-1].meaning == clip.meaning
            delay_s = found[-1].at_s - end_s if found else np.inf
            commands.append(SceneCommand(clip.name, is_obeyed, delay_s))
        others = [one for one in decided if one not in in_time]
        return SceneResult(commands, FalseAccepts(len(sound) / RATE, others))


def scene_sound(
    clips: Sequence[Clip], background: Samples | None, snr_db: float | None, length_s: float
) -> tuple[Samples, list[tuple[float, float]]]:
    """Return the sound of a scene, and the first and last sound of each command in seconds.

    Without commands it has the length `length_s`. Without `snr_db` the background is as it was
    recorded.
    """
    speech, spans_s = _speech(clips) if clips else (np.zeros(round(length_s * RATE)), [])
    return to_int16(speech + _background(len(speech), background, snr_db)), spans_s


def _speech(clips: Sequence[Clip]) -> tuple[Sound, list[tuple[float, float]]]:
    """Return the commands in a silent room, and the first and last sound of each."""
    parts = [np.zeros(round(_BEFORE_S * RATE))]
    spans_s = []
    at_s = _BEFORE_S
    for clip in clips:
        spans_s.append((at_s + start_of_speech_s(clip.sound), at_s + end_of_speech_s(clip.sound)))
        parts += [CLEAN.at_level(clip.sound, SPEECH_DBFS), np.zeros(round(_PAUSE_S * RATE))]
        at_s += len(clip.sound) / RATE + _PAUSE_S
    return np.concatenate(parts), spans_s


def _background(length: int, background: Samples | None, snr_db: float | None) -> Sound:
    quiet = CLEAN.background(length, np.random.default_rng(0))
    if background is None:
        return quiet
    sound = np.resize(background / 32768.0, length)
    if snr_db is None:
        return np.asarray(quiet + sound)
    change_db = SPEECH_DBFS - snr_db - _median_second_dbfs(sound)
    return np.asarray(quiet + sound * factor(change_db))


SceneResults: TypeAlias = Mapping[tuple[ListenerSetup, str], SceneResult]
"""Results by system, and by the name of the scene or the category of a background alone."""


def scene_tests(
    setup: ListenerSetup, clips: Sequence[Clip], backgrounds: Mapping[str, Samples]
) -> list[SceneTest]:
    """Return the tests of all scenes for a system."""
    return [
        SceneTest(
            setup,
            scene.name,
            clips,
            backgrounds[scene.category] if scene.category else None,
            scene.snr_db,
        )
        for scene in SCENES
    ]


def run_scenes(
    clips: Sequence[Clip],
    backgrounds: Mapping[str, Samples],
    background_s: float,
    sensitivities: Sequence[float],
    report: ReportProgress,
) -> SceneResults:
    """Run all scenes, and each background alone for so many seconds, with both systems.

    Run the scenes at these sensitivities of Voice Guide as well.
    """
    setups = [ListenerSetup(system, SCENE_VOCABULARY) for system in SYSTEMS]
    tests = [
        test
        for setup in setups
        for test in (
            *scene_tests(setup, clips, backgrounds),
            *background_tests(setup, backgrounds, background_s),
        )
    ]
    for sensitivity in sensitivities:
        setup = ListenerSetup(VOICE_GUIDE, SCENE_VOCABULARY, sensitivity)
        tests += scene_tests(setup, clips, backgrounds)
    results = run_in_parallel(
        tests, lambda percent: report(f"scenes, {percent} % done"), _REPORT_EVERY
    )
    return {(test.setup, test.name): result for test, result in zip(tests, results, strict=True)}


def background_tests(
    setup: ListenerSetup, backgrounds: Mapping[str, Samples], length_s: float
) -> list[SceneTest]:
    """Return the tests of each background alone for a system."""
    return [
        SceneTest(setup, category, (), background, None, length_s)
        for category, background in backgrounds.items()
    ]


def _median_second_dbfs(sound: Sound) -> float:
    """Return the median level of the seconds that are not silent."""
    whole = len(sound) - len(sound) % RATE
    powers = np.mean(np.square(sound[:whole].reshape(-1, RATE)), axis=1)
    audible = powers[powers > 1e-8]
    median = float(np.median(audible)) if len(audible) else 0.0
    return mean_level_dbfs(np.array([np.sqrt(median)]))
