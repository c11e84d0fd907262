"""Fixtures, options and hooks of all tests."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from harness.sound_server import SoundServer
from voice_guide.app.content import Content, load_content
from voice_guide.app.speech_input import load_model
from voice_guide.audio.pcm import RATE
from voice_guide.cli.commands import main
from voice_guide.config.language import reference
from voice_guide.config.settings import Settings
from voice_guide.hearing.recognizer import SpeechModel

MODELS = platformdirs.user_data_path("voice-guide") / "models"
"""The folder of this user's speech models: the only files of the user that tests use."""

REAL_TIME_MODULES = ("test_live", "test_live_doctor", "test_outages", "test_service")
"""Test modules that play and record sound in real time."""

ECHO_GAIN = 0.3
"""Gain from the speaker to the microphone, where the microphone hears it."""

_NICENESS = 10
"""Niceness, as of nice(1), of all other tests."""

collect_ignore = ["ovos"]
"""Tests in an environment apart: `scripts/test-ovos`."""

FIGURES = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--exchanges",
        type=int,
        default=3,
        metavar="N",
        help="how many spoken exchanges the live latency is measured on",
    )
    parser.addoption(
        "--kills",
        type=int,
        default=12,
        metavar="N",
        help="how often a program is killed while it keeps what it has to remember",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run real-time tests first, since a process cannot lower its niceness again."""
    items.sort(key=lambda item: item.path.stem not in REAL_TIME_MODULES)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give way to real-time tests in other processes."""
    if item.path.stem not in REAL_TIME_MODULES and os.nice(0) < _NICENESS:
        os.nice(_NICENESS)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Pass the figures to the main process, if this is one of several."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["figures"] = session.config.stash[FIGURES]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the figures of another process."""
    node.config.stash[FIGURES] += getattr(node, "workeroutput", {}).get("figures", [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.stash[FIGURES]:
        terminalreporter.section("measured")
    for figure in config.stash[FIGURES]:
        terminalreporter.write_line(figure)


@pytest.fixture(scope="session")
def report_figure(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Return a function that prints a line with a figure at the end of the run."""
    return pytestconfig.stash[FIGURES].append


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], dict[str, str]]:
    """Return a function that makes an empty home with the speech models; it returns variables."""

    def make() -> dict[str, str]:
        home = tmp_path_factory.mktemp("home")
        models = home / "data" / "voice-guide" / "models"
        models.parent.mkdir(parents=True)
        models.symlink_to(MODELS)
        folders = {"CONFIG": "config", "DATA": "data", "STATE": "state", "CACHE": "cache"}
        return {"HOME": str(home)} | {
            f"XDG_{kind}_HOME": str(home / folder) for kind, folder in folders.items()
        }

    return make


@pytest.fixture(autouse=True)
def _own_home(new_home: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test away from this user's settings and diary."""
    for name, value in new_home().items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def content() -> Content:
    """Return the routines and the guide's language."""
    return load_content(Settings())


@pytest.fixture(scope="session")
def model() -> SpeechModel:
    """Return the speech model."""
    return load_model(reference())


@pytest.fixture(scope="module")
def sound_server() -> Iterator[SoundServer]:
    """Yield a sound server with a working microphone and speaker."""
    with SoundServer() as server:
        yield server


@pytest.fixture(scope="module")
def echoing_server() -> Iterator[SoundServer]:
    """Give a sound server whose microphone hears its speaker."""
    # Where PulseAudio has to resample what it mixes, it slips by a sample now and then.
    with SoundServer(RATE, ECHO_GAIN) as server:
        yield server


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return the same as `refusal`, but without a process of its own, which takes less time."""

    def refused(*arguments: str | Path) -> str:
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        assert (caught.value.code, told.out) == (2, "")
        (line,) = told.err.splitlines()
        return line.removeprefix("voice-guide: ")

    return refused


@pytest.fixture
def config() -> Path:
    """Return the path of the user's settings; there is no file yet."""
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "voice-guide" / "config.toml"
    path.parent.mkdir(parents=True)
    return path
