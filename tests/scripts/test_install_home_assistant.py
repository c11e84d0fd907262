"""The script that puts the integration into a Home Assistant's folder."""

import json
import subprocess
from pathlib import Path

import pytest

import voice_guide

SCRIPT = Path(__file__).parents[2] / "scripts" / "install-home-assistant"
INTEGRATION = (
    Path(voice_guide.__file__).parent / "skills/home_assistant/custom_components/voice_guide"
)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "configuration.yaml").touch()
    return tmp_path


def test_it_is_installed_updated_and_removed(config: Path) -> None:
    installed = config / "custom_components" / "voice_guide"
    other = config / "custom_components" / "other"
    other.mkdir(parents=True)

    assert run(config).returncode == 0
    assert json.loads((installed / "manifest.json").read_text())["domain"] == "voice_guide"
    (installed / "of_an_older_version.py").touch()
    assert run(config).returncode == 0
    names = {path.name for path in INTEGRATION.iterdir()} - {"__pycache__"}
    assert {path.name for path in installed.iterdir()} == names
    assert run("--remove", config).returncode == 0

    assert not installed.exists()
    assert other.exists()


def test_what_is_no_configuration_is_refused_in_one_line(tmp_path: Path) -> None:
    done = run(tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    told = f"install-home-assistant: {tmp_path}: no configuration.yaml there"
    assert done.stderr == f"{told}: give the folder of a Home Assistant that has one\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["--help"], ["a", "b"]])
def test_wrong_usage_is_told_in_one_line(arguments: list[str]) -> None:
    done = run(*arguments)

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_the_translation_is_that_of_the_strings() -> None:
    strings, english = (INTEGRATION / each for each in ("strings.json", "translations/en.json"))

    assert json.loads(english.read_text()) == json.loads(strings.read_text())


def test_its_version_is_that_of_the_guide() -> None:
    manifest = json.loads((INTEGRATION / "manifest.json").read_text())

    assert manifest["version"] == voice_guide.__version__
