"""Fit `voice_guide/hearing/acceptance.toml`: the likelihood that a command was meant.

People give commands in all scenes, and none in backgrounds alone. Every command that
is recognized there is an example, meant or not. The model is fitted on half of the recordings and
judged on the other half, and the other way round; what is written is fitted on all of them.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from itertools import cycle
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmark.materials import Clip, recorded_materials
from benchmark.run import scene_clips
from benchmark.scenes import SCENE_VOCABULARY, SCENES, SceneSpec, scene_sound
from benchmark.systems import vocabulary
from harness.parallel import run_in_parallel
from harness.progress import progress_of
from voice_guide.app.speech_input import load_model, new_matcher
from voice_guide.audio.pcm import RATE, Samples, blocks_of, silence
from voice_guide.config.language import reference
from voice_guide.errors import VoiceGuideError
from voice_guide.hearing import acceptance
from voice_guide.hearing.acceptance import Features, Model
from voice_guide.hearing.listener import Listener
from voice_guide.hearing.scorer import ScoredCommand
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.ui.table import print_table

_Floats = npt.NDArray[np.float64]

_COMMANDS = 80
"""Commands in each scene of a half."""

_ALONE_S = 360.0
"""Length of each background alone in a half, in seconds."""

_PIECES_S = (1.0, 2.0, 3.0, 4.0)
"""Lengths of the pieces of a background in a quiet room, in seconds."""

_PAUSE_S = 8.0
"""Seconds of silence after each of them."""

_KINDS = _SCENE, _ALONE, _IN_PIECES = "in scenes", "alone", "in pieces"
"""What is heard: commands over backgrounds, those alone, and pieces of them in a quiet room."""

_QUIET_WEIGHT = 6.0
"""Weight of a command in quiet: most are given there."""

_PIECES_WEIGHT = 0.5
"""Weight of a command that was not given in pieces of talk: people seldom talk as much to each
other in a room that is quiet otherwise."""

_PENALTY = 3.0
"""Weight of the squared coefficients, for features of variance 1, against few examples."""

_STEPS = 30
"""Newton steps, of which ten are enough."""

_SENSITIVITIES = (0.3, 0.4, 0.5, 0.6, 0.7)
"""The sensitivities in the table."""


@dataclass(frozen=True)
class Example:
    """A command that was recognized."""

    features: Features
    """The features of the command."""

    is_meant: bool
    """True if it was given at that time."""

    weight: float
    """Its weight in the fit."""

    kind: str
    """What it was recognized in: see _SCENE, _ALONE and _IN_PIECES."""


class _JudgedListener(Listener):
    """A listener that notes every command before it is judged."""

    judged: list[tuple[Features, ScoredCommand]]

    def _is_likely(self, scored: ScoredCommand, extra_log_odds: float = 0.0) -> bool:
        if acceptance.is_plausible(scored, extra_log_odds):
            confirmed_share = self._confirmed_share(scored)
            features = replace(self._features(scored), confirmed_share=confirmed_share)
            self.judged.append((features, scored))
        return super()._is_likely(scored, extra_log_odds)


@dataclass(frozen=True)
class _Stream:
    """A scene, a background alone, or pieces of one in a quiet room."""

    scene: SceneSpec | None
    clips: Sequence[Clip]
    background: Samples | None
    is_in_pieces: bool = False

    def run(self) -> list[Example]:
        """Return the commands that are recognized in it."""
        model, words = load_model(reference()), vocabulary(SCENE_VOCABULARY)
        matcher = new_matcher(Interpreter(words.sentences), model, reference())
        listener = _JudgedListener(model, matcher, words.context, 0.5)
        listener.judged = []
        snr_db = self.scene.snr_db if self.scene else None
        background, length_s = self.background, _ALONE_S
        if self.is_in_pieces and background is not None:
            background = _pieces(background)
            length_s = len(background) / RATE
        sound, spans_s = scene_sound(self.clips, background, snr_db, length_s)
        for block in blocks_of(sound):
            listener.hear(block, silence())
        listener.finish()
        return [self._example(*each, spans_s) for each in listener.judged]

    def _example(
        self, features: Features, scored: ScoredCommand, spans_s: Sequence[tuple[float, float]]
    ) -> Example:
        words = scored.hypothesis.words
        is_meant = any(
            start_s - 0.3 < words[-1].end_s < end_s + 0.7 and clip.meaning == scored.meanings[0]
            for clip, (start_s, end_s) in zip(self.clips, spans_s, strict=True)
        )
        is_quiet = self.scene is not None and self.scene.category is None
        weight = _PIECES_WEIGHT if self.is_in_pieces else 1.0
        if is_meant and is_quiet:
            weight = _QUIET_WEIGHT
        kind = _SCENE if self.scene else _IN_PIECES if self.is_in_pieces else _ALONE
        return Example(features, is_meant, weight, kind)


def _pieces(background: Samples) -> Samples:
    """Return pieces of a background with silence between them, as in a room mostly quiet."""
    pause = np.zeros(round(_PAUSE_S * RATE), np.int16)
    lengths = cycle(round(length_s * RATE) for length_s in _PIECES_S)
    parts: list[Samples] = []
    at = 0
    while at < len(background):
        length = next(lengths)
        parts += [background[at : at + length], pause]
        at += length
    return np.concatenate(parts)


def fit(examples: Sequence[Example]) -> Model:
    """Return the logistic regression of examples, by Newton's method with a ridge penalty."""
    values = _matrix(examples)
    mean, spread = values.mean(0), values.std(0) + 1e-9
    inputs = np.column_stack([np.ones(len(values)), (values - mean) / spread])
    meant = np.array([each.is_meant for each in examples], float)
    weights = np.array([each.weight for each in examples])
    penalty = np.diag([0.0, *[_PENALTY] * values.shape[1]])
    found: _Floats = np.zeros(inputs.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-inputs @ found))
        slope = inputs.T @ (weights * (meant - likely)) - penalty @ found
        curve = (inputs.T * (weights * likely * (1 - likely))) @ inputs + penalty
        found = found + np.linalg.solve(curve, slope)
    coefficients = found[1:] / spread
    return Model(float(found[0] - coefficients @ mean), Features(*map(float, coefficients)))


