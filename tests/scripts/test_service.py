"""The guide as a service: its notifications to systemd, and its behaviour as a device."""

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.fake_systemd import FakeSystemd
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

READY_WITHIN_S = 60.0
"""Seconds that a start may take on a busy machine."""


@pytest.fixture(params=["path", "abstract"])
def systemd(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeSystemd]:
    """Make a systemd whose watchdog has to be fed every 200 ms."""
    abstract = f"@voice-guide-test-{os.getpid()}"
    with closing(
        FakeSystemd(abstract if request.param == "abstract" else f"{tmp_path}/n")
    ) as systemd:
        monkeypatch.setenv("NOTIFY_SOCKET", systemd.address)
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        yield systemd


@pytest.fixture(autouse=True)
def _sigterm_as_it_was() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


# Notifications


def test_service_notifies_that_it_is_ready_and_that_it_stops(systemd: FakeSystemd) -> None:
    service = SystemdService()
    assert systemd.all_so_far() == []

    service.ready()
    service.stopping()

    assert systemd.all_so_far() == ["READY=1", "STOPPING=1"]


def test_watchdog_is_fed_four_times_in_its_time(systemd: FakeSystemd) -> None:
    service = SystemdService()
    service.ready()
    until_s = time.monotonic() + 0.5
    calls = 0
    while time.monotonic() < until_s:
        service.alive()
        calls += 1

    notifications = systemd.all_so_far()[1:]

    assert set(notifications) == {"WATCHDOG=1"}
    assert len(notifications) <= 10
    assert calls > 1000


def test_watchdog_is_not_fed_if_there_is_none(
    systemd: FakeSystemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WATCHDOG_USEC")
    service = SystemdService()
    service.ready()
    for _ in range(100):
        service.alive()

    assert systemd.all_so_far() == ["READY=1"]


def test_service_without_systemd_notifies_nothing(
    systemd: FakeSystemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET")
    service = SystemdService()
    service.ready()
    service.alive()
    service.stopping()

    assert systemd.all_so_far() == []


def test_service_does_not_wait_for_a_systemd_that_does_not_read(
    systemd: FakeSystemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = SystemdService()
    begins_s = time.monotonic()
    # More than its socket has room for.
    for _ in range(2000):
        service.stopping()
    systemd.close()
    service.stopping()

    assert time.monotonic() - begins_s < 2


class HangingEngine:
    """An engine that hangs in a block until `goes_on` is set."""

    is_finished = False

    def __init__(self) -> None:
        self.goes_on = threading.Event()

    def start(self) -> None:
        pass

    def process(self, heard: Samples, _: Samples) -> Samples:
        self.goes_on.wait()
        return heard


class OneBlockCard:
    """A sound card for a single block."""

    def run(self, session: HangingEngine, begin: Callable[[], None]) -> None:
        begin()
        session.process(silence(), silence())


def test_watchdog_is_not_fed_while_the_engine_hangs(systemd: FakeSystemd) -> None:
    engine = HangingEngine()
    sound = ReconnectingSound("", "", SystemdService().alive)
    hanging = threading.Thread(target=sound.run, args=(engine, OneBlockCard()))
    hanging.start()
    notified_while_it_hangs = systemd.next(within_s=0.3)
    engine.goes_on.set()
    hanging.join()

    assert notified_while_it_hangs == ""
    assert systemd.next(within_s=1.0) == "WATCHDOG=1"


def test_service_ends_between_two_blocks(systemd: FakeSystemd) -> None:
    service = SystemdService()
    service.ready()
    os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(SystemExit) as ended:
        service.alive()

    assert ended.value.code is None


# As a device


def test_device_welcomes_sleeps_after_goodbye_and_ends_in_order(
    sound_server: SoundServer,
    model: SpeechModel,
    new_home: Callable[[], dict[str, str]],
    tmp_path: Path,
) -> None:
    home = new_home()
    sound_server.make_noise()
    with closing(FakeSystemd(f"{tmp_path}/notify")) as systemd:
        watchdog = {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "20000000"}
        variables = {**sound_server.environment, **home, **watchdog}
        with (
            person_in_room(sound_server) as person,
            start_voice_guide("run", "--service", environment=variables) as program,
        ):
            assert systemd.next(within_s=READY_WITHIN_S) == "READY=1"
            welcome = recognized_words(person.listen(time.monotonic()), model)
            parting = recognized_words(person.say("goodbye").sound, model)
            # Fails without an answer.
            person.say("hey guide")
            program.process.send_signal(signal.SIGTERM)
            status, shown, log = program.end()
        notifications = systemd.all_so_far()

    # The recognizer was not made for the synthesizer's voice, and mishears it.
    assert {"ready", "start", "myself"} & set(welcome.split())
    assert {"take", "care", "going", "sleep"} & set(parting.split())
    assert (status, shown) == (0, "")
    # On a busy machine there are warnings, but nothing of what was said.
    assert not re.search("goodbye|guide|sleep", log.replace("voice-guide:", ""), re.IGNORECASE)
    assert notifications[-1] == "STOPPING=1"
    assert set(notifications[:-1]) == {"WATCHDOG=1"}


def test_problems_are_logged_while_sound_runs(capfd: pytest.CaptureFixture[str]) -> None:
    log = ServiceLog()
    with silenced_stderr():
        log.note(3.0, "the person is too loud")
        log.observe(3.0, Say("Not for the log."))

    assert capfd.readouterr() == ("", "voice-guide: the person is too loud\n")


def test_device_is_new_until_anything_is_saved(tmp_path: Path) -> None:
    file = tmp_path / "diary.sqlite3"
    with closing(SessionStore(file)) as store:
        assert store.is_new
        store.save(SaveCheckpoint(None))
    with closing(SessionStore(file)) as store:
        assert not store.is_new


def test_device_with_a_damaged_diary_is_not_new(tmp_path: Path) -> None:
    file = tmp_path / "diary.sqlite3"
    file.write_text("no diary")
    with closing(SessionStore(file)) as store:
        assert not store.is_new


def test_device_without_sound_stays_alive_says_so_once_and_plays_no_demo(tmp_path: Path) -> None:
    with closing(FakeSystemd(f"{tmp_path}/notify")) as systemd:
        watchdog = {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "2000000"}
        with start_voice_guide(
            "run", "--service", environment=NO_SOUND_SERVER | watchdog
        ) as program:
            heard = [systemd.next(within_s=READY_WITHIN_S) for _ in range(4)]
            program.process.send_signal(signal.SIGTERM)
            status, output, errors = program.end()

    assert heard == ["READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]
    assert (status, output) == (0, "")
    (line,) = errors.splitlines()
    assert line == "voice-guide: this machine has no microphone"
