"""Text normalization: by the rules of the language, and as both voices read the result."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tomlkit

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
    """Yield the guide's voice as the app makes it."""
    voice = new_tts(Settings(), content, lambda *_: None)
    yield voice
    voice.close()


UNITS = [
    ("Add 250 g of flour.", "Add 250 grams of flour."),
    ("Add 250g, and 30 ml.", "Add 250 grams, and 30 milliliters."),
    ("1 kg, 1.5 kg, 0.5 l", "1 kilogram, 1.5 kilograms, 0.5 liters"),
    ("180 °C, or 350°F, or 90°", "180 degrees Celsius, or 350 degrees Fahrenheit, or 90 degrees"),
    ("2.5 cm wide, 5″ long", "2.5 centimeters wide, 5 inches long"),
    ("At 20 %, not 50%.", "At 20 percent, not 50 percent."),
    ("90 Nm at 3,000 rpm", "90 newton meters at 3,000 revolutions a minute"),
    ("Rest 5 min. Then go on.", "Rest 5 minutes. Then go on."),
    ("Rest 5 s. 10 more follow.", "Rest 5 seconds. 10 more follow."),
    ("Add 2 tbsp. sugar.", "Add 2 tablespoons sugar."),
    ("A 10-kg weight, and a 1-min rest.", "A 10 kilogram weight, and a 1 minute rest."),
    (
        "2024 g, or 2024 grams",
        "two thousand twenty-four grams, or two thousand twenty-four grams",
    ),
    ("-5 °C", "minus 5 degrees Celsius"),
    ("5 m², not m²", "5 square meters, not m²"),
]

DURATIONS = [
    ("Hold for 5s, then 30s rest.", "Hold for 5 seconds, then 30 seconds rest."),
    ("1s, 45s, 90 s, a 30-s hold", "1 second, 45 seconds, 90 seconds, a 30 second hold"),
    ("Breathe out over 10s.", "Breathe out over 10 seconds."),
    ("In your 30s rest, in 5s.", "In your 30 seconds rest, in 5 seconds."),
    ("1h, 1h30, 2h05", "1 hour, 1 hour 30 minutes, 2 hours 5 minutes"),
    ("1h 30min, 1 h 20 m", "1 hour 30 minutes, 1 hour 20 minutes"),
    ("2m30s, 3 min 20 s", "2 minutes 30 seconds, 3 minutes 20 seconds"),
    ("1h20m30s", "1 hour 20 minutes 30 seconds"),
    ("0:30 min, 1:30 min, 2:00 min", "30 seconds, 1 minute 30 seconds, 2 minutes"),
    ("1:30 h, 0:05 hrs, 1:01:00 h", "1 hour 30 minutes, 5 minutes, 1 hour 1 minute"),
    ("0:30–0:45 min", "30 seconds to 45 seconds"),
    ("at 14:30 hrs", "at 14 30 hours"),
]

RANGES = [
    ("Hold for 10-15 s.", "Hold for 10 to 15 seconds."),
    ("10-15s, 3–5s.", "10 to 15 seconds, 3 to 5 seconds."),
    ("10–15 min, 50-60%", "10 to 15 minutes, 50 to 60 percent"),
    ("½–¾ cup, ½–1 cup", "a half to 3 quarters cup, a half to 1 cup"),
    ("10 → 20, 5 -> 10", "10 to 20, 5 to 10"),
]

PRODUCTS = [
    ("3x10 reps, 2 x 15, 3X10", "3 times 10 reps, 2 times 15, 3 times 10"),
    ("3×10-12 reps, 2–3 x 8", "3 times 10 to 12 reps, 2 to 3 times 8"),
    ("3x30s, 3x 10 kg", "3 times 30 seconds, 3 times 10 kilograms"),
    ("20 × 30 cm, 4x100 m", "20 by 30 centimeters, 4 by 100 meters"),
    ("10 cm x 20 cm x 5 cm", "10 centimeters by 20 centimeters by 5 centimeters"),
    ("10x, 5 x, 2-3×, 2½x", "10 times, 5 times, 2 to 3 times, 2 and a half times"),
    ("1x, then 2x, 1-2x", "once, then twice, 1 to 2 times"),
    ("Squats x10, 10 reps × 3", "Squats times 10, 10 reps times 3"),
    ("3 x 10 @ 20 kg", "3 times 10 at 20 kilograms"),
    ("5 x-rays", "5 x-rays"),
]

