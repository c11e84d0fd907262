"""The report as people read it, and as programs do."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from voice_guide.rehearsal.acoustic_test import Condition
from voice_guide.rehearsal.report import Echo, Outcome, Report
from voice_guide.ui.table import print_table

_MOST_ROWS = 20
"""Rows shown of one table; what is left is in the JSON."""

_SENTENCE_TITLES = ("context", "sentence", *Condition, "mostly heard instead", "what to do")


def as_json(report: Report) -> dict[str, Any]:
    """Return everything that was found, with the shares that decide."""
    overall = _by_condition(report)
    by_context = {context: _by_condition(report, context) for context in report.contexts}
    return {
        "passed": report.passed,
        "understood": overall,
        "contexts": by_context,
        **asdict(report),
    }


def show(report: Report) -> None:
    """Print the report."""
    print(
        f"{len(report.sentences)} sentences in {len(report.voices)} voices, in a quiet room and "
        "over noise 10 dB below them."
    )
    if report.voices_left_out:
        print("Voices that cannot speak here:", ", ".join(report.voices_left_out))
    _section("Understood, in percent", ("context", "sentences", *Condition), _shares(report))
    _section(
        f"Understood in less than {report.threshold:g} % in the quiet room",
        _SENTENCE_TITLES,
        [_sentence_row(each, Condition.QUIET) for each in report.weak(Condition.QUIET)],
    )
    _section(
        "Only over noise",
        _SENTENCE_TITLES,
        [_sentence_row(each, Condition.NOISE) for each in report.weak(Condition.NOISE)],
    )
    _section(
        "Taken for another command",
        ("context", "said", "taken for", *Condition, "what to do"),
        [
            (c.context, c.text, c.taken_for, *map(str, c.times.values()), c.suggestion)
            for c in report.confusions
        ],
    )
    _section(
        "Words that the speech model does not know",
        ("word", "in", "what to do"),
        [(u.word, u.text, u.suggestion) for u in report.unknown],
    )
    _section(
        "Commands in what the guide says itself",
        ("command", "words", "known by", "said in", "what to do"),
        [
            (e.command, e.words, e.by, _prompts(e), e.suggestion)
            for e in report.echoes
            if e.by != "quotation"
        ],
    )
    print(f"\n{_verdict(report)}")


def _by_condition(report: Report, *contexts: str) -> dict[str, float]:
    return {condition: round(report.percent(condition, *contexts), 1) for condition in Condition}


def _section(title: str, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table with its title, and nothing at all where there is nothing in it."""
    if not rows:
        return
    print(f"\n{title}\n")
    print_table(titles, rows[:_MOST_ROWS])
    if len(rows) > _MOST_ROWS:
        print(f"... and {len(rows) - _MOST_ROWS} more, in --json")


def _shares(report: Report) -> list[Sequence[str]]:
    counts = Counter(outcome.context for outcome in report.sentences)
    rows = [
        (context, str(counts[context]), *_rounded(report, context)) for context in report.contexts
    ]
    return [*rows, ("all", str(counts.total()), *_rounded(report))]


def _rounded(report: Report, *contexts: str) -> list[str]:
    return [f"{report.percent(condition, *contexts):.1f}" for condition in Condition]


def _sentence_row(outcome: Outcome, condition: Condition) -> Sequence[str]:
    most = outcome.heard[condition].misheard[0]
    return (
        outcome.context,
        outcome.text,
        *(f"{tally.percent:.0f}" for tally in outcome.heard.values()),
        f"{most.words or 'nothing'} → {', '.join(most.taken_for) or 'not understood'}",
        outcome.suggestion,
    )


def _prompts(echo: Echo) -> str:
    """The shortest prompt, and how many more there are."""
    shortest = min(echo.prompts, key=len)
    more = len(echo.prompts) - 1
    return f"{shortest} (and {more} more)" if more else shortest


def _verdict(report: Report) -> str:
    quiet = report.percent(Condition.QUIET)
    verdict = "passed" if report.passed else "failed"
    reasons = f"{quiet:.1f} % understood in the quiet room, {report.threshold:g} % asked for"
    if report.unknown:
        reasons += f", {len(report.unknown)} words unknown to the model"
    return f"{verdict}: {reasons}"
