"""Reconnect audio devices by name after they are unplugged.

Audio time stands still without sound, and so does the session.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from voice_guide.audio.faults import AudioFault, BrokenPart, SoundLost, SoundRestored
from voice_guide.audio.pcm import Samples, silence
from voice_guide.devices import device_list
from voice_guide.devices.device_list import Device, Direction
from voice_guide.devices.portaudio import rescan_devices
from voice_guide.devices.sound_card import Session, SoundCard, SoundLostError
from voice_guide.errors import VoiceGuideError
from voice_guide.hearing.mic_health import MicHealth

_RETRY_EVERY_S = 1.0
"""Seconds between two attempts to open a missing device."""


class ReconnectableSession(Session, Protocol):
    """A session that continues after an interruption of its sound: the engine."""

    def start(self) -> None:
        """Start the session."""

    def notice(self, trouble: AudioFault) -> None:
        """Handle a fault of the sound, or its end."""

    @property
    def is_speaking(self) -> bool:
        """True while the speaker has something to play."""


class ReconnectingSound:
    """A microphone and a speaker that may be unplugged and plugged in again."""

    def __init__(self, microphone: str, speaker: str, alive: Callable[[], None]) -> None:
        """Take parts of the devices' names, empty for the system's choice.

        `alive` is called regularly, with sound and while waiting for it.
        """
        self._find: dict[Direction, Callable[[], Device]] = {
            "input": lambda: device_list.microphone(microphone),
            "output": lambda: device_list.speaker(speaker),
        }
        self._alive = alive
        self._mic_health = MicHealth()
        self._has_begun = False
        self._lost_at_s: float | None = None

    def run(self, session: ReconnectableSession, card: SoundCard | None = None) -> None:
        """Run a session to its end, however often the sound is interrupted.

        `card` is used if given; without it, devices may still be missing. Raises
        VoiceGuideError if the sound system does not answer, or the session fails.
        """
        reason = ""
        while True:
            if card is None:
                card = self._wait_for_devices(session, reason)
            try:
                card.run(
                    _Watched(session, self._alive, self._mic_health), lambda: self._begin(session)
                )
                return
            except SoundLostError as error:
                card, reason = None, str(error)

    def _begin(self, session: ReconnectableSession) -> None:
        lost_at_s, self._lost_at_s = self._lost_at_s, None
        if not self._has_begun:
            self._has_begun = True
            session.start()
        elif lost_at_s is not None:
            session.notice(SoundRestored(time.monotonic() - lost_at_s))

    def _wait_for_devices(self, session: ReconnectableSession, reason: str) -> SoundCard:
        """Return both devices, as soon as they can be opened."""
        if self._lost_at_s is not None:
            # A device was listed, but failed when it was opened.
            self._pause()
        while True:
            rescan_devices()
            microphone, no_microphone = self._found("input")
            speaker, no_speaker = self._found("output")
            problem = no_microphone or no_speaker or reason
            if problem and self._lost_at_s is None:
                self._lost_at_s = time.monotonic()
                is_deaf = speaker is not None and microphone is None
                part = BrokenPart.MICROPHONE_GONE if is_deaf else BrokenPart.SPEAKER_GONE
                session.notice(SoundLost(part, problem))
                if speaker and is_deaf:
                    self._speak_without_microphone(session, speaker)
                    continue
            if microphone and speaker:
                return SoundCard(microphone, speaker)
            self._pause()

    def _pause(self) -> None:
        self._alive()
        time.sleep(_RETRY_EVERY_S)

    def _speak_without_microphone(self, session: ReconnectableSession, speaker: Device) -> None:
        """Let a session without a microphone say so."""
        with suppress(SoundLostError):
            SoundCard(None, speaker).run(_UntilSilent(session, self._alive))

    def _found(self, direction: Direction) -> tuple[Device | None, str]:
        """Return a device that works, or None and the reason."""
        try:
            device = self._find[direction]()
        except VoiceGuideError as error:
            return None, str(error)
        if device_list.opens(direction, device):
            return device, ""
        return (
            None,
            f'"{device.name}" cannot be opened: is it unplugged, or used by another program?',
        )


class _Alive:
    """A session that reports after each block that it works, and so not if it hangs."""

    def __init__(self, session: ReconnectableSession, alive: Callable[[], None]) -> None:
        self._session = session
        self._alive = alive

    @property
    def is_finished(self) -> bool:
        return self._session.is_finished

    def process(self, heard: Samples, played: Samples) -> Samples:
        block = self._session.process(heard, played)
        self._alive()
        return block


class _Watched(_Alive):
    """A session that is given notice of the microphone's faults, each before its block."""

    def __init__(
        self, session: ReconnectableSession, alive: Callable[[], None], mic_health: MicHealth
    ) -> None:
        super().__init__(session, alive)
        self._mic_health = mic_health

    def process(self, heard: Samples, played: Samples) -> Samples:
        for fault in self._mic_health.follow(heard, played):
            self._session.notice(fault)
        only_played = self._mic_health.hears_only_the_guide
        return super().process(silence() if only_played else heard, played)


class _UntilSilent(_Alive):
    """A session that ends as soon as it has finished speaking."""

    @property
    def is_finished(self) -> bool:
        return not self._session.is_speaking