RATES = [
    ("2x/week, 3-4×/day", "twice a week, 3 to 4 times a day"),
    ("3 times/week, 10-15/day", "3 times a week, 10 to 15 a day"),
    (
        "100 ml/min, 5-8 ml/min",
        "100 milliliters per minute, 5 to 8 milliliters per minute",
    ),
    ("5 km/h, 3 m/s", "5 kilometers an hour, 3 meters per second"),
    ("2 mg/kg, 60 beats/min", "2 milligrams per kilogram, 60 beats per minute"),
    (
        "3x10/side, 30s/leg",
        "3 times 10 per side, 30 seconds per leg",
    ),
    ("1/2 hour/day, $5/month", "a half hour a day, 5 dollars a month"),
    ("and/or, 24/7, day/night", "and/or, 24/7, day/night"),
]

FRACTIONS = [
    ("1/2 cup, 3/4 cup", "a half cup, 3 quarters cup"),
    ("1 1/2 cups, 1½ kg, ½ tsp", "1 and a half cups, 1 and a half kilograms, a half teaspoon"),
    ("1⁄2 cup, 1 1⁄2 cups, 2⁄3", "a half cup, 1 and a half cups, 2 thirds"),
    ("¹⁄₂ cup, 1¹⁄₂ cups, 1∕4", "a half cup, 1 and a half cups, a quarter"),
    ("1-1/2 cups, 1/2-inch apart", "1 and a half cups, a half-inch apart"),
    ("Step 3/5, Set 1 / 3: go on", "Step 3 of 5, Set 1 of 3: go on"),
    ("Day 12/30, pain: 7/10", "Day 12 of 30, pain: 7 out of 10"),
    ("this week, 1/2 cup", "this week, a half cup"),
]

TIMES_AND_NAMES = [
    ("at 3:30, 12:05, 17:45", "at 3 30, 12 oh 5, 17 45"),
    ("at 3:00, 3:00 pm, 10 a.m.", "at 3 o'clock, 3 PM, 10 AM"),
    ("Call (310) 828-7757.", "Call 3 1 0, 8 2 8, 7 7 5 7."),
    ("310-828-7757, +49 30 12345", "3 1 0, 8 2 8, 7 7 5 7, plus, 4 9, 3 0, 1 2 3 4 5"),
    ("Take No. 3, or #4.", "Take number 3, or number 4."),
    ("$5, $1, and €3.50", "5 dollars, 1 dollar, and 3.50 euros"),
    ("H2O, CO2, CO₂, C6H12O6", "H 2 O, C O 2, C O 2, C 6 H 12 O 6"),
    ("an SpO2 of 98%", "an S P O 2 of 98 percent"),
]

ABBREVIATIONS_AND_SIGNS = [
    ("Use water, e.g. Warm water.", "Use water, for example Warm water."),
    ("E.g. warm water, approx. 1 l", "For example warm water, approximately 1 liter"),
    ("Salt, pepper, etc.", "Salt, pepper, et cetera."),
    ("Ask Dr. Smith, i.e. her.", "Ask Doctor Smith, that is her."),
    ("Wait min. 5 s, max. 10 s.", "Wait at least 5 seconds, at most 10 seconds."),
    ("salt & pepper, 2 + 2 = 4", "salt and pepper, 2 plus 2 equals 4"),
    ("left → right, front ➡️ back", "left to right, front to back"),
    ("a -> b --> c => d", "a to b to c to d"),
    ("left ↔ right, shoulders ↑, then ↓.", "left and right, shoulders up, then down."),
]


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        *UNITS,
        *DURATIONS,
        *RANGES,
        *PRODUCTS,
        *RATES,
        *FRACTIONS,
        *TIMES_AND_NAMES,
        *ABBREVIATIONS_AND_SIGNS,
    ],
)
def test_text_normalizer_writes_what_people_say(
    normalizer: TextNormalizer, written: str, spoken: str
) -> None:
    assert normalizer.normalize(written) == spoken


