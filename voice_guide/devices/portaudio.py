"""PortAudio, as it has to be asked: it prints, it may wait for ever, and it looks only once."""

import atexit
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from voice_guide.devices.silence_stderr import silenced_stderr
from voice_guide.errors import NoSoundError, VoiceGuideError

_PULSE = Path(__file__).with_name("pulse.conf")
"""How PulseAudio is used, unless this user has said so."""
if not Path("~/.config/pulse/client.conf").expanduser().exists():
    os.environ.setdefault("PULSE_CLIENTCONFIG", str(_PULSE))

try:
    # It looks for devices at once.
    with silenced_stderr():
        import sounddevice as sd
except OSError as error:
    raise NoSoundError("PortAudio is missing: sudo apt-get install libportaudio2") from error

__all__ = ["rescan_devices", "sd", "silenced_stderr", "with_timeout"]

_ANSWERS_WITHIN_S = 3.0
"""How long the sound system may take to close devices or to list them, in seconds."""


def rescan_devices() -> None:
    """Have the devices listed anew: PortAudio knows those that were there when it began.

    Nothing may be open. Raises VoiceGuideError where the sound system does not answer.
    """
    with silenced_stderr():
        with_timeout(_begin_anew)


def _begin_anew() -> None:
    sd._terminate()
    sd._initialize()


def with_timeout(ask: Callable[[], None]) -> None:
    """Do what may wait for ever, for a sound system or a device that hangs; we do not.

    Raises VoiceGuideError where it does: nothing can be opened any more, until another start.
    """

    def do() -> None:
        # What is gone cannot be closed, and what is not there will not be listed.
        with suppress(sd.PortAudioError):
            ask()

    asking = threading.Thread(target=do, daemon=True)
    asking.start()
    asking.join(_ANSWERS_WITHIN_S)
    if asking.is_alive():
        # It would be waited for at the end, too.
        atexit.unregister(sd._exit_handler)
        raise VoiceGuideError("the sound system has stopped and does not answer: restart it")
