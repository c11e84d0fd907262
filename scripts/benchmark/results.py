"""Results of all measurements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from benchmark.accuracy import ClipResult, FalseAccepts, ListenerSetup
from benchmark.conditions import ListeningCondition
from benchmark.live import LiveCosts
from benchmark.over_speech import OverSpeechResults
from benchmark.resources import SystemCosts
from benchmark.scenes import SceneResults

SENTENCES = ("words", "step")
"""Vocabularies that are heard in every condition."""

TITLES = {"words": "single words", "step": "guide's sentences"}
"""Their names in the table."""

TALK, TELEVISION = "talk", "talk, as from a television"
"""Talk as it was recorded, and from across the room."""

SYNTHETIC_TALK = "talk, more synthetic voices"
"""Talk that is synthetic even where there are recordings."""

ResultKey: TypeAlias = tuple[ListenerSetup, str]
"""A listening system, and the name of the condition or background."""


@dataclass(frozen=True)
class BenchmarkResults:
    """Results of all measurements."""

    clip_results: Mapping[ResultKey, Sequence[ClipResult]]
    """Results of clips, for each system and condition."""

    false_accepts: Mapping[ResultKey, Sequence[FalseAccepts]]
    """False commands, for each system and background."""

    conditions: Sequence[ListeningCondition]
    """Conditions in which all sentences were heard."""

    trade_off: Sequence[ListenerSetup]
    """Voice Guide at several sensitivities."""

    trade_off_conditions: Sequence[str]
    """Conditions in which false rejects were counted for the trade-off."""

    origin: str
    """Origin of words and talk, recorded or synthetic; all other speech is synthetic."""

    costs: Mapping[str, SystemCosts]
    """Costs of each system, with the guide's own sentences."""

    grammar_costs: Mapping[str, Mapping[str, SystemCosts]]
    """Costs of each system, with few sentences and with many."""

    live: Sequence[Mapping[str, LiveCosts]]
    """Costs of the whole programs, in each run."""

    over_speech: OverSpeechResults
    """Results while the guide speaks."""

    scenes: SceneResults
    """Results of scenes, and of their backgrounds alone."""

    order_vocabulary: str
    """The vocabulary of the orders: recorded ones have their own."""

    def commands(self, setup: ListenerSetup, conditions: Sequence[str]) -> list[ClipResult]:
        """Return the results of commands in some conditions, without other words."""
        return [
            result
            for condition in conditions
            for result in self.clip_results[setup, condition]
            if result.expected
        ]
