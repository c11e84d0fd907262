"""The dialogue manager in random dialogues, and its general rules."""

import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from voice_guide.app.content import Content
from voice_guide.config.settings import Settings
from voice_guide.dialogue.actions import (
    Action,
    PrepareSpeech,
    SaveHeardCautions,
    Say,
    SetTimer,
    StopSpeaking,
    StopTimer,
)
from voice_guide.dialogue.events import Event, Idle, SentenceFinished, SpeechEnded, Started, TimeUp
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.dialogue.speech import sentences
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.intent import Intent
from voice_guide.nlu.sentences import Meaning, Sentences
from voice_guide.routines.library import Library
from voice_guide.routines.packs import BUILT_IN_PACKS, load_pack

QUOTED = re.compile(r'"([^"]+)"')
EVENTS = 200
"""Events in each random dialogue."""

SIDES = ("left", "right")


@cache
def intents(sentences: Sentences, context: str) -> list[str]:
    return sorted({template.intent for template in sentences.templates(context)})


@cache
def match(sentences: Sentences) -> Callable[[str, str], Meaning | None]:
    return cache(sentences.match)


class RandomUser:
    """A user who says anything that can be said, and checks what the guide does."""

    def __init__(self, content: Content, seed: int) -> None:
        self._content = content
        self._chance = random.Random(seed)
        # In service mode the dialogue goes on after a goodbye.
        self._guide = DialogueManager(
            content.library, content.prompts, Settings(), service_mode=True
        )
        self._understood = match(content.sentences)
        self._timer_runs = False
        self._being_said: list[str] = []
        """The sentences still to be played."""
        self._heard: set[str] = set()
        """The sentences heard to their end since a routine was last chosen."""
        self._heard_ever: set[str] = set()
        self._known: set[str] = set()
        """The sentences of shared cautions that need not be said again."""
        cautions = [text for r in content.library.routines for text in r.safety.cautions]
        self._shared = {text for text in cautions if cautions.count(text) > 1}
        self._cautions = {
            sentence: {part for text in routine.safety.cautions for part in sentences(text)}
            for routine in content.library.routines
            for step in routine.steps
            for say in (step.say, step.say_then or step.say)
            for side in SIDES
            for sentence in sentences(say.replace("{side}", side))
        }

    def run(self) -> None:
        self._take(Started())
        for _ in range(EVENTS):
            self._take(self._chance.choice([self._command, self._command, self._other])())

    def _command(self) -> Event:
        intent = self._chance.choice(intents(self._content.sentences, self._guide.context))
        lists = self._content.library.lists
        slots = {name: self._chance.choice(phrases) for name, phrases in lists.items()}
        numbers = {"number": self._chance.randint(1, 9), "pain": self._chance.randint(0, 10)}
        named = {"side": self._chance.choice(SIDES), "place": "knees"}
        return Command(intent, {**slots, **numbers, **named})

    def _other(self) -> Event:
        if self._being_said and self._chance.random() < 0.7:
            sentence = self._being_said.pop(0)
            self._heard.add(sentence)
            self._heard_ever.add(sentence)
            return SentenceFinished(sentence)
        if self._being_said:
            self._heard |= set(self._being_said)
            self._heard_ever |= set(self._being_said)
            self._being_said.clear()
            return SpeechEnded()
        if self._timer_runs:
            self._timer_runs = False
            return TimeUp()
        if self._guide.context == "asleep":
            return NotUnderstood("", 0)
        events: list[Event] = [NotUnderstood("", 0), Idle()]
        return self._chance.choice(events)

    def _take(self, event: Event) -> None:
        before = self._guide.context
        actions = self._guide.handle(event)
        if before == "asleep" and isinstance(event, NotUnderstood):
            assert actions == []
        if before in ("choosing", "finished") and self._guide.context == "preparing":
            self._heard.clear()
        for action in actions:
            self._check(action)
        assert not self._timer_runs or self._guide.context.startswith("step")

    def _check(self, action: Action) -> None:
        match action:
            case StopSpeaking():
                self._being_said.clear()
            case Say(text):
                for sentence in sentences(text):
                    self._check_sentence(sentence)
                    self._being_said.append(sentence)
            case SaveHeardCautions(heard):
                parts = {part for text in heard for part in sentences(text)}
                assert parts <= self._heard_ever
                self._known = {p for text in self._shared & set(heard) for p in sentences(text)}
            case SetTimer():
                self._timer_runs = True
            case StopTimer():
                self._timer_runs = False

    def _check_sentence(self, sentence: str) -> None:
        said = self._heard | set(self._being_said) | self._known
        assert self._cautions_of(sentence) <= said
        for phrase in QUOTED.findall(sentence):
            assert self._understood(phrase, self._guide.context)

    def _cautions_of(self, sentence: str) -> set[str]:
        """Return the cautions that must come before a sentence of a step."""
        return next((c for step, c in self._cautions.items() if sentence.endswith(step)), set())


