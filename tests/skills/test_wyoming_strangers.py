"""The Wyoming service and clients that send anything, hang or vanish, and too many of them."""

import asyncio
import logging
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from support.synthetic_people import PEOPLE, in_a_quiet_room
from support.wyoming_service import WyomingService
from wyoming.asr import Transcript
from wyoming.client import AsyncTcpClient
from wyoming.ping import Ping

from voice_guide.audio.pcm import RATE
from voice_guide.config.settings import Settings
from voice_guide.skills.wyoming import connection, ear

START = b'{"type":"audio-start","data":{"rate":16000,"width":2,"channels":1}}\n'


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WyomingService]:
    service = WyomingService(Settings(), tmp_path_factory.mktemp("rooms"))
    yield service
    service.close()


def send_raw(service: WyomingService, sent: bytes) -> bytes:
    """Send bytes and nothing more; return all that comes back."""
    with socket.create_connection(("127.0.0.1", service.port), 5) as client:
        received = b""
        # What the service did not read makes it reset the connection.
        with suppress(OSError):
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            while more := client.recv(1 << 16):
                received += more
        return received


@pytest.mark.parametrize(
    "sent",
    [
        b"\n",
        b"[]\n",
        b"{}\n",
        b'{"type": 5}\n',
        b'{"type": "transcript", "data": []}\n',
        b'{"type": "describe", "data_length": 99999999999}\n',
        b'{"type": "describe", "data_length": -1}\n',
        b'{"type": "audio-chunk", "payload_length": 9000}\nshort',
        b'{"type": "audio-chunk", "payload_length": 1e3}\n',
        b'{"type": "describe", "data_length": 2}\n{{',
        b'{"type": "transcript"',
        b"\xff\xfe\0" * 100,
        b"[" * 100_000 + b"\n",
        b"x" * 200_000,
        b'{"type": "audio-start", "data": {"rate": 1, "width": 1, "channels": 1}}\n',
        b'{"type": "synthesize", "data": {"text": 5}}\n',
        b"",
    ],
)
def test_what_is_no_event_ends_the_connection_and_nothing_else(
    service: WyomingService, sent: bytes
) -> None:
    received = send_raw(service, sent)

    assert b'"error"' in received or not received
    assert service.ask(Ping(), until=["pong"])


def test_events_of_other_programs_are_ignored(service: WyomingService) -> None:
    received = send_raw(service, b'{"type": "detect"}\n{"type": "ping"}\n')

    assert received.startswith(b'{"type": "pong"')


def connect(service: WyomingService) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), 5)


def chunk(sound: bytes) -> bytes:
    """Return an event with sound; its format is that of `START`."""
    data = '"data": {"rate": 16000, "width": 2, "channels": 1}'
    header = f'{{"type": "audio-chunk", {data}, "payload_length": {len(sound)}}}\n'
    return header.encode() + sound


def reset(client: socket.socket) -> None:
    """Close a connection as a machine does that is switched off."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def until(is_so: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 40
    while not is_so():
        assert time.monotonic() < end_s
        time.sleep(0.02)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_clients_that_vanish_in_mid_sentence_leave_nothing_behind(
    service: WyomingService,
) -> None:
    sound = in_a_quiet_room(PEOPLE[0].says("next step")).tobytes()
    before = open_files()
    # More than can be heard at once.
    for _ in range(ear.MAX_TURNS + 4):
        client = connect(service)
        client.sendall(START + chunk(sound[: len(sound) // 2]))
        reset(client)

    until(lambda: open_files() <= before)
    assert service.hear(sound) == "next step"


def test_a_client_that_hangs_in_mid_sentence_is_sent_away(
    service: WyomingService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(connection, "MAX_IDLE_S", 0.5)
    with connect(service) as client:
        client.sendall(START + chunk(bytes(RATE)) + b'{"type": "audio-ch')

        assert client.recv(100) == b""

    assert "A client was sent away: nothing came or went for" in caplog.text


def test_a_client_that_takes_no_answers_is_sent_away(
    service: WyomingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MAX_IDLE_S", 0.5)
    monkeypatch.setattr(connection, "_MAX_CLOSING_S", 0.1)
    before = open_files()
    text = "Step two. " * 300
    with connect(service) as client:
        for _ in range(20):
            client.sendall(f'{{"type": "synthesize", "data": {{"text": "{text}"}}}}\n'.encode())
        # What this process holds itself is one end; the service's is the other.
        until(lambda: open_files() <= before + 1)

    assert service.ask(Ping(), until=["pong"])


def test_more_satellites_than_can_be_heard_are_told(
    service: WyomingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = in_a_quiet_room(PEOPLE[0].says("next step")).tobytes()
    monkeypatch.setattr(ear, "MAX_TURNS", 3)
    with ExitStack() as crowd:
        clients = [crowd.enter_context(connect(service)) for _ in range(3)]
        for client in clients:
            client.sendall(START + chunk(bytes(RATE)) + b'{"type": "ping"}\n')
            assert b'"pong"' in client.recv(1 << 16)

        refused = send_raw(service, START)

    assert b"satellites at once are not heard" in refused
    # Those that have left make room for others.
    until(lambda: b"error" not in send_raw(service, START))
    assert service.hear(sound) == "next step"


def test_a_silent_client_is_sent_away(
    service: WyomingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MAX_IDLE_S", 0.1)
    with socket.create_connection(("127.0.0.1", service.port), 5) as client:
        client.sendall(b'{"type": "desc')

        assert client.recv(100) == b""


def test_of_a_thousand_clients_most_are_sent_away_and_others_served(
    service: WyomingService,
) -> None:
    # In four crowds: a process may have a thousand files open, which are both ends here.
    for _ in range(4):
        served = 0
        with ExitStack() as crowd:
            for client in [crowd.enter_context(connect(service)) for _ in range(250)]:
                with suppress(ConnectionError):
                    client.sendall(b'{"type": "ping"}\n')
                    served += client.recv(100).startswith(b'{"type": "pong"')

        # Those of before may still be leaving.
        assert connection.MAX_CONNECTIONS / 2 < served <= connection.MAX_CONNECTIONS

    until(lambda: b'"pong"' in send_raw(service, b'{"type": "ping"}\n'))


def test_forty_clients_at_once_are_all_answered(service: WyomingService) -> None:
    async def crowd() -> list[str]:
        async def one(number: int) -> str:
            async with AsyncTcpClient("127.0.0.1", service.port) as client:
                context = {"satellite_id": f"assist_satellite.room_{number}"}
                await client.write_event(Transcript("hand massage", context=context).event())
                event = await client.read_event()
                assert event
                return str(event.data["text"])

        return await asyncio.gather(*(one(number) for number in range(40)))

    answers = asyncio.run(crowd())

    assert len(answers) == 40
    assert len({answer[:20] for answer in answers}) == 1
