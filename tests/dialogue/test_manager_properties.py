"""What holds in every conversation, whatever is said, done, waited for or cut off, and when."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voice_guide.app.content import Content
from voice_guide.audio.faults import BrokenPart, SoundLost, SoundRestored
from voice_guide.config.settings import GuideSettings, Settings
from voice_guide.dialogue.actions import (
    Action,
    EraseDiary,
    SaveAdviceDate,
    SaveCheckpoint,
    SaveDiaryConsent,
    SaveDiaryEntry,
    Say,
    SetPacing,
    SetTimer,
    StopSpeaking,
    StopTimer,
)
from voice_guide.dialogue.checkpoint import SessionCheckpoint
from voice_guide.dialogue.events import Event, Idle, NewDay, SpeechEnded, Started, Tick, TimeUp
from voice_guide.dialogue.events import SentenceFinished as Heard
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.dialogue.plan.routine_plan import PlannedStep
from voice_guide.dialogue.speech import sentences
from voice_guide.diary.history import Diary
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.intent import Intent

ROUTINES = ["back of my neck", "upper back", "side of the neck", "shoulders"]

MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            ["on"] * 6
            + ["say"] * 6
            + ["silence", "silence", "sentence", "seconds", "seconds", "time up"]
            + ["unclear", "idle", "power cut", "another day", "sound lost", "sound back"]
        ),
        st.integers(0, 10_000),
    ),
    min_size=20,
    max_size=100,
)
"""What happens, one thing after the other; the numbers choose among what is possible then."""

LEADS_ON: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "choosing": [(Intent.CHOOSE_AREA, {"area": area}) for area in ROUTINES],
    "preparing": [(Intent.READY, {})],
    "step": [(Intent.READY, {}), (Intent.NEXT, {})],
    "paused": [(Intent.RESUME, {})],
    "asking": [(Intent.AFFIRM, {})],
    "rating": [(Intent.RATE, {"pain": pain}) for pain in range(11)],
    "finished": [(Intent.START_OVER, {}), (Intent.RESUME, {})],
    "asleep": [(Intent.WAKE, {})],
}
"""What takes a session further, where it is."""

SAFETY = (Intent.HURTS, Intent.UNWELL)

MOVES_ON = frozenset(
    {
        Intent.NEXT,
        Intent.READY,
        Intent.RESUME,
        Intent.RATE,
        Intent.NO_ANSWER,
        Intent.AFFIRM,
        Intent.DENY,
    }
)
"""Intents that may lead to the next step, and never past one."""

LEAVES_OUT = frozenset(
    {
        Intent.SKIP_SIDE,
        Intent.OTHER_SIDE,
        Intent.GO_TO,
        Intent.BACK,
        Intent.START_OVER,
        Intent.START_WITH,
    }
)
"""Intents with which a person goes where she wants."""


@dataclass(frozen=True)
class Timer:
    """The engine's timer, in seconds instead of samples."""

    left_s: float
    tick_s: float


