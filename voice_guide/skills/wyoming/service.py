"""The service: what it listens on, and what runs while it does."""

import asyncio
import logging
import signal
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from voice_guide.app.content import load_content
from voice_guide.config.settings import Settings
from voice_guide.errors import VoiceGuideError
from voice_guide.skills.dialogues import Dialogues
from voice_guide.skills.outbox import Outbox
from voice_guide.skills.wyoming.connection import MAX_CONNECTIONS, Connection, Programs
from voice_guide.skills.wyoming.discovery import announced
from voice_guide.skills.wyoming.ear import Ear
from voice_guide.skills.wyoming.home_assistant import HomeAssistant
from voice_guide.skills.wyoming.info import service_info
from voice_guide.skills.wyoming.voice import Voice
from voice_guide.ui.console import print_rejected_packs

_log = logging.getLogger(__name__)

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 10_700
"""The address that only this machine reaches, and a port beside those of other services."""


@dataclass(frozen=True)
class Address:
    """The address that the service listens on."""

    host: str
    """Name or number of one of this machine's addresses."""

    port: int
    """TCP port."""

    @classmethod
    def of(cls, uri: str) -> "Address":
        """Return the address in a tcp:// URI; raises VoiceGuideError where there is none."""
        with suppress(ValueError):
            parts = urlsplit(uri)
            if parts.scheme == "tcp" and parts.hostname and parts.port is not None:
                return cls(parts.hostname, parts.port)
        raise VoiceGuideError(
            f'"{uri}" is no address to listen on; one is "tcp://127.0.0.1:10700"'
        )

    @property
    def is_local(self) -> bool:
        """True if no other machine can reach it."""
        with suppress(ValueError):
            return ip_address(self.host).is_loopback
        return self.host == "localhost"


class Server:
    """Admits clients, as many as the service can bear."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._clients: set[asyncio.Task[None]] = set()
        self._is_full = False

    async def admit(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Answer a client until it leaves; send it away where there are too many."""
        if len(self._clients) >= MAX_CONNECTIONS:
            if not self._is_full:
                self._is_full = True
                _log.warning("More than %d clients: others are sent away.", MAX_CONNECTIONS)
            writer.transport.abort()
            return
        self._is_full = False
        task = asyncio.current_task()
        assert task
        self._clients.add(task)
        try:
            await Connection(reader, writer, self._programs).run()
        finally:
            self._clients.discard(task)

    async def close(self) -> None:
        """Send all clients away."""
        for task in self._clients:
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)


def run_service(settings: Settings, address: Address, discovery: bool) -> None:
    """Serve until the program is ended; with `discovery`, tell the network where.

    Raises VoiceGuideError where the address cannot be used, or something is missing.
    """
    logging.basicConfig(level=logging.INFO, format="voice-guide: %(message)s")
    for noisy in ("websockets", "zeroconf"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    with suppress(asyncio.CancelledError):
        asyncio.run(_serve(settings, address, discovery))


async def _serve(settings: Settings, address: Address, discovery: bool) -> None:
    task = asyncio.current_task()
    assert task
    # What is kept of each room is closed in order, as after Ctrl-C.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    folder = platformdirs.user_data_path("voice-guide") / "rooms"
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(serving(settings, address, folder))
        _log.info("Listening on tcp://%s:%d.", address.host, port)
        if discovery:
            await stack.enter_async_context(announced(address.host, port))
        await asyncio.Event().wait()


@asynccontextmanager
async def serving(settings: Settings, address: Address, folder: Path) -> AsyncIterator[int]:
    """Serve meanwhile, with a store for each room in `folder`; yield the port.

    Port 0 is the system's choice.
    """
    home = _home(settings)
    content = await asyncio.to_thread(load_content, settings)
    print_rejected_packs(content.rejected_packs)
    ear = await asyncio.to_thread(Ear, content, settings)
    outbox = Outbox(asyncio.get_running_loop(), home)
    with Voice(content, settings) as voice:
        dialogues = Dialogues(content, settings, folder, outbox, voice.length_s)
        server = Server(Programs(service_info(content, voice.name), dialogues, ear, voice))
        working = [asyncio.create_task(asyncio.to_thread(ear.prepare))]
        if home:
            working.append(asyncio.create_task(home.run()))
        try:
            async with await _listen(server, address) as listening:
                yield listening.sockets[0].getsockname()[1]
        finally:
            await server.close()
            await asyncio.to_thread(dialogues.close)
            outbox.close()
            ear.close()
            for task in working:
                task.cancel()


async def _listen(server: Server, address: Address) -> asyncio.Server:
    try:
        return await asyncio.start_server(server.admit, address.host, address.port)
    except OSError as error:
        uri = f"tcp://{address.host}:{address.port}"
        raise VoiceGuideError(
            f"{uri}: cannot be listened on: {error.strerror}; choose another --host or --port"
        ) from error


def _home(settings: Settings) -> HomeAssistant | None:
    """Return the connection to Home Assistant that the settings ask for, if they do."""
    chosen = settings.home_assistant
    if not chosen.url:
        return None
    return HomeAssistant(chosen.url, Path(chosen.token_file).expanduser())
