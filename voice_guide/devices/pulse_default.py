"""The default source of a PulseAudio or PipeWire server, asked for through libpulse.

PortAudio reaches such a server through ALSA, where a microphone looks like a monitor: what
a speaker plays, which the server makes the default source where there is no microphone.
"""

import ctypes
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LIBRARY = "libpulse.so.0"

_MONITOR_SUFFIX = b".monitor"
"""The end of the names that the servers give to the monitors of their speakers."""

_NO_AUTOSPAWN = 1
"""The flag of pa_context_connect that starts no server."""

_CONTEXT_READY = 4
"""State of a pa_context that is connected; greater ones have failed or ended."""

_OPERATION_RUNNING = 0
"""State of a pa_operation that has no result yet."""

_ANSWER_WITHIN_S = 2.0
"""Seconds that a server may take to answer."""

_POLL_EVERY_S = 0.002
"""Seconds between two looks for an answer."""


class _SampleSpec(ctypes.Structure):
    _fields_ = (
        ("format", ctypes.c_int),
        ("rate", ctypes.c_uint32),
        ("channels", ctypes.c_uint8),
    )


class _ServerInfo(ctypes.Structure):
    """The beginning of pa_server_info."""

    _fields_ = (
        ("user_name", ctypes.c_char_p),
        ("host_name", ctypes.c_char_p),
        ("server_version", ctypes.c_char_p),
        ("server_name", ctypes.c_char_p),
        ("sample_spec", _SampleSpec),
        ("default_sink_name", ctypes.c_char_p),
        ("default_source_name", ctypes.c_char_p),
    )


_INFO_CALLBACK = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.POINTER(_ServerInfo), ctypes.c_void_p
)


def default_monitor() -> str | None:
    """Return the name of the default source if it is a monitor; else None, as without a server."""
    if "PULSE_SOURCE" in os.environ:
        # The user's own choice, which replaces the server's default.
        return None
    name = _default_source()
    return name.decode(errors="replace") if name and name.endswith(_MONITOR_SUFFIX) else None


def _default_source() -> bytes | None:
    """Return the name of the server's default source; None without a server that answers."""
    try:
        pulse = ctypes.CDLL(_LIBRARY)
    except OSError:
        return None
    found: list[bytes] = []

    def take(_: int, info: "ctypes._Pointer[_ServerInfo]", __: int) -> None:
        if info and info.contents.default_source_name:
            found.append(info.contents.default_source_name)

    callback = _INFO_CALLBACK(take)
    with _connected(pulse) as (context, wait_until):
        if context is None:
            return None
        operation = pulse.pa_context_get_server_info(context, callback, None)
        if operation:
            operation = ctypes.c_void_p(operation)
            wait_until(lambda: pulse.pa_operation_get_state(operation) != _OPERATION_RUNNING)
            pulse.pa_operation_cancel(operation)
            pulse.pa_operation_unref(operation)
    return found[0] if found else None


@contextmanager
def _connected(
    pulse: ctypes.CDLL,
) -> Iterator[tuple[ctypes.c_void_p | None, Callable[[Callable[[], bool]], None]]]:
    """Connect to the server; give a context, or None, and a function that waits for answers."""
    for name in (
        "pa_mainloop_new",
        "pa_mainloop_get_api",
        "pa_context_new",
        "pa_context_get_server_info",
    ):
        getattr(pulse, name).restype = ctypes.c_void_p
    loop = ctypes.c_void_p(pulse.pa_mainloop_new())
    api = ctypes.c_void_p(pulse.pa_mainloop_get_api(loop))
    context = ctypes.c_void_p(pulse.pa_context_new(api, b"voice-guide"))

    def wait_until(is_done: Callable[[], bool]) -> None:
        end_s = time.monotonic() + _ANSWER_WITHIN_S
        while not is_done() and time.monotonic() < end_s:
            if pulse.pa_mainloop_iterate(loop, 0, None) == 0:
                time.sleep(_POLL_EVERY_S)

    def state() -> int:
        return int(pulse.pa_context_get_state(context))

    try:
        pulse.pa_context_connect(context, None, _NO_AUTOSPAWN, None)
        wait_until(lambda: state() >= _CONTEXT_READY)
        yield context if state() == _CONTEXT_READY else None, wait_until
    finally:
        pulse.pa_context_disconnect(context)
        pulse.pa_context_unref(context)
        pulse.pa_mainloop_free(loop)
