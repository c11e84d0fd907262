"""The guide as a device: what systemd is told, and what walls it puts around it."""

import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.recognized_words import recognized_words

from harness.person_in_room import person_in_room
from harness.program import NO_SOUND_SERVER, start_voice_guide
from harness.sound_server import SoundServer
from voice_guide.app.systemd import SystemdService
from voice_guide.audio.pcm import Samples, silence
from voice_guide.devices.portaudio import silenced_stderr
from voice_guide.devices.reconnecting import ReconnectingSound
from voice_guide.dialogue.actions import SaveCheckpoint, Say
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.storage.store import SessionStore
from voice_guide.ui.display import ServiceLog

UNIT = Path(__file__).parents[2] / "scripts" / "voice-guide.service"

READY_WITHIN_S = 60.0
"""How long it may take to start on a machine that is busy with other things, in seconds."""

MOST_EXPOSED = 1.5
"""What `systemd-analyze security` may give it at the most, of 10."""

NOT_KNOWN_TO_EVERY_SYSTEMD = ("RestartSteps", "RestartMaxDelaySec")
"""What of the unit an older systemd ignores."""


class Systemd:
    """Hears what a service tells."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0"))

    def close(self) -> None:
        self._socket.close()

    def heard(self, within_s: float = 0.0) -> str:
        """Return what is told next; nothing where nothing is told for so long."""
        self._socket.settimeout(within_s)
        try:
            return self._socket.recv(1000).decode()
        except (TimeoutError, BlockingIOError):
            return ""

    def heard_so_far(self) -> list[str]:
        """Return all that was told and not taken yet."""
        return list(iter(self.heard, ""))


@pytest.fixture(params=["path", "abstract"])
def systemd(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Systemd]:
    """Give a systemd that wants to be told so once within 200 ms."""
    abstract = f"@voice-guide-test-{os.getpid()}"
    with closing(Systemd(abstract if request.param == "abstract" else f"{tmp_path}/n")) as systemd:
        monkeypatch.setenv("NOTIFY_SOCKET", systemd.address)
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        yield systemd


@pytest.fixture(autouse=True)
def _sigterm_as_it_was() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


# What is told


def test_it_tells_that_it_is_ready_and_that_it_ends(systemd: Systemd) -> None:
    service = SystemdService()
    assert systemd.heard_so_far() == []

    service.ready()
    service.stopping()

    assert systemd.heard_so_far() == ["READY=1", "STOPPING=1"]


def test_it_tells_that_it_goes_on_four_times_in_the_time_it_has(systemd: Systemd) -> None:
    service = SystemdService()
    service.ready()
    until_s = time.monotonic() + 0.5
    calls = 0
    while time.monotonic() < until_s:
        service.alive()
        calls += 1

    told = systemd.heard_so_far()[1:]

    assert set(told) == {"WATCHDOG=1"}
    assert len(told) <= 10
    assert calls > 1000


def test_who_is_not_asked_to_feed_a_watchdog_does_not(
    systemd: Systemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WATCHDOG_USEC")
    service = SystemdService()
    service.ready()
    for _ in range(100):
        service.alive()

    assert systemd.heard_so_far() == ["READY=1"]


def test_where_nobody_listens_nobody_is_told(
    systemd: Systemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET")
    service = SystemdService()
    service.ready()
    service.alive()
    service.stopping()

    assert systemd.heard_so_far() == []


def test_a_systemd_that_is_gone_or_does_not_listen_is_not_waited_for(
    systemd: Systemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = SystemdService()
    begins_s = time.monotonic()
    # More than it has room for.
    for _ in range(2000):
        service.stopping()
    systemd.close()
    service.stopping()

    assert time.monotonic() - begins_s < 2


class Hanging:
    """An engine that hangs in a block until it is let go on."""

    is_finished = False

    def __init__(self) -> None:
        self.goes_on = threading.Event()

    def start(self) -> None:
        pass

    def process(self, heard: Samples, _: Samples) -> Samples:
        self.goes_on.wait()
        return heard


class OneBlock:
    """A sound card for a single block."""

    def run(self, session: Hanging, begin: Callable[[], None]) -> None:
        begin()
        session.process(silence(), silence())


def test_an_engine_that_hangs_is_not_taken_for_alive(systemd: Systemd) -> None:
    engine = Hanging()
    sound = ReconnectingSound("", "", SystemdService().alive)
    hanging = threading.Thread(target=sound.run, args=(engine, OneBlock()))
    hanging.start()
    heard_while_it_hangs = systemd.heard(within_s=0.3)
    engine.goes_on.set()
    hanging.join()

    assert heard_while_it_hangs == ""
    assert systemd.heard(within_s=1.0) == "WATCHDOG=1"


def test_asked_to_end_it_does_so_between_two_blocks(systemd: Systemd) -> None:
    service = SystemdService()
    service.ready()
    os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(SystemExit) as ended:
        service.alive()

    assert ended.value.code is None


# As a device


def test_a_device_says_how_to_begin_sleeps_after_goodbye_and_ends_in_order(
    sound_server: SoundServer,
    model: SpeechModel,
    new_home: Callable[[], dict[str, str]],
    tmp_path: Path,
) -> None:
    home = new_home()
    sound_server.make_noise()
    with closing(Systemd(f"{tmp_path}/notify")) as systemd:
        told = {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "20000000"}
        variables = {**sound_server.environment, **home, **told}
        with (
            person_in_room(sound_server) as she,
            start_voice_guide("run", "--service", environment=variables) as program,
        ):
            assert systemd.heard(within_s=READY_WITHIN_S) == "READY=1"
            welcome = recognized_words(she.listen(time.monotonic()), model)
            parting = recognized_words(she.say("goodbye").sound, model)
            # Which is answered, or fails.
            she.say("hey guide")
            program.process.send_signal(signal.SIGTERM)
            status, shown, log = program.end()
        heard = systemd.heard_so_far()

    # The recognizer was not made for the synthesizer's voice, and mishears it.
    assert {"ready", "start", "myself"} & set(welcome.split())
    assert {"take", "care", "going", "sleep"} & set(parting.split())
    assert (status, shown) == (0, "")
    # Where this machine is too busy for a moment, it is told; of what was said, nothing is.
    assert not re.search("goodbye|guide|sleep", log.replace("voice-guide:", ""), re.IGNORECASE)
    assert heard[-1] == "STOPPING=1"
    assert set(heard[:-1]) == {"WATCHDOG=1"}


def test_what_goes_wrong_is_told_while_sound_runs_too(capfd: pytest.CaptureFixture[str]) -> None:
    log = ServiceLog()
    with silenced_stderr():
        log.note(3.0, "somebody is too loud")
        log.observe(3.0, Say("This is nobody's business."))

    assert capfd.readouterr() == ("", "voice-guide: somebody is too loud\n")


def test_a_device_is_new_until_anything_is_kept_even_nothing(tmp_path: Path) -> None:
    file = tmp_path / "diary.sqlite3"
    with closing(SessionStore(file)) as store:
        assert store.is_new
        store.save(SaveCheckpoint(None))
    with closing(SessionStore(file)) as store:
        assert not store.is_new


def test_a_device_whose_diary_was_damaged_is_not_new(tmp_path: Path) -> None:
    file = tmp_path / "diary.sqlite3"
    file.write_text("no diary")
    with closing(SessionStore(file)) as store:
        assert not store.is_new


def test_a_device_without_sound_is_alive_says_so_once_and_plays_no_demo(tmp_path: Path) -> None:
    with closing(Systemd(f"{tmp_path}/notify")) as systemd:
        told = {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "2000000"}
        with start_voice_guide("run", "--service", environment=NO_SOUND_SERVER | told) as program:
            heard = [systemd.heard(within_s=READY_WITHIN_S) for _ in range(4)]
            program.process.send_signal(signal.SIGTERM)
            status, output, complaints = program.end()

    assert heard == ["READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]
    assert (status, output) == (0, "")
    (line,) = complaints.splitlines()
    assert line == "voice-guide: this machine has no microphone"


# Its walls


def analyzed(*arguments: str) -> list[str]:
    """Return what systemd-analyze prints about the unit."""
    done = subprocess.run(
        ["systemd-analyze", *arguments, str(UNIT)], capture_output=True, text=True, check=False
    )
    return [*done.stdout.splitlines(), *done.stderr.splitlines()]


def test_what_could_still_be_done_inside_its_walls_is_little(
    report_figure: Callable[[str], None],
) -> None:
    (line,) = (line for line in analyzed("security", "--offline=true") if "Overall" in line)
    found = re.search(r"\d+\.\d+", line)
    assert found

    report_figure(f"exposed to its service, by systemd-analyze security: {found[0]} of 10")
    assert float(found[0]) <= MOST_EXPOSED


def test_the_unit_says_nothing_that_systemd_does_not_know() -> None:
    unknown = [
        line
        for line in analyzed("verify")
        # It is not installed here.
        if "is not executable" not in line
        and not any(f"'{name}'" in line for name in NOT_KNOWN_TO_EVERY_SYSTEMD)
    ]

    assert unknown == []
