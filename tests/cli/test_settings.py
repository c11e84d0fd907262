"""Settings: read, changed by voice, and kept."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from support.shell import guide_says, output, refusal, write


def test_settings_file_is_written_only_after_a_change(config: Path) -> None:
    config.parent.rmdir()

    guide_says("upper back", "ready")

    assert not config.parent.exists()


def test_settings_change_keeps_the_rest_of_the_file(config: Path) -> None:
    config.write_text(
        "# My own.\n[voice]\nrate = 140 # calm\nvolume = 0.5\n\n[sound]\n# The good one.\n"
        'microphone = "USB"\n'
    )

    assert guide_says("louder", "slower")[1:3] == ["Louder.", "Slower."]

    assert config.read_text() == (
        "# My own.\n[voice]\nrate = 120 # calm\nvolume = 0.7\n\n[sound]\n# The good one.\n"
        'microphone = "USB"\n'
    )
    assert [file.name for file in config.parent.iterdir()] == [config.name]


def test_changed_settings_hold_at_the_next_start(config: Path) -> None:
    guide_says("slower")
    guide_says("slower", "louder")

    assert tomllib.loads(config.read_text()) == {"voice": {"rate": 100, "volume": 1.0}}
    assert guide_says("slower")[1] == "This is as slow as I can speak."


def test_settings_file_that_is_a_link_stays_one(config: Path, tmp_path: Path) -> None:
    elsewhere = write(tmp_path / "config.toml", "[voice]\nrate = 140\n")
    config.symlink_to(elsewhere)

    guide_says("slower")

    assert config.is_symlink()
    assert elsewhere.read_text() == "[voice]\nrate = 120\n"


def test_settings_that_cannot_be_written_do_not_end_the_session(config: Path) -> None:
    # Where nobody can make a folder, not even root.
    config.parent.rmdir()
    config.parent.symlink_to("/proc/voice-guide")

    told = output("run", "--text", typed="louder\nupper back\n").splitlines()

    assert "Guide   Louder." in told
    (note,) = [line for line in told if line.startswith("Note")]
    assert str(config) in note
    assert told[-1] == 'Guide   Say "ready" when you want to start.'


BAD_SETTINGS = {
    "broken": ("[voice\nrate = 1", "not TOML: "),
    "unknown key": ("[voice]\npitch = 3\n", "voice.pitch: there is no such key"),
    "unknown table": ("[speech]\nrate = 140\n", "speech: there is no such key"),
    "wrong type": (
        '[voice]\nrate = "fast"\n',
        "voice.rate: expected a whole number (found 'fast')",
    ),
    "out of range": ("[voice]\nvolume = 11\n", "voice.volume: expected 1 or less (found 11)"),
    "several": ("[voice]\nrate = 5\nvolume = -1\n", "voice.rate: expected 60 or more (found 5); "),
    "half a word to wake it": (
        '[hearing]\nwake_phrase = "guide"\n',
        "hearing.wake_phrase: expected two words, or one of 6 letters or more (found 'guide')",
    ),
    "no words to wake it": (
        '[hearing]\nwake_phrase = "hey {you}"\n',
        "hearing.wake_phrase: expected words, of letters and apostrophes only (found 'hey {you}')",
    ),
    "nothing to wake it": (
        '[hearing]\nwake_phrase = " "\n',
        "hearing.wake_phrase: expected two words, or one of 6 letters or more (found ' ')",
    ),
    "no time to fall asleep in": (
        "[hearing]\nsleep_after_min = 0\n",
        "hearing.sleep_after_min: expected more than 0 (found 0)",
    ),
    "no such pin": ("[pins]\nled = 40\n", "pins.led: expected 27 or less (found 40)"),
    "no number of a pin": (
        '[pins]\nbutton = "GPIO17"\n',
        "pins.button: expected a whole number (found 'GPIO17')",
    ),
    "not a table": ("voice = 3\n", "voice: expected a table (found 3)"),
    "not UTF-8": (b"# \xe9\n", "not UTF-8 text: byte 0xe9 in line 1"),
}


@pytest.mark.parametrize(("content", "problem"), BAD_SETTINGS.values(), ids=BAD_SETTINGS)
def test_bad_settings_are_refused_with_file_and_key(
    config: Path, refused: Callable[..., str], content: str | bytes, problem: str
) -> None:
    write(config, content)

    assert refused("run", "--text").startswith(f"{config}: {problem}")


def test_wake_phrase_that_the_model_does_not_know_is_refused(
    config: Path, refused: Callable[..., str]
) -> None:
    write(config, '[hearing]\nwake_phrase = "hey trapezius"\n')

    assert refused("hear", "--context", "asleep", "not read.wav") == (
        'hearing.wake_phrase: the speech model does not know the word "trapezius", so it '
        'cannot hear "hey trapezius"; set another phrase'
    )


@pytest.mark.parametrize(
    ("phrase", "intent"),
    [
        ("stop it", "Stop"),
        ("upper back", "ChooseArea"),
        ("Wait a moment", "Pause"),
        ("hey stop", "Stop"),
    ],
)
def test_wake_phrase_that_is_a_command_is_refused(
    config: Path, refused: Callable[..., str], phrase: str, intent: str
) -> None:
    write(config, f'[hearing]\nwake_phrase = "{phrase}"\n')

    assert refused("run", "--text") == (
        f'hearing.wake_phrase: "{phrase.lower()}" is a command ({intent}), which would wake the '
        'guide by mistake; set another, as "hey guide"'
    )


def test_wake_phrase_of_the_settings_wakes_the_guide(config: Path) -> None:
    write(config, '[hearing]\nwake_phrase = "Hello  there"\n')

    assert guide_says("go to sleep", "hey guide", "upper back", "hello there")[1:] == [
        'Going to sleep. Say "hello there" when you need me.',
        "(wake)",
        'I am listening. Tell me where it hurts, or ask: "what can you do".',
    ]


def test_typed_lines_are_not_shown_while_asleep() -> None:
    told = output("run", "--text", typed="go to sleep\nupper back\nhey guide\n")

    assert "upper back" not in told


def test_folder_in_place_of_the_settings_is_refused(config: Path) -> None:
    config.mkdir()

    assert refusal("run", "--text") == f"{config}: this is a folder, not a file"
