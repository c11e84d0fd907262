"""Installing speech models: download, verify, and move into place as a whole."""

import errno
import fcntl
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from voice_guide.errors import VoiceGuideError
from voice_guide.speech_models.catalog import CatalogModel, model_folder
from voice_guide.speech_models.download import CHUNK_BYTES, SourceError, download
from voice_guide.speech_models.verify import (
    INSTALL_COMMAND,
    check_files,
    verify_model,
    write_stamps,
)

if TYPE_CHECKING:
    from rich.console import Console


def install_model(model: CatalogModel, console: "Console") -> Path:
    """Install the model unless it is there and intact, and return its folder.

    Each stage is printed on the console, and the progress if it is a terminal.

    Raises VoiceGuideError if no source can deliver the model or the disk cannot take it; an
    installation made before is then unchanged.
    """
    folder = model_folder(model)
    try:
        if verify_model(model):
            folder.parent.mkdir(parents=True, exist_ok=True)
            with _install_lock(folder.parent, console), _staging(folder.parent) as staging:
                # Another process may have installed it while this one waited for the lock.
                if verify_model(model):
                    _install_from_sources(staging, model, console)
    except OSError as error:
        raise VoiceGuideError(_advice(model, error)) from error
    _print(console, f"{model.name} is installed and verified.")
    return folder


def _install_from_sources(staging: Path, model: CatalogModel, console: "Console") -> None:
    for source in model.sources:
        _print(console, f"Installing {model.name} from {source}")
        attempt = Path(tempfile.mkdtemp(dir=staging))
        unpacked = attempt / model.name
        try:
            _unpack(download(source, attempt, console), source.folder, model, unpacked)
        except SourceError as error:
            _print(console, f"That failed: {error}")
            shutil.rmtree(attempt)
        else:
            _move_into_place(unpacked, model_folder(model), replaced=attempt / "replaced")
            return
    raise VoiceGuideError(
        f"{model.name} could not be downloaded from any of its sources: "
        f"check the network connection, then run `{INSTALL_COMMAND}` again."
    )


def _unpack(archive: Path, folder: str, model: CatalogModel, into: Path) -> None:
    """Unpack the model's files, and no others, from a folder of the archive into a new folder."""
    try:
        with zipfile.ZipFile(archive) as opened:
            _refuse_unsafe_members(opened)
            names = frozenset(opened.namelist())
            for path in model.files:
                member = f"{folder}/{path}"
                if member not in names:
                    raise SourceError(f"{archive.name} has no {member}")
                (into / path).parent.mkdir(parents=True, exist_ok=True)
                with opened.open(member) as packed, (into / path).open("wb") as file:
                    shutil.copyfileobj(packed, file, CHUNK_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise SourceError(f"{archive.name} is a damaged archive: {error}") from error
    problems, stamps = check_files(model, into)
    if problems:
        raise SourceError(f"the archive holds a different model: {problems[0]}")
    write_stamps(into, stamps)


def _refuse_unsafe_members(archive: zipfile.ZipFile) -> None:
    """Raise SourceError if any member of the archive could write outside its folder."""
    for member in archive.infolist():
        # Windows' rules for paths cover every way out: roots, drives, and both slashes.
        path = PureWindowsPath(member.filename)
        is_link = stat.S_ISLNK(member.external_attr >> 16)
        if path.anchor or ".." in path.parts or "\\" in member.filename or is_link:
            raise SourceError(f"the archive has an unsafe path: {member.filename!r}")


def _move_into_place(unpacked: Path, folder: Path, replaced: Path) -> None:
    # On the disk before the rename: a power cut must not leave a model that looks complete.
    for path in [*unpacked.rglob("*"), unpacked]:
        _fsync(path)
    if os.path.lexists(folder):
        folder.rename(replaced)
    unpacked.rename(folder)
    _fsync(folder.parent)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _install_lock(models: Path, console: "Console") -> Iterator[None]:
    """Hold the lock that lets one process at a time install; wait for it if necessary."""
    with (models / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _print(console, "Another install is in progress: waiting for it to end.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _staging(models: Path) -> Iterator[Path]:
    """Yield a temporary folder on the models' filesystem, so that a rename moves a whole model."""
    for left_by_a_killed_install in models.glob(".staging-*"):
        shutil.rmtree(left_by_a_killed_install, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=models))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _advice(model: CatalogModel, error: OSError) -> str:
    """Return what went wrong on the disk and what to do about it, in one line."""
    models = model_folder(model).parent
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        # The archive and its content; while pip copies, the archive twice.
        needed_mb = round(3 * model.size_bytes / 1e6)
        return (
            f"The disk of {models} is full: free {needed_mb} MB, "
            f"then run `{INSTALL_COMMAND}` again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"This user may not write in {models}: change that, "
            f"then run `{INSTALL_COMMAND}` again."
        )
    return f"{model.name} cannot be installed in {models} ({error}): fix that and try again."


def _print(console: "Console", text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
