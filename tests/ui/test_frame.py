"""Tests of the frames of the live screen, without a terminal."""

import io
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from support.terminals import filled_cells, is_large

from voice_guide.app.content import Content
from voice_guide.config.settings import Settings
from voice_guide.dialogue.actions import PlayChime, Say
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.events import Event, SentenceFinished, SpeechEnded, Started, Tick
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.speech import sentences
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.intent import Intent
from voice_guide.ui.frame import clock_text
from voice_guide.ui.live_screen import LiveScreen

SIZES = [(80, 24), (120, 40), (200, 60), (40, 12), (24, 6)]
"""Sizes of the window, in columns and rows."""

QUOTED = re.compile(r'"([^"]+)"')


@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.parametrize("name", [*Phase, "time_runs"])
def test_the_examples_of_commands_are_understood(content: Content, name: str, waits: bool) -> None:
    context = Phase.STEP if name == "time_runs" else name
    wake_phrase, example = Settings().hearing.wake_phrase, content.library.example

    line = content.prompts(
        f"can_say.{name}", waits=waits, example=example, wake_phrase=wake_phrase
    )

    examples = QUOTED.findall(line)
    assert examples
    assert [text for text in examples if not content.sentences.match(text, context)] == []


def test_every_phase_and_every_chime_has_words(content: Content) -> None:
    required = {f"screen.state_{phase}" for phase in Phase}
    required |= {f"screen.{chime.name.lower()}" for chime in Chime}

    assert required - set(content.prompts.names) == set()


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0"), (26.1, "27"), (60, "1:00"), (75, "1:15")]
)
def test_a_time_is_written_shortly(seconds: float, shown: str) -> None:
    assert clock_text(seconds) == shown


class SilentSession:
    """A session without sound, and the frames that its screen draws."""

    def __init__(self, content: Content, routine: str | None = "hand-massage") -> None:
        chosen = content.library.by_id(routine) if routine else None
        self.guide = DialogueManager(content.library, content.prompts, Settings(), chosen)
        console = Console(file=io.StringIO(), force_terminal=True, width=80, height=24)
        self.screen = LiveScreen(console, content.prompts, content.library.example, "hey guide")
        with self.screen.showing(self.guide):
            self.handle(Started())
            self.finish_speech()

    def handle(self, event: Event) -> None:
        actions = self.guide.handle(event)
        for happening in (event, *actions):
            self.screen.observe(0.0, happening)

    def finish_speech(self) -> None:
        self.handle(SpeechEnded())

    def hear(self, *intents: str) -> None:
        for intent in intents:
            self.handle(Command(intent, text=f"({intent})"))
            self.finish_speech()

    def rows(self, width: int = 80, height: int = 24, **changes: Any) -> list[str]:
        """Return the rows of the frame, with some of its fields changed."""
        console = Console(file=io.StringIO(), force_terminal=True, width=width, height=height)
        frame = replace(self.screen.frame, **changes)
        options = console.options.update(width=width, height=height)
        lines = console.render_lines(frame, options, pad=False)
        return ["".join(segment.text for segment in line) for line in lines]

    def text(self, width: int = 80, height: int = 24, **changes: Any) -> str:
        return "\n".join(self.rows(width, height, **changes))


@pytest.fixture
def session(content: Content) -> SilentSession:
    return SilentSession(content)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("typed", [None, "", "x" * 300])
def test_no_frame_exceeds_the_window(
    content: Content, width: int, height: int, typed: str | None
) -> None:
    for routine in ("hand-massage", "scarf-or-towel", None):
        session = SilentSession(content, routine)
        intents: Sequence[str] = (
            Intent.READY,
            *[Intent.NEXT, Intent.READY] * 4,
            Intent.PAUSE,
            Intent.RESUME,
            Intent.HURTS,
        )
        for intent in (*(intents if routine else ()), Intent.LIST_ROUTINES, Intent.SLEEP):
            rows = session.rows(width, height, typed=typed)
            assert len(rows) <= height
            assert max(map(cell_len, rows)) <= width
            session.hear(intent)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_a_step_is_shown_large_with_its_position_and_examples(
    session: SilentSession, width: int, height: int
) -> None:
    session.hear(Intent.NEXT)

    rows = session.rows(width, height)
    text = "\n".join(rows)

    assert "Hand massage" in rows[0]
    assert "Step 1 of 7, left side" in rows[0]
    assert is_large("your palm by your ear", text, width - 2)
    assert 'You can say: "next"' in text
    assert "Heard: (Next)" in text