class World:
    """The guide, and what a room, a clock and a notebook make of what it asks for."""

    def __init__(self, content: Content, is_wanted: bool | None) -> None:
        self._content = content
        self._settings = Settings()
        self.diary: Diary | None = Diary(is_wanted)
        self.today = date(2026, 3, 1)
        self.place: SessionCheckpoint | None = None
        self.timer: Timer | None = None
        self.being_said: list[str] = []
        self.ran_s = 0.0
        self.begin()

    def begin(self) -> None:
        self.guide = DialogueManager(self._content.library, self._content.prompts, self._settings)
        self.timer = None
        self.being_said.clear()
        self.tell(Started(self.diary, self.today, self.place))

    def move(self, move: str, number: int) -> None:
        match move:
            case "on":
                self.tell(self._what_leads_on(number))
            case "say":
                self.tell(self._command(number))
            case "silence" if self.being_said:
                for sentence in list(self.being_said):
                    self._hear(sentence)
                self.tell(SpeechEnded())
            case "sentence" if len(self.being_said) > 1:
                self._hear(self.being_said[0])
            case "seconds":
                self._pass(number % 40)
            case "time up":
                self._pass(4000)
            case "unclear":
                self.tell(NotUnderstood("", 0))
            case "idle" if not self.timer and not self.being_said:
                self.tell(Idle())
            case "power cut":
                self.begin()
            case "sound lost":
                parts = list(BrokenPart)
                self.tell(SoundLost(parts[number % len(parts)], ""))
            case "sound back":
                self.tell(SoundRestored(number % 60))
            case "another day":
                self.today += timedelta(days=1)
                self.tell(NewDay(self.today))

    def _what_leads_on(self, number: int) -> Event:
        commands = LEADS_ON[self.guide.context]
        intent, slots = commands[number % len(commands)]
        return Command(intent, slots)

    def _command(self, number: int) -> Event:
        meanings = sayable(self._content, self.guide.context)
        intent, slots = meanings[number % len(meanings)]
        return Command(intent, slots)

    def _hear(self, sentence: str) -> None:
        self.being_said.remove(sentence)
        self.tell(Heard(sentence))

    def _pass(self, seconds: float) -> None:
        """Let time pass as in the engine, while nobody says anything."""
        until_s = self.ran_s + seconds
        while self.timer and self.ran_s < until_s:
            left_s = self.timer.left_s - (
                self.timer.left_s % self.timer.tick_s or self.timer.tick_s
            )
            self.ran_s += self.timer.left_s - left_s
            self.timer = Timer(left_s, self.timer.tick_s) if left_s > 0 else None
            self.tell(Tick(left_s) if left_s > 0 else TimeUp())
            if not self.timer and self.being_said:
                return

    def tell(self, event: Event) -> None:
        before = self.look()
        actions = self.guide.handle(event)
        for action in actions:
            self._do(action)
        self.check(event, before, actions)

    def look(self) -> "Look":
        timer = self.timer
        return Look(self.guide.context, self.guide.planned_step, self.place, timer is not None)

    def _do(self, action: Action) -> None:
        match action:
            case Say(text):
                self.being_said += sentences(text)
            case StopSpeaking():
                self.being_said.clear()
            case SetTimer(seconds, tick_s):
                self.timer = Timer(seconds, tick_s)
            case StopTimer():
                self.timer = None
            case SaveCheckpoint(place):
                self.place = place
            case SetPacing(pacing):
                self._settings = Settings(guide=GuideSettings(pacing=pacing))
            case SaveDiaryConsent(is_wanted):
                assert self.diary
                self.diary = replace(self.diary, is_wanted=is_wanted)
            case SaveDiaryEntry(entry):
                assert self.diary
                assert self.diary.is_wanted
                assert all(p is None or 0 <= p <= 10 for p in (entry.before, entry.after))
                self.diary = self.diary.with_entry(entry)
            case SaveAdviceDate(today):
                assert self.diary
                assert self.diary.advised_on != today
                self.diary = replace(self.diary, advised_on=today)
            case EraseDiary():
                self.diary = Diary(is_wanted=False)

    def check(self, event: Event, before: "Look", actions: list[Action]) -> None:
        now = self.look()
        # A clock runs in a step only; so a pause, a question and sleep stop them all.
        assert not now.timer_runs or now.context == "step"
        if isinstance(event, Command) and any(isinstance(a, Say) for a in actions):
            assert any(isinstance(a, StopSpeaking) for a in actions)
        self._check_the_place(now)
        self._check_the_way(event, before, now)
        if isinstance(event, Command) and event.intent in SAFETY:
            assert now.context in ("choosing", "asking")
            assert any("checked by a doctor" in sentence for sentence in self.being_said)

    def _check_the_place(self, now: "Look") -> None:
        if now.context == "step":
            assert now.place
            assert now.planned_step
            step_timer = self.guide.step_timer
            assert now.place.left_s == (step_timer.left_s if step_timer else None)
        if now.place:
            # Whoever begins again with what was kept is asked, and comes to the same place.
            again = DialogueManager(self._content.library, self._content.prompts, self._settings)
            again.handle(Started(self.diary, self.today, now.place))
            assert again.context == "asking"
            again.handle(Command(Intent.AFFIRM))
            if now.place.is_under_way:
                assert again.planned_step
                assert now.planned_step is None or again.planned_step == now.planned_step
                assert (again.step_timer.left_s if again.step_timer else None) == now.place.left_s
            else:
                assert again.context == "preparing"

    def _check_the_way(self, event: Event, before: "Look", now: "Look") -> None:
        """No step is left out unless somebody asked for it."""
        if (
            before.planned_step is None
            or now.planned_step is None
            or before.place is None
            or now.place is None
        ):
            return
        if isinstance(event, Command) and event.intent not in MOVES_ON:
            assert now.place.step_index == before.place.step_index or event.intent in LEAVES_OUT
            return
        assert now.place.step_index - before.place.step_index in (0, 1)


