"""A real ovos-core with the skill in it, and what its sessions say to each other."""

import time
from collections.abc import Callable, Iterator

import pytest
from ovos_bus_client.message import Message
from ovos_bus_client.session import Session
from ovos_spec_tools.messages import SpecMessage
from ovoscope import MiniCroft, get_minicroft

SKILL = "voice-guide.openvoiceos"

_PIPELINE = [
    "ovos-stop-pipeline-plugin-high",
    "ovos-converse-pipeline-plugin",
    "ovos-padacioso-pipeline-plugin-high",
    "ovos-padacioso-pipeline-plugin-medium",
    "ovos-fallback-pipeline-plugin-high",
    "ovos-fallback-pipeline-plugin-low",
]
"""How a text finds its skill; all that needs no compiler to install."""

_PATIENCE_S = 15.0


class Satellite:
    """A microphone and a speaker in one room: one session of the core.

    Like a real one, it returns the session that came with the last message to it.
    """

    def __init__(self, croft: MiniCroft, name: str) -> None:
        self._croft = croft
        self._session = Session(name, pipeline=_PIPELINE).serialize()
        self._heard = 0
        self._is_speaking = False
        self.name = name
        self.messages: list[Message] = []
        croft.bus.on("message", self._take)

    @property
    def spoken(self) -> list[str]:
        return [each.data["utterance"] for each in self.all_of("speak")]

    def all_of(self, kind: str) -> list[Message]:
        return [each for each in list(self.messages) if each.msg_type == kind]

    def say(self, *texts: str) -> None:
        """Say something; several texts are what a recognizer was in doubt between."""
        session = {**self._session, "is_speaking": self._is_speaking}
        context = {"session": session, "source": self.name, "destination": "skills"}
        data = {"utterances": list(texts), "lang": "en-US"}
        self._croft.bus.emit(Message("recognizer_loop:utterance", data, context))

    def say_and_wait(self, *texts: str) -> None:
        """Say something, and wait until the core has dealt with it."""
        handled = len(self.all_of("ovos.utterance.handled"))
        self.say(*texts)
        wait_until(
            lambda: len(self.all_of("ovos.utterance.handled")) > handled, lambda: f"end of {texts}"
        )

    def wait_for(self, start: str) -> None:
        """Wait until something new is spoken here that begins like this."""
        wait_until(
            lambda: any(text.startswith(start) for text in self.spoken[self._heard :]),
            lambda: f"{start!r}; spoken: {self.spoken}",
        )
        self._heard = len(self.spoken)

    def begins_speaking(self) -> None:
        """Report, as an audio service does, that a sentence is heard from now on."""
        self._is_speaking = True
        self._report("recognizer_loop:audio_output_start")

    def begins_utterance(self) -> None:
        """Report, as an audio service does, that another sentence of a row is heard."""
        self._report("recognizer_loop:utterance_start")

    def ends_speaking(self) -> None:
        """Report that all has been spoken, or was cut off."""
        self._is_speaking = False
        self._report("recognizer_loop:audio_output_end")

    def speak_until(self, start: str) -> None:
        """Report one sentence after the other as spoken, up to one that begins like this."""
        for _ in range(200):
            if any(text.startswith(start) for text in self.spoken[self._heard :]):
                break
            self.begins_speaking()
            self.ends_speaking()
            time.sleep(0.05)
        self.wait_for(start)

    def has_active(self, skill: str) -> bool:
        """Return True if a skill is asked about what is said here."""
        return bool(Session.deserialize(self._session).is_active(skill))

    def _report(self, kind: str) -> None:
        context = {"session": self._session, "source": "audio", "destination": self.name}
        self._croft.bus.emit(Message(kind, {}, context))

    def lead(self, *exchanges: tuple[str, str]) -> None:
        for text, answer in exchanges:
            self.say(text)
            self.wait_for(answer)

    def led_to_step_1(self) -> "Satellite":
        """Lead this room to the first step of the tennis ball massage."""
        self.say("start the tennis ball massage")
        self.wait_for('Say "ready"')
        self.lead(("ready", "Step 1."))
        return self

    def _take(self, serialized: str) -> None:
        message = Message.deserialize(serialized)
        session = message.context.get("session", {})
        if session.get("session_id") == self.name:
            self.messages.append(message)
            if message.context.get("destination") != "skills":
                self._session = session


class Core:
    """A core that is started with the skill, as installed."""

    def __init__(self, is_mute: bool = False) -> None:
        """Start it with an audio service that has spoken after 0.1 s, or with none."""
        self._croft = get_minicroft([SKILL], default_pipeline=_PIPELINE)
        if is_mute:
            self._croft.bus.ee.remove_all_listeners(SpecMessage.SPEAK)
        self._rooms = 0

    def satellite(self, name: str) -> Satellite:
        return Satellite(self._croft, name)

    def new_satellite(self) -> Satellite:
        """Return one that the core has not met."""
        self._rooms += 1
        return self.satellite(f"room {self._rooms}")

    def stop(self) -> None:
        self._croft.stop()


def wait_until(is_so: Callable[[], bool], awaited: Callable[[], str]) -> None:
    """Wait until something is so."""
    end_s = time.monotonic() + _PATIENCE_S
    while not is_so():
        if time.monotonic() > end_s:
            pytest.fail(f"not within {_PATIENCE_S} seconds: {awaited()}")
        time.sleep(0.01)


@pytest.fixture(autouse=True, scope="module")
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for kind in ("DATA", "CONFIG", "CACHE", "STATE"):
            patch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
        yield


@pytest.fixture(scope="module")
def core(_own_home: None) -> Iterator[Core]:
    core = Core()
    yield core
    core.stop()
