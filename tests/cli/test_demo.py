"""The demo, as it is played at a shell."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from support.own_languages import own_language
from support.shell import output

from voice_guide.app.demo import DemoScript
from voice_guide.audio.pcm import RATE, Samples, level_dbfs
from voice_guide.cli.commands import main
from voice_guide.config.language import reference
from voice_guide.config.toml_files import load_toml
from voice_guide.devices import wav_file

Sound: TypeAlias = npt.NDArray[np.float32]
NewHome: TypeAlias = Callable[[], dict[str, str]]


SCRIPT = load_toml(reference().demo, DemoScript)


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


def test_demo_understands_its_whole_script(demo: Played) -> None:
    said = [line.text for line in demo.transcript if line.who == "Person"]
    lines = [line.say for line in SCRIPT.lines]

    assert [text.removeprefix("(cuts in) ") for text in said] == lines
    assert sum(line.who == "Heard" for line in demo.transcript) == len(lines)
    assert len(demo.cuts_in()) == 3


def test_demo_resumes_at_the_interrupted_sentence(demo: Played) -> None:
    texts = [line.text for line in demo.transcript if line.who == "Guide"]

    for sentence in ("Direct pressure there is work", "Let the ball stay in the same"):
        whole = next(text for text in texts if f". {sentence}" in text)
        (rest,) = [text for text in texts[texts.index(whole) :] if text.startswith(sentence)]
        assert whole.endswith(f" {rest}")


def test_demo_leaves_nothing_of_the_guides_voice_for_the_recognizer(demo: Played) -> None:
    assert demo.heard.shape == (len(demo.room), 2)
    assert np.array_equal(demo.heard[:, 0], demo.room)
    for at in demo.cuts_in():
        # From the guide's first words until somebody cuts in.
        answered = max(n for n in range(at) if demo.transcript[n].who == "Heard")
        alone_s = demo.transcript[answered].at_s + 0.6, demo.transcript[at].at_s
        assert demo.level_db(0, *alone_s) > -30
        assert demo.level_db(1, *alone_s) < demo.level_db(0, *alone_s) - 20


def test_demo_leaves_all_of_the_interrupting_person_for_the_recognizer(
    demo: Played, tmp_path: Path
) -> None:
    files, meant = [], []
    for at in demo.cuts_in():
        said, heard = demo.transcript[at : at + 2]
        part = slice(round((said.at_s - 1) * RATE), round((heard.at_s + 0.5) * RATE))
        files.append(tmp_path / f"{at}.wav")
        wav_file.write(files[-1], demo.heard[part, 1])
        meant.append(heard.text.split()[-1])
    found = [
        json.loads(line)["commands"] for line in output("hear", "--json", *files).splitlines()
    ]

    assert [[command["intent"] for command in commands] for commands in found] == [
        [intent] for intent in meant
    ]


def script(*lines: str) -> str:
    """Return a person who says this in the demo, as the file of a language."""
    said = ", ".join(f'{{ say = "{line}" }}' for line in lines)
    return f'voice = "en-us+f2"\nlines = [{said}]\n'


@pytest.mark.parametrize("option", ["--out", "--heard"])
def test_demo_reports_a_file_that_cannot_be_written(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_language("en", demo=script("goodbye"))
    with pytest.raises(SystemExit) as caught:
        main(["demo", option, str(tmp_path)])
    (line,) = capsys.readouterr().err.splitlines()

    assert caught.value.code == 2
    assert line.startswith(f"voice-guide: {tmp_path}: cannot be written: ")


def test_demo_fails_on_a_line_that_is_not_understood(capsys: pytest.CaptureFixture[str]) -> None:
    own_language("en", demo=script("the weather", "goodbye"))
    with pytest.raises(SystemExit) as caught:
        main(["demo"])

    assert caught.value.code == 1
    assert '"the weather" was not understood' in capsys.readouterr().out.splitlines()[-1]
