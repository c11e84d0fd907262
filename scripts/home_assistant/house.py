"""A house: Home Assistant in a root of its own, the guide's service, and what connects them."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from asyncio.subprocess import Process
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from home_assistant.api import Api
from home_assistant.satellite import ScriptedSatellite

_CONFIG = """\
homeassistant:
  name: Test
  country: GB
  time_zone: UTC
  unit_system: metric
  internal_url: http://127.0.0.1:{port}
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
config:
websocket_api:
conversation:
assist_pipeline:
logger:
  default: warning
  logs:
    homeassistant.components.wyoming: debug
    homeassistant.components.assist_satellite: debug
"""
"""The configuration of Home Assistant; all else is added as a user would."""

_SCRIPTED = Path(__file__).parent / "scripted"
"""The integration with a satellite that can be asked to listen."""

_INSTALL = Path(__file__).parents[1] / "install-home-assistant"
"""The script that puts the guide's integration into a Home Assistant."""

_READY_WITHIN_S = 120.0
"""Seconds until Home Assistant answers, at most."""

_ENDS_WITHIN_S = 40.0
"""Seconds until a program has ended, at most."""


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class House:
    """Home Assistant and the guide, each of which can be restarted."""

    def __init__(self, root: Path, folder: Path) -> None:
        """`root` is a Debian with Home Assistant in /srv/ha; `folder` is for what is written."""
        self._root = root
        self._folder = folder
        self._home: Process | None = None
        self._guide: Process | None = None
        self._port, self._guide_port = free_port(), free_port()
        self.api = Api(f"http://127.0.0.1:{self._port}")
        self.announcements: list[tuple[float, str, str, str]] = []
        """Time in seconds, service, satellite and text of all that the guide said by itself."""

    async def start_home_assistant(self) -> float:
        """Start Home Assistant; return how long it takes until it answers, in seconds."""
        config = self._root / "config"
        config.mkdir(exist_ok=True)
        (config / "configuration.yaml").write_text(_CONFIG.format(port=self._port))
        integrations = config / "custom_components"
        shutil.copytree(_SCRIPTED, integrations / "scripted", dirs_exist_ok=True)
        subprocess.run([_INSTALL, config], check=True, capture_output=True)
        began_s = time.monotonic()
        self._home = await _start(
            self._folder / "home-assistant.log",
            *("chroot", self._root, "/usr/bin/env", "-i", *_environment()),
            *("/srv/ha/bin/hass", "-c", "/config"),
        )
        while time.monotonic() < began_s + _READY_WITHIN_S:
            try:
                await self.api.get("/api/onboarding")
                return time.monotonic() - began_s
            except OSError as error:
                if getattr(error, "code", 0) in (401, 404):
                    return time.monotonic() - began_s
                await asyncio.sleep(0.2)
        raise RuntimeError("Home Assistant does not answer")

    async def stop_home_assistant(self) -> None:
        """End Home Assistant as its service manager would."""
        await _stop(self._home)

    def give_token(self, token: str) -> None:
        """Keep a token of Home Assistant's where the guide reads it."""
        self._token_file.touch(0o600)
        self._token_file.write_text(token)

    @property
    def _token_file(self) -> Path:
        return self._folder / "token"

    async def start_guide(self) -> None:
        """Start the guide's service."""
        environment = os.environ | {
            "XDG_DATA_HOME": str(self._data),
            "XDG_CONFIG_HOME": str(self._folder / "config"),
        }
        self._guide = await _start(
            self._folder / "guide.log",
            *("voice-guide", "wyoming", "--port", str(self._guide_port)),
            *("--home-assistant", self.api.url, "--token-file", self._token_file),
            env=environment,
        )
        await _until_open(self._guide_port)

    async def stop_guide(self) -> None:
        """End the guide as its service manager would."""
        await _stop(self._guide)

    async def add_guide(self) -> None:
        """Add the guide by its config flow, and make it the assistant of all satellites."""
        await self.api.add("wyoming", host="127.0.0.1", port=self._guide_port)
        await self._use("conversation.voice_guide")

    async def add_integration(self) -> None:
        """Add the integration by its config flow, and make its agent that of all satellites."""
        await self.api.add("voice_guide", host="127.0.0.1", port=self._guide_port)
        await self._use("conversation.voice_guide_hands_free")

    async def let_hear(self, sound: bytes) -> None:
        """Let the scripted satellite hear 16 kHz sound, in real time."""
        (self._root / "config" / "said.raw").write_bytes(sound)
        await self.api.command(
            "call_service",
            domain="scripted",
            service="hear",
            service_data={"file": "/config/said.raw"},
        )

    async def _use(self, agent: str) -> None:
        pipeline = await self.api.command(
            "assist_pipeline/pipeline/create",
            name=agent,
            language="en",
            conversation_engine=agent,
            conversation_language="en",
            stt_engine="stt.voice_guide",
            stt_language="en",
            tts_engine="tts.voice_guide",
            tts_language="en",
            tts_voice=None,
            wake_word_entity=None,
            wake_word_id=None,
        )
        await self.api.command(
            "assist_pipeline/pipeline/set_preferred", pipeline_id=pipeline["id"]
        )

    async def add_satellite(self, name: str) -> ScriptedSatellite:
        """Add a Wyoming satellite by its config flow."""
        satellite = ScriptedSatellite(name)
        port = await satellite.start()
        await self.api.add("wyoming", host="127.0.0.1", port=port)
        async with asyncio.timeout(20):
            await satellite.connected.wait()
        return satellite

    async def follow(self) -> None:
        """Note what is announced from now on."""
        self.announcements.clear()
        await self.api.connect()
        await self.api.subscribe(self._note, "subscribe_events", event_type="call_service")

    def log(self, name: str) -> str:
        """Return what a program has logged: `guide` or `home-assistant`."""
        file = self._folder / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def memory_mb(self) -> float:
        """Return the memory of the guide's service in megabytes."""
        assert self._guide
        status = Path(f"/proc/{self._guide.pid}/status").read_text()
        found = re.search(r"VmRSS:\s*(\d+)", status)
        return int(found[1]) / 1024 if found else 0.0

    def _note(self, event: dict[str, Any]) -> None:
        data = event["data"]
        if data["domain"] == "assist_satellite":
            given = data["service_data"]
            text = given.get("message") or given.get("start_message") or ""
            names = given["entity_id"]
            name = names if isinstance(names, str) else names[0]
            self.announcements.append((time.monotonic(), data["service"], name, text))

    @property
    def _data(self) -> Path:
        """The guide's data, with the speech models of this user."""
        import platformdirs

        data = self._folder / "data"
        folder = data / "voice-guide"
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "models").exists():
            (folder / "models").symlink_to(platformdirs.user_data_path("voice-guide") / "models")
        return data


def _environment() -> Iterator[str]:
    """Yield the variables of Home Assistant, which installs what it needs as it starts."""
    yield from ("HOME=/root", "LANG=C.UTF-8", "PATH=/srv/ha/bin:/usr/bin:/bin")
    # The certificates that this machine trusts, and how it reaches the registry.
    yield from ("SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt", "UV_SYSTEM_CERTS=1")
    for name, value in os.environ.items():
        if name.lower().endswith("_proxy"):
            yield f"{name}={value}"


async def _start(log: Path, *command: object, env: dict[str, str] | None = None) -> Process:
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *map(str, command), stdout=output, stderr=output, env=env
        )


async def _stop(process: Process | None) -> None:
    if process is None or process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(_ENDS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _until_open(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            writer.close()
            return
