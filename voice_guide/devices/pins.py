"""A light and a button on the pins of a Raspberry Pi, through gpiozero, where it is installed."""

import os
from collections.abc import Callable
from contextlib import chdir
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from voice_guide.config.settings import PinSettings

_Answer = TypeVar("_Answer")

_LIBRARY = "lgpio"
"""What gpiozero works the pins through where its own variable names nothing else: it needs no
program beside this one, and the kernel's own device for pins."""


class Pins:
    """What is connected. What cannot be used is told once, and done without from then on."""

    def __init__(self, settings: PinSettings, tell: Callable[[float, str], None]) -> None:
        """`tell` shows a person what went wrong, at a time in seconds since the start."""
        self._tell = tell
        self._numbers = {"led": settings.led, "button": settings.button}
        self._devices: dict[str, Any] = {}
        self._open("led", lambda gpiozero, number: gpiozero.LED(number))
        # Its events would take two threads that wake up all the time: it is looked at instead.
        self._open("button", lambda gpiozero, number: gpiozero.InputDevice(number, pull_up=True))

    def blink(self, lit_s: float, dark_s: float) -> None:
        """Have the light lit and dark in turn from now on; steadily lit where `dark_s` is 0."""
        self._use("led", lambda led: led.blink(lit_s, dark_s) if dark_s else led.on(), None)

    def is_pressed(self) -> bool:
        """Whether somebody presses the button at this moment."""
        return self._use("button", lambda button: bool(button.is_active), False)

    def close(self) -> None:
        """Put out the light, and let go of the pins."""
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
            self._tell(
                0.0,
                f"pins.{key}: {error.name} is not installed, so it is done without: "
                'pip install "voice-guide[pins]"',
            )
        except Exception as error:
            self._do_without(key, error)

    def _use(self, key: str, use: Callable[[Any], _Answer], without: _Answer) -> _Answer:
        if key not in self._devices:
            return without
        try:
            return use(self._devices[key])
        except Exception as error:
            # Whatever gpiozero and what is below it raise: nobody is left alone for a light.
            del self._devices[key]
            self._do_without(key, error)
            return without

    def _do_without(self, key: str, error: Exception) -> None:
        self._tell(
            0.0,
            f"pins.{key}: GPIO {self._numbers[key]} cannot be used, so it is done without "
            f"({error}): does something else use it, and is this user in the group gpio?",
        )


def _gpiozero() -> Any:
    """Return the library, ready to work the pins."""
    # Else it tries one library after the other, and tells the reason of none.
    os.environ.setdefault("GPIOZERO_PIN_FACTORY", _LIBRARY)
    import gpiozero

    # Where it is loaded, lgpio leaves a pipe that nobody needs afterwards.
    with TemporaryDirectory() as folder, chdir(folder):
        gpiozero.Device.ensure_pin_factory()
    return gpiozero
