"""Numbers in sentences: each is itself or nothing, and never another one."""

from pathlib import Path

import pytest

from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.number_words import number_words
from voice_guide.nlu.sampling import drawn_sentences
from voice_guide.nlu.sentence_files import load_sentences
from voice_guide.nlu.sentences import Sentences

SET = "language: en\nintents: {{Set: {{data: [{{sentences: ['{template}']}}]}}}}\nlists: {lists}\n"


def sentences(folder: Path, bounds: str, template: str = "set it to {t}") -> Sentences:
    """Return the sentences of a file for a model that knows every word but those in digits."""
    file = folder / "set.yaml"
    file.write_text(SET.format(template=template, lists=f"{{t: {{range: {bounds}}}}}"))
    return load_sentences(file, knows=lambda word: not word.isdecimal())


HALVES = "{from: -10, to: 30, fractions: halves}"


@pytest.mark.parametrize(
    ("bounds", "said", "values"),
    [
        (HALVES, "minus five", [-5]),
        (HALVES, "minus five point five", [-5.5]),
        (HALVES, "minus zero point five", [-0.5]),
        (HALVES, "five point five", [5.5]),
        (HALVES, "minus", []),
        (HALVES, "thirty", [30]),
        (HALVES, "thirty point five", []),
        ("{from: -8, to: 8, step: 2, fractions: tenths}", "minus seven", []),
        ("{from: -8, to: 8, step: 2, fractions: tenths}", "minus seven point one", [-7.1]),
        ("{from: 0, to: 100}", "one hundred", [100]),
        ("{from: 0, to: 100}", "one hundred and twenty", []),
        ("{from: 0, to: 100}", "minus five", []),
        ("{from: 0, to: 200}", "one hundred and twenty", [120]),
        ("{from: 0, to: 200}", "one hundred twenty", [120]),
        ("{from: 0, to: 100, step: 10}", "twenty five", []),
        ("{from: 0, to: 10, multiplier: 2.5}", "three", [7.5]),
        ("{from: 0, to: 10, multiplier: 2}", "three", [6]),
        ("{from: 0, to: 30}", "20", [20]),
        ("{from: 0, to: 30}", "40", []),
        ("{from: 0, to: 30, digits: false}", "20", []),
    ],
)
def test_a_number_is_the_right_one_or_none(
    tmp_path: Path, bounds: str, said: str, values: list[float]
) -> None:
    found = Interpreter(sentences(tmp_path, bounds)).meanings(f"set it to {said}", None)
    assert [meaning.slots["t"] for meaning in found] == values


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ("{from: 0, to: 100}", "set it to one hundred and twenty"),
        ("{from: 0, to: 100, step: 10}", "set it to twenty five"),
        ("{from: 0, to: 100}", "set it to minus five"),
    ],
)
def test_a_number_beyond_the_range_is_listened_for(tmp_path: Path, bounds: str, text: str) -> None:
    # Otherwise "one hundred" would be heard.
    expected = drawn_sentences(sentences(tmp_path, bounds), None, lambda word: True)
    assert text in expected


def test_numbers_by_way_of_a_rule_and_without_a_list(tmp_path: Path) -> None:
    file = tmp_path / "set.yaml"
    file.write_text(
        "language: en\nintents: {Set: {data: [{sentences: ['dim <to>', 'wait {1..3:minutes}']}]}}"
        "\nlists: {t: {range: {from: 0, to: 20}}}\nexpansion_rules: {to: 'to {t}'}\n"
    )
    found = load_sentences(file, knows=lambda word: not word.isdecimal())
    assert "dim to twenty five" in drawn_sentences(found, None, lambda word: True)
    (meaning,) = Interpreter(found).meanings("wait two", None)
    assert meaning.slots == {"minutes": 2}


def test_other_languages_numbers_have_no_invisible_hyphens() -> None:
    assert number_words(21, "de") == ("einundzwanzig",)
    assert number_words(-7.5, "fr") == ("moins sept virgule cinq",)


def test_a_range_of_too_many_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VoiceGuideError, match="too many numbers"):
        sentences(tmp_path, "{from: 0, to: 99999999}")
