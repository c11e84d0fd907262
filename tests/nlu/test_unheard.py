"""Sentences that cannot be heard are reported, each with the reason."""

from pathlib import Path

import pytest

from voice_guide.nlu.sentence_files import load_sentences
from voice_guide.nlu.unheard import HearingReport, check_hearing


def knows(word: str) -> bool:
    return word not in {"trapezius", "2nd"} and word.isascii()


def report(folder: Path, block: str, rest: str = "") -> HearingReport:
    file = folder / "own.yaml"
    file.write_text(
        f"language: en\nintents: {{A: {{data: [{block}]}}, B: {{data: [{{sentences: hello}}]}}}}\n"
        f"{rest}"
    )
    return check_hearing(load_sentences(file, knows=knows), knows)


NAMES = "lists: {name: {values: [{in: lamp, context: {domain: light}}, fan]}}"


@pytest.mark.parametrize(
    ("block", "rest", "reason"),
    [
        ("{sentences: rub the trapezius}", "", 'the speech model does not know "trapezius"'),
        ("{sentences: the 2nd door}", "", '"the 2nd door" cannot be heard: the speech model does'),
        ("{sentences: salt & pepper}", "", '"salt & pepper" cannot be heard: the speech model'),
        (
            "{sentences: 'add {x}'}",
            "lists: {x: {wildcard: true}}",
            "only listed ones are supported",
        ),
        ("{sentences: on, requires_context: {area: {slot: true}}}", "", "requires_context: area"),
        ("{sentences: on, requires_context: {domain: light}}", "", "requires_context: domain"),
        ("{sentences: 'add {x}'}", "lists: {x: {values: []}}", "a list in it has no values"),
        (
            "{sentences: 'open {name}', requires_context: {domain: cover}}",
            NAMES,
            "requires_context: domain",
        ),
    ],
)
def test_a_sentence_that_cannot_be_heard_is_named(
    tmp_path: Path, block: str, rest: str, reason: str
) -> None:
    found = report(tmp_path, block, rest)
    (problem,) = found.sentences
    assert problem.startswith("A: ")
    assert reason in problem
    assert not found.is_nothing_heard


@pytest.mark.parametrize(
    ("block", "rest"),
    [
        ("{sentences: 'add [{x}] sugar'}", "lists: {x: {wildcard: true}}"),
        ("{sentences: 'light {name}', requires_context: {domain: light}}", NAMES),
        ("{sentences: go, requires_context: {context: step}}", ""),
        ("{sentences: 'fifty [%]'}", ""),
        ("{sentences: 'dim to {0..20:level}'}", ""),
    ],
)
def test_what_can_be_heard_is_not_named(tmp_path: Path, block: str, rest: str) -> None:
    assert report(tmp_path, block, rest) == HearingReport((), (), False)


def test_words_that_the_model_lacks_are_named_by_intent(tmp_path: Path) -> None:
    found = report(tmp_path, "{sentences: rub the (neck|trapezius)}")
    assert found.sentences == ()
    (line,) = found.words
    assert line.startswith('A: the speech model does not know "trapezius"')


def test_nothing_is_heard_of_sentences_that_all_cannot_be(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "language: en\nintents: {A: {data: [{sentences: [trapezius, trapezius now]}]}}"
    )
    found = check_hearing(load_sentences(file, knows=knows), knows)
    assert found.is_nothing_heard
    assert found.sentences[0].startswith('A: "trapezius" and 1 more cannot be heard')
