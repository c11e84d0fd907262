"""A live `voice-guide` that loses its sound server, or whose microphone is muted."""

import time
from collections.abc import Callable, Iterator

import pytest

from harness.program import PrintedLines, start_voice_guide
from harness.sound_server import SoundServer

NewHome = Callable[[], dict[str, str]]

WITHIN_S = 3.0
"""How soon anything is to be noticed, and taken up again, in seconds ..."""

BUSY_S = 3.0
"""... and how much longer a machine that is busy with other things may take."""

STARTED_S = 30.0
"""How long such a machine may take to start it, in seconds."""

AWAY_S = 1.5
"""How long something is away, in seconds."""

WELCOME_S, ALIVE_S = 9.5, 12.0
"""Seconds for which the guide speaks at first, and for which the room is heard after it: twice
what the guide asks for, because a busy machine may begin to speak late or break the sound."""


@pytest.fixture
def server() -> Iterator[SoundServer]:
    """Give a sound server in a room that is never quite silent."""
    with SoundServer() as server:
        server.make_noise()
        yield server


@pytest.fixture
def shown(server: SoundServer, new_home: NewHome) -> Iterator[PrintedLines]:
    """Give what a guide shows that has just begun to speak."""
    with start_voice_guide("run", environment=server.environment | new_home()) as program:
        shown = program.output
        shown.wait_for("Guide   Hello.", within_s=STARTED_S)
        yield shown


def test_sound_server_that_is_killed_is_reconnected(
    server: SoundServer, shown: PrintedLines, report_figure: Callable[[str], None]
) -> None:
    gone_s = time.monotonic()
    server.kill()
    missed = shown.wait_for("Note ", gone_s, WITHIN_S + BUSY_S)
    time.sleep(AWAY_S)
    server.start()
    there_s = time.monotonic()
    back = shown.wait_for("the sound is back", there_s, WITHIN_S + BUSY_S)

    # What was cut is said again.
    shown.wait_for("Guide   Here I am again.", there_s)
    shown.wait_for("Guide   Hello. I can lead you", there_s)
    report_figure(
        f"sound server: missed after {missed.at_s - gone_s:.1f} s, "
        f"taken up again {back.at_s - there_s:.1f} s after it was back"
    )


def test_muted_microphone_is_reported_and_heard_again(
    server: SoundServer, shown: PrintedLines
) -> None:
    # It has to have heard the room for a while, beside the guide.
    time.sleep(WELCOME_S + ALIVE_S)
    muted_s = time.monotonic()
    server.mute(True)
    shown.wait_for("hears nothing at all", muted_s, WITHIN_S + BUSY_S)
    shown.wait_for("Guide   I cannot hear anything", muted_s)
    server.mute(False)
    shown.wait_for("Guide   Here I am again.", muted_s, within_s=30)
