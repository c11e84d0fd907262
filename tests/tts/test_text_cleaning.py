"""Text cleaning removes what would break a voice, and nothing that is spoken."""

from pathlib import Path

import pytest

from voice_guide.tts.pyttsx3_tts import phonemes
from voice_guide.tts.text_cleaning import cleaned, with_plain_digits
from voice_guide.tts.text_normalizer import TextNormalizer


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Turn\nleft.\r\n\r\nThen stop.", "Turn left. Then stop."),
        ("one\ttwo\x0bthree\u2028four\x85five", "one two three four five"),
        ("\x1b[31;1mred\x1b[0m \x07bell\x00zero", "red bell zero"),
        ("\x1b]0;title", "]0;title"),
        ("to\u202eleft\u202c, \u200fright\u200e, \u2067up\u2069", "toleft, right, up"),
        ("\ufeffmark, soft\u00adhyphen, zero\u200bwidth", "mark, softhyphen, zerowidth"),
        ("private \ue000 use, \ud800 half", "private use, half"),
        ("➡\ufe0f on", "➡ on"),
        ("  two   spaces  ", "two spaces"),
        ("", ""),
    ],
)
def test_cleaned_text_is_one_line_of_visible_characters(written: str, spoken: str) -> None:
    assert cleaned(written) == spoken


@pytest.mark.parametrize("text", ["می\u200cخواهم", "café 東京 Ωμέγα", "no\u00a0break 5\u202fkg"])
def test_cleaned_text_keeps_every_letter_and_space_of_any_language(text: str) -> None:
    assert cleaned(text) == text


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("1½", "1 1/2"),
        ("⅔", " 2/3"),
        ("1¹⁄₁₆", "1 1/16"),
        ("10⁄12", "10/12"),
        ("CO₂ m²", "CO2 m²"),
    ],
)
def test_with_plain_digits_writes_fractions_with_a_slash(written: str, plain: str) -> None:
    assert with_plain_digits(written) == plain


def test_a_voice_pronounces_a_text_with_control_codes_like_the_text_alone(tmp_path: Path) -> None:
    normalizer = TextNormalizer(tmp_path / "spoken.toml")
    dirty = "Turn\n\x1b[1mleft\x1b[0m\u202e and \x00stop"

    one, other = phonemes([normalizer.normalize(dirty), "Turn left and stop"], "en")

    assert one == other
