"""The microphone of a live session, watched block by block on its way to the session."""

from collections.abc import Callable

import numpy as np

from voice_guide.audio.faults import AudioFault, BrokenPart, SoundLost, SoundRestored
from voice_guide.audio.pcm import BLOCK, RATE, Samples, silence, to_int16
from voice_guide.devices.reconnecting import ReconnectableSession, ReconnectingSound
from voice_guide.devices.sound_card import Session, SoundCard

ROOM = to_int16(np.random.default_rng(0).normal(0, 0.0003, BLOCK))
"""A quiet room: -70 dBFS."""

VOICE = np.full(BLOCK, 1000, np.int16)


class RecordedCard(SoundCard):
    """A sound card that delivers what a test recorded: pairs of what is heard and played."""

    def __init__(self, *parts: tuple[Samples, Samples, float]) -> None:
        self._parts = parts

    def run(self, session: Session, begin: Callable[[], None] = lambda: None) -> None:
        begin()
        for heard, played, seconds in self._parts:
            for _ in range(round(seconds * RATE / BLOCK)):
                session.process(heard, played)


class NotedSession(ReconnectableSession):
    """A session that writes down what reaches it."""

    is_finished = is_speaking = False

    def __init__(self) -> None:
        self.faults: list[AudioFault] = []
        self.blocks: list[Samples] = []

    def start(self) -> None:
        pass

    def notice(self, trouble: AudioFault) -> None:
        self.faults.append(trouble)

    def process(self, heard: Samples, played: Samples) -> Samples:
        self.blocks.append(heard)
        return silence()


def run(*parts: tuple[Samples, Samples, float]) -> NotedSession:
    session = NotedSession()
    ReconnectingSound("", "", lambda: None).run(session, RecordedCard(*parts))
    return session


def test_a_session_is_given_notice_of_a_muted_microphone_and_of_its_return() -> None:
    session = run((ROOM, silence(), 8), (silence(), silence(), 3), (ROOM, silence(), 3))

    lost, restored = session.faults
    assert isinstance(lost, SoundLost)
    assert lost.part is BrokenPart.MICROPHONE_SILENT
    assert isinstance(restored, SoundRestored)


def test_a_session_hears_nothing_through_a_muted_microphone_that_returns_the_guides_voice() -> (
    None
):
    session = run((ROOM, silence(), 8), (silence(), silence(), 3), (VOICE, VOICE, 1))

    assert not session.blocks[-1].any()
    assert len(session.faults) == 1


def test_a_session_hears_a_microphone_that_works_unchanged() -> None:
    session = run((ROOM, silence(), 2), (VOICE, VOICE, 1))

    assert session.faults == []
    assert np.array_equal(session.blocks[0], ROOM)
    assert np.array_equal(session.blocks[-1], VOICE)
