"""The guide's conversations, each a story in `dialogues/*.txt`, played through the Guide alone.

How to read and write them is told in `dialogues/README.md`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest

from voice_guide.assistant import Content
from voice_guide.guide.events import (
    Action,
    End,
    Event,
    Hush,
    Idle,
    Play,
    Prepare,
    Said,
    Say,
    SetRate,
    SetTimer,
    SetVolume,
    SpeechEnded,
    Started,
    StopTimer,
    TimeUp,
)
from voice_guide.guide.prompts import Prompts
from voice_guide.guide.session import Guide
from voice_guide.guide.speech import sentences
from voice_guide.hearing.command import Command, Unclear
from voice_guide.language import reference
from voice_guide.settings import Settings

FOLDER = Path(__file__).parent / "dialogues"
STORIES = sorted(FOLDER.glob("*.txt"))

NOT_PROMPTS = ("doctor.", "left_out", "screen.", "sides.")
"""What stands among the prompts and is not said in a conversation, or only as a part of one."""

ANYTHING = "..."
CUT_SHORT = " --"
MOST_WORDS = 30
QUOTED = re.compile(r'"([^"]+)"')

Heard: TypeAlias = tuple[str, str]
"""Who is heard (Guide or Sound), and what."""


class Line(NamedTuple):
    """One line of a story that is neither empty nor a comment."""

    place: str
    who: str
    text: str


class NotedPrompts(Prompts):
    """Prompts that remember which of them a text was made from."""

    def __init__(self) -> None:
        super().__init__(reference().prompts)
        self.made: dict[str, str] = {}

    def __call__(self, name: str, **values: object) -> str:
        text = super().__call__(name, **values)
        self.made[text] = name
        return text


class Stage:
    """Plays a story, line by line, and fails at the first that goes otherwise."""

    def __init__(self, story: Path, content: Content) -> None:
        self._lines = list(read(story))
        self._sentences = content.sentences
        self._prompts = NotedPrompts()
        routine = None
        if self._lines[0].who == "Routine":
            routine = content.library.by_id(self._lines.pop(0).text)
        self._guide = Guide(content.library, self._prompts, Settings(), routine)
        self._line = self._lines[0]
        self._heard: list[Heard] = []
        self._anything_goes = False
        self._fitting = ""
        """The text that a line was found to fit last."""
        self._being_said: list[str] = []
        """Sentence by sentence."""
        self._is_cut_short = False
        self._has_ended = False
        self._state = {"Timer": "off"}
        self.said_prompts: set[str] = set()
        self.understood: set[tuple[str, str]] = set()

    def play(self) -> None:
        self._handle(Started())
        for line in self._lines:
            self._line = line
            self._play(line)
        self._expect_nothing_more()

    def _play(self, line: Line) -> None:
        match line.who:
            case "Guide" if line.text.endswith(CUT_SHORT):
                self._expect_cut_short(line.text.removesuffix(CUT_SHORT))
            case "Guide" | "Sound":
                self._expect((line.who, line.text))
            case "Person":
                self._let_speech_end()
                self._hear(line.text)
            case "Person, cutting in":
                if not self._being_said:
                    self._fail("somebody who is speaking", "silence")
                self._is_cut_short = False
                self._hear(line.text)
            case "(unclear)":
                self._let_speech_end()
                self._happen(Unclear("[unk]", 0))
            case "(time passes)":
                self._let_speech_end()
                if self._state["Timer"] == "off":
                    self._fail("a step that takes time", "no timer that runs")
                self._state["Timer"] = "off"
                self._happen(TimeUp())
            case "(minutes pass)":
                self._let_speech_end()
                if self._state["Timer"] != "off":
                    self._fail("nothing that is waited for", "a timer that runs")
                self._happen(Idle())
            case "(speech ends)":
                if not self._being_said:
                    self._fail("somebody who is speaking", "silence")
                self._let_speech_end()
            case "The end.":
                if not self._has_ended:
                    self._fail("the end", "the guide goes on listening")
            case "Now":
                self._compare(line.text, self._guide.context)
            case "Timer" | "Pace" | "Volume":
                self._compare(line.text, self._state.get(line.who, "as it was"))
            case _:
                self._fail("a line as the README tells", f"{line.who}: {line.text}")

    def _hear(self, text: str) -> None:
        meaning = self._sentences.match(text, self._guide.context)
        if meaning is None:
            self._happen(Unclear(text, 0))
            return
        self.understood.add((self._guide.context, meaning.intent))
        self._happen(Command(meaning.intent, meaning.slots, text))

    def _happen(self, event: Event) -> None:
        self._expect_nothing_more()
        if self._has_ended:
            self._fail("nothing after the end", str(event))
        self._handle(event)

    def _let_speech_end(self) -> None:
        if self._is_cut_short:
            self._fail("somebody who cuts in", f"{self._line.who}: {self._line.text}")
        if self._being_said:
            self._let_speak(len(self._being_said))
            self._handle(SpeechEnded())

    def _let_speak(self, count: int) -> None:
        """Let that many sentences be heard to their end."""
        heard, self._being_said = self._being_said[:count], self._being_said[count:]
        for sentence in heard:
            self._handle(Said(sentence))

    def _handle(self, event: Event) -> None:
        for action in self._guide.handle(event):
            self._do(action, event)

    def _do(self, action: Action, event: Event) -> None:
        match action:
            case Say(text):
                if isinstance(event, Command) and self._being_said and not self._heard:
                    self._fail("a guide that stops before it answers", "two voices at once")
                self._being_said += sentences(text)
                self._heard.append(("Guide", text))
                self._check(text)
                self.said_prompts.add(self._prompts.made.get(text, ""))
            case Play(chime):
                self._heard.append(("Sound", chime.name.lower().replace("_", " ")))
            case Hush():
                self._being_said.clear()
            case SetTimer(seconds):
                self._state["Timer"] = f"{seconds:g} seconds"
            case StopTimer():
                self._state["Timer"] = "off"
            case SetRate(rate_wpm):
                self._state["Pace"] = f"{rate_wpm} words a minute"
            case SetVolume(volume):
                self._state["Volume"] = f"{volume:.0%}"
            case End():
                self._has_ended = True
            case Prepare():
                pass

    def _check(self, text: str) -> None:
        if len(text.split()) > MOST_WORDS:
            self._fail(f"at most {MOST_WORDS} words in one go", text)
        for phrase in QUOTED.findall(text):
            if self._sentences.match(phrase, self._guide.context) is None:
                self._fail(
                    f'"{phrase}" to be understood while {self._guide.context}',
                    f"the guide says: {text}",
                )

    def _expect(self, expected: Heard) -> None:
        if expected == ("Guide", ANYTHING):
            self._anything_goes = True
            return
        while self._heard:
            got = self._heard.pop(0)
            if fits(expected, got):
                self._anything_goes = False
                self._fitting = got[1]
                return
            if not self._anything_goes:
                self._fail(": ".join(expected), ": ".join(got))
        self._fail(": ".join(expected), "nothing more")

    def _expect_cut_short(self, beginning: str) -> None:
        """Let the guide speak until it has said this much, and no further."""
        self._expect(("Guide", beginning + ANYTHING))
        said = re.match(pattern(beginning), self._fitting)
        assert said
        cut = sentences(self._fitting)
        unheard = len(cut) - sum(part in cut for part in sentences(said[0]))
        unheard += sum(len(sentences(text)) for who, text in self._heard if who == "Guide")
        self._let_speak(len(self._being_said) - unheard)
        self._heard.clear()
        self._is_cut_short = True

    def _expect_nothing_more(self) -> None:
        if self._heard and not self._anything_goes:
            self._fail("nothing more before this line", ": ".join(self._heard[0]))
        self._heard.clear()
        self._anything_goes = False

    def _compare(self, expected: str, got: str) -> None:
        if expected != got:
            self._fail(f"{self._line.who}: {expected}", f"{self._line.who}: {got}")

    def _fail(self, expected: str, got: str) -> None:
        pytest.fail(f"{self._line.place}\n  expected  {expected}\n  got       {got}", False)


def read(story: Path) -> Iterator[Line]:
    for number, line in enumerate(story.read_text("utf-8").splitlines(), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            who, _, what = text.partition(":")
            yield Line(f"dialogues/{story.name}, line {number}", who, what.strip())


def fits(expected: Heard, got: Heard) -> bool:
    return expected[0] == got[0] and re.fullmatch(pattern(expected[1]), got[1]) is not None


def pattern(text: str) -> str:
    return ".*?".join(map(re.escape, text.split(ANYTHING)))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.stem.replace("-", " "))
def test_dialogue(story: Path, content: Content) -> None:
    Stage(story, content).play()


@pytest.fixture(scope="module")
def played(content: Content) -> list[Stage]:
    stages = [Stage(story, content) for story in STORIES]
    for stage in stages:
        stage.play()
    return stages


def test_every_intent_is_said_wherever_it_is_listened_for(
    content: Content, played: list[Stage]
) -> None:
    listened_for = {
        (context, template.intent)
        for context in content.sentences.contexts
        for template in content.sentences.templates(context)
    }

    said = set().union(*(stage.understood for stage in played))

    assert sorted(listened_for - said) == []


def test_every_prompt_is_heard(played: list[Stage]) -> None:
    said = set().union(*(stage.said_prompts for stage in played))

    names = {name for name in NotedPrompts().names if not name.startswith(NOT_PROMPTS)}
    assert sorted(names - said) == []


def test_a_story_that_goes_otherwise_shows_its_line(tmp_path: Path, content: Content) -> None:
    story = tmp_path / "wrong.txt"
    story.write_text("# A mistake.\nGuide: ...\nPerson: upper back\nGuide: Hand massage...\n")

    with pytest.raises(pytest.fail.Exception) as caught:
        Stage(story, content).play()

    assert str(caught.value).splitlines() == [
        "dialogues/wrong.txt, line 4",
        "  expected  Guide: Hand massage...",
        "  got       Guide: Tennis ball wall massage, for the upper back, in 5 steps.",
    ]
