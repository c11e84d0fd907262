"""Values in sentence files: taken as they were written, or refused with their key."""

from pathlib import Path
from typing import Any

import pytest

from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.sentence_files import load_sentences
from voice_guide.nlu.sentences import Meaning, Sentences


def sentences(folder: Path, blocks: str, rest: str = "") -> Sentences:
    file = folder / "own.yaml"
    file.write_text(f"language: en\nintents: {{A: {{data: {blocks}}}}}\n{rest}", "utf-8")
    return load_sentences(file, knows=lambda word: not word.isdecimal())


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2026-05-01", "2026-05-01"),
        ("2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("007", "007"),
        ("0x10", "0x10"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("on", "on"),
        ("7", 7),
        ("-2.5", -2.5),
        ("true", True),
        ("[1, {a: b}]", [1, {"a": "b"}]),
    ],
)
def test_a_value_is_what_was_written(tmp_path: Path, written: str, value: Any) -> None:
    block = f"[{{sentences: [go], slots: {{x: {written}}}}}]"
    assert sentences(tmp_path, block).match("go", None) == Meaning("A", {"x": value})
    own = f"lists: {{x: {{values: [{{in: that, out: {written}}}]}}}}"
    found = sentences(tmp_path, "[{sentences: ['take {x}']}]", own)
    assert found.match("take that", None) == Meaning("A", {"x": value})


@pytest.mark.parametrize(
    ("value", "said", "meant"),
    [
        ("5", "five", 5),
        ("2.5", "two point five", 2.5),
        ("true", "true", True),
        ("12:30", "twelve thirty", "12:30"),
        ("Café", "café", "Café"),
    ],
)
def test_a_list_value_need_not_be_text(tmp_path: Path, value: str, said: str, meant: Any) -> None:
    found = sentences(
        tmp_path, "[{sentences: 'take {x}'}]", f"lists: {{x: {{values: [{value}]}}}}"
    )
    assert Interpreter(found).meanings(f"take {said}", None) == (Meaning("A", {"x": meant}),)


@pytest.mark.parametrize(
    ("blocks", "rest", "problem"),
    [
        ("", "", "intents.A.data: expected a list (found nothing)"),
        ("[{sentences: }]", "", "intents.A.data[1].sentences: expected a list (found nothing)"),
        ("[{sentences: [go, ]}, {}]", "", "the key 'sentences' is missing in intents.A.data[2]"),
        ("[go]", "", "intents.A.data[1]: expected keys with values (found 'go')"),
        ("[{sentences: [[go]]}]", "", "intents.A.data[1].sentences[1]: expected a text"),
        ("[{sentences: '!'}]", "", 'intents.A.data[1].sentences[1]: "!" has no words'),
        ("[{sentences: go, slots: {x: !!set {a}}}]", "", "slots.x: expected a text or a number"),
        ("[{sentences: go, slots: {x: !!binary aGk=}}]", "", "slots.x: expected a text or a"),
        ("[{sentences: go, slots: {x: !!timestamp 2026-05-01}}]", "", "slots.x: expected a text"),
        ("[{sentences: go, slots: {x: !!float .nan}}]", "", "slots.x: expected a finite number"),
        ("[{sentences: go, metadata: {urgency: high}}]", "", "urgency: expected a whole number"),
        ("[]", "lists: {x: {values: }}", "lists.x.values: expected a list (found nothing)"),
        ("[]", "lists: {x: {value: [a]}}", "lists.x: expected values, a range, or wildcard"),
        ("[]", "lists: {x: {range: {from: 0.5, to: 2}}}", "from: expected a whole number"),
        ("[]", "lists: {x: {range: {from: 2, to: 1}}}", "range: expected numbers that go up"),
        ("[]", "lists: {x: {values: [a]}, x: {values: [b]}}", 'the key "x" is there twice'),
        ("[]", "expansion_rules: {x: [a]}", "expansion_rules.x: expected a text (found a list)"),
    ],
)
def test_another_value_is_refused_with_its_key(
    tmp_path: Path, blocks: str, rest: str, problem: str
) -> None:
    with pytest.raises(VoiceGuideError) as refused:
        sentences(tmp_path, blocks, rest)
    assert problem in str(refused.value)
    assert str(tmp_path / "own.yaml") in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_what_may_be_left_out_may_be_empty(tmp_path: Path) -> None:
    found = sentences(tmp_path, "[{sentences: go, slots: , metadata: }]", "lists:\n")
    assert found.match("go", None) == Meaning("A", {})


HOME = {
    "sentences/en/TurnOn/name.yaml": "language: en\ndata:\n  - sentences: ['<turn> on {name}']\n",
    "sentences/en/TurnOn/all.yaml": "language: en\ndata: [{sentences: '<turn> everything on'}]\n",
    "sentences/de/TurnOn/all.yaml": "language: de\ndata:\n  - sentences: ['schalte alles ein']\n",
    "rules/en/verbs.yaml": "language: en\nexpansion_rules: {turn: '(turn|switch)'}\n",
    "lists/en/home.yaml": "language: en\nlists: {name: {values: [lamp]}}\n",
    "lists/lights.yaml": "lists: {level: {range: {from: 0, to: 100}}}\n",
}


@pytest.mark.parametrize("folder", [".", "sentences/en"])
def test_home_assistants_repository_is_read(tmp_path: Path, folder: str) -> None:
    for name, content in HOME.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    found = load_sentences(tmp_path / folder)
    assert found.match("switch on lamp", None) == Meaning("TurnOn", {"name": "lamp"})
    assert found.match("turn everything on", None) == Meaning("TurnOn", {})
    with pytest.raises(VoiceGuideError, match='its language is "en"'):
        load_sentences(tmp_path / "sentences")


def test_a_file_for_each_intent_beside_what_they_share_is_read(tmp_path: Path) -> None:
    (tmp_path / "_common.yaml").write_text(
        "language: en\nlists: {name: {values: [lamp]}}\nexpansion_rules: {turn: (turn|switch)}\n"
    )
    for name in ("On", "Off"):
        (tmp_path / f"light_{name}.yaml").write_text(
            "language: en\n"
            f"intents: {{{name}: {{data: [{{sentences: '<turn> {{name}} {name}'}}]}}}}"
        )
    found = load_sentences(tmp_path)
    assert found.match("turn lamp off", None) == Meaning("Off", {"name": "lamp"})
