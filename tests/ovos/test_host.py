"""What the guide sends to a satellite, between the turns of a conversation."""

from unittest.mock import Mock

from ovos.conftest import SKILL
from ovos_bus_client.message import Message
from ovos_bus_client.session import Session, SessionManager
from ovos_utils.fakebus import FakeBus

from voice_guide.skills.ovos.skill import OvosHost


def test_a_message_has_the_session_as_it_is_now_with_the_guide_active() -> None:
    opening = Message(
        "recognizer_loop:utterance",
        {"utterances": ["i want a massage"]},
        {"session": Session("kitchen").serialize(), "source": "kitchen", "destination": "skills"},
    )
    bus = FakeBus()
    sent: list[Message] = []
    bus.on("speak", sent.append)
    host = OvosHost(Mock(bus=bus, skill_id=SKILL, lang="en-US"), opening)
    SessionManager.sessions["kitchen"] = Session("kitchen", site_id="upstairs")

    host.speak("Hello.", expects_reply=False)

    session = Session.from_message(sent[0])
    assert session.site_id == "upstairs"
    assert session.is_active(SKILL)
