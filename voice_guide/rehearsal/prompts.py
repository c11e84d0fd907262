"""What the guide says, and what is listened for when it says it.

Found by playing through every routine with the real guide: what it says, and when, is its
own business, and a list of it here would soon be wrong.
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
from voice_guide.rehearsal.sentences import Line
from voice_guide.routines.model import Routine

_QUOTED = re.compile('"([^"]+)"')
_STOPS = re.compile(r"[.!?:]")

_AT_THE_START, _LATER = 6, 2
"""Times in a row that each thing is said to the guide: it answers differently once it is
as slow as it can be, and once it has not understood for the second time."""


@dataclass(frozen=True, order=True)
class Prompt:
    """Something the guide says."""

    context: str
    """What is listened for when it says this."""

    text: str
    """The words."""


@dataclass(frozen=True)
class Contained:
    """A part of a prompt that is a command by its words."""

    words: str
    """The part."""

    meaning: Meaning
    """What it would be taken for."""

    is_quoted: bool
    """Whether it is there on purpose, between quotation marks: 'Say "next"'."""


def prompts_of(content: Content, lines: Iterable[Line]) -> list[Prompt]:
    """Return everything the guide says when it is told any of these lines, anywhere."""
    tour = _Tour(content, lines)
    for routine in (None, *content.library.routines):
        for diary, way in _ways(routine):
            tour.visit(routine, diary, way)
    tour.start_a_device()
    return sorted(tour.heard)


def contained(prompt: Prompt, sentences: Sentences) -> Iterator[Contained]:
    """Yield the sentences and quotations of a prompt that are commands where it is said."""
    quoted = _QUOTED.findall(prompt.text)
    plain = [part for part in _STOPS.split(prompt.text) if part.strip(' "') not in quoted]
    for part in dict.fromkeys([*plain, *quoted]):
        words = " ".join(spoken(part))
        meaning = sentences.match(words, prompt.context) if words else None
        if meaning:
            yield Contained(words, meaning, part in quoted)


def _ways(routine: Routine | None) -> Iterator[tuple[Diary | None, Sequence[Event]]]:
    """Yield ways to every place there is in a routine, or before one is chosen."""
    pause, ready, forward = Command(Intent.PAUSE), Command(Intent.READY), Command(Intent.NEXT)
    yield None, []
    yield None, [pause]
    if routine is None:
        return
    legs = RoutinePlan(routine).steps
    for number, planned_step in enumerate(legs):
        there = [ready, *[forward] * number]
        yield None, there
        if planned_step.step.total_s:
            yield None, [*there, ready, TimeUp()]
    to_the_end = [forward] * len(legs)
    yield None, [ready, *to_the_end]
    yield None, [ready, pause]
    yield None, [ready, Command(Intent.STOP)]
    # Asked whether to keep a diary; and, where one is kept, how strong the pain is.
    yield Diary(), [ready, *to_the_end]
    yield Diary(is_wanted=True), [ready]
    yield Diary(is_wanted=True), [ready, Command(Intent.NO_ANSWER), *to_the_end]


class _Tour:
    """Plays conversations, and takes down what the guide says in them."""

    def __init__(self, content: Content, lines: Iterable[Line]) -> None:
        self._content = content
        self._intents: dict[str, set[str]] = {
            phase: {template.intent for template in content.sentences.templates(phase)}
            for phase in Phase
        }
        self._commands: dict[str, list[Command]] = {}
        for line in lines:
            self._commands.setdefault(line.intent, []).append(Command(line.intent, line.slots))
        self.heard: set[Prompt] = set()

    def start_a_device(self) -> None:
        """Hear what a device says when it starts for the first time."""
        self._play(None, None, [Started(is_first=True)])

    def visit(self, routine: Routine | None, diary: Diary | None, way: Sequence[Event]) -> None:
        """Say everything to the guide that makes sense in one place."""
        times = _LATER if routine or way else _AT_THE_START
        context = self._play(routine, diary, way)
        self._play(routine, diary, [*way, *[NotUnderstood("", 0.0)] * times])
        for intent in self._intents[context]:
            commands = self._commands.get(intent, [])
            # Every routine, place and thing at the start; later, what differs most.
            for command in commands if routine is None else [*commands[:1], *commands[1:][-1:]]:
                self._play(routine, diary, [*way, *[command] * times])

    def _play(self, routine: Routine | None, diary: Diary | None, events: Sequence[Event]) -> str:
        """Have one conversation; return where it ends."""
        library, prompts = self._content.library, self._content.prompts
        guide = DialogueManager(
            library, prompts, default_settings(self._content.language), routine
        )
        for event in [Started(diary), *events]:
            if isinstance(event, Command) and event.intent not in self._intents[guide.context]:
                break
            said = [
                action.text
                for action in guide.handle(event)
                if isinstance(action, Say | SayIfFree)
            ]
            self.heard.update(Prompt(guide.context, text) for text in said)
            guide.handle(SpeechEnded())
        return guide.context
