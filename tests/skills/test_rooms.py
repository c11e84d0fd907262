"""Sessions of several rooms, side by side."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from support.fake_host import FakeHost

from voice_guide.app.content import Content
from voice_guide.config.settings import GuideSettings, Pacing, Settings
from voice_guide.skills import rooms as rooms_module
from voice_guide.skills.host import Abilities
from voice_guide.skills.rooms import CLOSED_AFTER_S, Rooms

WAITS = Settings(guide=GuideSettings(pacing=Pacing.WAIT))

ABILITIES = Abilities(listens_again=True, plays_chimes=False, latency_s=1.0)


CAUTIONS = (
    "Never press the ball directly against your spine.",
    "This is for minor, occasional back and neck pain, from strain and tension.",
    "Pain that lasts more than a few days, or gets worse, should be checked by a doctor.",
)
"""Cautions of the tennis ball massage; the first is its own, the others are all routines'."""


ODD_TEXTS = ("", " ", "what time is it", "ß" * 600, "на пол", "揉一揉", "{x}", "where am i")
"""Texts of a flood; the last is a command."""


class PromptHost(FakeHost):
    """A host that has spoken as soon as it is asked to, and says so from within the request."""

    def __init__(self, report: Callable[[], None]) -> None:
        super().__init__(ABILITIES)
        self._report = report
        self.seen = 0
        self.fails = False
        self.begins: Callable[[], None] = lambda: None

    def speak(self, sentence: str, expects_reply: bool) -> None:
        if self.fails:
            raise ConnectionError("no longer there")
        super().speak(sentence, expects_reply)
        self.begins()
        self._report()


