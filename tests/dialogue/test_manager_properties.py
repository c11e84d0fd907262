"""Properties that hold in every dialogue, found by random events."""

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
    SaveHeardCautions,
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
"""Events in their order; each number chooses among what is possible at that moment."""

FORWARD: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "choosing": [(Intent.CHOOSE_AREA, {"area": area}) for area in ROUTINES],
    "preparing": [(Intent.READY, {})],
    "step": [(Intent.READY, {}), (Intent.NEXT, {})],
    "paused": [(Intent.RESUME, {})],
    "asking": [(Intent.AFFIRM, {})],
    "rating": [(Intent.RATE, {"pain": pain}) for pain in range(11)],
    "finished": [(Intent.START_OVER, {}), (Intent.RESUME, {})],
    "emergency": [(Intent.RESUME, {})],
    "asleep": [(Intent.WAKE, {})],
}
"""Commands that take a session further, by context."""

SAFETY = (Intent.HURTS, Intent.UNWELL, Intent.EMERGENCY)

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
"""Intents that may lead to the next step, and never further."""

JUMPS = frozenset(
    {
        Intent.SKIP_SIDE,
        Intent.OTHER_SIDE,
        Intent.GO_TO,
        Intent.BACK,
        Intent.START_OVER,
        Intent.START_WITH,
    }
)
"""Intents that may lead to any step."""


@dataclass(frozen=True)
class SecondsTimer:
    """The engine's timer, in seconds instead of samples."""

    left_s: float
    tick_s: float


class World:
    """The dialogue with a simulated clock, speaker and store around it."""

    def __init__(self, content: Content, is_wanted: bool | None) -> None:
        self._content = content
        self._settings = Settings()
        self.diary: Diary | None = Diary(is_wanted)
        self.today = date(2026, 3, 1)
        self.checkpoint: SessionCheckpoint | None = None
        self.heard_cautions: Mapping[str, date] = {}
        self.timer: SecondsTimer | None = None
        self.being_said: list[str] = []
        self.ran_s = 0.0
        self.begin()

    def begin(self) -> None:
        self.guide = DialogueManager(self._content.library, self._content.prompts, self._settings)
        self.timer = None
        self.being_said.clear()
        started = Started(self.diary, self.today, self.checkpoint)
        self.handle(replace(started, heard_cautions=self.heard_cautions))

    def move(self, move: str, number: int) -> None:
        match move:
            case "on":
                self.handle(self._forward_command(number))
            case "say":
                self.handle(self._command(number))
            case "silence" if self.being_said:
                for sentence in list(self.being_said):
                    self._hear(sentence)
                self.handle(SpeechEnded())
            case "sentence" if len(self.being_said) > 1:
                self._hear(self.being_said[0])
            case "seconds":
                self._pass(number % 40)
            case "time up":
                self._pass(4000)
            case "unclear":
                self.handle(NotUnderstood("", 0))
            case "idle" if not self.timer and not self.being_said:
                self.handle(Idle())
            case "power cut":
                self.begin()
            case "sound lost":
                parts = list(BrokenPart)
                self.handle(SoundLost(parts[number % len(parts)], ""))
            case "sound back":
                self.handle(SoundRestored(number % 60))
            case "another day":
                self.today += timedelta(days=1)
                self.handle(NewDay(self.today))

    def _forward_command(self, number: int) -> Event:
        commands = FORWARD[self.phase]
        intent, slots = commands[number % len(commands)]
        return Command(intent, slots)

    def _command(self, number: int) -> Event:
        meanings = sayable(self._content, self.guide.context)
        intent, slots = meanings[number % len(meanings)]
        return Command(intent, slots)

    def _hear(self, sentence: str) -> None:
        self.being_said.remove(sentence)
        self.handle(Heard(sentence))

    def _pass(self, seconds: float) -> None:
        """Let time pass as the engine does, without speech."""
        until_s = self.ran_s + seconds
        while self.timer and self.ran_s < until_s:
            left_s = self.timer.left_s - (
                self.timer.left_s % self.timer.tick_s or self.timer.tick_s
            )
            self.ran_s += self.timer.left_s - left_s
            self.timer = SecondsTimer(left_s, self.timer.tick_s) if left_s > 0 else None
            self.handle(Tick(left_s) if left_s > 0 else TimeUp())
            if not self.timer and self.being_said:
                return

    def handle(self, event: Event) -> None:
        before = self.moment()
        actions = self.guide.handle(event)
        for action in actions:
            self._do(action)
        self.check(event, before, actions)

    @property
    def phase(self) -> str:
        return self.guide.view.context

    def moment(self) -> "Moment":
        timer = self.timer
        return Moment(self.phase, self.guide.planned_step, self.checkpoint, timer is not None)

    def _do(self, action: Action) -> None:
        match action:
            case Say(text):
                self.being_said += sentences(text)
            case StopSpeaking():
                self.being_said.clear()
            case SetTimer(seconds, tick_s):
                self.timer = SecondsTimer(seconds, tick_s)
            case StopTimer():
                self.timer = None
            case SaveCheckpoint(checkpoint):
                self.checkpoint = checkpoint
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
            case SaveHeardCautions(heard):
                self.heard_cautions = heard
            case SaveAdviceDate(today):
                assert self.diary
                assert self.diary.advised_on != today
                self.diary = replace(self.diary, advised_on=today)
            case EraseDiary():
                self.diary = Diary(is_wanted=False)

    def check(self, event: Event, before: "Moment", actions: list[Action]) -> None:
        now = self.moment()
        # A clock runs in a step only; so a pause, a question and sleep stop them all.
        assert not now.timer_runs or now.context == "step"
        if isinstance(event, Command) and any(isinstance(a, Say) for a in actions):
            assert any(isinstance(a, StopSpeaking) for a in actions)
        self._check_checkpoint(now)
        self._check_step_order(event, before, now)
        if isinstance(event, Command) and event.intent in SAFETY:
            assert now.context in ("choosing", "asking", "emergency")
            advice = "emergency number" if now.context == "emergency" else "checked by a doctor"
            assert any(advice in sentence for sentence in self.being_said)

    def _check_checkpoint(self, now: "Moment") -> None:
        if now.context == "step":
            assert now.checkpoint
            assert now.planned_step
            step_timer = self.guide.step_timer
            assert now.checkpoint.left_s == (step_timer.left_s if step_timer else None)
        if now.checkpoint:
            # A new session with this checkpoint asks, and resumes at the same place.
            again = DialogueManager(self._content.library, self._content.prompts, self._settings)
            again.handle(Started(self.diary, self.today, now.checkpoint))
            assert again.context == "asking"
            again.handle(Command(Intent.AFFIRM))
            if now.checkpoint.is_under_way:
                assert again.planned_step
                assert now.planned_step is None or again.planned_step == now.planned_step
                assert (
                    again.step_timer.left_s if again.step_timer else None
                ) == now.checkpoint.left_s
            else:
                assert again.context == "preparing"

    def _check_step_order(self, event: Event, before: "Moment", now: "Moment") -> None:
        """Check that no step is left out unless the user asked for that."""
        if (
            before.planned_step is None
            or now.planned_step is None
            or before.checkpoint is None
            or now.checkpoint is None
        ):
            return
        if isinstance(event, Command) and event.intent not in MOVES_ON:
            assert (
                now.checkpoint.step_index == before.checkpoint.step_index or event.intent in JUMPS
            )
            return
        assert now.checkpoint.step_index - before.checkpoint.step_index in (0, 1)


