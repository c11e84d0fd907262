"""Run a session with random commands as fast as possible, until it is killed.

It prints the checkpoint it starts from, and every stored change before and after storing it.
"""

import random
import sys

from voice_guide.app.content import load_content
from voice_guide.app.session import new_engine
from voice_guide.app.session_recorder import SessionRecorder
from voice_guide.audio.pcm import silence
from voice_guide.config.settings import SettingsFile
from voice_guide.devices.keyboard import SilentTts, TypedInput
from voice_guide.dialogue.actions import Action, SaveCheckpoint, SaveDiaryEntry
from voice_guide.dialogue.events import Event
from voice_guide.engine import Engine

LINES = (
    *("upper back", "side of my neck", "ready", "ready", "ready", "next", "next", "next"),
    *("back", "other side", "start with the right", "wait", "continue", "start over"),
    *("yes", "yes", "no", "five", "two", "stop", "it hurts", "more time", "carry on by yourself"),
)

BLOCKS_PER_COMMAND = 15
"""Blocks of 20 ms between two commands, on average."""


def main(seed: int) -> None:
    """Lead until killed."""
    chance = random.Random(seed)
    file = SettingsFile()
    content = load_content(file.settings)
    recorder = SessionRecorder(file, lambda _, text: tell("note", text))

    def observe(at_s: float, happening: Event | Action) -> None:
        what = happening if isinstance(happening, SaveCheckpoint | SaveDiaryEntry) else None
        if what:
            tell("keeping", what)
        recorder.observe(at_s, happening)
        if what:
            tell("kept", what)

    started = recorder.started
    tell("began", SaveCheckpoint(started.checkpoint))
    ear = TypedInput(content.interpreter)
    engine: Engine = new_engine(content, file.settings, ear, SilentTts(), observe, started=started)
    engine.start()
    while True:
        if chance.random() < 1 / BLOCKS_PER_COMMAND:
            ear.type(chance.choice(LINES))
        engine.process(silence(), silence())


def tell(what: str, about: object) -> None:
    """Print a line, at once."""
    print(what, repr(about), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
