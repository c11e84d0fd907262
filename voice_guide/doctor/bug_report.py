"""The report for a bug: versions, the machine, and the results of all checks.

It contains no sound, nothing of the diary, and no name of the user or the machine.
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
"""The name that a requirement begins with: numpy in "numpy<3,>=1.26"."""

_FOR_TESTS = re.compile("extra == '(test|endure)")
"""The end of a requirement that only developers need."""

_MODEL_FILES = (Path("/proc/device-tree/model"), Path("/sys/class/dmi/id/product_name"))
"""The files in which Linux names the kind of machine, on a Raspberry Pi and on a PC."""


def bug_report(results: Iterable[CheckResult]) -> dict[str, object]:
    """Return the report, in types that JSON knows."""
    report = {
        "voice_guide": __version__,
        "python": platform.python_version(),
        "libraries": _libraries(),
        "machine": _machine(),
        "findings": [asdict(result) for result in results],
    }
    return {key: _plain(value) for key, value in report.items()}


def _libraries() -> dict[str, str]:
    """Return the versions of the libraries this program uses, of those that are installed."""
    required = metadata.requires("voice-guide") or ()
    needed = [each for each in required if not _FOR_TESTS.search(each)]
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
        # PortAudio is missing, which the checks of the devices report.
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
    """Return the kind of machine; empty if it is unknown."""
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
    """Return a value in types that JSON knows, with the user's home folder as ~."""
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
