"""A doubtful wake phrase counts when it is repeated soon."""

from voice_guide.hearing.wake_retry import WakeRetry
from voice_guide.nlu.sentences import Meaning


def test_wake_retry_accepts_a_quick_repeat_once() -> None:
    retry = WakeRetry()
    wake = Meaning("Wake", {})

    assert not retry.is_second((wake,), 1.0, 1.6)
    assert retry.is_second((wake,), 4.0, 4.6)
    assert not retry.is_second((wake,), 7.0, 7.6)


def test_wake_retry_refuses_a_late_repeat_and_another_meaning() -> None:
    retry = WakeRetry()

    assert not retry.is_second((Meaning("Wake", {}),), 1.0, 1.6)
    assert not retry.is_second((Meaning("Wake", {}),), 12.0, 12.6)
    assert not retry.is_second((Meaning("Stop", {}),), 14.0, 14.6)
    assert not retry.is_second((Meaning("Wake", {}),), 16.0, 16.6)
