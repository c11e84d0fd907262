"""Turn what was recognized into results with suggestions for a pack's author."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeAlias

from voice_guide.nlu.command import Command
from voice_guide.rehearsal.acoustic_test import HeardText
from voice_guide.rehearsal.prompts import EmbeddedCommand, SpokenPrompt
from voice_guide.rehearsal.results import (
    ConditionCount,
    Confusion,
    Misheard,
    PromptEcho,
    SentenceResult,
    UnknownWordResult,
)
from voice_guide.rehearsal.room_sound import RoomCondition
from voice_guide.rehearsal.sentences import RehearsalSentence, UnknownWord
from voice_guide.ui.console import describe_command

EqualValues: TypeAlias = Callable[[str, object], Iterable[str]]
"""Returns the values of a list that mean the same as one of them: `Library.equal_values`."""

_ECHO_ADVICE = {
    "quotation": "nothing: the guide knows its own words when it hears them",
    "text": "put it into a longer sentence, or use words that are not a command",
    "sound": "say it differently: this is what the guide would hear itself say",
}
"""The suggestion for a command in a prompt, by the way it was found."""


def sentence_result(
    sentence: RehearsalSentence, heard: Iterable[HeardText], equal_values: EqualValues
) -> SentenceResult:
    """Count how often a sentence was understood; `heard` must have every condition."""
    slots_meant = [
        sentence.slots,
        *(
            {**sentence.slots, name: other}
            for name, value in sentence.slots.items()
            for other in equal_values(name, value)
        ),
    ]
    meant = {(describe_command(Command(sentence.intent, slots)),) for slots in slots_meant}
    by_condition: dict[RoomCondition, list[HeardText]] = {each: [] for each in RoomCondition}
    for each in heard:
        by_condition[each.condition].append(each)
    counts = {}
    for condition, texts in by_condition.items():
        misheard = Counter((t.commands, t.words) for t in texts if t.commands not in meant)
        counts[condition] = ConditionCount(
            len(texts),
            len(texts) - misheard.total(),
            tuple(Misheard(*what, times) for what, times in misheard.most_common()),
        )
    return SentenceResult(sentence.context, sentence.intent, sentence.slots, sentence.text, counts)


def with_suggestions(
    results: Sequence[SentenceResult], threshold: float
) -> tuple[SentenceResult, ...]:
    """Return the results, with a suggestion for each that was understood too rarely."""
    return tuple(
        replace(result, suggestion=_sentence_advice(result, results, condition, threshold))
        if (condition := result.failing_condition(threshold))
        else result
        for result in results
    )


def find_confusions(results: Iterable[SentenceResult]) -> tuple[Confusion, ...]:
    """Return every command taken for another, the most frequent in the quiet room first."""
    found = [confusion for result in results for confusion in _confusions(result)]
    return tuple(sorted(found, key=lambda each: tuple(each.times.values()), reverse=True))


def unknown_word_results(unknown: Iterable[UnknownWord]) -> tuple[UnknownWordResult, ...]:
    """Return the words that the model does not know, with what to do about each."""
    return tuple(
        UnknownWordResult(
            each.word,
            each.intent,
            each.value,
            each.text,
            f'the model has no word "{each.word}": write "{each.value or each.text}" with '
            "words it knows, or leave it out",
        )
        for each in unknown
    )


def find_echoes(
    embedded: Iterable[tuple[SpokenPrompt, EmbeddedCommand]],
    heard: Iterable[tuple[SpokenPrompt, HeardText]],
) -> tuple[PromptEcho, ...]:
    """Return the commands in what the guide says, by its text and by its sound."""
    found: list[tuple[str, str, str, SpokenPrompt]] = []
    for prompt, part in embedded:
        command = describe_command(Command(part.meaning.intent, part.meaning.slots))
        by = "quotation" if part.is_quoted else "text"
        found.append((by, part.words, command, prompt))
    by_text = {(command, prompt) for _, _, command, prompt in found}
    for prompt, text in heard:
        commands = [each for each in text.commands if (each, prompt) not in by_text]
        found += [("sound", text.words, command, prompt) for command in commands]
    grouped = groupby(sorted(found), key=lambda each: each[:3])
    return tuple(
        PromptEcho(
            words,
            command,
            by,
            tuple(sorted({prompt.context for *_, prompt in group})),
            tuple(sorted({prompt.text for *_, prompt in group})),
            _ECHO_ADVICE[by],
        )
        for (by, words, command), each in grouped
        if (group := list(each))
    )


def _sentence_advice(
    result: SentenceResult,
    results: Sequence[SentenceResult],
    condition: RoomCondition,
    threshold: float,
) -> str:
    understood = [
        other
        for other in results
        if (other.context, other.intent) == (result.context, result.intent)
        and other.heard[condition].percent >= threshold
    ]
    if not understood:
        return f"no wording of {result.intent} is well heard: add one with more or longer words"
    same_meaning = [other for other in understood if other.slots == result.slots]
    best = max(same_meaning or understood, key=lambda each: each.percents)
    if same_meaning:
        return f'"{best.text}" is well heard: have the guide suggest that one'
    value = next(iter(result.slots.values()))
    if isinstance(value, str):
        return f'add another way to say "{value}": "{best.text}" is well heard'
    return f'try the wording of "{best.text}", which is well heard'


def _confusions(result: SentenceResult) -> list[Confusion]:
    times: dict[str, Counter[RoomCondition]] = {}
    words: dict[str, Counter[str]] = {}
    for condition, count in result.heard.items():
        for misheard in count.misheard:
            for command in misheard.taken_for:
                if command != result.meaning:
                    times.setdefault(command, Counter())[condition] += misheard.times
                    words.setdefault(command, Counter())[misheard.words] += misheard.times
    return [
        _confusion(result, command, words[command].most_common(1)[0][0], times[command])
        for command in times
    ]


def _confusion(
    result: SentenceResult, taken_for: str, words: str, times: Counter[RoomCondition]
) -> Confusion:
    context, said, meant = result.context, result.text, result.meaning
    if words == said:
        advice = f'"{said}" means {meant} and {taken_for} in {context}: take it out of one of them'
    else:
        advice = f'"{said}" sounds like "{words}" in {context}: give one of them a longer wording'
    by_condition = {condition: times[condition] for condition in RoomCondition}
    return Confusion(context, said, meant, taken_for, words, by_condition, advice)
