"""Everything the guide says, and the commands that its words contain.

The prompts are collected by playing every routine through the real dialogue manager, so that
they stay complete when the dialogue changes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from voice_guide.app.content import Content
from voice_guide.config.settings import default_settings
from voice_guide.dialogue.actions import Say, SayIfFree
from voice_guide.dialogue.events import Event, SpeechEnded, Started, TimeUp
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.plan.routine_plan import RoutinePlan
from voice_guide.diary.history import Diary
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.intent import Intent
from voice_guide.nlu.sampling import spoken
from voice_guide.nlu.sentences import Meaning, Sentences
from voice_guide.rehearsal.sentences import RehearsalSentence
from voice_guide.routines.model import Routine

_QUOTED = re.compile('"([^"]+)"')
"""A quotation in a prompt."""

_SENTENCE_ENDS = re.compile(r"[.!?:]")
"""The characters that end a sentence in a prompt."""

_REPEATS_AT_START = 6
"""Times that each thing is said to the guide before a routine is chosen: so often that "slower"
has been answered with "that is as slow as I can speak"."""

_REPEATS_LATER = 2
"""Times that each thing is said in a routine: the second time that something is not understood,
the guide answers with a hint."""


@dataclass(frozen=True, order=True)
class SpokenPrompt:
    """A text that the guide says, in one context."""

    context: str
    """The context whose sentences are listened for while it is said."""

    text: str
    """The text."""


@dataclass(frozen=True)
class EmbeddedCommand:
    """A part of a prompt whose words are a command."""

    words: str
    """The words."""

    meaning: Meaning
    """The command's meaning."""

    is_quoted: bool
    """True if it is in quotation marks, and so there on purpose: 'Say "next"'."""


def spoken_prompts(content: Content, sentences: Iterable[RehearsalSentence]) -> list[SpokenPrompt]:
    """Return everything the guide says in answer to these sentences, in any situation."""
    walkthrough = _Walkthrough(content, sentences)
    for routine in (None, *content.library.routines):
        for diary, events in _situations(routine):
            walkthrough.visit(routine, diary, events)
    walkthrough.start_device()
    return sorted(walkthrough.prompts)


def embedded_commands(prompt: SpokenPrompt, sentences: Sentences) -> Iterator[EmbeddedCommand]:
    """Yield the sentences and quotations of a prompt that are commands in its context."""
    quoted = _QUOTED.findall(prompt.text)
    plain = [part for part in _SENTENCE_ENDS.split(prompt.text) if part.strip(' "') not in quoted]
    for part in dict.fromkeys([*plain, *quoted]):
        words = " ".join(spoken(part))
        meaning = sentences.match(words, prompt.context) if words else None
        if meaning:
            yield EmbeddedCommand(words, meaning, part in quoted)


def _situations(routine: Routine | None) -> Iterator[tuple[Diary | None, Sequence[Event]]]:
    """Yield the events that lead to each situation in a routine, or before one is chosen."""
    pause, ready, forward = Command(Intent.PAUSE), Command(Intent.READY), Command(Intent.NEXT)
    yield None, []
    yield None, [pause]
    if routine is None:
        return
    planned_steps = RoutinePlan(routine).steps
    for number, planned_step in enumerate(planned_steps):
        at_step = [ready, *[forward] * number]
        yield None, at_step
        if planned_step.step.total_s:
            yield None, [*at_step, ready, TimeUp()]
    to_the_end = [forward] * len(planned_steps)
    yield None, [ready, *to_the_end]
    yield None, [ready, pause]
    yield None, [ready, Command(Intent.STOP)]
    yield None, [ready, Command(Intent.UNWELL)]
    yield None, [ready, Command(Intent.EMERGENCY)]
    # The question about keeping a diary and, with a diary, the questions about the pain.
    yield Diary(), [ready, *to_the_end]
    yield Diary(is_wanted=True), [ready]
    yield Diary(is_wanted=True), [ready, Command(Intent.NO_ANSWER), *to_the_end]


class _Walkthrough:
    """Plays conversations and collects what the guide says in them."""

    def __init__(self, content: Content, sentences: Iterable[RehearsalSentence]) -> None:
        self._content = content
        self._intents: dict[str, set[str]] = {
            context: {template.intent for template in content.sentences.templates(context)}
            for context in (*Phase, *content.sentences.contexts)
        }
        self._commands: dict[str, list[Command]] = {}
        for sentence in sentences:
            command = Command(sentence.intent, sentence.slots)
            self._commands.setdefault(sentence.intent, []).append(command)
        self.prompts: set[SpokenPrompt] = set()

    def start_device(self) -> None:
        """Collect what a device says when it starts for the first time."""
        self._play(None, None, [Started(is_first=True)])

    def visit(self, routine: Routine | None, diary: Diary | None, events: Sequence[Event]) -> None:
        """Say everything to the guide that it listens for in one situation."""
        repeats = _REPEATS_LATER if routine or events else _REPEATS_AT_START
        context = self._play(routine, diary, events)
        self._play(routine, diary, [*events, *[NotUnderstood("", 0.0)] * repeats])
        for intent in self._intents[context]:
            commands = self._commands.get(intent, [])
            # Every routine, area and thing at the start; later the first and last are enough.
            for command in commands if routine is None else [*commands[:1], *commands[1:][-1:]]:
                self._play(routine, diary, [*events, *[command] * repeats])

    def _play(self, routine: Routine | None, diary: Diary | None, events: Sequence[Event]) -> str:
        """Play one conversation and return the context in which it ends."""
        library, prompts = self._content.library, self._content.prompts
        guide = DialogueManager(
            library, prompts, default_settings(self._content.language), routine
        )
        for event in [Started(diary), *events]:
            if isinstance(event, Command) and event.intent not in self._intents[guide.context]:
                break
            texts = [
                action.text
                for action in guide.handle(event)
                if isinstance(action, Say | SayIfFree)
            ]
            self.prompts.update(SpokenPrompt(guide.context, text) for text in texts)
            guide.handle(SpeechEnded())
        return guide.context