@dataclass(frozen=True)
class Look:
    """What can be seen of the guide at one moment."""

    context: str
    planned_step: PlannedStep | None
    place: SessionCheckpoint | None
    timer_runs: bool


@cache
def sayable(content: Content, context: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Return what can be meant in a context; a few values for each intent."""
    lists = {name: list(phrases)[::3] for name, phrases in content.library.lists.items()}
    values: dict[str, list[Any]] = {
        **lists,
        "number": [1, 2, 3, 5, 20],
        "pain": [0, 3, 6, 10],
        "side": ["left", "right"],
    }
    needed: dict[str, str] = {
        Intent.CHOOSE_AREA: "area",
        Intent.CHOOSE_ROUTINE: "routine",
        Intent.CHOOSE_THING: "thing",
        Intent.CHOOSE_NUMBER: "number",
        Intent.GO_TO: "number",
        Intent.BACK: "number",
        Intent.MORE_TIME: "number",
        Intent.RATE: "pain",
        Intent.START_WITH: "side",
    }
    # A goodbye is the end of it, and whether one talks on is nobody's business.
    intents = {t.intent for t in content.sentences.templates(context)} - {Intent.GOODBYE}
    return [
        (intent, {needed[intent]: value} if intent in needed else {})
        for intent in sorted(intents)
        for value in (values[needed[intent]] if intent in needed else [None])
    ]


anything = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@anything
@given(moves=MOVES, is_wanted=st.sampled_from([None, True, False]))
def test_whatever_happens(content: Content, moves: list[Any], is_wanted: bool | None) -> None:
    world = World(content, is_wanted)
    for move, number in moves:
        world.move(move, number)


@anything
@given(moves=MOVES, safety=st.sampled_from(SAFETY))
def test_pain_always_wins(content: Content, moves: list[Any], safety: str) -> None:
    world = World(content, is_wanted=True)
    for move, number in moves:
        world.move(move, number)
    if world.guide.context == "asleep":
        world.tell(Command(Intent.WAKE))

    world.tell(Command(safety))

    # However long nobody says anything, nothing begins again.
    for _ in range(3):
        world.move("silence", 0)
        world.move("seconds", 39)
    assert world.timer is None
    assert world.guide.context in ("choosing", "asking")


@pytest.mark.parametrize("area", ROUTINES)
@given(rests=st.lists(st.integers(0, 39), max_size=30))
@settings(anything, max_examples=15)
def test_left_alone_it_leads_through_every_step_on_either_side(
    content: Content, area: str, rests: list[int]
) -> None:
    world = World(content, is_wanted=False)
    world.tell(Command(Intent.CHOOSE_AREA, {"area": area}))
    plan = content.library.for_area(area)[0]
    world.move("silence", 0)
    world.tell(Command(Intent.CARRY_ON))
    world.move("silence", 0)
    world.tell(Command(Intent.READY))
    led: list[PlannedStep] = []
    for rest in [*rests, *[39] * 60]:
        if (
            world.guide.planned_step
            and world.guide.context == "step"
            and world.guide.planned_step not in led
        ):
            led.append(world.guide.planned_step)
        world.move("silence", 0)
        world.move("seconds", rest)
        if world.guide.context == "finished":
            break

    assert world.guide.context == "finished"
    expected = [(step.title, side) for step, side in steps_of(plan)]
    assert [(planned_step.step.title, planned_step.side) for planned_step in led] == expected


def steps_of(routine: Any) -> list[tuple[Any, str | None]]:
    """Return the steps with their sides, worked out another way than the guide does."""
    found: list[tuple[Any, str | None]] = []
    waiting: list[Any] = []
    for step in [*routine.steps, None]:
        if step is not None and step.sides:
            waiting.append(step)
            continue
        found += [(w, "left") for w in waiting] + [(w, "right") for w in waiting]
        waiting.clear()
        if step is not None:
            found.append((step, None))
    return found


def test_every_sentence_of_a_caution_can_be_told_apart(content: Content) -> None:
    for routine in content.library.routines:
        told = [part for text in routine.safety.cautions for part in sentences(text)]
        assert all(re.search(r"[.!]$", sentence) for sentence in told)
        assert len(set(told)) == len(told)
