"""From what was heard to what an author should know and may do about it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

from voice_guide.nlu.command import Command, Slots
from voice_guide.rehearsal.acoustic_test import Condition, Take
from voice_guide.rehearsal.prompts import Contained, Prompt
from voice_guide.rehearsal.sentences import Line, UnknownWord
from voice_guide.ui.console import describe_command

Alike: TypeAlias = Callable[[str, object], Iterable[str]]
"""Returns the values of a list that come to the same as one of them: `Library.alike`."""


@dataclass(frozen=True)
class Misheard:
    """One way in which a sentence was not understood."""

    taken_for: tuple[str, ...]
    """The commands it was taken for, with their values; empty where it was for none."""

    words: str
    """What the recognizer heard; may be empty."""

    times: int
    """How often."""


@dataclass(frozen=True)
class Tally:
    """How a sentence fared in one condition."""

    said: int
    """How often it was said."""

    understood: int
    """How often it was taken for what it means, or for what comes to the same ("shoulder"
    for "shoulders"), and nothing else."""

    misheard: tuple[Misheard, ...]
    """The other times, the most frequent first."""

    @property
    def percent(self) -> float:
        """The share that was understood."""
        return 100 * self.understood / self.said


@dataclass(frozen=True)
class Outcome:
    """What became of one sentence."""

    context: str
    """Where it was said."""

    intent: str
    """What it means."""

    slots: Slots
    """Its values."""

    text: str
    """The words."""

    heard: Mapping[Condition, Tally]
    """How it fared, in each condition."""

    suggestion: str = ""
    """What to do about it; empty where it was understood often enough."""

    @property
    def meaning(self) -> str:
        """The intent with its values: "GoTo number=3"."""
        return describe_command(Command(self.intent, self.slots))


@dataclass(frozen=True)
class Confusion:
    """A sentence that was taken for another command: worse than for none."""

    context: str
    """Where."""

    text: str
    """What was said."""

    meant: str
    """What it means."""

    taken_for: str
    """What it was taken for."""

    words: str
    """What was heard, most often."""

    times: Mapping[Condition, int]
    """How often, in each condition."""

    suggestion: str
    """What to do about it."""


@dataclass(frozen=True)
class Unheard:
    """A word that the speech model does not know, and so nobody can be heard saying."""

    word: str
    """The word."""

    intent: str
    """The intent it occurs in."""

    value: str
    """The value of a list, as packs add them, that it stands in; empty for none."""

    text: str
    """A sentence with it."""

    suggestion: str
    """What to do about it."""


@dataclass(frozen=True)
class Echo:
    """Something the guide says that would be a command if it heard itself."""

    words: str
    """The part that is a command."""

    command: str
    """Which."""

    by: str
    """How this is known: "text" for the words of a sentence, "quotation" where they stand
    between quotation marks on purpose, "sound" where only hearing it shows."""

    contexts: tuple[str, ...]
    """Where it is said."""

    prompts: tuple[str, ...]
    """Everything the guide says with it."""

    suggestion: str
    """What to do about it."""


@dataclass(frozen=True)
class Report:
    """What a rehearsal found."""

    threshold: float
    """The percentage of sentences that has to be understood in a quiet room."""

    voices: tuple[str, ...]
    """Who spoke."""

    voices_left_out: tuple[str, ...]
    """This machine's voices of the language that cannot speak."""

    sentences: tuple[Outcome, ...]
    """Every sentence, in the order in which they were chosen."""

    confusions: tuple[Confusion, ...]
    """The most frequent in the quiet room first."""

    unknown: tuple[Unheard, ...]
    """Words the speech model does not know."""

    echoes: tuple[Echo, ...]
    """Commands in what the guide says."""

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts in which something was said."""
        return tuple(dict.fromkeys(outcome.context for outcome in self.sentences))

    def percent(self, condition: Condition, *contexts: str) -> float:
        """Return the share understood in these contexts; without one, in all."""
        tallies = [
            outcome.heard[condition]
            for outcome in self.sentences
            if not contexts or outcome.context in contexts
        ]
        said = sum(tally.said for tally in tallies)
        return 100 * sum(tally.understood for tally in tallies) / said if said else 100.0

    @property
    def passed(self) -> bool:
        """Whether enough was understood in a quiet room, and no word is unknown.

        Noise and echoes do not count: in enough noise anything fails, and the guide knows
        its own words when it hears them.
        """
        return self.percent(Condition.QUIET) >= self.threshold and not self.unknown

    def weak(self, condition: Condition) -> list[Outcome]:
        """Return the sentences that this is the first condition to be too much for.

        The worst come first.
        """
        found = [o for o in self.sentences if _weakness(o, self.threshold) is condition]
        return sorted(found, key=_success)


def outcome_of(line: Line, takes: Iterable[Take], alike: Alike) -> Outcome:
    """Count what became of a line; every condition has to occur in the takes."""
    heard = {}
    meanings = [
        line.slots,
        *(
            {**line.slots, name: other}
            for name, value in line.slots.items()
            for other in alike(name, value)
        ),
    ]
    meant = {(describe_command(Command(line.intent, slots)),) for slots in meanings}
    by_condition: dict[Condition, list[Take]] = {condition: [] for condition in Condition}
    for take in takes:
        by_condition[take.condition].append(take)
    for condition, all_takes in by_condition.items():
        misheard = Counter((t.commands, t.words) for t in all_takes if t.commands not in meant)
        heard[condition] = Tally(
            len(all_takes),
            len(all_takes) - misheard.total(),
            tuple(Misheard(*what, times) for what, times in misheard.most_common()),
        )
    return Outcome(line.context, line.intent, line.slots, line.text, heard)


def advised(outcomes: Sequence[Outcome], threshold: float) -> tuple[Outcome, ...]:
    """Return the outcomes with a suggestion for each that needs one."""
    return tuple(
        replace(outcome, suggestion=_advice(outcome, outcomes, condition, threshold))
        if (condition := _weakness(outcome, threshold))
        else outcome
        for outcome in outcomes
    )


def confusions_in(outcomes: Iterable[Outcome]) -> tuple[Confusion, ...]:
    """Return every command that was taken for another, the most frequent in quiet first."""
    found = [confusion for outcome in outcomes for confusion in _confusions(outcome)]
    return tuple(sorted(found, key=lambda each: tuple(each.times.values()), reverse=True))


def unheard(unknown: Iterable[UnknownWord]) -> tuple[Unheard, ...]:
    """Return the words that the model does not know, with what to do about each."""
    return tuple(
        Unheard(
            each.word,
            each.intent,
            each.value,
            each.text,
            f'the model has no word "{each.word}": write "{each.value or each.text}" with '
            "words it knows, or leave it out",
        )
        for each in unknown
    )


def echoes_of(
    contained: Iterable[tuple[Prompt, Contained]], heard: Iterable[tuple[Prompt, Take]]
) -> tuple[Echo, ...]:
    """Return the commands in what the guide says, by its text and by its sound."""
    found: list[tuple[str, str, str, Prompt]] = []
    for prompt, part in contained:
        command = describe_command(Command(part.meaning.intent, part.meaning.slots))
        by = "quotation" if part.is_quoted else "text"
        found.append((by, part.words, command, prompt))
    by_words = {(command, prompt) for _, _, command, prompt in found}
    for prompt, take in heard:
        commands = [each for each in take.commands if (each, prompt) not in by_words]
        found += [("sound", take.words, command, prompt) for command in commands]
    grouped = groupby(sorted(found), key=lambda each: each[:3])
    return tuple(
        Echo(
            words,
            command,
            by,
            tuple(sorted({prompt.context for *_, prompt in group})),
            tuple(sorted({prompt.text for *_, prompt in group})),
            _WHAT_TO_DO[by],
        )
        for (by, words, command), each in grouped
        if (group := list(each))
    )


_WHAT_TO_DO = {
    "quotation": "nothing: the guide knows its own words when it hears them",
    "text": "put it into a longer sentence, or in words that nobody need say to the guide",
    "sound": "say it differently: this is what the guide would hear itself say",
}


def _success(outcome: Outcome) -> tuple[float, float]:
    return outcome.heard[Condition.QUIET].percent, outcome.heard[Condition.NOISE].percent


def _weakness(outcome: Outcome, threshold: float) -> Condition | None:
    """The first condition in which a sentence was understood too rarely."""
    return next((c for c in Condition if outcome.heard[c].percent < threshold), None)


def _advice(
    outcome: Outcome, outcomes: Sequence[Outcome], condition: Condition, threshold: float
) -> str:
    well = [
        other
        for other in outcomes
        if (other.context, other.intent) == (outcome.context, outcome.intent)
        and other.heard[condition].percent >= threshold
    ]
    if not well:
        return f"no wording of {outcome.intent} is well heard: add one with more or longer words"
    same_meaning = [other for other in well if other.slots == outcome.slots]
    best = max(same_meaning or well, key=_success)
    if same_meaning:
        return f'"{best.text}" is well heard: have the guide suggest that one'
    value = next(iter(outcome.slots.values()))
    if isinstance(value, str):
        return f'add another way to say "{value}": "{best.text}" is well heard'
    return f'try the wording of "{best.text}", which is well heard'


def _confusions(outcome: Outcome) -> list[Confusion]:
    times: dict[str, Counter[Condition]] = {}
    words: dict[str, Counter[str]] = {}
    for condition, tally in outcome.heard.items():
        for misheard in tally.misheard:
            for command in misheard.taken_for:
                if command != outcome.meaning:
                    times.setdefault(command, Counter())[condition] += misheard.times
                    words.setdefault(command, Counter())[misheard.words] += misheard.times
    return [
        _confusion(outcome, command, words[command].most_common(1)[0][0], times[command])
        for command in times
    ]


def _confusion(
    outcome: Outcome, taken_for: str, words: str, times: Counter[Condition]
) -> Confusion:
    context, said, meant = outcome.context, outcome.text, outcome.meaning
    if words == said:
        advice = f'"{said}" means {meant} and {taken_for} in {context}: take it out of one of them'
    else:
        advice = f'"{said}" sounds like "{words}" in {context}: give one of them a longer wording'
    by_condition = {condition: times[condition] for condition in Condition}
    return Confusion(context, said, meant, taken_for, words, by_condition, advice)
