"""Templates as people write them, spelled as a speech model hears them."""

from collections.abc import Callable

import pytest

from voice_guide.nlu.spelling import Spelling

UNKNOWN = {"wi-fi", "café", "naïve", "x-ray", "mp3", "tv's"}


def knows(word: str) -> bool:
    """Return whether a model knows a word that knows no digits, accents or hyphens."""
    return word not in UNKNOWN and not any(each.isdigit() for each in word)


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("Turn On the TV!", "turn on the (tv|t v)"),
        ("Turn on the A.C.", "turn on the (a c|ac)"),
        ("Restart the Wi-Fi", "restart the (wi fi|wifi)"),
        ("start the café", "start the cafe"),
        ("what’s the time?", "what's the time"),
        ("TURN ON THE RADIO", "turn on the radio"),
        ("Channel 5", "channel five"),
        ("channel -5", "channel minus five"),
        ("Route 66", "route sixty six"),
        ("1.5 litres", "one point five litres"),
        ("Flight 112", "flight (one hundred twelve|one hundred and twelve|one one two)"),
        ("play MP3", "play mp three"),
        ("the 2nd door", "the 2nd door"),
        ("rock 'n' roll", "rock n roll"),
        ("say “hello”…", "say hello"),
        ("turn - on\u00ad\u200b it", "turn on it"),
        ("cafe\u0301", "cafe"),
        ("light[s], (a|B;C)!", "light[s] (a|b;c)"),
        ("Dim {Lamp:name} <Now>", "dim {Lamp:name} <Now>"),
        ("a\\(b\\)", "a b"),
        ("level[%| percent]", "level[ | percent]"),
    ],
)
def test_a_template_is_spelled_as_it_is_heard(written: str, spelled: str) -> None:
    assert " ".join(Spelling("en", knows).spelled(written).split()) == spelled


@pytest.mark.parametrize("symbol", ["&", "%", "+"])
def test_a_symbol_that_has_to_be_said_is_no_word_of_a_model(symbol: str) -> None:
    found = Spelling("en", knows).spelled(f"salt {symbol} pepper").split()
    assert len(found) == 3
    assert found[1].isalpha()
    assert not found[1].isascii()


@pytest.mark.parametrize(("model", "found"), [(None, "911"), (knows, "nine hundred eleven")])
def test_digits_are_left_where_they_are_typed(
    model: Callable[[str], bool] | None, found: str
) -> None:
    assert found in Spelling("en", model).spelled("call 911")


def test_digits_stay_in_a_language_without_number_words() -> None:
    assert Spelling("xx", knows).spelled("kanal 5") == "kanal 5"
