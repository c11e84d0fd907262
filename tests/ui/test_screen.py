"""What `run` shows on a terminal: pictures by their meaning, and real terminals."""

import fcntl
import io
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from voice_guide.app.content import Content
from voice_guide.config.settings import Settings
from voice_guide.devices.keyboard import Keys
from voice_guide.dialogue.actions import PlayChime, Say
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.events import Event, SentenceFinished, SpeechEnded, Started, Tick
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.speech import sentences
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.intent import Intent
from voice_guide.ui.frame import clock_text
from voice_guide.ui.large_text import FontSize, render_large
from voice_guide.ui.live_screen import LiveScreen

SIZES = [(80, 24), (120, 40), (200, 60), (40, 12), (24, 6)]
"""Columns and rows."""

QUOTED = re.compile(r'"([^"]+)"')

PATIENCE_S = 20.0
"""How long anything may take that nothing is measured on, in seconds."""


# The words


@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.parametrize("name", [*Phase, "time_runs"])
def test_what_can_be_said_is_understood(content: Content, name: str, waits: bool) -> None:
    context = Phase.STEP if name == "time_runs" else name
    wake_phrase, example = Settings().hearing.wake_phrase, content.library.example

    told = content.prompts(
        f"can_say.{name}", waits=waits, example=example, wake_phrase=wake_phrase
    )

    examples = QUOTED.findall(told)
    assert examples
    assert [text for text in examples if not content.sentences.match(text, context)] == []


def test_every_state_and_every_sound_has_words(content: Content) -> None:
    wanted = {f"screen.state_{phase}" for phase in Phase}
    wanted |= {f"screen.{chime.name.lower()}" for chime in Chime}

    assert wanted - set(content.prompts.names) == set()


# Large letters


@pytest.mark.parametrize("letters", FontSize)
@pytest.mark.parametrize("width", [40, 76])
def test_large_letters_keep_to_their_width(letters: FontSize, width: int) -> None:
    rows = render_large("Lay your palm on the left side of your neck.", letters, width)

    assert rows
    assert max(map(cell_len, rows)) <= width
    assert rows[-1].strip()


@pytest.mark.parametrize("text", ["Я готов", "handkerchiefs everywhere"])
def test_what_large_letters_cannot_show_whole_they_do_not_show(text: str) -> None:
    assert render_large(text, FontSize.LARGE, 76) is None


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0"), (26.1, "27"), (60, "1:00"), (75, "1:15")]
)
def test_a_time_is_shown_shortly(seconds: float, shown: str) -> None:
    assert clock_text(seconds) == shown


# The picture


class Shown:
    """A session without sound, and what its screen shows."""

    def __init__(self, content: Content, routine: str | None = "hand-massage") -> None:
        chosen = content.library.by_id(routine) if routine else None
        self.guide = DialogueManager(content.library, content.prompts, Settings(), chosen)
        console = Console(file=io.StringIO(), force_terminal=True, width=80, height=24)
        self.screen = LiveScreen(console, content.prompts, content.library.example, "hey guide")
        with self.screen.showing(self.guide):
            self.happens(Started())
            self.is_said()

    def happens(self, event: Event) -> None:
        actions = self.guide.handle(event)
        for happening in (event, *actions):
            self.screen.observe(0.0, happening)

    def is_said(self) -> None:
        self.happens(SpeechEnded())

    def hears(self, *intents: str) -> None:
        for intent in intents:
            self.happens(Command(intent, text=f"({intent})"))
            self.is_said()

    def rows(self, width: int = 80, height: int = 24, **changes: Any) -> list[str]:
        """Return the rows of the picture; `changes` are what is known otherwise."""
        console = Console(file=io.StringIO(), force_terminal=True, width=width, height=height)
        picture = replace(self.screen.frame, **changes)
        options = console.options.update(width=width, height=height)
        lines = console.render_lines(picture, options, pad=False)
        return ["".join(segment.text for segment in line) for line in lines]

    def text(self, width: int = 80, height: int = 24, **changes: Any) -> str:
        return "\n".join(self.rows(width, height, **changes))


@pytest.fixture
def shown(content: Content) -> Shown:
    return Shown(content)


