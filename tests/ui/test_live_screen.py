"""Tests of the live screen: its thread, and sessions at real terminals."""

import io
import signal
import threading
import time

import pytest
from rich.cells import cell_len
from rich.console import Console
from support.terminals import (
    CONTROL_SEQUENCE,
    ENTER_ALTERNATE_SCREEN,
    LEAVE_ALTERNATE_SCREEN,
    SHOW_CURSOR,
    filled_cells,
    is_introduced,
    is_large,
    open_terminal,
)

from voice_guide.app.content import Content
from voice_guide.config.settings import Settings
from voice_guide.dialogue.actions import Say
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.ui.live_screen import LiveScreen

# The thread that draws


class BlockedTerminal(io.StringIO):
    """A terminal whose writes block unless `unblocked` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.unblocked = threading.Event()

    def write(self, text: str) -> int:
        self.unblocked.wait()
        return super().write(text)


def test_a_blocked_terminal_does_not_block_the_loop(content: Content) -> None:
    terminal = BlockedTerminal()
    console = Console(file=terminal, force_terminal=True, width=80, height=24)
    screen = LiveScreen(console, content.prompts, "", "")
    guide = DialogueManager(content.library, content.prompts, Settings())
    terminal.unblocked.set()
    with screen.showing(guide):
        terminal.unblocked.clear()
        screen.show_typed("now it is drawing")
        time.sleep(0.3)
        start_s = time.monotonic()
        for _ in range(100):
            screen.observe(0, Say("Hello."))
        duration_s = time.monotonic() - start_s
        terminal.unblocked.set()

    assert duration_s < 1


def test_an_error_restores_the_terminal_and_prints_the_conversation(
    content: Content, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = io.StringIO()
    console = Console(file=terminal, force_terminal=True, width=80, height=24)
    screen = LiveScreen(console, content.prompts, "", "")
    guide = DialogueManager(content.library, content.prompts, Settings())

    def fail() -> None:
        with screen.showing(guide):
            screen.observe(0, Say("Hello."))
            screen.note(0, "something else")
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert terminal.getvalue().endswith(SHOW_CURSOR + LEAVE_ALTERNATE_SCREEN)
    assert capsys.readouterr().out == "Guide   Hello.\nNote    something else\n"


def test_nothing_is_drawn_if_nothing_changes(content: Content) -> None:
    terminal = io.StringIO()
    console = Console(file=terminal, force_terminal=True, width=80, height=24)
    screen = LiveScreen(console, content.prompts, "", "")
    with screen.showing(DialogueManager(content.library, content.prompts, Settings())):
        time.sleep(0.3)
        drawn = len(terminal.getvalue())
        time.sleep(0.7)

        assert len(terminal.getvalue()) == drawn


# Real terminals


def test_a_session_at_a_terminal() -> None:
    with open_terminal(80, 24) as terminal:
        terminal.wait_for(is_introduced)
        terminal.type("nex")
        terminal.wait_for(lambda frame: "Type: nex" in frame)
        terminal.type("\x7fxt\r")
        step = terminal.wait_for(lambda frame: "Step 1 of 7, left side" in frame)
        terminal.type("mumble\r")
        terminal.wait_for(lambda frame: "Not understood: mumble" in frame)
        terminal.type("next\r")
        terminal.wait_for(lambda frame: "Step 2 of" in frame)
        terminal.type("next\r")
        terminal.wait_for(lambda frame: "Step 3 of" in frame)
        terminal.type("ready\r")
        early = terminal.wait_for(lambda frame: "28 seconds" in frame)
        late = terminal.wait_for(lambda frame: "26 seconds" in frame)
        terminal.type("goodbye\r")
        status = terminal.wait_for_exit()
        after = terminal.settings

    assert is_large("your palm by your ear", step)
    assert 'You can say: "next"' in step
    assert "Heard: next" in step
    assert is_large("28", early)
    assert is_large("26", late)
    assert filled_cells(late) < filled_cells(early)
    assert status == 0
    assert after == terminal.before
    assert SHOW_CURSOR in terminal.output.rpartition("[?25l")[2]
    assert "Heard   goodbye → Goodbye\nGuide   Goodbye. Take care.\n" in terminal.rest


@pytest.mark.parametrize(
    ("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_every_kind_of_exit_restores_the_terminal(number: int, expected: int) -> None:
    with open_terminal(80, 24) as terminal:
        terminal.wait_for(is_introduced)
        during = terminal.settings
        if number == signal.SIGINT:
            terminal.type("half a li\x03")
        else:
            terminal.process.send_signal(number)
        status = terminal.wait_for_exit()
        after = terminal.settings

    assert during != terminal.before
    assert (status, after) == (expected, terminal.before)
    assert terminal.output.count(ENTER_ALTERNATE_SCREEN) == 1
    assert terminal.output.count(LEAVE_ALTERNATE_SCREEN) == 1
    assert SHOW_CURSOR in terminal.output.rpartition("[?25l")[2]
    assert is_introduced(terminal.rest)
    assert "Traceback" not in terminal.rest


def test_frames_follow_the_size_of_the_window() -> None:
    with open_terminal(80, 24) as terminal:
        terminal.wait_for(is_introduced)
        terminal.type("half a line")
        terminal.wait_for(lambda frame: "Type: half a line" in frame)
        for width, height in ((120, 40), (40, 12), (80, 24)):
            terminal.resize(width, height)
            frame = terminal.wait_for(bool)
            assert max(map(cell_len, frame.splitlines())) == width
            assert "Type: half a line" in frame


def test_keys_typed_before_the_start_are_not_lost() -> None:
    with open_terminal(80, 24, b"help\nwhat do ") as terminal:
        terminal.wait_for(lambda frame: "Heard: help" in frame and "Type: what do" in frame)
        terminal.type("i need\r")
        terminal.wait_for(lambda frame: "Heard: what do i need" in frame)


@pytest.mark.parametrize(
    ("width", "height", "env"),
    [
        (80, 24, {"TERM": "dumb"}),
        (40, 24, {}),
        (80, 12, {}),
        (80, 24, {"PYTHONIOENCODING": "ascii"}),
    ],
    ids=str,
)
def test_the_transcript_is_printed_where_the_screen_cannot_be_shown(
    width: int, height: int, env: dict[str, str]
) -> None:
    with open_terminal(width, height, env=env) as terminal:
        terminal.type("goodbye\r")
        status = terminal.wait_for_exit()
        after = terminal.settings

    assert (status, after) == (0, terminal.before)
    assert ENTER_ALTERNATE_SCREEN not in terminal.output
    assert "Goodbye. Take care." in CONTROL_SEQUENCE.sub("", terminal.output)
