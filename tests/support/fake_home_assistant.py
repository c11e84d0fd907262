"""A Home Assistant's WebSocket API, with satellites that take time to speak."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

TOKEN = "a.long-lived.token"

ANNOUNCES, LISTENS = 1, 3
"""Features of a satellite that can announce, and of one that can start a conversation too."""


@dataclass
class FakeHomeAssistant:
    """The API, and what was asked of it."""

    features: dict[str, int]
    """The satellites and their features."""

    speaking_s: float = 0.1
    """Seconds that a satellite takes to speak."""

    accepts: str = TOKEN
    """The token that is accepted."""

    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Every service called: its name, the satellite and the text."""

    refused: list[str] = field(default_factory=list)
    """Texts for a satellite that was not free."""

    never_spoken: set[str] = field(default_factory=set)
    """Satellites that never say that they have spoken."""

    logins: int = 0
    """Attempts to log in."""

    def __post_init__(self) -> None:
        self._states = dict.fromkeys(self.features, "idle")
        self._clients: dict[ServerConnection, int] = {}
        self._server: Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await serve(self._talk, "127.0.0.1", self.port)
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        assert self._server
        self._server.close()
        await self._server.wait_closed()

    async def set_state(self, satellite: str, state: str) -> None:
        self._states[satellite] = state
        for client, number in list(self._clients.items()):
            event = {"c": {satellite: {"+": {"s": state}}}}
            await client.send(json.dumps({"id": number, "type": "event", "event": event}))

    async def _talk(self, client: ServerConnection) -> None:
        await client.send(json.dumps({"type": "auth_required"}))
        given = json.loads(await client.recv())
        self.logins += 1
        if given.get("access_token") != self.accepts:
            await client.send(json.dumps({"type": "auth_invalid"}))
            return
        await client.send(json.dumps({"type": "auth_ok", "ha_version": "2026.11.0"}))
        async with asyncio.TaskGroup() as tasks:
            try:
                async for message in client:
                    tasks.create_task(self._obey(client, json.loads(message)))
            except ConnectionClosed:
                pass
            finally:
                self._clients.pop(client, None)

    async def _obey(self, client: ServerConnection, request: dict[str, Any]) -> None:
        number = request["id"]
        result: dict[str, Any] = {"id": number, "type": "result", "success": True}
        if request["type"] == "subscribe_entities":
            self._clients[client] = number
            await client.send(json.dumps(result))
            added = {
                name: {"s": self._states[name], "a": {"supported_features": bits}}
                for name, bits in self.features.items()
            }
            event = {"id": number, "type": "event", "event": {"a": added}}
            await client.send(json.dumps(event))
            return
        satellite, data = request["target"]["entity_id"], request["service_data"]
        text = data.get("message") or data.get("start_message")
        if self._states.get(satellite) != "idle":
            self.refused.append(text)
            failed = {"success": False, "error": {"code": "home_assistant_error", "message": ""}}
            await client.send(json.dumps(result | failed))
            return
        self.asked.append((request["service"], satellite, text))
        await self.set_state(satellite, "responding")
        if satellite in self.never_spoken:
            return
        await asyncio.sleep(self.speaking_s)
        await self.set_state(satellite, "idle")
        await client.send(json.dumps(result))
