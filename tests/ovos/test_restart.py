"""What remains of the guide when ovos-core ends, and when it starts again."""

import threading

from ovos.conftest import Core, wait_until

THREAD = "rooms"
"""The name of the skill's own thread."""


def test_it_asks_whether_to_go_on_after_a_restart() -> None:
    before = Core()
    before.satellite("kitchen").led_to_step_1().lead(("next", "Never press"))
    before.stop()
    after = Core()
    kitchen = after.satellite("kitchen")
    bedroom = after.satellite("bedroom")

    kitchen.say("i want a massage")
    kitchen.wait_for("Shall we go on?")
    bedroom.say("i want a massage")
    bedroom.wait_for("Hello.")
    kitchen.lead(("yes", "Step 2"))
    after.stop()


def test_a_shutdown_leaves_no_thread() -> None:
    core = Core()
    core.satellite("kitchen").led_to_step_1()
    assert any(thread.name == THREAD for thread in threading.enumerate())

    core.stop()

    wait_until(
        lambda: not any(thread.name == THREAD for thread in threading.enumerate()),
        lambda: "the end of its thread",
    )
