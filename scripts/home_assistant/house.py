"""A house: Home Assistant in a root of its own, the guide's service, and what connects them."""

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from wyoming.client import AsyncTcpClient
from wyoming.event import Event

from harness.ports import free_port
from home_assistant.api import Api
from home_assistant.packages import Packages
from home_assistant.programs import Program, until_open
from home_assistant.satellite import ScriptedSatellite
from voice_guide.skills.wyoming.connection import ROOMS

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
zeroconf:
assist_pipeline:
diagnostics:
repairs:
logger:
  default: warning
"""
"""The configuration of Home Assistant; all else is added as a user would."""

AGENT = "conversation.voice_guide_hands_free"
"""The agent of the integration."""

_SCRIPTED = Path(__file__).parent / "scripted"
"""The integration with a satellite that can be asked to listen."""

_INSTALL = Path(__file__).parents[1] / "install-home-assistant"
"""The script that puts the guide's integration into a Home Assistant."""

_READY_WITHIN_S = 300.0
"""Seconds until Home Assistant answers, at most; the first time it installs what it needs."""

_RECONNECTED_WITHIN_S = 40.0
"""Seconds until Home Assistant has found a satellite again, at most."""


@dataclass(frozen=True)
class Announcement:
    """Something that a satellite was asked to say."""

    time_s: float
    """The moment of the request, in seconds of the clock."""

    service: str
    """`announce`, or `start_conversation`."""

    satellite: str
    """The satellite's entity."""

    text: str
    """The text."""