def test_the_whole_instruction_is_shown_after_it_was_spoken(session: SilentSession) -> None:
    session.hear(Intent.NEXT)

    text = " ".join(session.text().split())

    assert "Lay your palm on the left side of your neck, by your ear." in text


def test_the_sentence_being_spoken_is_shown(session: SilentSession) -> None:
    said = "Lie down. Put a towel below your neck and your shoulders, and breathe."
    first, second = sentences(said)

    session.screen.observe(0, Say(said))
    while_first = session.text(120, 40)
    session.screen.observe(0, SentenceFinished(first))
    while_second = session.text(120, 40)

    assert is_large(first, while_first, 118)
    assert is_large(second, while_second, 118)


def test_time_is_shown_as_a_bar_and_large_seconds(session: SilentSession) -> None:
    session.hear(Intent.NEXT, Intent.NEXT, Intent.NEXT, Intent.READY)

    early, late = session.text(left_s=29.5), session.text(left_s=7.2)

    assert is_large("30", early)
    assert is_large("8", late)
    assert "8 seconds" in late
    assert filled_cells(late) < filled_cells(early) / 3
    assert '"more time"' in late


def test_time_runs_between_ticks_and_stops_while_paused(session: SilentSession) -> None:
    session.hear(Intent.NEXT, Intent.NEXT, Intent.NEXT, Intent.READY)
    session.handle(Tick(20))

    first = session.screen.frame.left_s
    time.sleep(0.05)
    then = session.screen.frame.left_s
    session.hear(Intent.PAUSE)

    assert then < first <= 20
    assert session.screen.frame.left_s == 20
    assert "Paused" in session.rows()[0]
    assert is_large("20", session.text())


def test_the_end_of_the_time_is_shown(session: SilentSession) -> None:
    session.hear(Intent.NEXT, Intent.NEXT, Intent.NEXT, Intent.READY)

    assert "Time is up." in session.text(left_s=0.0)


def test_a_repetition_shows_its_call_and_number(session: SilentSession) -> None:
    session.hear(*[Intent.NEXT] * 7, Intent.READY)

    first = session.text()
    session.handle(Tick(21))
    second = session.text()

    assert is_large("To one side", first)
    assert is_large("and to the other", second)
    assert "1 of 4" in second


def test_unknown_words_are_shown_without_jargon(session: SilentSession) -> None:
    session.handle(NotUnderstood("[unk] [unk]", 0))

    text = session.text()

    assert "Not understood: … …" in text
    assert "[unk]" not in text


def test_a_question_is_shown_until_it_is_answered(session: SilentSession) -> None:
    session.hear(Intent.NEXT, Intent.HURTS)

    text = session.text()

    assert "A question" in text
    assert is_large('Shall we end here? Say "yes" or "no".', text)
    assert '"yes" "no"' in text


def test_chimes_and_halfway_are_shown_but_no_number_twice(session: SilentSession) -> None:
    session.hear(Intent.NEXT, Intent.NEXT, Intent.NEXT, Intent.READY)
    session.screen.observe(0, PlayChime(Chime.TIME_UP))
    for left_s in (15, 3):
        session.handle(Tick(left_s))

    lines = [line.text for line in session.screen.frame.snapshot.lines]

    assert lines[-2:] == ["(time up)", "Halfway."]


def test_a_small_window_shows_the_instruction_first(session: SilentSession) -> None:
    session.hear(Intent.NEXT, Intent.NEXT)

    text = " ".join(session.text(40, 12, typed="ne").split())

    assert "Stretch your fingers towards the opposite side." in text
    assert "Type: ne" in text
    assert 'You can say: "next"' in text


def test_asleep_the_wake_phrase_is_shown(session: SilentSession) -> None:
    session.hear(Intent.SLEEP)

    assert '"hey guide"' in session.text()
