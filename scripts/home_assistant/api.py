"""Home Assistant's HTTP and WebSocket interfaces, as its onboarding and its settings use them."""

import asyncio
import json
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.error import HTTPError

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

_PATIENCE_S = 60.0
"""Seconds to wait for an answer."""

_TOKENS = "Voice Guide"
"""The name of long-lived tokens, which a number follows."""

_MAX_MESSAGE_BYTES = 1 << 24
"""Bytes of a message."""


_ENTRIES = "/api/config/config_entries/entry"
"""The path of all entries."""


class Api:
    """A user of a Home Assistant, created by onboarding it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = f"{url}/"
        """The id of this program among Home Assistant's clients: an address of its own."""
        self._token = ""
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._events: dict[int, Callable[[dict[str, Any]], None]] = {}
        self._last_id = 0
        self._tokens = 0
        self._is_lasting = False

    async def post(self, path: str, **data: Any) -> Any:
        """Send a JSON object; return the answer."""
        return await asyncio.to_thread(self._request, path, json.dumps(data).encode())

    async def get(self, path: str) -> Any:
        """Return what is at a path."""
        return await asyncio.to_thread(self._request, path, None)

    async def onboard(self) -> None:
        """Create the first user, and finish every step of the onboarding."""
        code = await self.post(
            "/api/onboarding/users",
            client_id=self.client,
            name="Tester",
            username="tester",
            password="a test of a minute",
            language="en",
        )
        await self._use_code(code["auth_code"])
        await self.post("/api/onboarding/core_config")
        await self.post("/api/onboarding/analytics")
        await self.post(
            "/api/onboarding/integration", client_id=self.client, redirect_uri=self.client
        )

    async def add_user(self, name: str) -> "Api":
        """Add a user without administrator's rights, and return Home Assistant as seen by it."""
        password = "another test of a minute"
        added = await self.command("config/auth/create", name=name, group_ids=["system-users"])
        await self.command(
            "config/auth_provider/homeassistant/create",
            user_id=added["user"]["id"],
            username=name.lower(),
            password=password,
        )
        user = Api(self.url)
        flow = await user.post(
            "/auth/login_flow",
            client_id=user.client,
            handler=["homeassistant", None],
            redirect_uri=user.client,
        )
        done = await user.post(
            f"/auth/login_flow/{flow['flow_id']}",
            client_id=user.client,
            username=name.lower(),
            password=password,
        )
        await user._use_code(done["result"])
        return user

    async def connect(self) -> None:
        """Open the WebSocket; again after a restart."""
        address = self.url.replace("http", "ws", 1) + "/api/websocket"
        self._socket = await connect(address, proxy=None, max_size=_MAX_MESSAGE_BYTES)
        await self._socket.recv()
        await self._socket.send(json.dumps({"type": "auth", "access_token": self._token}))
        reply = json.loads(await self._socket.recv())
        if reply["type"] != "auth_ok":
            raise RuntimeError(f"Home Assistant answers {reply['type']}")
        self._last_id = 0
        self._reading = asyncio.create_task(self._read(self._socket))
        # Unconfirmed settings of its port are taken back after five minutes.
        with suppress(RuntimeError):
            await self.command("http/config/promote")
        if not self._is_lasting:
            # The token of a log-in expires after half an hour.
            self._token, self._is_lasting = await self._new_token("test"), True

    async def command(self, kind: str, **data: Any) -> Any:
        """Send a command; return its result."""
        return (await self._send(kind, data))[1]

    async def subscribe(
        self, take: Callable[[dict[str, Any]], None], kind: str, **data: Any
    ) -> None:
        """Have all events of a subscription passed to a function."""
        number, _ = await self._send(kind, data)
        self._events[number] = take

    async def add(self, handler: str, **data: Any) -> str:
        """Add an integration through its config flow; return the id of its entry."""
        flow = await self.post("/api/config/config_entries/flow", handler=handler)
        return await self.finish(flow["flow_id"], **data)

    async def reload(self, entry: str) -> None:
        """Set an entry up once more."""
        await self.post(f"{_ENTRIES}/{entry}/reload")

    async def entry(self, entry: str) -> dict[str, Any]:
        """Return an entry with its state, and the reason for it."""
        found = await self.command("config_entries/get_single", entry_id=entry)
        described: dict[str, Any] = found["config_entry"]
        return described

    async def remove(self, entry: str) -> None:
        """Remove an entry."""
        await asyncio.to_thread(self._request, f"{_ENTRIES}/{entry}", None, "DELETE")

    async def discovered(self, handler: str) -> list[str]:
        """Return the ids of config flows that discovery has begun for an integration."""
        flows = await self.command("config_entries/flow/progress")
        return [
            each["flow_id"]
            for each in flows
            if each["handler"] == handler and each["context"]["source"] == "zeroconf"
        ]

    async def finish(self, flow: str, **data: Any) -> str:
        """Fill in the last form of a config flow; return the id of its entry."""
        done = await self.post(f"/api/config/config_entries/flow/{flow}", **data)
        if done["type"] != "create_entry":
            raise RuntimeError(f"{done['handler']}: {done.get('errors') or done.get('reason')}")
        entry: str = done["result"]["entry_id"]
        return entry

    async def is_ready(self) -> bool:
        """Return True once Home Assistant answers."""
        try:
            await self.get("/api/onboarding")
        except HTTPError as error:
            return error.code in (401, 404)
        except OSError:
            return False
        return True

    async def long_lived_token(self) -> str:
        """Return a new long-lived access token for the guide."""
        self._tokens += 1
        return await self._new_token(f"{_TOKENS} {self._tokens}")

    async def withdraw_tokens(self) -> None:
        """Withdraw all long-lived access tokens of the guide."""
        for each in await self.command("auth/refresh_tokens"):
            if str(each["client_name"]).startswith(_TOKENS):
                await self.command("auth/delete_refresh_token", refresh_token_id=each["id"])

    async def states(self) -> dict[str, str]:
        """Return the state of every entity."""
        return {each["entity_id"]: each["state"] for each in await self.command("get_states")}

    async def attributes(self, entity: str) -> dict[str, Any]:
        """Return the attributes of an entity; none where there is no such one."""
        for each in await self.command("get_states"):
            if each["entity_id"] == entity:
                found: dict[str, Any] = each["attributes"]
                return found
        return {}

    async def call(self, domain: str, service: str, **data: Any) -> None:
        """Perform an action."""
        await self.command("call_service", domain=domain, service=service, service_data=data)

    async def use(
        self, agent: str, recognizer: str = "stt.voice_guide", voice: str = "tts.voice_guide"
    ) -> None:
        """Make an agent that of all satellites, with a recognizer and a voice."""
        pipeline = await self.command(
            "assist_pipeline/pipeline/create",
            name=f"{agent} {recognizer}",
            language="en",
            conversation_engine=agent,
            conversation_language="en",
            stt_engine=recognizer,
            stt_language="en",
            tts_engine=voice,
            tts_language="en",
            tts_voice=None,
            wake_word_entity=None,
            wake_word_id=None,
        )
        await self.command("assist_pipeline/pipeline/set_preferred", pipeline_id=pipeline["id"])

    async def forget_assistants(self, agent: str) -> None:
        """Remove all assistants with an agent."""
        found = await self.command("assist_pipeline/pipeline/list")
        for each in found["pipelines"]:
            if each["conversation_engine"] == agent:
                await self.command("assist_pipeline/pipeline/delete", pipeline_id=each["id"])

    async def _new_token(self, name: str) -> str:
        token: str = await self.command(
            "auth/long_lived_access_token", client_name=name, lifespan=1
        )
        return token

    async def _use_code(self, code: str) -> None:
        """Get a token for a code from onboarding or from logging in."""
        form = {"grant_type": "authorization_code", "code": code, "client_id": self.client}
        tokens = await asyncio.to_thread(
            self._request, "/auth/token", urllib.parse.urlencode(form).encode()
        )
        self._token = tokens["access_token"]

    async def _send(self, kind: str, data: dict[str, Any]) -> tuple[int, Any]:
        assert self._socket
        self._last_id += 1
        number = self._last_id
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "type": kind, **data}))
        async with asyncio.timeout(_PATIENCE_S):
            return number, await future

    async def _read(self, socket: ClientConnection) -> None:
        # It ends where Home Assistant is stopped.
        with suppress(ConnectionClosed):
            await self._read_all(socket)

    async def _read_all(self, socket: ClientConnection) -> None:
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "event":
                if take := self._events.get(message["id"]):
                    take(message["event"])
                continue
            future = self._waiting.pop(message["id"])
            if message["success"]:
                future.set_result(message["result"])
            else:
                future.set_exception(RuntimeError(str(message["error"])))

    def _request(self, path: str, data: bytes | None, method: str | None = None) -> Any:
        request = urllib.request.Request(self.url + path, data, method=method)
        is_form = data is not None and not data.startswith(b"{")
        kind = "application/x-www-form-urlencoded" if is_form else "application/json"
        request.add_header("Content-Type", kind)
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        with urllib.request.urlopen(request, timeout=_PATIENCE_S) as response:
            content = response.read()
        return json.loads(content) if content else None
