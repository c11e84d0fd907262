"""What is written, and how it is said: by the tables of the language, and by both voices."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from voice_guide.app.content import Content
from voice_guide.app.session import new_tts
from voice_guide.audio.pcm import RATE, blocks_of, silence
from voice_guide.config.language import reference
from voice_guide.config.settings import Settings
from voice_guide.errors import VoiceGuideError
from voice_guide.hearing.recognizer import Recognizer, SpeechModel
from voice_guide.tts.cached_tts import CachedTts
from voice_guide.tts.natural import NaturalTts
from voice_guide.tts.pyttsx3_tts import VoiceSpec, phonemes, render
from voice_guide.tts.text_normalizer import TextNormalizer

GUIDE = VoiceSpec("en-us", 140)


@pytest.fixture(scope="module")
def normalizer() -> TextNormalizer:
    return TextNormalizer(reference().spoken)


@pytest.fixture(scope="module")
def natural() -> NaturalTts:
    return NaturalTts("en")


@pytest.fixture
def guide(content: Content) -> Iterator[CachedTts]:
    """Give the guide's voice as it is wired."""
    voice = new_tts(Settings(), content, lambda *_: None)
    yield voice
    voice.close()


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        # Units
        ("Add 250 g of flour.", "Add 250 grams of flour."),
        ("Add 250g, and 30 ml.", "Add 250 grams, and 30 milliliters."),
        ("1 kg, 1.5 kg, 0.5 l", "1 kilogram, 1.5 kilograms, 0.5 liters"),
        (
            "180 °C, or 350°F, or 90°",
            "180 degrees Celsius, or 350 degrees Fahrenheit, or 90 degrees",
        ),
        ("2.5 cm wide, 5″ long", "2.5 centimeters wide, 5 inches long"),
        ("At 20 %, not 50%.", "At 20 percent, not 50 percent."),
        ("90 Nm at 3,000 rpm", "90 newton meters at 3,000 revolutions a minute"),
        ("Rest 5 min. Then go on.", "Rest 5 minutes. Then go on."),
        ("Add 2 tbsp. sugar.", "Add 2 tablespoons sugar."),
        ("A 10-kg weight, and a 1-min rest.", "A 10 kilogram weight, and a 1 minute rest."),
        (
            "2024 g, or 2024 grams",
            "two thousand twenty-four grams, or two thousand twenty-four grams",
        ),
        ("-5 °C", "minus 5 degrees Celsius"),
        # Several numbers
        ("Hold for 10-15 s.", "Hold for 10 to 15 seconds."),
        ("10–15 min, 50-60%", "10 to 15 minutes, 50 to 60 percent"),
        ("5 x 10, 3x12, 20 × 30 cm", "5 by 10, 3 by 12, 20 by 30 centimeters"),
        ("10 cm x 20 cm x 5 cm", "10 centimeters by 20 centimeters by 5 centimeters"),
        ("1/2 cup, 3/4 cup", "a half cup, 3 quarters cup"),
        ("1 1/2 cups, 1½ kg, ½ tsp", "1 and a half cups, 1 and a half kilograms, a half teaspoon"),
        # Times, and numbers that only name something
        ("at 3:30, 12:05, 17:45", "at 3 30, 12 oh 5, 17 45"),
        ("at 3:00, 3:00 pm, 10 a.m.", "at 3 o'clock, 3 PM, 10 AM"),
        ("Call (310) 828-7757.", "Call 3 1 0, 8 2 8, 7 7 5 7."),
        ("310-828-7757, +49 30 12345", "3 1 0, 8 2 8, 7 7 5 7, plus, 4 9, 3 0, 1 2 3 4 5"),
        ("Take No. 3, or #4.", "Take number 3, or number 4."),
        # Money
        ("$5, $1, and €3.50", "5 dollars, 1 dollar, and 3.50 euros"),
        # Abbreviations and symbols
        ("Use water, e.g. Warm water.", "Use water, for example Warm water."),
        ("E.g. warm water, approx. 1 l", "For example warm water, approximately 1 liter"),
        ("Salt, pepper, etc.", "Salt, pepper, et cetera."),
        ("Ask Dr. Smith, i.e. her.", "Ask Doctor Smith, that is her."),
        ("Wait min. 5 s, max. 10 s.", "Wait at least 5 seconds, at most 10 seconds."),
        ("salt & pepper, 2 + 2 = 4", "salt and pepper, 2 plus 2 equals 4"),
    ],
)
def test_what_is_written_is_said_as_people_say_it(
    normalizer: TextNormalizer, written: str, spoken: str
) -> None:
    assert normalizer.normalize(written) == spoken


