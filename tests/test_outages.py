"""A live `voice-guide` whose devices, or whose sound server, go away and come back."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from live import Shown, voice_guide
from sound_server import SoundServer

NewHome = Callable[[], dict[str, str]]

WITHIN_S = 3.0
"""How soon anything is to be noticed, and taken up again, in seconds ..."""

BUSY_S = 3.0
"""... and how much longer a machine that is busy with other things may take."""

STARTED_S = 30.0
"""How long such a machine may take to start it, in seconds."""

UNPLUGGED_S = 1.5
"""How long something is away, in seconds."""


@pytest.fixture
def server() -> Iterator[SoundServer]:
    """Give a sound server in a room that is never quite silent."""
    with SoundServer() as server:
        server.make_noise()
        yield server


@pytest.fixture
def shown(server: SoundServer, new_home: NewHome) -> Iterator[Shown]:
    """Give what a guide shows that has just begun to speak."""
    home = new_home()
    server.name_devices(Path(home["HOME"]))
    named = ("--mic", "mic", "--speaker", "speaker")
    with voice_guide("run", *named, **server.environment, **home) as process:
        shown = Shown(process.stdout)
        shown.wait_for("Guide   Hello.", within_s=STARTED_S)
        yield shown


def test_a_speaker_that_is_unplugged_is_taken_up_again(
    server: SoundServer, shown: Shown, report_figure: Callable[[str], None]
) -> None:
    measure(
        shown,
        "speaker",
        lambda: server.remove("speaker"),
        lambda: server.restore("speaker"),
        report_figure,
    )


def test_a_sound_server_that_is_killed_is_taken_up_again(
    server: SoundServer, shown: Shown, report_figure: Callable[[str], None]
) -> None:
    measure(shown, "sound server", server.kill, server.start, report_figure)


def measure(
    shown: Shown,
    what: str,
    remove: Callable[[], None],
    restore: Callable[[], None],
    report_figure: Callable[[str], None],
) -> None:
    """Take something away and give it back: both are told, and what was cut is said again."""
    gone_s = time.monotonic()
    remove()
    noticed = shown.wait_for("Note ", gone_s, WITHIN_S + BUSY_S)
    time.sleep(UNPLUGGED_S)
    restore()
    there_s = time.monotonic()
    back = shown.wait_for("the sound is back", there_s, WITHIN_S + BUSY_S)
    shown.wait_for("Guide   Here I am again.", there_s)
    shown.wait_for("Guide   Hello. I can lead you", there_s)
    report_figure(
        f"{what}: missed after {noticed.at_s - gone_s:.1f} s, "
        f"taken up again {back.at_s - there_s:.1f} s after it was back"
    )