class House:
    """Home Assistant and the guide, each of which can be restarted."""

    def __init__(self, root: Path, folder: Path) -> None:
        """`root` is a Debian with Home Assistant in /srv/ha; `folder` is for what is written."""
        self._root = root
        self._folder = folder
        self.home = Program(folder / "home-assistant.log")
        """Home Assistant."""
        self.guide = Program(folder / "guide.log")
        """The guide's service."""
        self.packages = Packages(root)
        """The packages of Home Assistant."""
        self.port, self.guide_port = free_port(), free_port()
        """The ports of Home Assistant and of the guide's service."""
        self.api = Api(f"http://127.0.0.1:{self.port}")
        self.user: Api | None = None
        """Home Assistant as the guide's own user sees it."""
        self.announcements: list[Announcement] = []
        """All that satellites were asked to say."""
        self.integration = ""
        """The entry of the integration that was added last; empty for none."""

    async def start_home_assistant(self) -> float:
        """Start Home Assistant; return how long it takes until it answers, in seconds."""
        config = self.config
        config.mkdir(exist_ok=True)
        (config / "configuration.yaml").write_text(_CONFIG.format(port=self.port))
        integrations = config / "custom_components"
        shutil.copytree(_SCRIPTED, integrations / "scripted", dirs_exist_ok=True)
        subprocess.run([_INSTALL, config], check=True, capture_output=True)
        began_s = time.monotonic()
        await self.home.start(
            *("chroot", self._root, "/usr/bin/env", "-i", *_variables_of_home()),
            *("/srv/ha/bin/hass", "-c", "/config"),
        )
        while time.monotonic() < began_s + _READY_WITHIN_S:
            if await self.api.is_ready():
                return time.monotonic() - began_s
            await asyncio.sleep(0.2)
        raise RuntimeError("Home Assistant does not answer")

    async def restart_home_assistant(self, *satellites: ScriptedSatellite) -> float:
        """Restart it, and wait for satellites and guide; return how long the start took."""
        await self.home.stop()
        took_s = await self.start_home_assistant()
        await self.follow()
        for each in satellites:
            async with asyncio.timeout(_RECONNECTED_WITHIN_S):
                await each.connected.wait()
        # The guide tries to connect every five seconds.
        await asyncio.sleep(6)
        return took_s

    async def give_token(self) -> None:
        """Keep a new token, of a user without rights, where the guide reads it."""
        if self.user is None:
            self.user = await self.api.add_user("Guide")
            await self.user.connect()
        token = await self.user.long_lived_token()
        self._token_file.touch(0o600)
        self._token_file.write_text(token)

    async def start_guide(self) -> None:
        """Start the guide's service."""
        await self.guide.start(
            *("voice-guide", "wyoming", "--port", str(self.guide_port)),
            *("--home-assistant", self.api.url, "--token-file", self._token_file),
            env=self._environment,
        )
        await until_open(self.guide_port)

    async def start_discovered_guide(self, host: str) -> Program:
        """Start a second service on another address, which tells the network about itself."""
        guide = Program(self._folder / "discovered-guide.log")
        await guide.start(
            *("voice-guide", "wyoming", "--host", host, "--port", str(free_port())),
            "--discovery",
            env=self._environment,
        )
        return guide

    async def add_guide(self) -> None:
        """Add the guide by its config flow, and make it the assistant of all satellites."""
        await self.api.add("wyoming", host="127.0.0.1", port=self.guide_port)
        await self.api.use("conversation.voice_guide")

    async def add_integration(self) -> None:
        """Add the integration by its config flow, and make its agent that of all satellites."""
        self.integration = await self.api.add(
            "voice_guide", host="127.0.0.1", port=self.guide_port
        )
        await self.api.use(AGENT)

    async def remove_integration(self) -> None:
        """Remove the integration, if it was added, and the assistants that have its agent."""
        if self.integration:
            await self.api.remove(self.integration)
            self.integration = ""
        await self.api.use("conversation.home_assistant")
        await self.api.forget_assistants(AGENT)

    async def use_recognizer(self, port: int) -> None:
        """Add a recognizer by its config flow, and let it hear for all satellites."""
        before = set(await self.api.states())
        await self.api.add("wyoming", host="127.0.0.1", port=port)
        added = set(await self.api.states()) - before
        (recognizer,) = (name for name in added if name.startswith("stt."))
        await self.api.use("conversation.voice_guide", recognizer)

    async def diagnostics(self) -> dict[str, Any]:
        """Return what is downloaded as diagnostics of the integration."""
        report = await self.api.get(f"/api/diagnostics/config_entry/{self.integration}")
        data: dict[str, Any] = report["data"]
        return data

    async def add_satellite(self, name: str) -> ScriptedSatellite:
        """Add a Wyoming satellite by its config flow."""
        satellite = ScriptedSatellite(name)
        port = await satellite.start()
        await self.api.add("wyoming", host="127.0.0.1", port=port)
        async with asyncio.timeout(20):
            await satellite.connected.wait()
        return satellite

    @property
    def config(self) -> Path:
        """The folder with Home Assistant's configuration."""
        return self._root / "config"

    async def let_hear(self, sound: bytes) -> None:
        """Let the satellite of the test's integration hear 16 kHz sound, in real time."""
        (self.config / "said.raw").write_bytes(sound)
        await self.api.call("scripted", "hear", file="/config/said.raw")

    async def left_s(self, satellite: str) -> float:
        """Return how much of the step's time is left at a satellite, in seconds."""
        async with AsyncTcpClient("127.0.0.1", self.guide_port) as client:
            await client.write_event(Event(ROOMS))
            report = await client.read_event()
        assert report
        found = [each for each in report.data["rooms"] if each["satellite"] == satellite]
        return (found[0]["left_s"] or 0.0) if found else 0.0

    async def follow(self) -> None:
        """Connect, and note what satellites are asked to say from now on."""
        self.announcements.clear()
        await self.api.connect()
        if self.user:
            await self.user.connect()
        await self.api.subscribe(self._note, "subscribe_events", event_type="call_service")

    def usage(self) -> str:
        """Return what the programs use, and how often satellites refused to speak."""
        log = self.guide.log
        return (
            f"the guide has {self.guide.memory_mb:.0f} MB and {self.guide.open_files} open files, "
            f"Home Assistant {self.home.memory_mb:.0f} MB; refused: "
            f"{log.count('refused to speak')}, too late: {log.count('Too late')}"
        )

    def _note(self, event: dict[str, Any]) -> None:
        data = event["data"]
        if data["domain"] == "assist_satellite":
            given = data["service_data"]
            text = given.get("message") or given.get("start_message") or ""
            names = given["entity_id"]
            name = names if isinstance(names, str) else names[0]
            self.announcements.append(Announcement(time.monotonic(), data["service"], name, text))

    @property
    def _token_file(self) -> Path:
        return self._folder / "token"

    @property
    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "XDG_DATA_HOME": str(self._data),
            "XDG_CONFIG_HOME": str(self._folder / "config"),
        }

    @property
    def _data(self) -> Path:
        """The guide's data, with the speech models of this user."""
        data = self._folder / "data"
        folder = data / "voice-guide"
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "models").exists():
            (folder / "models").symlink_to(platformdirs.user_data_path("voice-guide") / "models")
        return data


def _variables_of_home() -> Iterator[str]:
    """Yield the variables of Home Assistant, which installs what it needs as it starts."""
    yield from ("HOME=/root", "LANG=C.UTF-8", "PATH=/srv/ha/bin:/usr/bin:/bin")
    # The certificates that this machine trusts, and how it reaches the registry.
    yield from ("SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt", "UV_SYSTEM_CERTS=1")
    for name, value in os.environ.items():
        if name.lower().endswith("_proxy"):
            yield f"{name}={value}"