@dataclass(frozen=True)
class Moment:
    """The dialogue at one moment."""

    context: str
    planned_step: PlannedStep | None
    checkpoint: SessionCheckpoint | None
    timer_runs: bool


@cache
def sayable(content: Content, context: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the possible intents of a context, with a few values for each."""
    lists = {name: list(phrases)[::3] for name, phrases in content.library.lists.items()}
    values: dict[str, list[Any]] = {
        **lists,
        "number": [1, 2, 3, 5, 20],
        "pain": [0, 3, 6, 10],
        "side": ["left", "right"],
        "place": ["knees"],
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
        Intent.UNSERVED_AREA: "place",
    }
    # A goodbye ends the session.
    intents = {t.intent for t in content.sentences.templates(context)} - {Intent.GOODBYE}
    meanings: list[tuple[str, Mapping[str, Any]]] = [
        (intent, {needed[intent]: value} if intent in needed else {})
        for intent in sorted(intents)
        for value in (values[needed[intent]] if intent in needed else [None])
    ]
    if Intent.UNWELL in intents:
        meanings.append((Intent.UNWELL, {"urgent": 1}))
    return meanings


anything = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@anything
@given(moves=MOVES, is_wanted=st.sampled_from([None, True, False]))
def test_the_rules_hold_after_any_events(
    content: Content, moves: list[Any], is_wanted: bool | None
) -> None:
    world = World(content, is_wanted)
    for move, number in moves:
        world.move(move, number)


@anything
@given(moves=MOVES, safety=st.sampled_from(SAFETY))
def test_pain_always_stops_the_routine(content: Content, moves: list[Any], safety: str) -> None:
    world = World(content, is_wanted=True)
    for move, number in moves:
        world.move(move, number)
    if world.phase == "asleep":
        world.handle(Command(Intent.WAKE))

    world.handle(Command(safety))

    # Nothing starts again by itself.
    for _ in range(3):
        world.move("silence", 0)
        world.move("seconds", 39)
    assert world.timer is None
    assert world.phase in ("choosing", "asking", "emergency")


@pytest.mark.parametrize("area", ROUTINES)
@given(rests=st.lists(st.integers(0, 39), max_size=30))
@settings(anything, max_examples=15)
def test_carrying_on_leads_through_every_step_on_both_sides(
    content: Content, area: str, rests: list[int]
) -> None:
    world = World(content, is_wanted=False)
    world.handle(Command(Intent.CHOOSE_AREA, {"area": area}))
    plan = content.library.for_area(area)[0]
    world.move("silence", 0)
    world.handle(Command(Intent.CARRY_ON))
    world.move("silence", 0)
    world.handle(Command(Intent.READY))
    led: list[PlannedStep] = []
    for rest in [*rests, *[39] * 60]:
        if (
            world.guide.planned_step
            and world.phase == "step"
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
    """Return the steps with their sides, computed differently than the plan does."""
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


def test_every_sentence_of_the_cautions_is_different(content: Content) -> None:
    for routine in content.library.routines:
        parts = [part for text in routine.safety.cautions for part in sentences(text)]
        assert all(re.search(r"[.!]$", sentence) for sentence in parts)
        assert len(set(parts)) == len(parts)