def is_large(text: str, shown: str, width: int = 78) -> bool:
    """Return whether a text is shown in large letters."""
    return any(
        all(row in shown for row in rows)
        for letters in FontSize
        if (rows := render_large(text, letters, width))
    )


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("typed", [None, "", "x" * 300])
def test_nothing_overflows_wherever_the_conversation_is(
    content: Content, width: int, height: int, typed: str | None
) -> None:
    for routine in ("hand-massage", "scarf-or-towel", None):
        shown = Shown(content, routine)
        places: Sequence[str] = (
            Intent.READY,
            *[Intent.NEXT, Intent.READY] * 4,
            Intent.PAUSE,
            Intent.RESUME,
            Intent.HURTS,
        )
        for intent in (*(places if routine else ()), Intent.LIST_ROUTINES, Intent.SLEEP):
            rows = shown.rows(width, height, typed=typed)
            assert len(rows) <= height
            assert max(map(cell_len, rows)) <= width
            shown.hears(intent)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_a_step_is_shown_large_with_its_place_and_what_can_be_said(
    shown: Shown, width: int, height: int
) -> None:
    shown.hears(Intent.NEXT)

    rows = shown.rows(width, height)
    text = "\n".join(rows)

    assert "Hand massage" in rows[0]
    assert "Step 1 of 7, left side" in rows[0]
    assert is_large("your palm by your ear", text, width - 2)
    assert 'You can say: "next"' in text
    assert "Heard: (Next)" in text


def test_all_of_a_step_is_there_to_be_read_once_it_was_said(shown: Shown) -> None:
    shown.hears(Intent.NEXT)

    text = " ".join(shown.text().split())

    assert "Lay your palm on the left side of your neck, by your ear." in text


def test_the_sentence_that_is_being_said_is_shown(shown: Shown) -> None:
    said = "Lie down. Put a towel below your neck and your shoulders, and breathe."
    first, second = sentences(said)

    shown.screen.observe(0, Say(said))
    while_first = shown.text(120, 40)
    shown.screen.observe(0, SentenceFinished(first))
    while_second = shown.text(120, 40)

    assert is_large(first, while_first, 118)
    assert is_large(second, while_second, 118)


def test_time_is_a_bar_and_large_seconds(shown: Shown) -> None:
    shown.hears(Intent.NEXT, Intent.NEXT, Intent.NEXT, Intent.READY)

    early, late = shown.text(left_s=29.5), shown.text(left_s=7.2)

    assert is_large("30", early)
    assert is_large("8", late)
    assert "8 seconds" in late
    assert bar(late) < bar(early) / 3
    assert '"more time"' in late


def bar(text: str) -> int:
    """Return how much of the bar is left, in columns."""
    (row,) = [row for row in text.splitlines() if re.fullmatch(" █*░+ *", row)]
    return row.count("█")


def test_time_goes_on_between_two_ticks_and_stands_still_while_paused(shown: Shown) -> None:
    shown.hears(Intent.NEXT, Intent.NEXT, Intent.NEXT, Intent.READY)
    shown.happens(Tick(20))

    first = shown.screen.frame.left_s
    time.sleep(0.05)
    then = shown.screen.frame.left_s
    shown.hears(Intent.PAUSE)

    assert then < first <= 20
    assert shown.screen.frame.left_s == 20
    assert "Paused" in shown.rows()[0]
    assert is_large("20", shown.text())


def test_time_that_is_up_is_called_so(shown: Shown) -> None:
    shown.hears(Intent.NEXT, Intent.NEXT, Intent.NEXT, Intent.READY)

    assert "Time is up." in shown.text(left_s=0.0)


def test_a_repetition_shows_what_is_called_and_which_time_it_is(shown: Shown) -> None:
    shown.hears(*[Intent.NEXT] * 7, Intent.READY)

    begins = shown.text()
    shown.happens(Tick(21))
    goes_on = shown.text()

    assert is_large("To one side", begins)
    assert is_large("and to the other", goes_on)
    assert "1 of 4" in goes_on


def test_what_was_not_understood_is_told_without_jargon(shown: Shown) -> None:
    shown.happens(NotUnderstood("[unk] [unk]", 0))

    text = shown.text()

    assert "Not understood: … …" in text
    assert "[unk]" not in text


def test_a_question_stays_until_it_is_answered(shown: Shown) -> None:
    shown.hears(Intent.NEXT, Intent.HURTS)

    text = shown.text()

    assert "A question" in text
    assert is_large('Shall we end here? Say "yes" or "no".', text)
    assert '"yes" "no"' in text


def test_sounds_and_halfway_are_shown_but_no_number_twice(shown: Shown) -> None:
    shown.hears(Intent.NEXT, Intent.NEXT, Intent.NEXT, Intent.READY)
    shown.screen.observe(0, PlayChime(Chime.TIME_UP))
    for left_s in (15, 3):
        shown.happens(Tick(left_s))

    lines = [line.text for line in shown.screen.frame.snapshot.lines]

    assert lines[-2:] == ["(time up)", "Halfway."]


