"""What has to hold after hours, tried on as much as shows whether it will."""

from concurrent.futures import ProcessPoolExecutor
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path

import pytest
from support.synthetic_people import PEOPLE, in_a_quiet_room

from voice_guide.app.content import load_content
from voice_guide.app.speech_input import load_model, new_listener, new_matcher
from voice_guide.audio.pcm import BLOCK, RATE, blocks_of, silence
from voice_guide.config.language import reference
from voice_guide.config.settings import Settings
from voice_guide.nlu.command import Command

EXCHANGES = 60
"""Commands, each of which is answered by listening for something else."""

MOST_GROWTH_MB = 5.0
"""In all exchanges, when some have gone before: Vosk's own SetGrammar loses 15 MB."""

CONTEXTS = ("step", "paused", "choosing", "preparing")


def memory_mb() -> float:
    """Return how much of the machine's memory this process holds."""
    status = Path("/proc/self/status").read_text("utf-8")
    [held] = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(held.split()[1]) / 1024


def growth_mb() -> float:
    """Hear commands, listening for something else after each; return what memory it took."""
    content = load_content(Settings())
    model = load_model(reference())
    matcher = new_matcher(content.interpreter, model, content.language)
    for context in content.sentences.contexts:
        matcher.prepare(context)
    listener = new_listener(model, matcher, CONTEXTS[0], Settings())
    said = blocks_of(in_a_quiet_room(PEOPLE[0].says("stop"), after_s=0.1, before_s=0.4))
    held = []
    for _, context in zip(range(EXCHANGES + EXCHANGES // 4), cycle(CONTEXTS), strict=False):
        listener.listen_for(context)
        assert any(listener.hear(block, silence()) for block in said)
        held.append(memory_mb())
    return held[-1] - held[EXCHANGES // 4]


def test_memory_does_not_grow_with_what_is_heard() -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        assert process.submit(growth_mb).result() < MOST_GROWTH_MB


def test_times_stay_right_however_much_was_skipped_heard_and_switched() -> None:
    content = load_content(Settings())
    model = load_model(reference())
    matcher = new_matcher(content.interpreter, model, content.language)
    listener = new_listener(model, matcher, CONTEXTS[0], Settings())
    words = PEOPLE[0].says("it hurts")
    said = blocks_of(in_a_quiet_room(words, after_s=0.5))
    talk = blocks_of(in_a_quiet_room(PEOPLE[1].says("what a lovely evening this has been")))
    quiet = blocks_of(in_a_quiet_room(words[:0], after_s=20))
    blocks = 0
    for _, context in zip(range(8), cycle(CONTEXTS[:2]), strict=False):
        for block in quiet + talk:
            listener.hear(block, silence())
        started_s = (blocks + len(quiet) + len(talk)) * BLOCK / RATE + 0.5
        [command] = [f for block in said for f in listener.hear(block, silence())]
        blocks += len(quiet) + len(talk) + len(said)
        assert isinstance(command, Command)
        assert command.start_s == pytest.approx(started_s, abs=0.15)
        assert command.end_s == pytest.approx(started_s + len(words) / RATE, abs=0.15)
        listener.listen_for(context)
