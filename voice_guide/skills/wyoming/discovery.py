"""Discovery by zeroconf, so that Home Assistant offers the service without an address."""

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address

from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from voice_guide.errors import VoiceGuideError

_log = logging.getLogger(__name__)

_SERVICE = "_wyoming._tcp.local."

_ANY = "0.0.0.0"
"""The address that stands for all addresses of this machine."""

_SOMEWHERE = ("224.0.0.251", 1)
"""An address outside; the system is only asked which of its own it would use."""


@asynccontextmanager
async def announced(host: str, port: int) -> AsyncIterator[None]:
    """Tell the local network about an address meanwhile."""
    try:
        own = IPv4Address(_own_address() if host == _ANY else host)
    except (ValueError, OSError) as error:
        raise VoiceGuideError(
            f"{host} cannot be discovered: {error}; give --host an IPv4 address of this machine"
        ) from error
    info = AsyncServiceInfo(
        _SERVICE,
        f"voice-guide-{socket.gethostname()}-{port}.{_SERVICE}",
        addresses=[own.packed],
        port=port,
    )
    zeroconf = AsyncZeroconf()
    try:
        await zeroconf.async_register_service(info)
        _log.info("Home Assistant can discover it as %s.", own)
        yield
    finally:
        await zeroconf.async_unregister_all_services()
        await zeroconf.async_close()


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_SOMEWHERE)
        name: str = probe.getsockname()[0]
        return name
