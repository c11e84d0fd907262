"""A light and a button on the pins of a Raspberry Pi, through gpiozero if it is installed."""

import os
from collections.abc import Callable
from contextlib import chdir
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from voice_guide.config.settings import PinSettings

_Answer = TypeVar("_Answer")

_LIBRARY = "lgpio"
"""The library for gpiozero to use unless its own variable names another: it needs no other
program, only the kernel's device for pins."""


class Pins:
    """The connected light and button. One that fails is reported once, and then ignored."""

    def __init__(self, settings: PinSettings, note: Callable[[float, str], None]) -> None:
        """`note` shows a message, with the time in seconds since the start."""
        self._note = note
        self._numbers = {"led": settings.led, "button": settings.button}
        self._devices: dict[str, Any] = {}
        self._open("led", lambda gpiozero, number: gpiozero.LED(number))
        # Polled: its events would take two threads that wake up all the time.
        self._open("button", lambda gpiozero, number: gpiozero.InputDevice(number, pull_up=True))

    def blink(self, lit_s: float, dark_s: float) -> None:
        """Repeat light and dark from now on; light steadily if `dark_s` is 0."""
        self._use("led", lambda led: led.blink(lit_s, dark_s) if dark_s else led.on(), None)

    def is_pressed(self) -> bool:
        """Return True while the button is pressed."""
        return self._use("button", lambda button: bool(button.is_active), False)

    def close(self) -> None:
        """Turn the light off, and release the pins."""
        self._use("led", lambda led: led.off(), None)
        for key in list(self._devices):
            self._use(key, lambda device: device.close(), None)

    def _open(self, key: str, opened: Callable[[Any, int], Any]) -> None:
        number = self._numbers[key]
        if number is None:
            return
        try:
            self._devices[key] = opened(_gpiozero(), number)
        except ModuleNotFoundError as error:
            self._note(
                0.0,
                f"pins.{key}: {error.name} is not installed; it is ignored: "
                'pip install "voice-guide[pins]"',
            )
        except Exception as error:
            self._report(key, error)

    def _use(self, key: str, use: Callable[[Any], _Answer], without: _Answer) -> _Answer:
        if key not in self._devices:
            return without
        try:
            return use(self._devices[key])
        except Exception as error:
            # gpiozero and its libraries raise anything; the session is worth more than a light.
            del self._devices[key]
            self._report(key, error)
            return without

    def _report(self, key: str, error: Exception) -> None:
        self._note(
            0.0,
            f"pins.{key}: GPIO {self._numbers[key]} cannot be used and is ignored "
            f"({error}): check that no other program uses it, and that this user is in the "
            "group gpio",
        )


def _gpiozero() -> Any:
    """Return the library, ready to work the pins."""
    # Without a name it tries several libraries, and hides why each fails.
    os.environ.setdefault("GPIOZERO_PIN_FACTORY", _LIBRARY)
    import gpiozero

    # lgpio leaves a named pipe in the current folder when it is loaded.
    with TemporaryDirectory() as folder, chdir(folder):
        gpiozero.Device.ensure_pin_factory()
    return gpiozero
