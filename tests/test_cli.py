"""The commands as somebody uses them at a shell."""

import json
import os
import pty
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
import soxr

from voice_guide import __version__
from voice_guide.audio import RATE, Samples, blocks_of, level_dbfs, to_int16
from voice_guide.cli import main
from voice_guide.demo import SCRIPT, Line
from voice_guide.devices import wavfile
from voice_guide.devices.acoustics import Acoustics, Echo
from voice_guide.routines.library import FOLDER
from voice_guide.speaking.synthesizer import Speaker, render

COMMANDS = ["run", "demo", "hear", "routines", "check", "rehearse", "models", "doctor"]
LIST = "what can you do\n"
SENTENCE = "language: en\nintents:\n  Turn:\n    data:\n      - sentences: [%s]\n"

Sound: TypeAlias = npt.NDArray[np.float32]
NewHome: TypeAlias = Callable[[], dict[str, str]]


def run(
    *arguments: str | Path, typed: str | bytes = "", settings: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with these lines typed, and return what came of it."""
    done = subprocess.run(
        [sys.executable, "-m", "voice_guide", *arguments],
        input=typed.encode() if isinstance(typed, str) else typed,
        env={**os.environ, **(settings or {})},
        capture_output=True,
        timeout=120,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def output(*arguments: str | Path, typed: str | bytes = "") -> str:
    """Return what a command that succeeds prints."""
    done = run(*arguments, typed=typed)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refusal(*arguments: str | Path, typed: str = "") -> str:
    """Return the one line in which a command tells what is wrong with its input."""
    done = run(*arguments, typed=typed)
    assert done.stdout == ""
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("voice-guide: ")
    return line.removeprefix("voice-guide: ")


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """The same as `refusal` without a process of its own: for the many ways to be wrong."""

    def refused(*arguments: str | Path) -> str:
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        assert (caught.value.code, told.out) == (2, "")
        (line,) = told.err.splitlines()
        return line.removeprefix("voice-guide: ")

    return refused


def guide_says(*typed: str, routine: str | None = None) -> list[str]:
    """Return what the guide says, by its text output."""
    options = ["--routine", routine] if routine else []
    lines = output("run", "--text", *options, typed="\n".join(typed)).splitlines()
    return [line.removeprefix("Guide   ") for line in lines if line.startswith("Guide")]


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# Finding one's way


def test_version() -> None:
    assert output("--version") == f"voice-guide {__version__}\n"


def test_help_names_every_command() -> None:
    told = output("--help")

    assert all(f"    {command} " in told for command in COMMANDS)


@pytest.mark.parametrize("command", [*COMMANDS, "models list", "models install", "models verify"])
def test_every_command_has_help(command: str) -> None:
    told = output(*command.split(), "--help")

    assert told.startswith(f"usage: voice-guide {command}")


@pytest.mark.parametrize("arguments", [[], ["sing"], ["models"], ["run", "--loud"], ["hear"]])
def test_a_wrong_command_line_is_told(arguments: Sequence[str]) -> None:
    done = run(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert "voice-guide" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_routines_are_listed_a_line_each() -> None:
    lines = output("routines").splitlines()

    assert lines[0].split()[:3] == ["id", "title", "for"]
    assert [line.split()[0] for line in lines[1:]] == [
        f.stem for f in sorted(FOLDER.glob("*.toml"))
    ]
    assert "a tennis ball, a free piece of wall" in lines[-1]


# A session by typed lines


def test_a_session_by_typed_lines() -> None:
    told = output(
        "run", "--text", typed="upper back\nready\nnext step\nwhere am i\nit hurts\n"
    ).splitlines()

    heard = [line for line in told if line.startswith("Heard")]
    assert heard == [
        "Heard   upper back → ChooseArea area=upper back",
        "Heard   ready → Ready",
        "Heard   next step → Next",
        "Heard   where am i → WhereAmI",
        "Heard   it hurts → Hurts",
    ]
    at = [told.index(line) for line in heard]
    assert told[at[0] + 1].startswith("Guide   Tennis ball wall massage")
    assert "Guide   Never press the ball directly against your spine." in told[at[0] : at[1]]
    assert told[at[1] + 1].startswith("Guide   Step 1.")
    assert told[at[2] + 1].startswith("Guide   Step 2.")
    assert told[at[3] + 1].startswith("Guide   Tennis ball wall massage: you are at step 2 of 5")
    assert "should be checked by a doctor" in "".join(told[at[4] :])
    assert "\x1b" not in "".join(told)


def test_a_session_ends_with_goodbye() -> None:
    assert guide_says("goodbye", "upper back")[1:] == ["Goodbye. Take care."]


def test_a_session_ends_with_the_input() -> None:
    assert len(guide_says()) == 1


def test_a_session_begins_with_the_routine_asked_for() -> None:
    told = guide_says("ready", routine="hand-massage")

    assert told[0].startswith("Hand massage")
    assert told[-1].startswith("Step 1.")


def test_an_unknown_routine_is_refused_with_those_there_are() -> None:
    told = refusal("run", "--text", "--routine", "leg-day")

    assert told == (
        'there is no routine "leg-day"; there are: '
        "hand-massage, muscle-squeeze, scarf-or-towel, tennis-ball-wall"
    )
    assert refusal("run", "--routine", "leg-day") == told


def test_lines_are_taken_as_people_type_them() -> None:
    told = guide_says("  ", "My NECK hurts!", "the second one.", "I’m ready", "")

    assert told[1] == "2 of them are for that."
    assert told[-1].startswith("Step 1. Take your scarves")


def test_what_cannot_be_read_as_text_is_not_understood() -> None:
    told = output("run", "--text", typed=b"\xff\xfe\n\0\nthe {area} <want> [\n").splitlines()

    assert sum(line.endswith("not understood") for line in told) == 3


def test_a_terminal_without_arrows_still_shows_everything() -> None:
    done = run("run", "--text", typed="stop", settings={"PYTHONIOENCODING": "ascii"})

    assert (done.returncode, done.stderr) == (0, "")
    assert "Heard   stop" in done.stdout


def test_no_input_at_all_is_an_input_that_has_ended() -> None:
    command = f'"{sys.executable}" -m voice_guide run --text <&-'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Guide   Hello.")


def test_an_output_that_is_closed_is_no_error() -> None:
    command = f'"{sys.executable}" -m voice_guide routines >&-'

    assert subprocess.run(["bash", "-c", command], capture_output=True).stderr == b""


def test_a_session_typed_at_a_terminal() -> None:
    outside, inside = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "voice_guide", "run", "--text"],
        stdin=inside,
        stdout=subprocess.PIPE,
        text=True,
    ) as session:
        os.close(inside)
        assert session.stdout
        assert session.stdout.readline().startswith("Guide   Hello.")
        os.write(outside, b"goodbye\n")
        assert session.stdout.readline() == "Heard   goodbye → Goodbye\n"
        assert session.stdout.readline() == "Guide   Goodbye. Take care.\n"
        assert session.wait(20) == 0
    os.close(outside)


@pytest.mark.parametrize(
    "arguments",
    [["run", "--text"], ["routines"], ["models", "list"], ["--help"], ["check", "folder"]],
    ids=" ".join,
)
def test_a_reader_who_has_gone_is_no_error(arguments: Sequence[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run(
        [sys.executable, "-m", "voice_guide", *arguments],
        input=LIST,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )

    os.close(writer)
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr
    assert done.returncode == (2 if "folder" in arguments else 0)


# The demo


class Shown(NamedTuple):
    """A line of the demo's transcript."""

    at_s: float
    who: str
    text: str


class Played(NamedTuple):
    """A demo that was played to its end."""

    transcript: list[Shown]
    room: Samples
    heard: Samples

    def cuts_in(self) -> list[int]:
        """Return which lines of the transcript are said over the guide's voice."""
        return [at for at, line in enumerate(self.transcript) if line.text.startswith("(cuts in)")]

    def level_db(self, channel: int, from_s: float, to_s: float) -> float:
        return level_dbfs(self.heard[round(from_s * RATE) : round(to_s * RATE), channel])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo")
    told = output("demo", "--out", folder / "room.wav", "--heard", folder / "heard.wav")
    transcript = []
    for line in told.splitlines():
        at_s, _, who, text = line.split(maxsplit=3)
        transcript.append(Shown(float(at_s), who, text))
    room, heard = (
        soundfile.read(folder / name, dtype="int16")[0] for name in ("room.wav", "heard.wav")
    )
    return Played(transcript, room, heard)


def test_everything_the_demo_says_is_understood(demo: Played) -> None:
    said = [line.text for line in demo.transcript if line.who == "Person"]

    assert [text.removeprefix("(cuts in) ") for text in said] == [line.text for line in SCRIPT]
    assert sum(line.who == "Heard" for line in demo.transcript) == len(SCRIPT)
    assert len(demo.cuts_in()) == 3


def test_in_the_demo_the_guide_goes_on_at_the_sentence_that_was_cut(demo: Played) -> None:
    texts = [line.text for line in demo.transcript if line.who == "Guide"]

    for sentence in ("Direct pressure there is work", "Let the ball stay in the same"):
        (whole,) = [text for text in texts if f". {sentence}" in text]
        (rest,) = [text for text in texts[texts.index(whole) :] if text.startswith(sentence)]
        assert whole.endswith(f" {rest}")


def test_of_the_guides_voice_nothing_is_left_for_the_recognizer(demo: Played) -> None:
    assert demo.heard.shape == (len(demo.room), 2)
    assert np.array_equal(demo.heard[:, 0], demo.room)
    for at in demo.cuts_in():
        # From the guide's first words until somebody cuts in.
        answered = max(n for n in range(at) if demo.transcript[n].who == "Heard")
        alone_s = demo.transcript[answered].at_s + 0.6, demo.transcript[at].at_s
        assert demo.level_db(0, *alone_s) > -30
        assert demo.level_db(1, *alone_s) < demo.level_db(0, *alone_s) - 20


def test_of_who_speaks_over_it_everything_is_left(demo: Played, tmp_path: Path) -> None:
    files, meant = [], []
    for at in demo.cuts_in():
        said, heard = demo.transcript[at : at + 2]
        part = slice(round((said.at_s - 1) * RATE), round((heard.at_s + 0.5) * RATE))
        files.append(tmp_path / f"{at}.wav")
        wavfile.write(files[-1], demo.heard[part, 1])
        meant.append(heard.text.split()[-1])
    found = [
        json.loads(line)["commands"] for line in output("hear", "--json", *files).splitlines()
    ]

    assert [[command["intent"] for command in commands] for commands in found] == [
        [intent] for intent in meant
    ]


@pytest.mark.parametrize("option", ["--out", "--heard"])
def test_a_file_that_cannot_be_written_is_told(
    option: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("voice_guide.demo.SCRIPT", [Line("goodbye")])
    with pytest.raises(SystemExit) as caught:
        main(["demo", option, str(tmp_path)])
    (line,) = capsys.readouterr().err.splitlines()

    assert caught.value.code == 2
    assert line.startswith(f"voice-guide: {tmp_path}: cannot be written: ")


def test_the_demo_fails_on_what_was_not_understood(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("voice_guide.demo.SCRIPT", [Line("the weather"), Line("goodbye")])
    with pytest.raises(SystemExit) as caught:
        main(["demo"])

    assert caught.value.code == 1
    assert '"the weather" was not understood' in capsys.readouterr().out.splitlines()[-1]


# Settings


@pytest.fixture
def config() -> Path:
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "voice-guide" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_nothing_is_written_before_something_is_changed(config: Path) -> None:
    config.parent.rmdir()

    guide_says("upper back", "ready")

    assert not config.parent.exists()


def test_changes_are_kept_with_everything_else_in_the_file(config: Path) -> None:
    config.write_text(
        "# My own.\n[voice]\nrate = 140 # calm\nvolume = 0.5\n\n[sound]\n# The good one.\n"
        'microphone = "USB"\n'
    )

    assert guide_says("louder", "slower")[1:] == ["Louder.", "Slower."]

    assert config.read_text() == (
        "# My own.\n[voice]\nrate = 120 # calm\nvolume = 0.7\n\n[sound]\n# The good one.\n"
        'microphone = "USB"\n'
    )
    assert [file.name for file in config.parent.iterdir()] == [config.name]


def test_the_next_start_goes_on_from_there(config: Path) -> None:
    guide_says("slower")
    guide_says("slower", "louder")

    assert tomllib.loads(config.read_text()) == {"voice": {"rate": 100, "volume": 1.0}}
    assert guide_says("slower")[1] == "This is as slow as I can speak."


def test_settings_kept_elsewhere_are_changed_there(config: Path, tmp_path: Path) -> None:
    elsewhere = write(tmp_path / "config.toml", "[voice]\nrate = 140\n")
    config.symlink_to(elsewhere)

    guide_says("slower")

    assert config.is_symlink()
    assert elsewhere.read_text() == "[voice]\nrate = 120\n"


def test_settings_that_cannot_be_kept_do_not_end_the_session(config: Path) -> None:
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
    "not a table": ("voice = 3\n", "voice: expected a table (found 3)"),
    "not UTF-8": (b"# \xe9\n", "not UTF-8 text: byte 0xe9 in line 1"),
}


@pytest.mark.parametrize(("content", "problem"), BAD_SETTINGS.values(), ids=BAD_SETTINGS)
def test_bad_settings_are_told_with_file_and_key(
    config: Path, refused: Callable[..., str], content: str | bytes, problem: str
) -> None:
    write(config, content)

    assert refused("run", "--text").startswith(f"{config}: {problem}")


def test_a_phrase_that_cannot_be_heard_is_told(config: Path, refused: Callable[..., str]) -> None:
    write(config, '[hearing]\nwake_phrase = "hey trapezius"\n')

    assert refused("hear", "--context", "asleep", "not read.wav") == (
        'hearing.wake_phrase: the speech model does not know the word "trapezius", so nobody '
        'can be heard saying "hey trapezius"; set another'
    )


def test_it_wakes_by_the_phrase_that_was_set(config: Path) -> None:
    write(config, '[hearing]\nwake_phrase = "Hello  there"\n')

    assert guide_says("go to sleep", "hey guide", "upper back", "hello there")[1:] == [
        'Going to sleep. Say "hello there" when you need me.',
        "(wake)",
        'I am listening. Tell me where it hurts, or ask: "what can you do".',
    ]


def test_what_is_typed_while_it_is_asleep_is_not_even_shown() -> None:
    told = output("run", "--text", typed="go to sleep\nupper back\nhey guide\n")

    assert "upper back" not in told


def test_a_folder_in_place_of_the_settings_is_told(config: Path) -> None:
    config.mkdir()

    assert refusal("run", "--text") == f"{config}: this is a folder, not a file"


# Packs


def test_sound_packs_are_called_sound() -> None:
    packs = sorted(FOLDER.glob("*.toml"))

    assert output("check", *packs).splitlines() == [f"{pack}: sound" for pack in packs]


def test_a_word_that_could_not_be_heard_is_named(tmp_path: Path) -> None:
    sound = (FOLDER / "muscle-squeeze.toml").read_text()
    pack = write(
        tmp_path / "pack.toml", sound.replace('names = ["', 'names = ["trapezius squeeze", "')
    )

    remark, verdict = output("check", pack).splitlines()

    assert remark.startswith(f'{pack}: names: the speech model does not know the word "trapezius"')
    assert verdict == f"{pack}: sound"


def test_every_mistake_of_every_pack_is_told(tmp_path: Path) -> None:
    sound = FOLDER / "hand-massage.toml"
    bad = write(tmp_path / "bad.toml", sound.read_text().replace("seconds = 30", "seconds = -30"))
    broken = write(tmp_path / "broken.toml", 'id = "x"\ntitle = ')
    same = write(tmp_path / "same.toml", sound.read_text())

    done = run("check", bad, sound, broken, tmp_path / "none.toml", same)

    assert done.returncode == 2
    assert done.stdout == f"{sound}: sound\n"
    assert done.stderr.splitlines() == [
        f"voice-guide: {bad}: steps[3].seconds: expected more than 0 (found -30)",
        f"voice-guide: {bad}: steps[5].seconds: expected more than 0 (found -30)",
        f"voice-guide: {broken}: not TOML: Invalid value (at end of document)",
        f"voice-guide: {tmp_path / 'none.toml'}: no such file",
        f'voice-guide: {same}: id: "hand-massage" is the id of {sound} too',
    ]


# Models


def test_models_are_listed_and_verified() -> None:
    listed = output("models", "list").splitlines()

    assert listed[0].split() == ["name", "title", "size", "state"]
    assert "vosk-model-small-en-us-0.15" in listed[1]
    assert listed[1].endswith("  installed")
    assert output("models", "verify") == "every file is what it should be\n"


def test_a_missing_model_is_told_with_what_mends_it(tmp_path: Path) -> None:
    for command in (["models", "verify"], ["check", FOLDER / "hand-massage.toml"]):
        done = run(*command, settings={"XDG_DATA_HOME": str(tmp_path)})

        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert all("models install" in line for line in done.stderr.splitlines())


# Hearing recordings

COMMAND = "go back"
FORMATS: dict[str, dict[str, Any]] = {
    "8 bits": {"subtype": "PCM_U8"},
    "16 bits": {"subtype": "PCM_16"},
    "24 bits": {"subtype": "PCM_24"},
    "32 bits": {"subtype": "PCM_32"},
    "float": {"subtype": "FLOAT"},
    "double": {"subtype": "DOUBLE"},
    "mu-law": {"subtype": "ULAW"},
    "A-law": {"subtype": "ALAW"},
    "GSM": {"subtype": "GSM610"},
    "extensible": {"format": "WAVEX"},
    "8 kHz": {"rate": 8_000},
    "11.025 kHz": {"rate": 11_025},
    "22.05 kHz": {"rate": 22_050},
    "44.1 kHz": {"rate": 44_100},
    "48 kHz": {"rate": 48_000},
    "96 kHz": {"rate": 96_000},
    "stereo": {"channels": 2},
    "6 channels at 44.1 kHz": {"channels": 6, "rate": 44_100},
}
"""WAV files of every kind: rate in Hz, channels, and soundfile's names of the encodings."""


def spoken(text: str) -> Sound:
    """Return the words with a second of silence before and after them."""
    return np.pad(render(text, Speaker("en-us", 140)).astype(np.float32) / 32768, RATE)


def record(
    path: Path,
    sound: Sound,
    rate: int = RATE,
    channels: int = 1,
    **encoding: str,
) -> Path:
    """Write a WAV file; all of its channels are the same."""
    resampled = soxr.resample(sound, RATE, rate)
    frames = np.repeat(resampled[:, np.newaxis], channels, axis=1)
    soundfile.write(path, frames, rate, **{"subtype": "PCM_16", "format": "WAV", **encoding})
    return path


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    command = spoken(COMMAND)
    record(folder / "go to step three.wav", spoken("go to step three"))
    for name, kind in FORMATS.items():
        record(folder / f"{name}.wav", command, **kind)
    whole = (folder / "48 kHz.wav").read_bytes()
    record(folder / "no sound.wav", command[:0])
    write(folder / "header only.wav", whole[:44])
    write(folder / "cut off.wav", whole[: len(whole) - 48_000])
    write(folder / "half a header.wav", whole[:20])
    write(folder / "unknown encoding.wav", whole[:20] + b"\x55\0" + whole[22:])
    write(folder / "no rate.wav", whole[:24] + b"\0\0\0\0" + whole[28:])
    write(folder / "no channels.wav", whole[:22] + b"\0\0" + whole[24:])
    write(folder / "empty.wav", b"")
    write(folder / "text.wav", "Dear diary, " * 100)
    (folder / "folder.wav").mkdir()
    return folder


BAD_FILES = {
    "missing": "no such file",
    "folder": "this is a folder, not a file",
    "text": "not a WAV file",
    "empty": "this file is empty",
    "half a header": "this WAV file is damaged, or in an encoding that cannot be read",
    "unknown encoding": "this WAV file is damaged, or in an encoding that cannot be read",
    "no rate": "this WAV file is damaged, or in an encoding that cannot be read",
    "no channels": "this WAV file is damaged, or in an encoding that cannot be read",
}

GOOD_FILES = [*FORMATS, "go to step three", "cut off", "no sound", "header only"]


class Heard(NamedTuple):
    """What came of one call with good and bad files, by their names."""

    good: dict[str, dict[str, Any]]
    bad: dict[str, str]
    status: int


@pytest.fixture(scope="module")
def heard(recordings: Path, new_home: NewHome) -> Heard:
    names = [*BAD_FILES, *GOOD_FILES]
    files = {f"{recordings / name}.wav": name for name in sorted(names)}
    done = run("hear", "--json", *files, settings=new_home())
    found = [json.loads(line) for line in done.stdout.splitlines()]
    told = [line.removeprefix("voice-guide: ").split(": ", 1) for line in done.stderr.splitlines()]
    return Heard(
        {files[each["file"]]: each for each in found},
        {files[file]: problem for file, problem in told},
        done.returncode,
    )


@pytest.mark.parametrize("name", [*FORMATS, "cut off"])
def test_the_same_command_is_heard_in_every_kind_of_file(heard: Heard, name: str) -> None:
    (found,) = heard.good[name]["commands"]

    assert (found["intent"], found["text"]) == ("Back", COMMAND)


def test_a_recording_without_sound_has_no_command(
    heard: Heard,
) -> None:
    for name in ("no sound", "header only"):
        assert heard.good[name]["duration_s"] == 0
        assert heard.good[name]["commands"] == []


def test_a_bad_file_costs_nothing_but_its_own_line(
    heard: Heard,
) -> None:
    assert heard.bad == BAD_FILES
    assert sorted(heard.good) == sorted(GOOD_FILES)
    assert heard.status == 2


def test_the_json_is_what_was_promised(heard: Heard, recordings: Path) -> None:
    found = heard.good["16 bits"]
    (command,) = found["commands"]

    assert list(found) == ["file", "duration_s", "commands"]
    assert found["file"] == str(recordings / "16 bits.wav")
    assert found["duration_s"] == pytest.approx(
        soundfile.info(recordings / "16 bits.wav").duration
    )
    kinds = {key: type(value) for key, value in command.items()}
    numbers = ["start_s", "end_s", "decided_s", "compute_ms", "confidence"]
    assert kinds == {"intent": str, "slots": dict, "text": str} | dict.fromkeys(numbers, float)
    assert 0.9 < command["start_s"] < command["end_s"] < found["duration_s"] - 0.9
    assert command["end_s"] <= command["decided_s"] < command["end_s"] + 1.2
    assert command["compute_ms"] > 0
    assert 0 <= command["confidence"] <= 1


def test_people_are_shown_what_is_heard_and_a_silent_far_end_changes_nothing(
    recordings: Path, tmp_path: Path
) -> None:
    silent = record(tmp_path / "far.wav", np.zeros(RATE // 2, np.float32), rate=48_000, channels=2)
    files = [recordings / "16 bits.wav", recordings / "no sound.wav"]

    told = output("hear", "--far-end", silent, *files).splitlines()

    assert told[0].startswith(f"{files[0]} (")
    assert told[1].endswith(f" s: {COMMAND} → Back")
    assert told[2:] == [f"{files[1]} (0.0 s)", "  no command"]


def test_the_guide_is_told_from_the_person_who_speaks_over_it(tmp_path: Path) -> None:
    first, second = spoken("Stand up, with your back against the wall."), spoken("next step")
    third = spoken("Let the ball stay in the same general place.")
    played = np.concatenate([first, second, third])
    heard = heard_in_a_room(played, "stop", len(played) - 2 * RATE)
    far_end = record(tmp_path / "far.wav", played, rate=48_000, channels=2)
    longer = record(tmp_path / "longer.wav", np.concatenate([heard, spoken(COMMAND)]))
    shorter = record(tmp_path / "shorter.wav", heard[: len(first) + len(second)])

    told = output("hear", "--json", "--far-end", far_end, longer, shorter).splitlines()
    without = json.loads(output("hear", "--json", shorter))

    texts = [[command["text"] for command in json.loads(line)["commands"]] for line in told]
    assert texts == [["stop", COMMAND], []]
    assert "next step" in [command["text"] for command in without["commands"]]


def test_where_the_device_cancels_its_echo_she_is_heard_from_the_first_moment(
    recordings: Path, tmp_path: Path, config: Path
) -> None:
    far_end = record(tmp_path / "far.wav", spoken("Stand up, with your back against the wall."))
    write(config, "[sound]\ncancel_echo = false")

    assert "→ Back" in output("hear", "--far-end", far_end, recordings / "16 bits.wav")


def heard_in_a_room(played: Sound, said: str, said_at: int) -> Sound:
    """Return what a microphone hears of what is played, and of somebody who speaks over it."""
    echo = Echo(Acoustics(delay_s=0.08, echo_gain=0.3))
    heard = np.concatenate([echo.of(block) for block in blocks_of(to_int16(played))])
    heard += np.random.default_rng(0).normal(0, 0.0005, len(heard))
    person = render(said, Speaker("en-us+f2", 150)) / 65536
    heard[said_at : said_at + len(person)] += person
    return heard.astype(np.float32)


def test_a_bad_far_end_is_told(recordings: Path) -> None:
    good, bad = recordings / "16 bits.wav", recordings / "text.wav"

    assert refusal("hear", "--far-end", bad, good) == f"{bad}: not a WAV file"


def test_an_unknown_context_is_told_with_those_there_are(recordings: Path) -> None:
    told = refusal("hear", "--context", "lunch", recordings / "16 bits.wav")

    assert told.startswith('there is no context "lunch"; there are: ')
    assert "preparing" in told
    assert "asleep" in told


def test_sentences_of_ones_own_are_heard(recordings: Path, tmp_path: Path) -> None:
    sentences = write(tmp_path / "own.yaml", SENTENCE % '"(go|turn) back [now]", "turn left"')
    (tmp_path / "more").mkdir()
    write(tmp_path / "more" / "a.yaml", SENTENCE % '"turn left"')
    write(tmp_path / "more" / "b.yaml", (SENTENCE % '"go back"').replace("Turn", "Home"))

    one, other = (
        json.loads(output("hear", "--json", "--sentences", path, recordings / "16 bits.wav"))
        for path in (sentences, tmp_path / "more")
    )

    assert [command["intent"] for command in one["commands"]] == ["Turn"]
    assert [command["intent"] for command in other["commands"]] == ["Home"]


BAD_SENTENCES: dict[str, tuple[str | bytes, str]] = {
    "not YAML": ("intents: [a\nb: {", "not YAML: "),
    "not UTF-8": (b"intents: \xe9", "not UTF-8 text|cannot be read: "),
    "no keys": ("just a text", "not a hassil sentence file: "),
    "empty": ("", "not a hassil sentence file: "),
    "no language": ("intents: {}", "the key 'language' is missing"),
    "no intents": ("language: en", "the key 'intents' is missing"),
    "intents that are a list": ("language: en\nintents: [a]", "not a hassil sentence file: "),
    "no such list": (SENTENCE % '"turn {way}"', "Turn: there is no list {way}"),
    "no such rule": (SENTENCE % '"turn <way>"', "Turn: there is no rule <way>"),
    "a rule in itself": (
        SENTENCE % '"turn <way>"' + 'expansion_rules: {way: "left [<way>]"}',
        "Turn: the rule <way> refers to itself",
    ),
    "a bad template": (SENTENCE % '"turn (left|right"', 'Turn: "turn (left|right" is not a '),
    "a bad rule": (SENTENCE % '"turn <way>"' + 'expansion_rules: {way: "(left"}', ""),
    "a number for a sentence": (SENTENCE % "7", ""),
}


@pytest.mark.parametrize(("content", "problem"), BAD_SENTENCES.values(), ids=BAD_SENTENCES)
def test_bad_sentences_are_told_with_their_file(
    tmp_path: Path, refused: Callable[..., str], content: str | bytes, problem: str
) -> None:
    file = write(tmp_path / "own.yaml", content)

    told = refused("hear", "--sentences", file, "not read.wav")

    assert told.startswith(tuple(f"{file}: {each}" for each in problem.split("|")))


def test_missing_sentences_are_told(tmp_path: Path, refused: Callable[..., str]) -> None:
    for path in (tmp_path, tmp_path / "none.yaml"):
        assert refused("hear", "--sentences", path, "not read.wav").startswith(f"{path}: no s")
