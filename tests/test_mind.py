"""The mind alone: what is installed without the libraries that hear, speak and show."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]

DEVICE = (
    "vosk",
    "pyttsx3",
    "sounddevice",
    "numpy",
    "soxr",
    "soundfile",
    "rapidfuzz",
    "webrtcvad",
    "rich",
    "matplotlib",
    "pyfiglet",
)
"""The modules of the libraries of the extra `device`."""

SERVICE = ("wyoming", "websockets", "zeroconf")
"""The modules of the libraries of the extra `wyoming`."""

WITHOUT_DEVICE = f"import sys; sys.modules |= dict.fromkeys({(*DEVICE, *SERVICE)}); "
"""Code after which none of them can be imported."""

MAX_MB = 60
"""Memory that the mind may take, in megabytes."""


def run_without_device(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_DEVICE + code], capture_output=True, text=True, check=False
    )


def test_the_libraries_of_a_device_are_those_of_its_extra() -> None:
    names = [each.split(">")[0] for each in PROJECT["optional-dependencies"]["device"]]

    assert sorted(name.removesuffix("-wheels") for name in names) == sorted(DEVICE)


def test_the_mind_is_imported_and_leads_a_session_without_them_in_little_memory() -> None:
    done = run_without_device(
        "import voice_guide.skills.dialogues;"
        "from voice_guide.app.content import load_content;"
        "from voice_guide.config.settings import Settings;"
        "load_content(Settings());"
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )

    assert not done.stderr
    assert int(done.stdout.split()[1]) < MAX_MB * 1024


def test_the_service_says_in_one_line_what_to_install() -> None:
    code = "import sys; sys.modules['wyoming'] = None; "
    run = "from voice_guide.cli.commands import main; main(['wyoming'])"

    done = subprocess.run(
        [sys.executable, "-c", code + run], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (2, "")
    needed = 'pip install "voice-guide[device,wyoming]"'
    assert done.stderr == f"voice-guide: wyoming is not installed: {needed}\n"


@pytest.mark.parametrize("command", ["run", "demo", "doctor", "hear"])
def test_a_command_that_needs_them_says_in_one_line_what_to_install(command: str) -> None:
    arguments = [command, "x.wav"] if command == "hear" else [command]

    done = run_without_device(f"from voice_guide.cli.commands import main; main({arguments})")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("voice-guide: ")
    assert done.stderr.endswith(' is not installed: pip install "voice-guide[device]"\n')
    assert len(done.stderr.splitlines()) == 1
