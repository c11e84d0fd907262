"""No safe word is exchanged, and no negation lost, in anything that can be said."""

from pathlib import Path

import pytest

from voice_guide.app.content import Content
from voice_guide.nlu.sentence_files import load_sentences
from voice_guide.nlu.sentence_rules import SentenceRules

CONTEXTS = ("choosing", "preparing", "step", "paused", "asking", "rating", "finished")


@pytest.mark.parametrize("context", CONTEXTS)
def test_every_sentence_keeps_its_meaning_in_any_company(content: Content, context: str) -> None:
    broken = SentenceRules(content.sentences).broken(context)
    assert [str(each) for each in broken] == []


def test_a_sentence_that_exchanges_a_safe_word_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "sentences.yaml"
    file.write_text(
        "language: en\nintents:\n"
        "  Stop: {data: [{sentences: [stop], metadata: {safe: true}}]}\n"
        "  Next: {data: [{sentences: [stop stop stop stop, next]}]}\n"
    )
    broken = [str(each) for each in SentenceRules(load_sentences(file)).broken(None)]
    assert '"stop stop stop stop" is taken for Next, and not for "stop"' in broken


def test_a_negated_sentence_of_the_file_itself_breaks_no_rule(tmp_path: Path) -> None:
    file = tmp_path / "sentences.yaml"
    file.write_text(
        "language: en\nintents:\n"
        "  Stop: {data: [{sentences: [stop], metadata: {safe: true}}]}\n"
        "  Next: {data: [{sentences: [next, not next]}]}\n"
    )
    assert list(SentenceRules(load_sentences(file)).broken(None)) == []


@pytest.mark.parametrize(
    ("phrase", "reason"), [("no hands", "negation"), ("okay then", "no meaning"), ("neck", None)]
)
def test_a_phrase_that_blurs_a_rule_is_refused_with_the_reason(
    content: Content, phrase: str, reason: str | None
) -> None:
    found = content.interpreter.why_unusable(phrase)
    assert reason in found if reason and found else found is reason
