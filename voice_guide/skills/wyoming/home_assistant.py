"""Home Assistant's WebSocket API: speaking at satellites unasked, and seeing what they do.

One connection, which is made again when it is lost. Needed of Home Assistant: a user's long-lived
token, kept in a file that its owner alone can read.
"""

import asyncio
import json
import logging
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidURI, WebSocketException

from voice_guide.errors import VoiceGuideError
from voice_guide.skills.home import RefusedError
from voice_guide.skills.wyoming.satellite_states import SatelliteStates

_log = logging.getLogger(__name__)

_RETRY_S = 5.0
"""Seconds between attempts to connect."""

_RETRY_REFUSED_S = 60.0
"""Seconds between attempts with a token that was refused: Home Assistant bans who insists."""

_MAX_MESSAGE_BYTES = 1 << 22
"""Bytes of a message: all satellites of a large home fit many times."""

_MAX_SPEAKING_S = 120.0
"""Seconds that speaking may take before it is given up."""

_MAX_TOKEN_BYTES = 4_096
"""Bytes of a token's file; a token has about 180."""

_BELONGS = "a long-lived access token of Home Assistant belongs there"
"""The advice where there is none."""

_PLAIN = {"preannounce": False}
"""The option by which a satellite plays no sound before each sentence."""


def read_token(path: Path) -> str:
    """Return the token in a file; raises VoiceGuideError where others may read the file too."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(_MAX_TOKEN_BYTES)
    except OSError as error:
        raise VoiceGuideError(f"{path}: cannot be read: {error.strerror}: {_BELONGS}") from error
    if stat.S_IMODE(status.st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise VoiceGuideError(f"{path}: others than its owner can use it: chmod 600 {path}")
    token = content.decode("ascii", "ignore").strip()
    if not token or not token.isprintable() or len(token.split()) != 1:
        raise VoiceGuideError(f"{path}: there is no token in it: {_BELONGS}")
    return token


class HomeAssistant:
    """A connection to Home Assistant."""

    def __init__(self, url: str, token_file: Path) -> None:
        """Raises VoiceGuideError for what is no address, or a token that cannot be used."""
        scheme, separator, host = url.rstrip("/").partition("://")
        if scheme not in ("http", "https") or not separator or not host:
            raise VoiceGuideError(
                f'"{url}" is no address of Home Assistant; one is "http://homeassistant.local:8123"'
            )
        read_token(token_file)
        self._url = f"{'wss' if scheme == 'https' else 'ws'}://{host}/api/websocket"
        self._token_file = token_file
        self._socket: ClientConnection | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._last_id = 0
        self._problem = ""
        self.satellites = SatelliteStates()
        """Abilities and state of each satellite."""

    async def run(self) -> None:
        """Stay connected for ever."""
        while True:
            pause_s = _RETRY_S
            try:
                await self._run_once()
            except PermissionError as error:
                pause_s = _RETRY_REFUSED_S
                self._report(str(error))
            except (OSError, WebSocketException, InvalidURI, ValueError, VoiceGuideError) as error:
                self._report(str(error) or "the connection was closed")
            await asyncio.sleep(pause_s)

    async def speak(self, satellite: str, text: str, listens: bool) -> None:
        """Speak at a satellite, and return when it has spoken; then let it listen if it can.

        Raises RefusedError where it speaks already, is gone, or Home Assistant is.
        """
        target = {"entity_id": satellite}
        if listens and self.satellites.can_listen(satellite):
            service, data = "start_conversation", {"start_message": text}
        else:
            service, data = "announce", {"message": text}
        await self._call(
            {
                "type": "call_service",
                "domain": "assist_satellite",
                "service": service,
                "service_data": {**data, **_PLAIN},
                "target": target,
            }
        )

    async def _run_once(self) -> None:
        # No proxy: what the guide says stays at home.
        async with connect(
            self._url, proxy=None, max_size=_MAX_MESSAGE_BYTES, open_timeout=_RETRY_S
        ) as socket:
            await self._log_in(socket)
            self._socket, self._last_id = socket, 1
            await socket.send(
                json.dumps(
                    {
                        "id": 1,
                        "type": "subscribe_entities",
                        "include": {"domains": ["assist_satellite"]},
                    }
                )
            )
            try:
                async for message in socket:
                    self._take(json.loads(message))
            finally:
                self._socket = None
                self.satellites.forget()
                for future in self._waiting.values():
                    if not future.done():
                        future.set_exception(RefusedError("the connection was lost"))
                self._waiting.clear()
        raise ConnectionError("the connection was closed")

    async def _log_in(self, socket: ClientConnection) -> None:
        async with asyncio.timeout(_RETRY_S):
            await socket.recv()
            # Read each time: a new token needs no restart.
            token = read_token(self._token_file)
            await socket.send(json.dumps({"type": "auth", "access_token": token}))
            reply = json.loads(await socket.recv())
        if reply.get("type") != "auth_ok":
            raise PermissionError(f"it does not accept the token in {self._token_file}")
        self._problem = ""
        _log.info("Connected to Home Assistant %s.", reply.get("ha_version", ""))

    def _take(self, message: Mapping[str, Any]) -> None:
        """Take a message: what a satellite does, or the result of a request."""
        if message.get("type") == "event":
            self.satellites.take(message.get("event") or {})
            return
        future = self._waiting.pop(message.get("id", 0), None)
        if future is None or future.done():
            return
        if message.get("success"):
            future.set_result(message.get("result"))
        else:
            error = message.get("error") or {}
            reason = error.get("message") or error.get("code") or "without a reason"
            future.set_exception(RefusedError(str(reason)))

    async def _call(self, request: dict[str, Any]) -> None:
        if self._socket is None:
            raise RefusedError("there is no connection")
        self._last_id += 1
        number = self._last_id
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send(json.dumps({**request, "id": number}))
            async with asyncio.timeout(_MAX_SPEAKING_S):
                await future
        except (TimeoutError, OSError, WebSocketException) as error:
            raise RefusedError(str(error) or "there was no answer") from error
        finally:
            with suppress(KeyError):
                del self._waiting[number]

    def _report(self, problem: str) -> None:
        """Log a problem when it begins, and not at each attempt."""
        if problem != self._problem:
            self._problem = problem
            _log.warning("No connection to Home Assistant: %s", " ".join(problem.split()))
