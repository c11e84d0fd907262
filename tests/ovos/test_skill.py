"""The guide in a real ovos-core: how it is begun, led, stopped and left alone."""

import pytest
from ovos.conftest import SKILL, Core, wait_until

OPENINGS = [
    ("i want a massage", "Hello."),
    ("start the tennis ball massage", "Tennis ball wall massage"),
    ("lead me through the hand massage", "Hand massage"),
    ("my neck is stiff", "2 of them are for that."),
]


@pytest.mark.parametrize(("text", "answer"), OPENINGS)
def test_a_sentence_opens_a_session(core: Core, text: str, answer: str) -> None:
    kitchen = core.new_satellite()

    kitchen.say(text)

    kitchen.wait_for(answer)


def test_a_sentence_of_the_intent_file_opens_a_session_without_fallback(core: Core) -> None:
    kitchen = core.new_satellite()

    kitchen.say_and_wait("i want a massage")

    kitchen.wait_for("Hello.")
    assert kitchen.all_of(f"{SKILL}:begin.intent")
    assert not kitchen.all_of("ovos.skills.fallback.ping")


@pytest.mark.parametrize(
    "text", ["what time is it", "play some jazz", "stop", "next", "ready", "", " ", "[unk]"]
)
def test_what_is_not_the_guides_opens_nothing(core: Core, text: str) -> None:
    kitchen = core.new_satellite()

    kitchen.say_and_wait(text)

    assert kitchen.spoken == []


def test_a_session_is_led_from_beginning_to_end(core: Core) -> None:
    kitchen = core.new_satellite()
    kitchen.say("start the hand massage")
    kitchen.wait_for('Say "ready"')

    kitchen.lead(
        ("ready", "Step 1"),
        ("next", "Step 2"),
        ("where am i", "Hand massage: you are at step 2 of"),
        ("repeat", "Step 2"),
        ("back", "Step 1"),
    )
    kitchen.say("goodbye")
    kitchen.wait_for("Goodbye")


def test_stop_stops_one_of_two_rooms(core: Core) -> None:
    kitchen = core.new_satellite().led_to_step_1()
    bedroom = core.new_satellite()
    bedroom.say("start the hand massage")
    bedroom.wait_for('Say "ready"')
    bedroom.lead(("ready", "Step 1"))
    wait_until(lambda: bedroom.all_of("speak")[-1].data["expect_response"], lambda: "its turn")
    kinds = ("speak", "mycroft.audio.speech.stop")
    before = [len(bedroom.all_of(kind)) for kind in kinds]

    kitchen.say("stop")

    kitchen.wait_for("Stopped at step 1 of 5.")
    assert [len(bedroom.all_of(kind)) for kind in kinds] == before
    bedroom.lead(("next", "Step 2"))
    kitchen.lead(("continue", "Step 1"))


def test_a_global_stop_is_answered_too(core: Core) -> None:
    kitchen = core.new_satellite().led_to_step_1()

    kitchen.say_and_wait("stop everything")

    kitchen.wait_for("Stopped at step 1 of 5.")


@pytest.mark.parametrize("text", ["goodbye", "go to sleep"])
def test_the_guide_is_asked_no_more_after_the_end(core: Core, text: str) -> None:
    kitchen = core.new_satellite().led_to_step_1()
    bedroom = core.new_satellite().led_to_step_1()
    assert kitchen.has_active(SKILL)

    kitchen.say(text)
    kitchen.wait_for("Goodbye")

    wait_until(lambda: not kitchen.has_active(SKILL), lambda: "the end of the activation")
    assert bedroom.has_active(SKILL)
    kitchen.say_and_wait("next")
    assert kitchen.all_of(f"{SKILL}.converse.ping")[-1].data["utterances"] != ["next"]
    bedroom.lead(("next", "Never press"))


def test_what_is_not_the_guides_is_left_to_others_in_a_step(core: Core) -> None:
    kitchen = core.new_satellite().led_to_step_1()
    before = kitchen.spoken

    kitchen.say_and_wait("what time is it")

    assert kitchen.spoken == before
    assert kitchen.all_of("complete_intent_failure")
    kitchen.lead(("next", "Never press"))


@pytest.mark.parametrize("text", ["i can't breathe", "my chest hurts"])
def test_an_emergency_is_understood_in_a_step(core: Core, text: str) -> None:
    kitchen = core.new_satellite().led_to_step_1()

    kitchen.say(text)

    kitchen.wait_for("Stop")


def test_the_second_guess_of_a_recognizer_is_understood(core: Core) -> None:
    kitchen = core.new_satellite().led_to_step_1()

    kitchen.say("necks", "next")

    kitchen.wait_for("Never press")


@pytest.mark.parametrize("text", ["", " ", "?", "ß" * 100_000, "ready " * 1000, "на пол", "{x}"])
def test_odd_texts_change_nothing(core: Core, text: str) -> None:
    kitchen = core.new_satellite().led_to_step_1()

    kitchen.say_and_wait(text)

    kitchen.lead(("where am i", "Tennis ball wall massage: you are at step 1 of 5"))


def test_a_flood_of_texts_in_one_room_leaves_another_undisturbed(core: Core) -> None:
    kitchen = core.new_satellite().led_to_step_1()
    bedroom = core.new_satellite().led_to_step_1()

    for number in range(40):
        kitchen.say(("what time is it", "", "ß" * 600, "на пол")[number % 4])
    bedroom.lead(("next", "Never press"))

    kitchen.lead(("where am i", "Tennis ball wall massage: you are at step"))


def test_a_message_without_texts_changes_nothing(core: Core) -> None:
    kitchen = core.new_satellite().led_to_step_1()

    kitchen.say()

    kitchen.lead(("where am i", "Tennis ball wall massage: you are at step 1 of 5"))


def test_everything_it_says_goes_to_the_satellite_that_asked(core: Core) -> None:
    kitchen = core.new_satellite().led_to_step_1()

    for message in kitchen.all_of("speak"):
        assert message.context["session"]["session_id"] == kitchen.name
        assert message.context["destination"] == kitchen.name
        assert message.data["meta"]["skill"] == SKILL


def test_it_listens_again_after_a_question_alone(core: Core) -> None:
    kitchen = core.new_satellite()
    kitchen.say("start the tennis ball massage")
    kitchen.wait_for('Say "ready"')

    replies = [each.data["expect_response"] for each in kitchen.all_of("speak")]

    assert replies == [False] * (len(replies) - 1) + [True]
