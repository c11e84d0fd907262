"""Recordings, as they are heard at a shell."""

import json
import os
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
import soxr
from support.shell import output, refusal, run, write

from voice_guide.audio.pcm import RATE, blocks_of, to_int16
from voice_guide.devices import wav_source
from voice_guide.devices.wav_file import Recording
from voice_guide.simulation.acoustics import Acoustics, Echo
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

SENTENCE = "language: en\nintents:\n  Turn:\n    data:\n      - sentences: [%s]\n"

Sound: TypeAlias = npt.NDArray[np.float32]
NewHome: TypeAlias = Callable[[], dict[str, str]]


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
    return np.pad(render(text, VoiceSpec("en-us", 140)).astype(np.float32) / 32768, RATE)


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
def test_command_is_heard_in_every_kind_of_wav_file(heard: Heard, name: str) -> None:
    (found,) = heard.good[name]["commands"]

    assert (found["intent"], found["text"]) == ("Back", COMMAND)


def test_recording_without_sound_has_no_command(
    heard: Heard,
) -> None:
    for name in ("no sound", "header only"):
        assert heard.good[name]["duration_s"] == 0
        assert heard.good[name]["commands"] == []


def test_bad_file_is_reported_and_the_others_are_heard(
    heard: Heard,
) -> None:
    assert heard.bad == BAD_FILES
    assert sorted(heard.good) == sorted(GOOD_FILES)
    assert heard.status == 2


def test_json_has_the_documented_keys(heard: Heard, recordings: Path) -> None:
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


def test_text_output_lists_commands_and_a_silent_far_end_changes_nothing(
    recordings: Path, tmp_path: Path
) -> None:
    silent = record(tmp_path / "far.wav", np.zeros(RATE // 2, np.float32), rate=48_000, channels=2)
    files = [recordings / "16 bits.wav", recordings / "no sound.wav"]

    told = output("hear", "--far-end", silent, *files).splitlines()

    assert told[0].startswith(f"{files[0]} (")
    assert told[1].endswith(f" s: {COMMAND} → Back")
    assert told[2:] == [f"{files[1]} (0.0 s)", "  no command"]


def test_far_end_keeps_the_guides_voice_from_being_heard(tmp_path: Path) -> None:
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


def test_without_cancel_echo_the_user_is_heard_from_the_first_block(
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
    person = render(said, VoiceSpec("en-us+f2", 150)) / 65536
    heard[said_at : said_at + len(person)] += person
    return heard.astype(np.float32)


def test_bad_far_end_is_refused(recordings: Path) -> None:
    good, bad = recordings / "16 bits.wav", recordings / "text.wav"

    assert refusal("hear", "--far-end", bad, good) == f"{bad}: not a WAV file"


def test_unknown_context_is_refused_with_the_known_ones(recordings: Path) -> None:
    told = refusal("hear", "--context", "lunch", recordings / "16 bits.wav")

    assert told.startswith('there is no context "lunch"; there are: ')
    assert "preparing" in told
    assert "asleep" in told


def test_own_sentences_are_heard(recordings: Path, tmp_path: Path) -> None:
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
    "a set for a sentence": (SENTENCE % "!!set {a}", "not a hassil sentence file: intents.Turn."),
}


@pytest.mark.parametrize(("content", "problem"), BAD_SENTENCES.values(), ids=BAD_SENTENCES)
def test_bad_sentences_are_refused_with_their_file(
    tmp_path: Path, refused: Callable[..., str], content: str | bytes, problem: str
) -> None:
    file = write(tmp_path / "own.yaml", content)

    told = refused("hear", "--sentences", file, "not read.wav")

    assert told.startswith(tuple(f"{file}: {each}" for each in problem.split("|")))


def test_missing_sentences_are_refused(tmp_path: Path, refused: Callable[..., str]) -> None:
    for path in (tmp_path, tmp_path / "none.yaml"):
        assert refused("hear", "--sentences", path, "not read.wav").startswith(f"{path}: no s")


# Pipes, and headers that are wrong


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input_is_heard(recordings: Path, name: str) -> None:
    content = (recordings / "16 bits.wav").read_bytes()

    assert "→ Back" in output("hear", name, typed=content)


def test_named_pipe_is_heard(recordings: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.wav"
    os.mkfifo(pipe)
    content = (recordings / "stereo.wav").read_bytes()
    writing = threading.Thread(target=pipe.write_bytes, args=(content,))
    writing.start()

    assert "→ Back" in output("hear", pipe)
    writing.join()


def test_pipe_that_nothing_comes_through_is_refused(
    tmp_path: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe.wav"
    os.mkfifo(pipe)
    monkeypatch.setattr(wav_source, "_PIPE_TIMEOUT_S", 0.1)

    assert "nothing came through this pipe" in refused("hear", pipe)


def test_pipe_without_sound_and_without_end_is_refused(refused: Callable[..., str]) -> None:
    assert refused("hear", "/dev/zero") == "/dev/zero: not a WAV file"
    assert refused("hear", "/dev/null") == "/dev/null: this file is empty"


@pytest.mark.parametrize("size", [0, 3_200, 0xFFFF_FFFF])
def test_wav_file_with_a_wrong_size_is_heard_to_its_end(
    recordings: Path, tmp_path: Path, size: int
) -> None:
    whole = (recordings / "16 bits.wav").read_bytes()
    written = struct.pack("<I", size)
    file = write(tmp_path / "a.wav", whole[:4] + written + whole[8:40] + written + whole[44:])

    assert "→ Back" in output("hear", file)


def test_chunk_after_the_sound_is_not_heard(recordings: Path, tmp_path: Path) -> None:
    whole = (recordings / "16 bits.wav").read_bytes()
    file = write(tmp_path / "a.wav", whole + b"LIST" + struct.pack("<I", 400) + bytes(400))

    recording = Recording(file)

    assert recording.duration_s == Recording(recordings / "16 bits.wav").duration_s


@pytest.mark.parametrize("scale", [2.0**15, 2.0**23, 2.0**31])
def test_integers_that_were_written_as_floats_are_scaled(tmp_path: Path, scale: float) -> None:
    file = record(tmp_path / "a.wav", spoken(COMMAND) * scale, subtype="DOUBLE")

    assert "→ Back" in output("hear", file)


@pytest.mark.parametrize("rate", [4_000, 7_999])
def test_rate_too_low_for_speech_is_refused(
    tmp_path: Path, refused: Callable[..., str], rate: int
) -> None:
    file = record(tmp_path / "a.wav", spoken(COMMAND), rate=rate)

    assert refused("hear", file) == (
        f"{file}: speech cannot be recognized at {rate} samples per second; "
        "record at 16000, or at 8000 or more"
    )


@pytest.mark.parametrize("other", ["inverted", "noisy", "dead"])
def test_channel_that_does_harm_is_left_out(tmp_path: Path, other: str) -> None:
    voice = spoken(COMMAND)
    noise = np.random.default_rng(0).normal(0, 0.1, len(voice))
    channels: dict[str, npt.NDArray[Any]] = {
        "inverted": -voice,
        "noisy": noise,
        "dead": np.zeros(len(voice)),
    }
    file = tmp_path / "a.wav"
    soundfile.write(file, np.stack([channels[other], voice], axis=1), RATE)

    assert "→ Back" in output("hear", file)
