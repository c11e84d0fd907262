"""The report of a rehearsal, as text and as JSON."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from voice_guide.rehearsal.results import PromptEcho, RehearsalResult, SentenceResult
from voice_guide.rehearsal.room_sound import RoomCondition
from voice_guide.ui.table import print_table

_MAX_ROWS = 20
"""Rows printed of one table; the JSON has all."""

_SENTENCE_TITLES = ("context", "sentence", *RoomCondition, "mostly heard instead", "what to do")
"""The titles of the tables of sentences that were understood too rarely."""


def to_json(result: RehearsalResult) -> dict[str, Any]:
    """Return all results as JSON values, with the percentages per condition and context."""
    overall = _by_condition(result)
    by_context = {context: _by_condition(result, context) for context in result.contexts}
    return {
        "passed": result.passed,
        "understood": overall,
        "contexts": by_context,
        **asdict(result),
    }


def print_report(result: RehearsalResult) -> None:
    """Print the results as text."""
    print(
        f"{len(result.sentences)} sentences in {len(result.voices)} voices, in a quiet room and "
        "over noise 10 dB below them."
    )
    if result.voices_left_out:
        print("Voices that fail to speak here:", ", ".join(result.voices_left_out))
    _section("Understood, in percent", ("context", "sentences", *RoomCondition), _shares(result))
    _section(
        f"Understood in less than {result.threshold:g} % in the quiet room",
        _SENTENCE_TITLES,
        _sentence_rows(result, RoomCondition.QUIET),
    )
    _section(
        "Only over noise",
        _SENTENCE_TITLES,
        _sentence_rows(result, RoomCondition.NOISE),
    )
    _section(
        "Taken for another command",
        ("context", "said", "taken for", *RoomCondition, "what to do"),
        [
            (c.context, c.text, c.taken_for, *map(str, c.times.values()), c.suggestion)
            for c in result.confusions
        ],
    )
    _section(
        "Words that the speech model does not know",
        ("word", "in", "what to do"),
        [(u.word, u.text, u.suggestion) for u in result.unknown],
    )
    _section(
        "Commands in what the guide says itself",
        ("command", "words", "known by", "said in", "what to do"),
        [
            (e.command, e.words, e.by, _prompts(e), e.suggestion)
            for e in result.echoes
            if e.by != "quotation"
        ],
    )
    print(f"\n{_verdict(result)}")


def _by_condition(result: RehearsalResult, *contexts: str) -> dict[str, float]:
    return {each: round(result.percent(each, *contexts), 1) for each in RoomCondition}


def _section(title: str, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table with a heading, or nothing if it has no rows."""
    if not rows:
        return
    print(f"\n{title}\n")
    print_table(titles, rows[:_MAX_ROWS])
    if len(rows) > _MAX_ROWS:
        print(f"... and {len(rows) - _MAX_ROWS} more, in --json")


def _shares(result: RehearsalResult) -> list[Sequence[str]]:
    counts = Counter(sentence.context for sentence in result.sentences)
    rows = [
        (context, str(counts[context]), *_rounded(result, context)) for context in result.contexts
    ]
    return [*rows, ("all", str(counts.total()), *_rounded(result))]


def _rounded(result: RehearsalResult, *contexts: str) -> list[str]:
    return [f"{result.percent(condition, *contexts):.1f}" for condition in RoomCondition]


def _sentence_rows(result: RehearsalResult, condition: RoomCondition) -> list[Sequence[str]]:
    return [_sentence_row(each, condition) for each in result.failing_first_in(condition)]


def _sentence_row(sentence: SentenceResult, condition: RoomCondition) -> Sequence[str]:
    most = sentence.heard[condition].misheard[0]
    return (
        sentence.context,
        sentence.text,
        *(f"{count.percent:.0f}" for count in sentence.heard.values()),
        f"{most.words or 'nothing'} → {', '.join(most.taken_for) or 'not understood'}",
        sentence.suggestion,
    )


def _prompts(echo: PromptEcho) -> str:
    """Return the shortest prompt and the number of others."""
    shortest = min(echo.prompts, key=len)
    more = len(echo.prompts) - 1
    return f"{shortest} (and {more} more)" if more else shortest


def _verdict(result: RehearsalResult) -> str:
    quiet = result.percent(RoomCondition.QUIET)
    verdict = "passed" if result.passed else "failed"
    reasons = f"{quiet:.1f} % understood in the quiet room, {result.threshold:g} % required"
    if result.unknown:
        reasons += f", {len(result.unknown)} words unknown to the model"
    return f"{verdict}: {reasons}"
