"""The guide in a real ovos-core, with an audio service that speaks as long as the test wants."""

import time
from collections.abc import Iterator

import pytest
from ovos.conftest import Core, Satellite

SILENCING = ("mycroft.audio.speech.stop", "mycroft.stop")
"""Messages at which the audio service stops speaking."""


def led_to_step_1(core: Core) -> Satellite:
    kitchen = core.new_satellite()
    kitchen.say("start the tennis ball massage")
    kitchen.speak_until('Say "ready"')
    kitchen.say_and_wait("ready")
    kitchen.speak_until("Step 1.")
    return kitchen


@pytest.fixture(scope="module")
def core(_own_home: None) -> Iterator[Core]:
    core = Core(is_mute=True)
    yield core
    core.stop()


def test_nothing_silences_the_answer_to_stop(core: Core) -> None:
    kitchen = led_to_step_1(core)
    kitchen.begins_speaking()

    kitchen.say("stop")
    kitchen.wait_for("Stopped at step 1 of 5.")
    time.sleep(1)

    kinds = [each.msg_type for each in kitchen.messages]
    stops = [at for at, kind in enumerate(kinds) if kind in SILENCING]
    answer = len(kinds) - 1 - kinds[::-1].index("speak")
    # The guide's own, and another from the core, which knows that something is spoken.
    assert len(stops) >= 2
    assert max(stops) < answer
    assert kitchen.all_of("speak")[-1] is kitchen.messages[answer]
    kitchen.begins_speaking()
    kitchen.ends_speaking()
    kitchen.lead(("continue", "Step 1"))


def test_the_end_of_a_sentence_that_was_cut_off_is_not_that_of_the_next(core: Core) -> None:
    kitchen = led_to_step_1(core)
    kitchen.begins_speaking()
    kitchen.say("tell me the cautions")
    kitchen.wait_for("Never press")
    before = kitchen.spoken

    kitchen.ends_speaking()
    time.sleep(0.5)
    assert kitchen.spoken == before
    kitchen.begins_speaking()
    kitchen.ends_speaking()

    kitchen.wait_for("This is for minor")


def test_sentences_that_are_spoken_in_a_row_begin_and_end_as_one(core: Core) -> None:
    """The audio service reports no end where it has more to say, and no start after that."""
    kitchen = core.new_satellite()
    kitchen.say("start the tennis ball massage")
    kitchen.wait_for("Tennis ball wall massage")
    kitchen.begins_speaking()
    kitchen.say("tell me the cautions")
    kitchen.wait_for("Never press")

    kitchen.begins_utterance()
    kitchen.ends_speaking()

    kitchen.wait_for("This is for minor")


def test_an_end_without_any_beginning_counts_where_none_are_reported(core: Core) -> None:
    kitchen = core.new_satellite()
    kitchen.say("start the tennis ball massage")
    kitchen.wait_for("Tennis ball wall massage")

    kitchen.ends_speaking()

    kitchen.wait_for("You need a tennis ball")


def test_events_of_speech_in_any_order_and_number_lose_nothing(core: Core) -> None:
    kitchen = core.new_satellite()
    kitchen.say("start the tennis ball massage")
    kitchen.wait_for("Tennis ball wall massage")

    for _ in range(300):
        kitchen.ends_speaking()
        kitchen.begins_utterance()
        kitchen.begins_speaking()
        kitchen.ends_speaking()
        kitchen.ends_speaking()

    kitchen.speak_until('Say "ready"')
    assert len(kitchen.spoken) == len(set(kitchen.spoken))
