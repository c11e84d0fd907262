"""A light and a button, at gpiozero's mock pins: what they show, and what pressing does."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from typing import TypeAlias

import pytest
from gpiozero import LED, Device, InputDevice
from gpiozero.pins.mock import MockFactory, MockPin

from voice_guide.app.content import Content
from voice_guide.app.session import new_engine
from voice_guide.audio.faults import BrokenPart, SoundLost, SoundRestored
from voice_guide.audio.pcm import BLOCK, RATE, silence
from voice_guide.config.settings import HearingSettings, PinSettings, Settings
from voice_guide.devices.button import SpeechInputWithButton
from voice_guide.devices.keyboard import SilentTts, TypedInput
from voice_guide.devices.light import ASLEEP, LISTENING, SPEAKING, TROUBLE, Light, Sign
from voice_guide.devices.pins import Pins
from voice_guide.dialogue.actions import Action, Say, SetTimer
from voice_guide.dialogue.events import Event, Tick, TimeUp
from voice_guide.nlu.command import Command
from voice_guide.nlu.intent import Intent

LIGHT, BUTTON = 17, 27
"""The GPIO numbers."""

SLEEP_AFTER_S = 120.0

SETTINGS = Settings(
    hearing=HearingSettings(sleep_after_min=SLEEP_AFTER_S / 60),
    pins=PinSettings(LIGHT, BUTTON),
)

ROUTINE = "hand-massage"
"""A routine whose third step takes time."""

BLOCK_S = BLOCK / RATE

Board: TypeAlias = Callable[[int], MockPin]
"""Gives a pin by its number."""


@pytest.fixture
def board() -> Iterator[Board]:
    factory = Device.pin_factory = MockFactory()
    yield factory.pin
    factory.close()
    Device.pin_factory = None


class Session:
    """A session that is typed and pressed, moved on block by block."""

    def __init__(self, content: Content, board: Board) -> None:
        self.notes: list[str] = []
        self.pins = Pins(SETTINGS.pins, lambda _, text: self.notes.append(text))
        self.signs: list[Sign] = []
        self._sign: Sign | None = None
        self.light = Light(self._blink)
        self._button = board(BUTTON)
        self._typed = TypedInput(content.interpreter)
        self.events: list[tuple[float, Event | Action]] = []
        text = content.prompts("screen.button")
        ear = SpeechInputWithButton(self._typed, self.pins.is_pressed, text)
        self.engine = new_engine(content, SETTINGS, ear, SilentTts(), self._observe, ROUTINE)
        self.light.follow(self.engine)
        self.engine.start()
        self.hear_out()

    def _blink(self, lit_s: float, dark_s: float) -> None:
        self._sign = Sign(lit_s, dark_s)
        self.pins.blink(lit_s, dark_s)

    def _observe(self, at_s: float, happening: Event | Action) -> None:
        self.events.append((at_s, happening))
        self.light.observe(at_s, happening)

    def move_on(self, seconds: float) -> None:
        for _ in range(round(seconds / BLOCK_S)):
            self.engine.process(silence(), silence())
            if self._sign and self._sign not in self.signs[-1:]:
                self.signs.append(self._sign)

    def hear_out(self) -> None:
        """Let the guide say what it has to say."""
        self.move_on(BLOCK_S)
        while self.engine.is_speaking:
            self.move_on(BLOCK_S)

    def say(self, line: str) -> None:
        self.forget()
        self._typed.type(line)
        self.hear_out()

    def press(self, seconds: float = 0.2) -> None:
        """Press the button for so long, and let the guide answer."""
        self.forget()
        self.down()
        self.move_on(seconds)
        self.up()
        self.hear_out()

    def down(self) -> None:
        self._button.drive_low()

    def up(self) -> None:
        self._button.drive_high()

    def forget(self) -> None:
        self.events.clear()
        self.signs.clear()

    @property
    def understood(self) -> list[str]:
        """The intents since the last thing said or pressed."""
        return [what.intent for _, what in self.events if isinstance(what, Command)]

    @property
    def answers(self) -> list[str]:
        """What was said since then."""
        return [what.text for _, what in self.events if isinstance(what, Say)]

    def happened_s(self, kind: type[Event | Action]) -> list[float]:
        """When something happened since then, in seconds of audio."""
        return [at_s for at_s, what in self.events if isinstance(what, kind)]

    def enter_step_that_takes_time(self) -> float:
        """Have the time of a step run for some seconds; return how much is left of it."""
        for line in ("ready", "next", "next", "ready"):
            self.say(line)
        self.move_on(4)
        hold = self.engine.view.step and self.engine.view.step.step_timer
        assert hold
        assert hold.is_running
        return hold.left_s


@pytest.fixture
def session(content: Content, board: Board) -> Iterator[Session]:
    session = Session(content, board)
    with closing(session.pins):
        yield session
    assert session.notes == []


# Pressing


def test_button_press_pauses_the_time_and_another_resumes_it(session: Session) -> None:
    left_s = session.enter_step_that_takes_time()

    session.press()
    session.move_on(60)
    assert session.understood == [Intent.PAUSE]
    assert session.answers == ['Paused. Say "resume" to go on.']
    assert not session.happened_s(Tick)
    assert not session.happened_s(TimeUp)

    session.press()
    session.move_on(60)
    assert session.understood == [Intent.RESUME]
    assert session.answers[0] == "Going on."
    (began_s,), (up_s,) = session.happened_s(SetTimer), session.happened_s(TimeUp)
    assert up_s - began_s == pytest.approx(left_s, abs=1)


def test_button_held_stops_once_and_releasing_it_does_nothing(session: Session) -> None:
    session.enter_step_that_takes_time()

    session.press(10)

    assert session.understood == [Intent.STOP]
    assert session.answers[0].startswith("Stopped at step 3 of ")
    session.move_on(60)
    assert not session.happened_s(TimeUp)


def test_button_stops_after_a_second(session: Session) -> None:
    session.say("ready")
    session.forget()
    pressed_s = session.engine.now_s
    session.down()
    session.move_on(3)
    session.up()

    assert session.happened_s(Command) == [pytest.approx(pressed_s + 1, abs=2 * BLOCK_S)]


def test_button_press_after_a_stop_resumes(session: Session) -> None:
    session.enter_step_that_takes_time()
    session.press(2)

    session.press()

    assert session.understood == [Intent.RESUME]
    assert session.answers[0].startswith("Step 3")


@pytest.mark.parametrize("seconds", [0.2, 2])
def test_button_press_wakes_and_the_next_one_resumes(session: Session, seconds: float) -> None:
    session.enter_step_that_takes_time()
    session.say("go to sleep")

    session.press(seconds)
    assert session.understood == [Intent.WAKE]
    assert session.answers[0].startswith("You are at step 3 of ")

    session.press()
    assert session.understood == [Intent.RESUME]


def test_button_answers_no_question(session: Session) -> None:
    session.enter_step_that_takes_time()
    session.say("it hurts")
    question = session.answers[-1]

    session.press()

    assert session.understood == [Intent.PAUSE]
    assert session.answers == ["Take your time."]
    assert session.engine.context == "asking"
    assert question.startswith("Shall we end here?")


@pytest.mark.parametrize("seconds", [0.2, 1])
def test_button_does_not_undo_a_report_of_pain(session: Session, seconds: float) -> None:
    session.enter_step_that_takes_time()
    session.press()
    session.forget()
    session.down()
    session.move_on(seconds - BLOCK_S)
    if seconds < 1:
        session.up()

    # In the very block in which the button would go on, or stop.
    session.say("it hurts")

    assert session.understood == [Intent.RESUME if seconds < 1 else Intent.STOP, Intent.HURTS]
    session.up()
    session.move_on(60)
    assert session.engine.context == "asking"
    assert not session.happened_s(Tick)


def test_button_that_bounces_is_pressed_once(session: Session) -> None:
    session.forget()
    for is_down in (True, False):
        for _ in range(5):
            session.down()
            session.up()
        if is_down:
            session.down()
        session.move_on(0.1)
    session.move_on(1)

    assert session.understood == [Intent.PAUSE]


def test_button_press_keeps_the_guide_awake(session: Session) -> None:
    session.move_on(SLEEP_AFTER_S - 30)
    session.press()
    session.move_on(SLEEP_AFTER_S - 30)
    assert session.engine.context == "paused"

    session.move_on(60)
    assert session.engine.context == "asleep"


# The light


def test_light_shows_what_the_guide_does(session: Session) -> None:
    assert session.signs == [SPEAKING, LISTENING]

    session.say("ready")
    assert session.signs == [SPEAKING, LISTENING]

    session.say("go to sleep")
    assert session.signs == [SPEAKING, ASLEEP]

    session.say("ready")
    assert session.signs == [ASLEEP]

    session.say("hey guide")
    assert session.signs == [SPEAKING, LISTENING]


def test_light_shows_a_fault_before_anything_else(session: Session) -> None:
    session.forget()
    session.engine.notice(SoundLost(BrokenPart.MICROPHONE_GONE, ""))
    session.hear_out()
    assert session.signs == [TROUBLE]

    session.forget()
    session.engine.notice(SoundRestored(2.0))
    session.hear_out()
    assert session.signs == [SPEAKING, LISTENING]


WATCHED_S = 1.1
"""How long the lights are looked at, in seconds: a little more than a wink takes."""

LATE_S = 0.15
"""By how much a busy machine may be late, in seconds."""


def test_light_patterns_differ_in_duration_and_rate(
    board: Board,
) -> None:
    shown = {5: LISTENING, 6: SPEAKING, 12: ASLEEP, 13: TROUBLE}
    all_pins = [Pins(PinSettings(number), lambda *_: None) for number in shown]
    for pins, sign in zip(all_pins, shown.values(), strict=True):
        pins.blink(sign.lit_s, sign.dark_s)
    time.sleep(WATCHED_S)
    lights = {sign: board(number) for number, sign in shown.items()}

    assert lights[LISTENING].state
    assert spans(lights[LISTENING]) == []
    assert spans(lights[SPEAKING]) == [(True, lasting(0.8)), (False, lasting(0.2))]
    assert spans(lights[ASLEEP]) == [(True, lasting(0.1))]
    assert spans(lights[TROUBLE])[:3] == [(is_lit, lasting(0.2)) for is_lit in (True, False, True)]

    for pins in all_pins:
        pins.close()
    assert not any(light.state for light in lights.values())


def spans(light: MockPin) -> list[tuple[bool, float]]:
    """Return for how many seconds it was lit and dark in turn, but for what still lasts."""
    return [(now.state, then.timestamp) for now, then in pairwise(light.states[1:])]


def lasting(seconds: float) -> object:
    return pytest.approx(seconds + LATE_S / 2, abs=LATE_S / 2)


# What cannot be used


def test_pins_without_gpiozero_report_what_to_install(
    content: Content, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gpiozero", None)
    session = Session(content, board)

    session.press()
    session.say("ready")

    assert session.notes == [
        f'pins.{key}: gpiozero is not installed; it is ignored: pip install "voice-guide[pins]"'
        for key in ("led", "button")
    ]
    assert session.answers[0].startswith("Step 1")


def test_pins_that_cannot_be_used_are_reported_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "nonsense")
    notes: list[str] = []

    Pins(PinSettings(LIGHT), lambda _, text: notes.append(text))

    assert notes == [
        "pins.led: GPIO 17 cannot be used and is ignored (Unable to find pin factory "
        "'nonsense'): check that no other program uses it, and that this user is in the group gpio"
    ]


def test_light_and_button_on_one_pin_leave_the_light(board: Board) -> None:
    notes: list[str] = []
    with closing(Pins(PinSettings(LIGHT, LIGHT), lambda _, text: notes.append(text))) as pins:
        pins.blink(1, 0)

        assert board(LIGHT).state
        assert not pins.is_pressed()
    (note,) = notes
    assert note.startswith("pins.button: GPIO 17 cannot be used and is ignored (pin ")


def test_pins_that_fail_later_are_reported_once(
    content: Content, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    session = Session(content, board)
    monkeypatch.setattr(LED, "blink", broken)
    monkeypatch.setattr(InputDevice, "is_active", property(broken))

    for line in ("ready", "next", "next", "ready"):
        session.say(line)
    session.move_on(60)

    assert session.happened_s(TimeUp)
    assert [note.partition(" and is ignored")[0] for note in session.notes] == [
        f"pins.{key}: GPIO {number} cannot be used"
        for key, number in (("button", BUTTON), ("led", LIGHT))
    ]
    assert all("(can't start new thread)" in note for note in session.notes)
