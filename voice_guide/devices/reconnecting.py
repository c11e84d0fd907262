"""Sound that outlasts its devices: what is unplugged is waited for, and taken up again by name.

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

_LOOK_EVERY_S = 1.0
"""Seconds between two looks at whether what is missing is there again."""


class ReconnectableSession(Session, Protocol):
    """A session that goes on when the sound does: the engine."""

    def start(self) -> None:
        """Begin."""

    def notice(self, trouble: AudioFault) -> None:
        """Take note of what has become of the sound."""

    @property
    def is_speaking(self) -> bool:
        """Whether the speaker has anything to play."""


class ReconnectingSound:
    """A microphone and a speaker that may go away and come back."""

    def __init__(self, microphone: str, speaker: str, alive: Callable[[], None]) -> None:
        """Take parts of their names, empty for the system's choice.

        `alive` is called again and again, while there is sound and while it is waited for.
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
        """Let a session speak and listen until it has ended, however often the sound is lost.

        `card` is what was found already; without it, there may be nothing yet. Raises
        VoiceGuideError where the sound system does not answer, or the session fails.
        """
        reason = ""
        while True:
            if card is None:
                card = self._waited_for(session, reason)
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

    def _waited_for(self, session: ReconnectableSession, reason: str) -> SoundCard:
        """Return both devices, as soon as they are there."""
        if self._lost_at_s is not None:
            # It was there only to fail when it was opened.
            self._pause()
        while True:
            rescan_devices()
            microphone, without_microphone = self._found("input")
            speaker, without_speaker = self._found("output")
            amiss = without_microphone or without_speaker or reason
            if amiss and self._lost_at_s is None:
                self._lost_at_s = time.monotonic()
                is_deaf = speaker is not None and microphone is None
                part = BrokenPart.MICROPHONE_GONE if is_deaf else BrokenPart.SPEAKER_GONE
                session.notice(SoundLost(part, amiss))
                if speaker and is_deaf:
                    self._let_speak(session, speaker)
                    continue
            if microphone and speaker:
                return SoundCard(microphone, speaker)
            self._pause()

    def _pause(self) -> None:
        self._alive()
        time.sleep(_LOOK_EVERY_S)

    def _let_speak(self, session: ReconnectableSession, speaker: Device) -> None:
        """Let a session that hears nothing say so."""
        with suppress(SoundLostError):
            SoundCard(None, speaker).run(_SpeakingOut(session, self._alive))

    def _found(self, direction: Direction) -> tuple[Device | None, str]:
        """Return a device that works; else, why there is none."""
        try:
            device = self._find[direction]()
        except VoiceGuideError as error:
            return None, str(error)
        if device_list.opens(direction, device):
            return device, ""
        return None, f'"{device.name}" cannot be opened: is it unplugged, or used elsewhere?'


class _Alive:
    """A session that reports after each block that it goes on: not where it hangs in one."""

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
    """A session whose microphone is watched: it is given notice of faults before the block."""

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


class _SpeakingOut(_Alive):
    """A session that is over as soon as it has said what it had to say."""

    @property
    def is_finished(self) -> bool:
        return not self._session.is_speaking
