"""The results of a rehearsal."""

from collections.abc import Mapping
from dataclasses import dataclass

from voice_guide.nlu.command import Command, Slots
from voice_guide.rehearsal.room_sound import RoomCondition
from voice_guide.ui.console import describe_command


@dataclass(frozen=True)
class Misheard:
    """One way in which a sentence was not understood."""

    taken_for: tuple[str, ...]
    """The commands it was taken for, with their values; empty if there were none."""

    words: str
    """The words recognized; empty if there were none."""

    times: int
    """The number of times."""


@dataclass(frozen=True)
class ConditionCount:
    """The recognition of a sentence in one condition, counted over the voices."""

    said: int
    """The number of times it was said."""

    understood: int
    """The number of times it was understood as meant, or as an equal value ("shoulder" for
    "shoulders"), and as nothing else."""

    misheard: tuple[Misheard, ...]
    """The other times, the most frequent first."""

    @property
    def percent(self) -> float:
        """The share understood, in percent."""
        return 100 * self.understood / self.said


@dataclass(frozen=True)
class SentenceResult:
    """The recognition of one sentence."""

    context: str
    """The context it was said in."""

    intent: str
    """The intent it means."""

    slots: Slots
    """The values it means."""

    text: str
    """The words."""

    heard: Mapping[RoomCondition, ConditionCount]
    """The counts in each condition."""

    suggestion: str = ""
    """A suggestion for the author; empty if it was understood often enough."""

    @property
    def meaning(self) -> str:
        """The intent with its values: "GoTo number=3"."""
        return describe_command(Command(self.intent, self.slots))

    def failing_condition(self, threshold: float) -> RoomCondition | None:
        """Return the first condition with less than `threshold` percent understood, or None."""
        return next((c for c in RoomCondition if self.heard[c].percent < threshold), None)

    @property
    def percents(self) -> tuple[float, float]:
        """The percent understood in the quiet room and over noise."""
        return self.heard[RoomCondition.QUIET].percent, self.heard[RoomCondition.NOISE].percent


@dataclass(frozen=True)
class Confusion:
    """A sentence taken for another command, which is worse than for none."""

    context: str
    """The context it was said in."""

    text: str
    """The words said."""

    meant: str
    """The command meant."""

    taken_for: str
    """The command it was taken for."""

    words: str
    """The words most often recognized."""

    times: Mapping[RoomCondition, int]
    """The number of times, in each condition."""

    suggestion: str
    """A suggestion for the author."""


@dataclass(frozen=True)
class UnknownWordResult:
    """A word that the speech model does not know, and so cannot hear."""

    word: str
    """The word."""

    intent: str
    """The intent of the sentence."""

    value: str
    """The value of a pack's list that contains the word; empty if none does."""

    text: str
    """The shortest sentence with the word."""

    suggestion: str
    """A suggestion for the author."""


@dataclass(frozen=True)
class PromptEcho:
    """A prompt of the guide that would be a command if the guide heard itself."""

    words: str
    """The part that is a command."""

    command: str
    """The command."""

    by: str
    """The way it was found: "text" for the words of a sentence, "quotation" for words in
    quotation marks, which are there on purpose, "sound" if only the recognition shows it."""

    contexts: tuple[str, ...]
    """The contexts in which it is said."""

    prompts: tuple[str, ...]
    """The prompts with these words."""

    suggestion: str
    """A suggestion for the author."""


@dataclass(frozen=True)
class RehearsalResult:
    """Everything that a rehearsal found."""

    threshold: float
    """The percentage of sentences that must be understood in the quiet room."""

    voices: tuple[str, ...]
    """The voices that spoke."""

    voices_left_out: tuple[str, ...]
    """This machine's voices of the language that fail to speak."""

    sentences: tuple[SentenceResult, ...]
    """Every sentence, in the order of their selection."""

    confusions: tuple[Confusion, ...]
    """The confusions, the most frequent in the quiet room first."""

    unknown: tuple[UnknownWordResult, ...]
    """The words that the speech model does not know."""

    echoes: tuple[PromptEcho, ...]
    """The commands in what the guide says."""

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts in which something was said."""
        return tuple(dict.fromkeys(sentence.context for sentence in self.sentences))

    def percent(self, condition: RoomCondition, *contexts: str) -> float:
        """Return the percent understood in these contexts, or in all if none is given."""
        counts = [
            sentence.heard[condition]
            for sentence in self.sentences
            if not contexts or sentence.context in contexts
        ]
        said = sum(count.said for count in counts)
        return 100 * sum(count.understood for count in counts) / said if said else 100.0

    @property
    def passed(self) -> bool:
        """True if enough was understood in the quiet room and no word is unknown.

        Noise and echoes do not count: everything fails in enough noise, and the guide knows its
        own words when it hears them.
        """
        return self.percent(RoomCondition.QUIET) >= self.threshold and not self.unknown

    def failing_first_in(self, condition: RoomCondition) -> list[SentenceResult]:
        """Return the sentences whose first failing condition this is, the worst first."""
        found = [
            each for each in self.sentences if each.failing_condition(self.threshold) is condition
        ]
        return sorted(found, key=lambda each: each.percents)
