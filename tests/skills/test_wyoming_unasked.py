"""The guide speaking by itself, through the API of a Home Assistant that the test plays."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support.fake_home_assistant import ANNOUNCES, LISTENS, TOKEN, FakeHomeAssistant

from voice_guide.app.content import Content
from voice_guide.config.settings import Settings
from voice_guide.skills import outbox
from voice_guide.skills.dialogues import Answer, Dialogues
from voice_guide.skills.outbox import Outbox, Place
from voice_guide.skills.wyoming import home_assistant
from voice_guide.skills.wyoming.home_assistant import HomeAssistant

KITCHEN = Place("assist_satellite.kitchen", "assist_satellite.kitchen")
STUDY = Place("assist_satellite.study", "assist_satellite.study")

FEATURES = {KITCHEN.satellite: ANNOUNCES, STUDY.satellite: LISTENS}


class Home:
    """A Home Assistant, and the guide connected to it."""

    def __init__(self, token_file: Path) -> None:
        self.api = FakeHomeAssistant(FEATURES)
        self.token_file = token_file
        self.spoken: list[str] = []
        token_file.write_text(TOKEN)
        token_file.chmod(0o600)

    async def connect(self) -> asyncio.Task[None]:
        self.guide = HomeAssistant(self.api.url, self.token_file)
        self.outbox = Outbox(asyncio.get_running_loop(), self.guide)
        return asyncio.create_task(self.guide.run())

    def say(self, place: Place, text: str, listens: bool = False) -> None:
        self.outbox.say(place, text, listens, lambda: self.spoken.append(text))

    async def set_state(self, place: Place, state: str) -> None:
        """Change what a satellite does, and wait until the guide knows."""
        await self.api.set_state(place.satellite, state)
        assert await self.guide.satellites.wait_for(place.satellite, state, 5)

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not is_so():
                await asyncio.sleep(0.01)

    async def until_known(self) -> None:
        await self.until(lambda: self.guide.satellites.knows(KITCHEN.satellite))


Lead = Callable[[Callable[[Home], Awaitable[None]]], None]


@pytest.fixture
def lead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lead:
    """Return a function that runs a test with a home that is connected."""
    monkeypatch.setattr(home_assistant, "_RETRY_S", 0.05)
    monkeypatch.setattr(home_assistant, "_RETRY_REFUSED_S", 0.1)

    @asynccontextmanager
    async def connected() -> AsyncIterator[Home]:
        home = Home(tmp_path / "token")
        await home.api.start()
        connecting = await home.connect()
        try:
            await home.until_known()
            yield home
        finally:
            home.outbox.close()
            connecting.cancel()
            await home.api.stop()

    async def run(test: Callable[[Home], Awaitable[None]]) -> None:
        async with connected() as home:
            await test(home)

    return lambda test: asyncio.run(run(test))


def test_a_text_is_announced_and_reported_once_spoken(lead: Lead) -> None:
    async def test(home: Home) -> None:
        home.say(KITCHEN, "Halfway.")
        await home.until(lambda: bool(home.api.asked))
        assert home.spoken == []
        await home.until(lambda: home.spoken == ["Halfway."])
        assert home.api.asked == [("announce", KITCHEN.satellite, "Halfway.")]

    lead(test)


def test_a_satellite_that_can_listen_is_asked_to_where_a_reply_is_expected(lead: Lead) -> None:
    async def test(home: Home) -> None:
        home.say(STUDY, "Halfway.")
        await home.until(lambda: home.spoken == ["Halfway."])
        home.say(STUDY, "Are you ready?", listens=True)
        home.say(KITCHEN, "Ready?", listens=True)
        await home.until(lambda: len(home.spoken) == 3)
        assert sorted(home.api.asked) == [
            ("announce", KITCHEN.satellite, "Ready?"),
            ("announce", STUDY.satellite, "Halfway."),
            ("start_conversation", STUDY.satellite, "Are you ready?"),
        ]

    lead(test)


def test_a_text_waits_until_the_satellite_is_free_and_is_never_refused(lead: Lead) -> None:
    async def test(home: Home) -> None:
        await home.set_state(KITCHEN, "listening")
        home.say(KITCHEN, "Halfway.")
        await asyncio.sleep(0.2)
        assert home.api.asked == []
        await home.api.set_state(KITCHEN.satellite, "idle")
        await home.until(lambda: home.spoken == ["Halfway."])
        assert home.api.refused == []

    lead(test)


def test_what_is_refused_all_the_same_is_said_a_little_later(
    lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_RETRY_S", 0.01)

    async def test(home: Home) -> None:
        # Home Assistant has changed its mind, and the guide does not know it yet.
        home.api._states[KITCHEN.satellite] = "responding"
        home.say(KITCHEN, "Halfway.")
        await home.until(lambda: len(home.api.refused) > 1)
        home.api._states[KITCHEN.satellite] = "idle"
        await home.until(lambda: home.spoken == ["Halfway."])

    lead(test)


def test_what_is_too_late_is_dropped_and_counts_as_said(
    lead: Lead, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(outbox, "_PATIENCE_S", 0.1)

    async def test(home: Home) -> None:
        await home.set_state(KITCHEN, "listening")
        home.say(KITCHEN, "Halfway.")
        await home.until(lambda: home.spoken == ["Halfway."])
        assert home.api.asked == []

    lead(test)

    assert "Too late to be said at assist_satellite.kitchen" in caplog.text


def test_what_is_withdrawn_is_neither_said_nor_reported(lead: Lead) -> None:
    async def test(home: Home) -> None:
        await home.set_state(KITCHEN, "listening")
        home.say(KITCHEN, "Halfway.")
        await asyncio.sleep(0.05)
        home.outbox.clear(KITCHEN)
        await home.api.set_state(KITCHEN.satellite, "idle")
        home.say(KITCHEN, "Stopped.")
        await home.until(lambda: bool(home.spoken))
        assert home.spoken == ["Stopped."]
        assert [text for _, _, text in home.api.asked] == ["Stopped."]

    lead(test)


def test_one_satellite_that_is_busy_keeps_no_other_waiting(lead: Lead) -> None:
    async def test(home: Home) -> None:
        await home.set_state(STUDY, "processing")
        home.say(STUDY, "Halfway.")
        home.say(KITCHEN, "Time is up.")
        await home.until(lambda: home.spoken == ["Time is up."])

    lead(test)


def test_a_satellite_that_never_says_it_has_spoken_holds_up_nobody(
    lead: Lead, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(home_assistant, "_MAX_SPEAKING_S", 0.3)
    monkeypatch.setattr(outbox, "_PATIENCE_S", 0.2)

    async def test(home: Home) -> None:
        home.api.never_spoken.add(KITCHEN.satellite)
        home.say(KITCHEN, "Halfway.")
        await home.until(lambda: bool(home.api.asked))
        home.say(STUDY, "Time is up.")
        await home.until(lambda: home.spoken == ["Time is up."])
        # It counts as spoken in the end, so that the session goes on.
        await home.until(lambda: home.spoken == ["Time is up.", "Halfway."])
        # What comes next is not said, and does not wait for ever either.
        home.say(KITCHEN, "Stopped.")
        await home.until(lambda: home.spoken[-1] == "Stopped.")
        assert [text for _, _, text in home.api.asked] == ["Halfway.", "Time is up."]

    lead(test)

    assert "Too late to be said at assist_satellite.kitchen" in caplog.text


def test_an_answer_that_is_never_reported_spoken_counts_as_spoken(
    lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_MAX_OVERRUN_S", 0.2)

    async def test(home: Home) -> None:
        await home.set_state(KITCHEN, "responding")
        home.outbox.follow(KITCHEN, 0.1, lambda: home.spoken.append("answer"))
        await home.until(lambda: home.spoken == ["answer"])

    lead(test)


def test_the_end_of_an_answer_is_when_the_satellite_is_idle_again(lead: Lead) -> None:
    async def test(home: Home) -> None:
        await home.api.set_state(KITCHEN.satellite, "processing")
        home.outbox.follow(KITCHEN, 0.0, lambda: home.spoken.append("answer"))
        await home.api.set_state(KITCHEN.satellite, "responding")
        await asyncio.sleep(0.1)
        assert home.spoken == []
        await home.api.set_state(KITCHEN.satellite, "idle")
        await home.until(lambda: home.spoken == ["answer"])

    lead(test)


def test_home_assistant_may_restart(lead: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_RETRY_S", 0.01)

    async def test(home: Home) -> None:
        await home.api.stop()
        await home.until(lambda: not home.guide.satellites.knows(KITCHEN.satellite))
        home.say(KITCHEN, "Halfway.")
        await asyncio.sleep(0.1)
        await home.api.start()
        await home.until(lambda: home.spoken == ["Halfway."])
        assert home.api.asked == [("announce", KITCHEN.satellite, "Halfway.")]

    lead(test)


def test_a_token_that_is_withdrawn_is_logged_once_and_never_printed(
    lead: Lead, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def test(home: Home) -> None:
        # Only then: a refusal before the stop would be another problem than one after it.
        await home.api.stop()
        home.api.accepts = "another"
        await home.api.start()
        await home.until(lambda: home.api.logins > 3)
        home.token_file.write_text("another")
        await home.until_known()

    lead(test)

    told = [each.getMessage() for each in caplog.records if "token" in each.getMessage()]
    assert len(told) == 1
    assert "does not accept the token in" in told[0]
    assert TOKEN not in caplog.text


def test_an_answer_that_waits_for_a_reply_is_said_where_the_satellite_then_listens(
    lead: Lead, content: Content, tmp_path: Path
) -> None:
    async def test(home: Home) -> None:
        dialogues = Dialogues(content, Settings(), tmp_path, home.outbox, lambda _: 0.0)

        async def say(place: Place, text: str) -> Answer:
            return await asyncio.to_thread(dialogues.answer, text, place)

        answers = [await say(place, "start the hand massage") for place in (STUDY, KITCHEN)]
        await home.until(lambda: bool(home.api.asked))
        await asyncio.to_thread(dialogues.close)

        # What is said with a request to listen is no answer.
        assert answers[0] == Answer("", True)
        ((service, satellite, text),) = home.api.asked
        assert (service, satellite) == ("start_conversation", STUDY.satellite)
        assert text.endswith('Say "ready" when you want to start.')
        assert answers[1].text == f"{text} Say the wake word first, each time."

    lead(test)


def test_what_is_not_understood_is_answered_once(
    lead: Lead, content: Content, tmp_path: Path
) -> None:
    async def test(home: Home) -> None:
        dialogues = Dialogues(content, Settings(), tmp_path, home.outbox, lambda _: 0.0)
        answers = []
        for text in ("start the hand massage", "ready", "purple", "purple cow"):
            answers.append(await asyncio.to_thread(dialogues.answer, text, STUDY))
            await asyncio.sleep(0.4)
        await asyncio.to_thread(dialogues.close)

        # The first such text is answered shortly; after the second one the guide helps.
        assert answers[2:] == [Answer("I did not understand.", False), Answer("", False)]
        texts = [text for _, _, text in home.api.asked]
        assert len(texts) == 3
        assert texts[2].startswith("I did not understand. You can say")

    lead(test)
