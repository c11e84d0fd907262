"""Reading Wyoming events from clients that may send anything.

The library's own reader takes whatever size a header claims; this one takes what the protocol
needs.
"""

import json
from asyncio import IncompleteReadError, StreamReader
from typing import Any

from wyoming.event import Event

_MAX_DATA_BYTES = 1 << 16
"""Bytes of an event's data; its first line has the same limit, that of asyncio's streams."""

_MAX_PAYLOAD_BYTES = 1 << 20
"""Bytes of an event's sound: six seconds of what a sound card records at its best."""


class ProtocolError(Exception):
    """Something that is no event, or one that is too large. The message says what."""


async def read_event(reader: StreamReader) -> Event | None:
    """Return the next event; None at the end of the connection.

    Raises ProtocolError for what is no event.
    """
    try:
        line = await reader.readline()
    except ValueError as error:
        raise ProtocolError("a first line without an end") from error
    if not line:
        return None
    try:
        header = _mapping(line)
        data = header.get("data", {})
        if not isinstance(data, dict) or not isinstance(header.get("type"), str):
            raise ProtocolError("a line that is no event")
        more = await _read(reader, header, "data_length", _MAX_DATA_BYTES)
        payload = await _read(reader, header, "payload_length", _MAX_PAYLOAD_BYTES)
        return Event(header["type"], data | _mapping(more) if more else data, payload or None)
    except IncompleteReadError as error:
        raise ProtocolError("an event that ends in the middle") from error


async def _read(
    reader: StreamReader, header: dict[str, Any], length: str, max_bytes: int
) -> bytes:
    """Read the part of an event whose length its header names."""
    size = header.get(length) or 0
    if not isinstance(size, int) or not 0 <= size <= max_bytes:
        raise ProtocolError(f"a {length} of {str(size)[:20]}")
    return await reader.readexactly(size)


def _mapping(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a line that is no JSON") from error
    if not isinstance(found, dict):
        raise ProtocolError("a line that is no event")
    return found