def _matrix(examples: Iterable[Example]) -> _Floats:
    return np.array([astuple(each.features) for each in examples])


def _row(title: str, model: Model, examples: Sequence[Example], sensitivity: float) -> list[str]:
    """Return a row of the table: what the model accepts of examples."""
    needed = acceptance.needed_log_odds(sensitivity)
    accepted = [each for each in examples if model.log_odds(each.features) >= needed]
    meant = sum(each.is_meant for each in examples)
    false = Counter(each.kind for each in accepted if not each.is_meant)
    return [
        title,
        f"{sensitivity:g}",
        f"{sum(each.is_meant for each in accepted)} of {meant}",
        *(str(false[kind]) for kind in _KINDS),
    ]


def _streams(speech: Path) -> list[list[_Stream]]:
    """Return the streams of each half of the recordings."""
    materials = recorded_materials(speech, vocabulary("words"))
    clips = scene_clips(materials, 2 * _COMMANDS)
    return [
        [
            *(
                _Stream(scene, clips[half::2], _half(backgrounds.get(scene.category or ""), half))
                for scene in SCENES
            ),
            *(
                _Stream(None, (), _half(sound, half), is_in_pieces)
                for sound in backgrounds.values()
                for is_in_pieces in (False, True)
            ),
        ]
        for backgrounds in [materials.backgrounds]
        for half in (0, 1)
    ]


def _half(sound: Samples | None, half: int) -> Samples | None:
    middle = 0 if sound is None else len(sound) // 2
    return None if sound is None else (sound[:middle], sound[middle:])[half]


def _toml(model: Model) -> str:
    weights = "\n".join(
        f"{each.name} = {getattr(model.weights, each.name):.4f}" for each in fields(Features)
    )
    return (
        "# Written by scripts/fit-acceptance: see acceptance.py for the features.\n"
        f"constant = {model.constant:.4f}\n\n[weights]\n{weights}\n"
    )


def main() -> int:
    """Fit, print the table, and write the coefficients; return the exit status."""
    parser = argparse.ArgumentParser(prog="scripts/fit-acceptance", description=__doc__)
    parser.add_argument(
        "--speech", type=Path, required=True, metavar="DIR", help="the recordings of scripts/bench"
    )
    options = parser.parse_args()
    progress = progress_of("fit-acceptance")
    try:
        halves = _streams(options.speech)
        streams = [stream for half in halves for stream in half]
        found = iter(list(run_in_parallel(streams, lambda done: progress(f"{done} % done"), 2)))
    except VoiceGuideError as error:
        print(f"fit-acceptance: {error}", file=sys.stderr)
        return 2
    first, second = ([each for _ in half for each in next(found)] for half in halves)
    rows = [
        _row(title, fit(known), unknown, sensitivity)
        for title, known, unknown in (
            ("second half", first, second),
            ("first half", second, first),
        )
        for sensitivity in _SENSITIVITIES
    ]
    print_table(
        ["judged on", "sensitivity", "meant, obeyed", *(f"false, {kind}" for kind in _KINDS)], rows
    )
    acceptance.FILE.write_text(_toml(fit([*first, *second])), "utf-8")
    progress(f"{len(first) + len(second)} examples; written to {acceptance.FILE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
