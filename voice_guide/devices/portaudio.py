"""PortAudio without its habits: it prints, may never return, and lists devices only once."""

import atexit
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from voice_guide.devices.silence_stderr import silenced_stderr
from voice_guide.errors import NoSoundError, VoiceGuideError

_PULSE = Path(__file__).with_name("pulse.conf")
"""The configuration of PulseAudio's client library, unless this user has one."""
if not Path("~/.config/pulse/client.conf").expanduser().exists():
    os.environ.setdefault("PULSE_CLIENTCONFIG", str(_PULSE))

try:
    # Importing it looks for devices at once.
    with silenced_stderr():
        import sounddevice as sd
except OSError as error:
    raise NoSoundError("PortAudio is missing: sudo apt-get install libportaudio2") from error

__all__ = ["rescan_devices", "sd", "silenced_stderr", "with_timeout"]

_TIMEOUT_S = 3.0
"""Seconds that the sound system may take to close devices or to list them."""


def rescan_devices() -> None:
    """Update the list of devices: PortAudio knows only those of the time it was initialized.

    No device may be open. Raises VoiceGuideError if the sound system does not answer.
    """
    with silenced_stderr():
        with_timeout(_initialize_again)


def _initialize_again() -> None:
    sd._terminate()
    sd._initialize()


def with_timeout(ask: Callable[[], None]) -> None:
    """Call what may never return, because a sound system or device hangs.

    Raises VoiceGuideError if it does not return in time: no device can be opened after that.
    """

    def do() -> None:
        # A device that is gone cannot be closed, which does no harm.
        with suppress(sd.PortAudioError):
            ask()

    asking = threading.Thread(target=do, daemon=True)
    asking.start()
    asking.join(_TIMEOUT_S)
    if asking.is_alive():
        # At exit, it would wait for the same again.
        atexit.unregister(sd._exit_handler)
        raise VoiceGuideError("the sound system has stopped and does not answer: restart it")