class House:
    """Several rooms, a clock that can be set forward, and a host for each."""

    def __init__(self, content: Content, folder: Path) -> None:
        self._ahead_s = 0.0
        self.hosts: dict[str, PromptHost] = {}
        self.closed: list[str] = []
        self.rooms = Rooms(content, WAITS, folder, self._now_s, self.closed.append)

    def open(self, name: str, text: str) -> None:
        self.hosts[name] = PromptHost(lambda: self.rooms.spoken(name))
        self.rooms.open(name, self.hosts[name], text)

    def wait_for(self, name: str, start: str) -> None:
        """Wait until a room says a sentence that begins like this, ten seconds at most."""
        host = self.hosts[name]
        self.wait_until(lambda: any(text.startswith(start) for text in host.spoken[host.seen :]))
        host.seen = len(host.spoken)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so, ten seconds at most."""
        for _ in range(1000):
            if is_so():
                return
            time.sleep(0.01)
        last = {name: host.spoken[-9:] for name, host in self.hosts.items()}
        pytest.fail(f"not within ten seconds; spoken last: {last}")

    def is_closed(self, name: str) -> bool:
        return not self.rooms.is_open(name)

    def lead(self, name: str, *exchanges: tuple[str, str]) -> None:
        for text, answer in exchanges:
            assert self.rooms.hear(name, text)
            self.wait_for(name, answer)

    def pass_time(self, seconds: float) -> None:
        """Set the clock forward; a new session makes the rooms look at it."""
        self._ahead_s += seconds
        self.open(f"another {seconds}", "i want a massage")

    def _now_s(self) -> float:
        return time.monotonic() + self._ahead_s


def interrupted(house: House, folder: Path, name: str) -> Path:
    """Begin a routine in a room; return the file that this was kept in."""
    before = {*folder.iterdir()}
    house.open(name, "start the tennis ball massage")
    house.wait_for(name, 'Say "ready"')
    (file,) = (each for each in {*folder.iterdir()} - before if each.suffix == ".sqlite3")
    return file


@pytest.fixture
def house(content: Content, tmp_path: Path) -> Iterator[House]:
    house = House(content, tmp_path)
    yield house
    house.rooms.close()


def test_two_rooms_are_led_side_by_side_and_stop_stops_one(house: House) -> None:
    house.open("kitchen", "start the tennis ball massage")
    house.open("bedroom", "start the hand massage")
    house.wait_for("kitchen", 'Say "ready"')
    house.wait_for("bedroom", 'Say "ready"')
    house.lead("kitchen", ("ready", "Step 1."))
    house.lead("bedroom", ("ready", "Step 1"))
    bedroom = house.hosts["bedroom"]
    house.wait_until(lambda: bedroom.spoken[-1] == bedroom.listens_after[-1])
    before = list(bedroom.spoken)

    assert house.rooms.stop("kitchen")

    house.wait_for("kitchen", "Stopped at step 1 of 5.")
    assert bedroom.spoken == before
    house.lead("bedroom", ("next", "Step 2"))
    house.wait_until(lambda: not house.rooms.is_leading("kitchen"))


def test_a_room_without_a_session_understands_nothing_and_has_nothing_to_stop(
    house: House,
) -> None:
    assert not house.rooms.understands("attic", "stop")
    assert not house.rooms.hear("attic", "stop")
    assert not house.rooms.stop("attic")
    house.rooms.spoken("attic")


def test_no_diary_is_offered_in_a_shared_room_and_one_is_kept_for_who_asks(house: House) -> None:
    house.open("kitchen", "i want a massage")
    house.wait_for("kitchen", "Tell me where it hurts")
    house.lead("kitchen", ("keep a diary", "From now on"), ("my diary", "There is nothing in"))


def test_a_session_is_resumed_after_the_host_was_restarted(
    house: House, content: Content, tmp_path: Path
) -> None:
    house.open("kitchen", "start the tennis ball massage")
    house.wait_for("kitchen", 'Say "ready"')
    house.lead("kitchen", ("ready", "Step 1."), ("next", "Never press"))
    house.rooms.close()
    after = House(content, tmp_path)

    after.open("kitchen", "i want a massage")

    after.wait_for("kitchen", "Shall we go on?")
    after.open("bedroom", "i want a massage")
    after.wait_for("bedroom", "Tell me where it hurts")
    after.rooms.close()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda file: file.write_bytes(b"no diary"), "a new diary is started"),
        (lambda file: (file.unlink(), file.mkdir()), "Nothing is kept of this room"),
    ],
)
def test_a_room_whose_file_cannot_be_read_is_led_all_the_same(
    house: House,
    content: Content,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    spoil: Callable[[Path], object],
    told: str,
) -> None:
    file = interrupted(house, tmp_path, "kitchen")
    house.rooms.close()
    spoil(file)
    after = House(content, tmp_path)

    after.open("kitchen", "start the tennis ball massage")

    after.wait_for("kitchen", 'Say "ready"')
    after.lead("kitchen", ("ready", "Step 1."), ("next", "Never press"))
    after.rooms.close()
    assert told in caplog.text


def test_a_session_without_a_sign_of_life_is_closed_and_its_place_kept(house: House) -> None:
    house.open("kitchen", "start the tennis ball massage")
    house.wait_for("kitchen", 'Say "ready"')

    house.pass_time(CLOSED_AFTER_S - 60)
    time.sleep(0.1)
    assert house.rooms.is_open("kitchen")
    house.pass_time(120)
    house.wait_until(lambda: not house.rooms.is_open("kitchen"))
    house.open("kitchen", "i want a massage")
    house.wait_for("kitchen", "Tennis ball wall massage was interrupted")


def test_cautions_that_were_heard_in_a_room_are_not_said_there_again(house: House) -> None:
    said = []
    for name in ("kitchen", "kitchen", "bedroom"):
        house.open(name, "start the tennis ball massage")
        house.wait_for(name, 'Say "ready"')
        house.lead(name, ("goodbye", "Goodbye"))
        house.wait_until(partial(house.is_closed, name))
        said.append([text for text in house.hosts[name].spoken if text in CAUTIONS])

    assert said == [list(CAUTIONS), list(CAUTIONS[:1]), list(CAUTIONS)]


@pytest.mark.parametrize("text", ["goodbye", "go to sleep"])
def test_a_session_that_has_ended_is_reported(house: House, text: str) -> None:
    house.open("kitchen", "i want a massage")
    house.wait_for("kitchen", "Tell me where it hurts")
    assert house.closed == []

    house.lead("kitchen", (text, "Goodbye"))

    house.wait_until(lambda: house.closed == ["kitchen"])


def test_a_room_whose_host_fails_is_closed_and_the_others_are_led_on(house: House) -> None:
    house.open("kitchen", "i want a massage")
    house.wait_for("kitchen", "Tell me where it hurts")
    house.open("bedroom", "start the hand massage")
    house.wait_for("bedroom", 'Say "ready"')

    house.hosts["kitchen"].fails = True
    with pytest.raises(ConnectionError):
        house.rooms.hear("kitchen", "what can you do")
    house.rooms.spoken("kitchen")
    house.wait_until(lambda: not house.rooms.is_open("kitchen"))

    house.lead("bedroom", ("ready", "Step 1"), ("next", "Step 2"))


def test_an_old_file_is_deleted_unless_there_is_a_diary_in_it(
    house: House, content: Content, tmp_path: Path
) -> None:
    old = {name: interrupted(house, tmp_path, name) for name in ("kitchen", "bedroom")}
    house.lead("bedroom", ("keep a diary", "From now on"))
    house.rooms.close()
    for file in old.values():
        os.utime(file, (0, time.time() - 9 * 24 * 3600))
    after = House(content, tmp_path)
    new = interrupted(after, tmp_path, "attic")
    after.rooms.close()

    House(content, tmp_path).rooms.close()

    assert {*tmp_path.iterdir()} == {old["bedroom"], new}


def test_a_thousand_texts_a_second_in_one_room_leave_another_undisturbed(house: House) -> None:
    house.open("kitchen", "start the tennis ball massage")
    house.open("bedroom", "start the hand massage")
    house.wait_for("bedroom", 'Say "ready"')
    said = 0

    def flood() -> None:
        nonlocal said
        end_s = time.monotonic() + 1
        while time.monotonic() < end_s:
            house.rooms.hear("kitchen", ODD_TEXTS[said % len(ODD_TEXTS)])
            said += 1

    thread = threading.Thread(target=flood)
    thread.start()
    house.lead("bedroom", ("ready", "Step 1"), ("next", "Step 2"), ("where am i", "Hand massage"))
    thread.join()

    assert said >= 1000
    house.lead("kitchen", ("where am i", "Tennis ball wall massage: we have not"))


def test_a_flood_of_reports_is_bounded_and_loses_nothing(house: House) -> None:
    house.open("kitchen", "start the tennis ball massage")
    house.hosts["kitchen"].begins = lambda: house.rooms.begun("kitchen")

    for _ in range(5000):
        house.rooms.begun("kitchen")
        house.rooms.spoken("kitchen")
        house.rooms.spoken("attic")

    house.wait_for("kitchen", 'Say "ready"')
    spoken = house.hosts["kitchen"].spoken
    assert len(spoken) == len(set(spoken))


def test_the_room_that_was_silent_longest_makes_way(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms_module, "_MAX_ROOMS", 2)
    for name in ("first", "second", "third"):
        house.open(name, "i want a massage")

    assert [house.rooms.is_open(name) for name in ("first", "second", "third")] == [
        False,
        True,
        True,
    ]


def test_rooms_are_led_from_many_threads_at_once(house: House) -> None:
    names = [f"room {number}" for number in range(20)]

    led = []

    def lead(name: str) -> None:
        house.open(name, "start the hand massage")
        house.wait_for(name, 'Say "ready"')
        house.lead(name, ("ready", "Step 1"), ("next", "Step 2"))
        led.append(name)

    threads = [threading.Thread(target=lead, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(led) == sorted(names)