def test_in_a_small_window_what_is_to_be_done_comes_first(shown: Shown) -> None:
    shown.hears(Intent.NEXT, Intent.NEXT)

    text = " ".join(shown.text(40, 12, typed="ne").split())

    assert "Stretch your fingers towards the opposite side." in text
    assert "Type: ne" in text
    assert 'You can say: "next"' in text


def test_asleep_it_shows_what_wakes_it(shown: Shown) -> None:
    shown.hears(Intent.SLEEP)

    assert '"hey guide"' in shown.text()


# Not in the way of the loop, and gone without a trace


class Stalled(io.StringIO):
    """A terminal that takes nothing until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = threading.Event()

    def write(self, text: str) -> int:
        self.goes_on.wait()
        return super().write(text)


def test_a_terminal_that_stands_still_holds_nothing_up(content: Content) -> None:
    terminal = Stalled()
    console = Console(file=terminal, force_terminal=True, width=80, height=24)
    screen = LiveScreen(console, content.prompts, "", "")
    guide = DialogueManager(content.library, content.prompts, Settings())
    terminal.goes_on.set()
    with screen.showing(guide):
        terminal.goes_on.clear()
        screen.show_typed("now it is drawing")
        time.sleep(0.3)
        begins_s = time.monotonic()
        for _ in range(100):
            screen.observe(0, Say("Hello."))
        took_s = time.monotonic() - begins_s
        terminal.goes_on.set()

    assert took_s < 1


def test_an_error_leaves_the_terminal_as_it_was_with_the_conversation(
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

    assert terminal.getvalue().endswith(SHOW_CURSOR + LEAVE)
    assert capsys.readouterr().out == "Guide   Hello.\nNote    something else\n"


def test_nothing_is_drawn_while_there_is_nothing_new(content: Content) -> None:
    terminal = io.StringIO()
    console = Console(file=terminal, force_terminal=True, width=80, height=24)
    screen = LiveScreen(console, content.prompts, "", "")
    with screen.showing(DialogueManager(content.library, content.prompts, Settings())):
        time.sleep(0.3)
        drawn = len(terminal.getvalue())
        time.sleep(0.7)

        assert len(terminal.getvalue()) == drawn


# Real terminals

ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"
"""What a terminal turns to its second page and back with."""

SHOW_CURSOR = "\x1b[?25h"

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def as_started_by_a_person() -> None:
    """Have this terminal, and end on Ctrl-C: not so where the tests run in the background."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def without_size(env: Mapping[str, str]) -> dict[str, str]:
    """Return variables that leave it to the terminal to tell how large it is."""
    return {name: value for name, value in env.items() if name not in ("COLUMNS", "LINES")}


class Terminal:
    """A terminal at which `voice-guide run --text` runs."""

    def __init__(
        self, width: int, height: int, typed_before: bytes, env: Mapping[str, str]
    ) -> None:
        self.outside, self._inside = pty.openpty()
        self.resize(width, height)
        self.before = self.settings
        self._output = b""
        os.write(self.outside, typed_before)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "voice_guide", "run", "--text", "--routine", "hand-massage"],
            stdin=self._inside,
            stdout=self._inside,
            stderr=self._inside,
            env={**without_size(os.environ), "TERM": "xterm", **env},
            start_new_session=True,
            preexec_fn=as_started_by_a_person,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                self._output += os.read(self.outside, 65536)
            except OSError:
                return

    @property
    def settings(self) -> Any:
        return termios.tcgetattr(self._inside)

    def resize(self, width: int, height: int) -> None:
        self._height = height
        size = struct.pack("HHHH", height, width, 0, 0)
        fcntl.ioctl(self._inside, termios.TIOCSWINSZ, size)

    def type(self, text: str) -> None:
        os.write(self.outside, text.encode())

    @property
    def output(self) -> str:
        return self._output.decode(errors="replace")

    @property
    def picture(self) -> str:
        """The last picture that was drawn to its end."""
        drawn = self.output.partition(LEAVE)[0].split("\x1b[H")
        # The last may be on its way still.
        whole = [picture for picture in drawn[-2:] if picture.count("\n") == self._height - 1]
        return CONTROL.sub("", whole[-1] if whole else "").replace("\r\n", "\n")

    @property
    def rest(self) -> str:
        """What stays on the terminal in the end."""
        return CONTROL.sub("", self.output.rpartition(LEAVE)[2]).replace("\r\n", "\n")

    def wait_for(self, is_there: Callable[[str], bool]) -> str:
        """Wait for a picture; return it."""
        until_s = time.monotonic() + PATIENCE_S
        while not is_there(picture := self.picture):
            assert time.monotonic() < until_s, f"last shown:\n{picture}"
            time.sleep(0.02)
        return picture

    def end(self) -> int:
        status = self.process.wait(PATIENCE_S)
        time.sleep(0.1)
        return status

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._inside)
        os.close(self.outside)


