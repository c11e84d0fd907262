"""What whoever mends a fault has to know: the versions, the machine, and what was found.

There is no sound in it, nothing of the diary, and no name of the user's or the machine's.
"""

import os
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib import metadata
from math import isfinite
from pathlib import Path

from voice_guide import __version__
from voice_guide.doctor.check_result import CheckResult

_NAME = re.compile(r"[\w.-]+")
"""What a requirement begins with: "numpy<3,>=1.26" asks for numpy."""

_FOR_TESTS = "extra == 'test'"
"""What a requirement ends with that nobody needs but who works on the program."""

_MODEL_FILES = (Path("/proc/device-tree/model"), Path("/sys/class/dmi/id/product_name"))
"""Where Linux tells what kind of machine it runs on: on a Raspberry Pi, and on a PC."""


def bug_report(findings: Iterable[CheckResult]) -> dict[str, object]:
    """Return all of it, in what JSON knows."""
    report = {
        "voice_guide": __version__,
        "python": platform.python_version(),
        "libraries": _libraries(),
        "machine": _machine(),
        "findings": [asdict(finding) for finding in findings],
    }
    return {key: _plain(value) for key, value in report.items()}


def _libraries() -> dict[str, str]:
    """Return the versions of the libraries that are installed, of all that are made use of."""
    needed = [each for each in metadata.requires("voice-guide") or () if _FOR_TESTS not in each]
    names = {found[0] for each in needed if (found := _NAME.match(each))}
    versions = {}
    for name in sorted(names):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    try:
        import sounddevice

        _, versions["portaudio"] = sounddevice.get_portaudio_version()
    except OSError:
        # It is missing: whatever needs it has told so.
        pass
    return versions


def _machine() -> dict[str, object]:
    return {
        "model": _model(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "memory_mb": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1_000_000,
        "system": _system(),
        "kernel": f"{platform.system()} {platform.release()}",
    }


def _model() -> str:
    """Return what kind of machine this is; empty where nothing tells."""
    for file in _MODEL_FILES:
        try:
            return file.read_text().strip("\0\n")
        except OSError:
            continue
    return ""


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _plain(value: object) -> object:
    """Return a value in what JSON knows, the user's own folder without her name, as ~."""
    match value:
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case str():
            return value.replace(f"{Path.home()}/", "~/")
        case float() if not isfinite(value):
            return str(value)
        case float():
            return round(value, 4)
    return value
