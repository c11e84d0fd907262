"""What the tests share."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from harness.sound_server import SoundServer
from voice_guide.app.content import Content, load_content
from voice_guide.app.speech_input import load_model
from voice_guide.cli.commands import main
from voice_guide.config.language import reference
from voice_guide.config.settings import Settings
from voice_guide.hearing.recognizer import SpeechModel

MODELS = platformdirs.user_data_path("voice-guide") / "models"
"""Where this user's speech models are installed: the only thing of theirs that tests use."""

IN_REAL_TIME = ("test_live", "test_outages", "test_service")
"""Where sound is played and heard as time passes."""

_LESS = 10
"""By how much everything else is nicer to other programs, as nice(1) counts."""

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
    """Begin with what is in real time, since nobody may take back that he is nice."""
    items.sort(key=lambda item: item.path.stem not in IN_REAL_TIME)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let what is in real time in another process have this machine when it needs it."""
    if item.path.stem not in IN_REAL_TIME and os.nice(0) < _LESS:
        os.nice(_LESS)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over what was measured, where the tests are spread over several processes."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["figures"] = session.config.stash[FIGURES]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what was measured in one of them."""
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
    """Print a line about what was measured, at the end of the run."""
    return pytestconfig.stash[FIGURES].append


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], dict[str, str]]:
    """Make the home of a user who has the speech models and nothing else; return its variables."""

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
    """Keep every test away from what this user has set and done."""
    for name, value in new_home().items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def content() -> Content:
    """Give the routines and the guide's language."""
    return load_content(Settings())


@pytest.fixture(scope="session")
def model() -> SpeechModel:
    """Give the speech model."""
    return load_model(reference())


@pytest.fixture(scope="module")
def sound_server() -> Iterator[SoundServer]:
    """Give a sound server with a microphone and a speaker that no test has broken."""
    with SoundServer() as server:
        yield server


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


@pytest.fixture
def config() -> Path:
    """Give where the user's settings are kept; there are none yet."""
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "voice-guide" / "config.toml"
    path.parent.mkdir(parents=True)
    return path
