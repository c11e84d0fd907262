"""The skill that OpenVoiceOS loads: texts go to the guide, and its sentences to OVOS."""

from pathlib import Path
from typing import Any

import platformdirs
from ovos_bus_client.message import Message
from ovos_bus_client.session import Session, SessionManager
from ovos_utils import classproperty
from ovos_utils.process_utils import RuntimeRequirements
from ovos_workshop.skills.converse import ConversationalSkill
from ovos_workshop.skills.fallback import FallbackSkill

from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.phase import Phase
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.sentences import OPENS
from voice_guide.skills.host import Abilities
from voice_guide.skills.ovos.locale import opening_lines
from voice_guide.skills.rooms import Rooms
from voice_guide.skills.settings import load_chosen

_ABILITIES = Abilities(listens_again=True, plays_chimes=False, latency_s=1.0, silences_for_s=0.3)
"""The abilities of OVOS.

It listens again after a prompt that expects a response. After "stop" it silences the room once
more when the skill has answered that it stopped."""

_FALLBACK_PRIORITY = 4
"""Rank among the skills that are asked where no intent matched closely; lower is earlier."""

_ACTIVE_MIN = 120
"""Minutes that OVOS keeps asking the skill about what is said, renewed by every text."""


class OvosHost:
    """The satellite or device that a session was opened from."""

    abilities = _ABILITIES

    def __init__(self, skill: "VoiceGuideSkill", opening: Message) -> None:
        """Answer on the route of the message that opened the session."""
        self._skill = skill
        self._opening = opening
        self._room = _room(opening)

    def speak(self, sentence: str, expects_reply: bool) -> None:
        """Speak a sentence where the session was opened."""
        data = {
            "utterance": sentence,
            "expect_response": expects_reply,
            "lang": self._skill.lang,
            "meta": {"skill": self._skill.skill_id},
        }
        self._send("speak", data)

    def stop_speaking(self) -> None:
        """Fall silent at once."""
        self._send("mycroft.audio.speech.stop", {})

    def play(self, chime: Chime) -> None:
        """Play nothing: OVOS speaks what a chime would say."""

    def leave(self) -> None:
        """Have OVOS ask the guide no more about what is said here."""
        data = {"skill_id": self._skill.skill_id}
        self._skill.bus.emit(self._message("intent.service.skills.deactivate", data))

    def _send(self, kind: str, data: dict[str, Any]) -> None:
        """Send a message with the guide active in its session.

        A satellite returns the session that it received last: with that of the opening, it would
        forget that the guide is to be asked about what is said.
        """
        message = self._message(kind, data)
        session = Session.from_message(message)
        session.activate_skill(self._skill.skill_id)
        message.context["session"] = session.serialize()
        self._skill.bus.emit(message)

    def _message(self, kind: str, data: dict[str, Any]) -> Message:
        """Return a message on the route of the opening, in the session as it is now."""
        message = self._opening.forward(kind, data)
        message.context["skill_id"] = self._skill.skill_id
        session = SessionManager.sessions.get(self._room)
        if session is not None:
            message.context["session"] = session.serialize()
        return message


class VoiceGuideSkill(ConversationalSkill, FallbackSkill):
    """Leads one session for each OVOS session, which is a device or a satellite."""

    @classproperty
    def runtime_requirements(self) -> RuntimeRequirements:
        """Nothing: neither network nor screen."""
        return RuntimeRequirements(
            internet_before_load=False,
            network_before_load=False,
            requires_internet=False,
            requires_network=False,
            no_internet_fallback=True,
            no_network_fallback=True,
        )

    def initialize(self) -> None:
        """Load the guide's content, and register what opens a session."""
        self._content, settings, problems = load_chosen(self.settings)
        for problem in problems:
            self.log.warning(f"settings.json: {problem}")
        folder = platformdirs.user_data_path("voice-guide") / "rooms"
        self._openings = Interpreter(self._content.sentences.marked(OPENS))
        self._hosts: dict[str, OvosHost] = {}
        self._rooms = Rooms(self._content, settings, folder, closed=self._handle_closed)
        self._register_openings()
        # Several sentences in a row have one start, but each its own utterance_start.
        for begun in ("audio_output_start", "utterance_start"):
            self.add_event(f"recognizer_loop:{begun}", self._handle_begun)
        self.add_event("recognizer_loop:audio_output_end", self._handle_spoken)

    def _register_openings(self) -> None:
        """Register the sentences that open a session.

        Those that name a routine or a place are too many for an intent file that is matched
        pattern by pattern: they are understood as a fallback, packs of the user's own included.
        """
        name = f"{self.skill_id}:begin.intent"
        folder = Path(self.file_system.path) / "locale" / self.lang
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "begin.intent"
        file.write_text("\n".join(opening_lines(self._content.sentences)) + "\n", "utf-8")
        self.intent_service.register_padatious_intent(name, str(file), self.lang)
        self.add_event(name, self._handle_opening, "mycroft.skill.handler", is_intent=True)
        self.register_fallback(self._handle_fallback, _FALLBACK_PRIORITY)

    def can_answer(self, message: Message) -> bool:
        """Claim a text that no intent matched and that opens a session."""
        return any(map(self._opens, _utterances(message)))

    def _opens(self, text: str) -> bool:
        return bool(self._openings.meanings(text, Phase.CHOOSING))

    def _handle_fallback(self, message: Message) -> bool:
        """Open a session with the first text that opens one; return False if none does."""
        for text in _utterances(message):
            if self._opens(text):
                self._open(message, text)
                return True
        return False

    def _handle_opening(self, message: Message) -> None:
        """Open a session with the text that an intent was matched in."""
        self._open(message, str(message.data.get("utterance") or ""))

    def _open(self, message: Message, text: str) -> None:
        self.activate(duration_minutes=_ACTIVE_MIN)
        room = _room(message)
        host = self._hosts.setdefault(room, OvosHost(self, message))
        self._rooms.open(room, host, text)

    def can_converse(self, message: Message) -> bool:
        """Claim what the guide of this room understands at this moment, and nothing else."""
        room = _room(message)
        return any(self._rooms.understands(room, text) for text in _utterances(message))

    def converse(self, message: Message) -> bool:
        """Act on the first text that the guide understands."""
        room = _room(message)
        for text in _utterances(message):
            if self._rooms.understands(room, text):
                self.activate(duration_minutes=_ACTIVE_MIN)
                return self._rooms.hear(room, text)
        return False

    def can_stop(self, message: Message) -> bool:
        """Claim "stop" while the guide of this room speaks, times or leads a step."""
        return self._rooms.is_leading(_room(message))

    def stop_session(self, session: Session) -> bool:
        """Stop the guide of this room alone."""
        return self._rooms.stop(session.session_id)

    def _handle_begun(self, message: Message) -> None:
        self._rooms.begun(_room(message))

    def _handle_spoken(self, message: Message) -> None:
        self._rooms.spoken(_room(message))

    def _handle_closed(self, room: str) -> None:
        host = self._hosts.pop(room, None)
        if host is not None:
            host.leave()

    def shutdown(self) -> None:
        """Close every session with its place kept."""
        self._rooms.close()


def _room(message: Message) -> str:
    return str(SessionManager.get(message).session_id)


def _utterances(message: Message) -> list[str]:
    return [str(text) for text in message.data.get("utterances") or []]
