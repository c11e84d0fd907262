"""A session in another assistant's time: texts in, sentences out, on the host's clock."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from support.fake_host import FakeHost

from voice_guide.app.content import Content
from voice_guide.config.settings import GuideSettings, Pacing, Settings
from voice_guide.dialogue.actions import Action, SaveCheckpoint
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.events import Started
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.skills.host import Abilities
from voice_guide.skills.session import SkillSession

TODAY = date(2026, 3, 2)

ABILITIES = Abilities(listens_again=True, plays_chimes=False, latency_s=1.0)

WAITS = Settings(guide=GuideSettings(pacing=Pacing.WAIT))


class Room:
    """A session with its host, in which time passes as the test says."""

    def __init__(self, content: Content, abilities: Abilities = ABILITIES) -> None:
        self.host = FakeHost(abilities)
        self.recorded: list[Action] = []
        self.now_s = 100.0
        self.session = SkillSession(
            DialogueManager(content.library, content.prompts, WAITS),
            content.prompts,
            content.interpreter,
            self.host,
            self.recorded.append,
        )

    def begin(self, text: str) -> None:
        self.session.begin(Started(today=TODAY), text, self.now_s)

    def hear(self, text: str) -> bool:
        return self.session.hear(text, self.now_s)

    def spoken(self) -> None:
        """Let the host report the end of its speech."""
        self.session.spoken(self.session.number, self.now_s)

    def let_speak(self) -> Sequence[str]:
        """Let the host speak until nothing is left; return what it has spoken meanwhile."""
        before = len(self.host.spoken) - 1
        while self.session.is_speaking:
            self.pass_time(0.1)
            self.spoken()
        return self.host.spoken[before:]

    def pass_time(self, seconds: float) -> None:
        """Let the host's clock run, with `advance` called whenever something is due."""
        end_s = self.now_s + seconds
        while self.session.next_s <= end_s:
            self.now_s = max(self.now_s, self.session.next_s)
            self.session.advance(self.now_s, TODAY)
        self.now_s = end_s

    def led_to_the_timed_step(self) -> "Room":
        """Lead the tennis ball massage to its third step, which takes thirty seconds."""
        self.begin("start the tennis ball massage")
        for text in ("ready", "next", "next"):
            self.let_speak()
            self.hear(text)
        self.let_speak()
        return self


@pytest.fixture
def room(content: Content) -> Room:
    return Room(content)


def test_opening_with_a_routine_takes_the_place_of_the_welcome(room: Room) -> None:
    room.begin("start the tennis ball massage")

    assert room.host.spoken == ["Tennis ball wall massage, for the upper back, in 5 steps."]


def test_opening_without_a_choice_welcomes(room: Room) -> None:
    room.begin("i want a massage")

    assert room.let_speak()[0] == "Hello."


def test_sentences_go_out_one_by_one(room: Room) -> None:
    room.begin("start the tennis ball massage")
    assert len(room.host.spoken) == 1

    room.spoken()

    assert len(room.host.spoken) == 2


def test_the_host_listens_again_after_the_last_sentence_alone(room: Room) -> None:
    room.begin("start the tennis ball massage")
    spoken = room.let_speak()

    assert room.host.listens_after == [spoken[-1]] == ['Say "ready" when you want to start.']


def test_a_host_that_needs_its_wake_word_has_it_explained_once(content: Content) -> None:
    room = Room(content, replace(ABILITIES, listens_again=False))

    room.led_to_the_timed_step()

    explained = [text for text in room.host.spoken if "wake word" in text]
    assert len(explained) == 1


def test_what_is_no_command_is_left_to_the_host(room: Room) -> None:
    room.begin("start the tennis ball massage")

    assert not room.session.understands("what time is it")
    assert not room.hear("what time is it")


@pytest.mark.parametrize("text", ["louder", "quieter", "slower", "faster"])
def test_volume_and_rate_are_left_to_the_host(room: Room, text: str) -> None:
    room.begin("start the tennis ball massage")

    assert not room.session.understands(text)


def test_a_timed_step_speaks_when_it_begins_at_half_time_and_at_the_end(room: Room) -> None:
    room.led_to_the_timed_step()

    room.hear("ready")
    assert room.let_speak() == ["Begin now."]
    room.pass_time(16)
    assert room.let_speak() == ["Halfway."]
    room.pass_time(16)
    assert "Time is up." in room.let_speak()


def test_a_host_that_plays_chimes_begins_with_one(content: Content) -> None:
    room = Room(content, replace(ABILITIES, plays_chimes=True))
    room.led_to_the_timed_step()

    room.hear("ready")

    assert room.host.chimes == [Chime.START]


def test_the_host_counts_no_seconds(room: Room) -> None:
    room.led_to_the_timed_step()
    room.hear("ready")
    room.let_speak()
    room.pass_time(40)

    assert not {"3.", "2.", "1."} & set(room.host.spoken)