@pytest.mark.parametrize(
    "text",
    [
        "Step 1. Press the 2nd one, 5 in a row, for 30 seconds.",
        "In 1984, in her 20s, 24/7, on 2024-05-01 or 5/14/2024",
        "in their 50s, 60s and 70s, in the 1980s, the '80s, mid-30s, over-60s, 100s of people",
        "version 1.2.3, an M8-1.25 bolt, route A-5, 10:75",
        "vitamin B12, an MP3, vertebra L5, O2",
        "At 3 1 0, 8 2 8, 7 7 5 7.",
        'Say "next" to finish: the well-known min or max.',
        "",
    ],
)
def test_text_normalizer_leaves_alone_what_voices_read_well(
    normalizer: TextNormalizer, text: str
) -> None:
    assert normalizer.normalize(text) == text


def test_text_normalizer_leaves_the_guides_own_routines_as_they_are(
    normalizer: TextNormalizer, content: Content
) -> None:
    for routine in content.library.routines:
        texts = [routine.title, routine.purpose, routine.closing, routine.source.referral]
        texts += [*routine.safety.cautions, *(step.say for step in routine.steps)]
        assert [normalizer.normalize(text) for text in texts] == texts


def test_text_normalizer_without_rules_leaves_everything_to_the_voice(tmp_path: Path) -> None:
    assert TextNormalizer(tmp_path / "spoken.toml").normalize("Add 250 g.") == "Add 250 g."


def test_text_normalizer_reads_rules_of_a_version_that_had_fewer_kinds(tmp_path: Path) -> None:
    newer = {"as_written", "durations", "products", "out_of", "per"}
    rules = tomllib.loads(reference().spoken.read_text("utf-8"))
    older = {name: table for name, table in rules.items() if name not in newer}
    file = tmp_path / "spoken.toml"
    file.write_text(tomlkit.dumps(older), "utf-8")

    assert TextNormalizer(file).normalize("Add 250 g, 3x10.") == "Add 250 grams, 3x10."


def test_text_normalizer_names_a_missing_table(tmp_path: Path) -> None:
    file = tmp_path / "spoken.toml"
    file.write_text("[numbers]")

    with pytest.raises(VoiceGuideError, match=r"spoken\.toml: .*units: this key is missing"):
        TextNormalizer(file)


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ('as_written = ["("]', "as_written"),
        ('[products]\nsigns = ["x"]', "products.times"),
        ('[durations]\nhours = { symbols = "h" }', "durations.hours"),
    ],
)
def test_text_normalizer_names_a_wrong_key(tmp_path: Path, table: str, name: str) -> None:
    file = tmp_path / "spoken.toml"
    file.write_text(table)

    with pytest.raises(VoiceGuideError, match=re.escape(name)):
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
    ("Hold it for 30s.", "hold it for thirty seconds", "hold it for thirties"),
    ("Wait 1h30.", "wait one hour thirty minutes", "wait one h thirty"),
    ("Step 3/5.", "step three of five", "step three fifths"),
    ("Do it 10x.", "do it ten times", "do it ten x"),
    ("Do 3x10.", "do three times ten", "do three by ten"),
]  # fmt: skip
"""A written text, its words as the speech model knows them, and a wrong reading of it."""


@pytest.mark.parametrize(("written", "words", "_"), READ_ALIKE)
def test_espeak_pronounces_the_text_like_the_words(
    normalizer: TextNormalizer, written: str, words: str, _: str
) -> None:
    said, meant = phonemes([normalizer.normalize(written), words], "en-us")

    assert said.replace(" ", "") == meant.replace(" ", "")


@pytest.mark.parametrize(("written", "words", "wrong"), READ_ALIKE)
def test_the_natural_voice_is_recognized_saying_the_words(
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


def test_the_guides_voice_normalizes_what_it_says(guide: CachedTts) -> None:
    written, spoken, misread = "Add 250 g.", "Add 250 grams.", "Add 250 gee."

    length = len(guide.speech(written))

    assert length == pytest.approx(len(render(spoken, GUIDE)), rel=0.03)
    assert length != pytest.approx(len(render(misread, GUIDE)), rel=0.03)