@contextmanager
def terminal(
    width: int, height: int, typed: bytes = b"", env: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Terminal]:
    opened = Terminal(width, height, typed, env)
    try:
        yield opened
    finally:
        opened.close()


def is_introduced(picture: str) -> bool:
    return 'Say "ready" when you want to start.' in picture


def test_a_session_at_a_terminal() -> None:
    with terminal(80, 24) as at:
        at.wait_for(is_introduced)
        at.type("nex")
        at.wait_for(lambda picture: "Type: nex" in picture)
        at.type("\x7fxt\r")
        step = at.wait_for(lambda picture: "Step 1 of 7, left side" in picture)
        at.type("mumble\r")
        at.wait_for(lambda picture: "Not understood: mumble" in picture)
        at.type("next\r")
        at.wait_for(lambda picture: "Step 2 of" in picture)
        at.type("next\r")
        at.wait_for(lambda picture: "Step 3 of" in picture)
        at.type("ready\r")
        early = at.wait_for(lambda picture: "28 seconds" in picture)
        late = at.wait_for(lambda picture: "26 seconds" in picture)
        at.type("goodbye\r")
        status = at.end()
        after = at.settings

    assert is_large("your palm by your ear", step)
    assert 'You can say: "next"' in step
    assert "Heard: next" in step
    assert is_large("28", early)
    assert is_large("26", late)
    assert bar(late) < bar(early)
    assert status == 0
    assert after == at.before
    assert SHOW_CURSOR in at.output.rpartition("[?25l")[2]
    assert "Heard   goodbye → Goodbye\nGuide   Goodbye. Take care.\n" in at.rest


@pytest.mark.parametrize(
    ("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_however_it_is_ended_the_terminal_is_as_before(number: int, expected: int) -> None:
    with terminal(80, 24) as at:
        at.wait_for(is_introduced)
        during = at.settings
        if number == signal.SIGINT:
            at.type("half a li\x03")
        else:
            at.process.send_signal(number)
        status = at.end()
        after = at.settings

    assert during != at.before
    assert (status, after) == (expected, at.before)
    assert at.output.count(ENTER) == at.output.count(LEAVE) == 1
    assert SHOW_CURSOR in at.output.rpartition("[?25l")[2]
    assert is_introduced(at.rest)
    assert "Traceback" not in at.rest


def test_the_picture_follows_the_size_of_the_window() -> None:
    with terminal(80, 24) as at:
        at.wait_for(is_introduced)
        at.type("half a line")
        at.wait_for(lambda picture: "Type: half a line" in picture)
        for width, height in ((120, 40), (40, 12), (80, 24)):
            at.resize(width, height)
            picture = at.wait_for(bool)
            assert max(map(cell_len, picture.splitlines())) == width
            assert "Type: half a line" in picture


def test_what_is_typed_too_early_is_not_lost() -> None:
    with terminal(80, 24, b"help\nwhat do ") as at:
        at.wait_for(lambda shown: "Heard: help" in shown and "Type: what do" in shown)
        at.type("i need\r")
        at.wait_for(lambda shown: "Heard: what do i need" in shown)


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
def test_where_there_is_no_room_for_a_picture_the_transcript_is_printed(
    width: int, height: int, env: dict[str, str]
) -> None:
    with terminal(width, height, env=env) as at:
        at.type("goodbye\r")
        status = at.end()
        after = at.settings

    assert (status, after) == (0, at.before)
    assert ENTER not in at.output
    assert "Goodbye. Take care." in CONTROL.sub("", at.output)


# Typed lines


def typed(keys: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[str]]:
    """Return the lines that these keys make, and what is shown of them meanwhile."""
    outside, inside = os.pipe()
    os.write(inside, keys)
    os.close(inside)
    shown: list[str] = []
    with os.fdopen(outside) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        return list(Keys(shown.append)), shown


@pytest.mark.parametrize(
    ("keys", "lines"),
    [
        (b"next\rback\n", ["next", "back"]),
        (b"nexy\x7ft\r", ["next"]),
        (b"wrong\x15next\r", ["next"]),
        (b"say that agin \x17again\r", ["say that again"]),
        (b"ne\x1b[Dxt\x1bOA\t\r", ["next"]),
        ("größer\r".encode(), ["größer"]),
        (b"next\rha\x04lf", ["next"]),
        (b"next\r\x04back\r", ["next"]),
    ],
)
def test_keys_become_lines(keys: bytes, lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed(keys, monkeypatch)[0] == lines