def test_stop_silences_and_stops_the_time(room: Room) -> None:
    room.led_to_the_timed_step()
    room.hear("ready")
    assert room.session.is_leading

    room.session.interrupt(room.now_s, "Stop")
    room.let_speak()
    room.pass_time(60)

    assert room.host.stops >= 1
    assert room.host.spoken[-1].startswith("Stopped at step 3 of 5.")


def test_stop_is_taken_where_the_guide_has_asked_about_pain(room: Room) -> None:
    room.led_to_the_timed_step()
    room.hear("it hurts")
    room.let_speak()
    assert room.host.spoken[-1] == 'Say "yes" or "no".'
    assert room.session.is_leading

    room.session.interrupt(room.now_s, "Stop")
    room.let_speak()

    assert room.host.spoken[-2] == "Stopped."
    assert not room.session.is_leading


def test_the_answer_to_the_hosts_own_stop_waits_until_the_host_has_silenced_its_room(
    content: Content,
) -> None:
    room = Room(content, replace(ABILITIES, silences_for_s=0.3)).led_to_the_timed_step()
    room.hear("ready")
    before = list(room.host.spoken)

    room.session.interrupt(room.now_s, "Stop")
    room.pass_time(0.29)
    assert room.host.spoken == before
    assert room.session.is_leading
    assert not room.session.is_over
    room.pass_time(0.02)

    (answer,) = room.host.spoken[len(before) :]
    assert answer.startswith("Stopped at step 3 of 5.")


def test_the_late_end_of_a_sentence_that_was_cut_off_is_not_that_of_the_next(room: Room) -> None:
    room.led_to_the_timed_step()
    room.session.begun(room.session.number, room.now_s)
    cut_off = room.session.number
    room.hear("tell me the cautions")
    before = list(room.host.spoken)
    assert room.session.number == cut_off + 1

    room.spoken()
    assert room.host.spoken == before
    room.session.begun(room.session.number, room.now_s)
    room.spoken()

    assert len(room.host.spoken) == len(before) + 1


def test_a_beginning_that_was_reported_before_the_sentence_was_given_does_not_count(
    room: Room,
) -> None:
    room.begin("start the tennis ball massage")
    room.session.begun(0, room.now_s)

    room.spoken()

    assert len(room.host.spoken) == 1


def test_a_host_that_reports_no_more_ends_after_a_beginning_is_not_waited_for(room: Room) -> None:
    room.begin("start the tennis ball massage")
    room.session.begun(1, room.now_s)

    room.pass_time(300)

    assert room.host.spoken[-1] == 'Say "ready" when you want to start.'


def test_a_host_that_never_reports_back_is_not_waited_for(room: Room) -> None:
    room.begin("start the tennis ball massage")

    room.pass_time(300)

    assert room.host.spoken[-1] == 'Say "ready" when you want to start.'


def test_reports_without_speech_change_nothing(room: Room) -> None:
    room.begin("start the tennis ball massage")
    room.let_speak()
    before = list(room.host.spoken)

    for _ in range(1000):
        room.spoken()

    assert room.host.spoken == before


def test_goodbye_ends_the_session_and_so_does_going_to_sleep(content: Content) -> None:
    for text in ("goodbye", "go to sleep"):
        room = Room(content)
        room.begin("i want a massage")
        room.hear(text)
        room.let_speak()
        assert room.session.is_over


def test_the_checkpoint_is_recorded_before_anything_is_spoken(room: Room) -> None:
    room.begin("start the tennis ball massage")

    assert isinstance(room.recorded[0], SaveCheckpoint)


def test_a_new_day_reaches_the_dialogue(room: Room) -> None:
    room.begin("i want a massage")

    room.session.advance(room.now_s, TODAY + timedelta(days=1))


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "?", "ß" * 100_000, "ready " * 1000, "на́ пол", "[unk]", "{x}"]
)
def test_any_text_is_answered_or_left_alone(room: Room, text: str) -> None:
    room.led_to_the_timed_step()

    room.hear(text)
    room.let_speak()

    assert room.hear("stop")


def test_what_is_led_can_be_shown(room: Room) -> None:
    room.led_to_the_timed_step()
    before = room.session.view(room.now_s)
    room.hear("ready")
    room.let_speak()
    room.pass_time(10.4)
    running = room.session.view(room.now_s)
    room.hear("stop")

    stopped = room.session.view(room.now_s)

    assert (before.routine, before.phase) == ("Tennis ball wall massage", "step")
    assert (before.step, before.steps, before.side) == (3, 5, "left")
    assert (before.left_s, before.is_running) == (30, False)
    assert running.is_running
    assert running.left_s == pytest.approx(19.6, abs=0.2)
    assert (stopped.phase, stopped.is_running) == ("finished", False)


def test_nothing_is_shown_of_a_step_before_the_first(room: Room) -> None:
    room.begin("i want a massage")

    view = room.session.view(room.now_s)

    assert (view.phase, view.routine, view.step, view.left_s) == ("choosing", "", 0, None)