@pytest.mark.parametrize("seed", range(10))
def test_no_step_is_said_before_its_cautions(content: Content, seed: int) -> None:
    RandomUser(content, seed).run()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Move up and down. Let the ball stay.", ["Move up and down.", "Let the ball stay."]),
        ("Is it warm? Good! Go on.", ["Is it warm?", "Good!", "Go on."]),
        ('Ask: "what is it". "Next" helps.', ['Ask: "what is it".', '"Next" helps.']),
        ('Say "what can you do".', ['Say "what can you do".']),
        ("Step 3. Press firmly. Do.", ["Step 3. Press firmly.", "Do."]),
        ("At 3 1 0, 8 2 8, 7 7 5 7.", ["At 3 1 0, 8 2 8, 7 7 5 7."]),
        ("Press for 1.5 seconds, i.e. shortly.", ["Press for 1.5 seconds, i.e. shortly."]),
        ("Use, e.g. Warm water. Go on.", ["Use, e.g. Warm water.", "Go on."]),
        ("Ask Dr. Smith or Mrs. Jones. Rest.", ["Ask Dr. Smith or Mrs. Jones.", "Rest."]),
        ("Let it dry. Then go. On.", ["Let it dry.", "Then go.", "On."]),
        ("", [""]),
    ],
)
def test_a_text_is_split_into_sentences(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_the_guide_answers_every_intent_of_the_sentence_files(content: Content) -> None:
    guide = DialogueManager(content.library, content.prompts, Settings())
    meant = {template.intent for template in content.sentences.templates(None)}

    assert guide.intents == meant == set(Intent)


def test_the_next_step_is_prepared_before_it_is_needed(content: Content) -> None:
    for routine in content.library.routines:
        guide = DialogueManager(content.library, content.prompts, Settings(), routine)
        prepared = prepared_in(guide.handle(Started()))
        guide.handle(SpeechEnded())
        while guide.context != "finished":
            actions = guide.handle(Command(Intent.NEXT))
            guide.handle(SpeechEnded())
            assert {action.text for action in actions if isinstance(action, Say)} <= prepared
            prepared |= prepared_in(actions)


def test_the_time_of_a_step_starts_after_its_own_caution(content: Content, tmp_path: Path) -> None:
    pack = (BUILT_IN_PACKS / "scarf-or-towel.toml").read_text()
    file = tmp_path / "pack.toml"
    file.write_text(pack.replace("seconds = 30", 'caution = "Not too hard."\nseconds = 30'))
    library = Library([load_pack(file)])
    guide = DialogueManager(library, content.prompts, Settings(), library.routines[0])
    for event in (
        Started(),
        SpeechEnded(),
        Command(Intent.READY),
        Command(Intent.GO_TO, {"number": 4}),
    ):
        guide.handle(event)

    actions = guide.handle(Command(Intent.READY))
    assert [action.text for action in actions if isinstance(action, Say)] == ["Not too hard."]
    assert not any(isinstance(action, SetTimer) for action in actions)
    begun = guide.handle(SpeechEnded())
    assert [action.seconds for action in begun if isinstance(action, SetTimer)] == [30]


def prepared_in(actions: list[Action]) -> set[str]:
    return {
        text for action in actions if isinstance(action, PrepareSpeech) for text in action.texts
    }