@pytest.mark.parametrize(
    "text",
    [
        "Step 1. Press the 2nd one, 5 in a row, for 30 seconds.",
        "In 1984, in her 20s, 24/7, on 2024-05-01 or 5/14/2024",
        "version 1.2.3, an M8-1.25 bolt, route A-5, 10:75",
        "At 3 1 0, 8 2 8, 7 7 5 7.",
        'Say "next" to finish: the well-known min or max.',
        "",
    ],
)
def test_what_voices_read_well_is_left_to_them(normalizer: TextNormalizer, text: str) -> None:
    assert normalizer.normalize(text) == text


def test_all_that_comes_with_the_guide_is_said_as_it_is_written(
    normalizer: TextNormalizer, content: Content
) -> None:
    for routine in content.library.routines:
        texts = [routine.title, routine.purpose, routine.closing, routine.source.referral]
        texts += [*routine.safety.cautions, *(step.say for step in routine.steps)]
        assert [normalizer.normalize(text) for text in texts] == texts


def test_a_language_without_tables_leaves_all_to_the_voice(tmp_path: Path) -> None:
    assert TextNormalizer(tmp_path / "spoken.toml").normalize("Add 250 g.") == "Add 250 g."


def test_a_table_that_is_missing_is_named(tmp_path: Path) -> None:
    file = tmp_path / "spoken.toml"
    file.write_text("[numbers]")

    with pytest.raises(VoiceGuideError, match=r"spoken\.toml: .*units: this key is missing"):
        TextNormalizer(file)


READ_ALIKE = [
    ("Add 250 g.", "add two hundred fifty grams", "add two hundred fifty gee"),
    ("Wait 10-15 s.", "wait ten to fifteen seconds", "wait ten fifteen s"),
    ("It has 2.5 cm.", "it has two point five centimeters", "it has twenty five see m"),
    ("Bake it at 180 °C.", "bake it at one hundred eighty degrees celsius", "bake it one eighty"),
    ("Call (310) 828-7757.",
     "call three one zero eight two eight seven seven five seven",
     "call three hundred ten eight hundred twenty eight"),
    ("At 3:30.", "at three thirty", "at three hundred thirty"),
    ("At 12:05.", "at twelve oh five", "at twelve zero five"),
    ("The 2nd, No. 3.", "the second number three", "the two n d no three"),
    ("Add 1,250 apples.", "add one thousand two hundred fifty apples", "add twelve fifty apples"),
    ("Warm it, e.g. here.", "warm it for example here", "warm it e g here"),
    ("Use 1 1/2 cups.", "use one and a half cups", "use one one slash two cups"),
]  # fmt: skip
"""What is written, in words as the speech model knows them, and how it is not to be read."""


@pytest.mark.parametrize(("written", "words", "_"), READ_ALIKE)
def test_espeak_says_it_like_the_words(
    normalizer: TextNormalizer, written: str, words: str, _: str
) -> None:
    said, meant = phonemes([normalizer.normalize(written), words], "en-us")

    assert said.replace(" ", "") == meant.replace(" ", "")


@pytest.mark.parametrize(("written", "words", "wrong"), READ_ALIKE)
def test_the_natural_voice_is_heard_saying_the_words(
    normalizer: TextNormalizer,
    natural: NaturalTts,
    model: SpeechModel,
    written: str,
    words: str,
    wrong: str,
) -> None:
    recognizer = Recognizer(model, [words, wrong])
    said = natural.render(normalizer.normalize(written), GUIDE)

    for block in blocks_of(np.concatenate([silence(RATE // 2), said, silence(RATE // 4)])):
        recognizer.take(block)

    assert recognizer.finish()[0].text == words


def test_the_guides_voice_says_it_so(guide: CachedTts) -> None:
    written, spoken, misread = "Add 250 g.", "Add 250 grams.", "Add 250 gee."

    length = len(guide.speech(written))

    assert length == pytest.approx(len(render(spoken, GUIDE)), rel=0.03)
    assert length != pytest.approx(len(render(misread, GUIDE)), rel=0.03)
