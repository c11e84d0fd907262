"""A person who talks with the guide through a real OpenVoiceOS, by sound alone."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from harness.program import RunningProgram
from harness.sound_server import SinkRecording, SoundServer
from harness.voices import SyntheticVoice
from voice_guide.app.speech_input import load_model
from voice_guide.audio.pcm import RATE, Samples
from voice_guide.config.language import reference
from voice_guide.errors import VoiceGuideError
from voice_guide.hearing.recognizer import SpeechModel, vosk
from voice_guide.nlu.sampling import UNKNOWN

PERSON = SyntheticVoice("flite", "slt")
"""The voice of the person, from another synthesizer than the guide's."""

_MAX_ANSWER_S = 60.0
"""Seconds until an answer must have been heard."""

_MAX_REACTION_S = 6.0
"""Seconds until a sentence must have been heard, and then until the guide must answer."""

_ATTEMPTS = 3
"""Times that a sentence is said: OpenVoiceOS misses or mishears one now and then."""

_SHARE_OF_WORDS = 0.7
"""Share of an answer's words that a recognizer must hear in the sound of the speaker."""


@dataclass(frozen=True)
class ScriptedTurn:
    """Something the person says, and how the guide's answer begins."""

    says: str
    """The person's words."""

    answer: str
    """The beginning of a sentence of the answer."""

    presses: bool = True
    """True if a button comes first; otherwise OpenVoiceOS listens again by itself."""

    waits_for_end: bool = True
    """True if the person listens to the end before the next turn."""


class Conversation:
    """The person's side of it, on the clock of `time.monotonic`."""

    def __init__(
        self,
        server: SoundServer,
        speaker: SinkRecording,
        lines: RunningProgram,
        press: Callable[[], object],
    ) -> None:
        """`lines` are the messages on the bus; `press` presses the button to be listened to."""
        self._server = server
        self._speaker = speaker
        self._lines = lines
        self._press = press
        self._model = load_model(reference())
        self.began_s = time.monotonic()
        """The start of the conversation, in seconds."""
        self._answered_s = self.began_s

    def hold(self, turn: ScriptedTurn) -> bool:
        """Say something and listen to the answer; return True if it was heard whole."""
        heard = self._say_until_answered(turn)
        answer = self._wait_for("speak", turn.answer, heard.at_s)
        for line in self._bus_lines(heard.at_s):
            if line.kind == "speak" and line.at_s <= answer.at_s:
                self._show(line.at_s, "Guide", line.text)
        if not turn.waits_for_end:
            time.sleep(2.0)
            return True
        self._answered_s = answer.at_s
        return self._is_audible(answer)

    def _is_audible(self, answer: "BusLine") -> bool:
        """Wait until the answer was spoken; return True if it can be understood."""
        self._wait_for("recognizer_loop:audio_output_end", since_s=answer.at_s)
        time.sleep(0.3)
        said = [line.text for line in self._bus_lines() if line.kind == "speak"]
        sound = self._speaker.since(answer.at_s)
        understood = transcribe(self._model, sound, said)
        self._show(time.monotonic(), "Sound", understood)
        expected = words(answer.text)
        heard = [word for word in expected if word in understood.split()]
        return len(heard) >= _SHARE_OF_WORDS * len(expected)

    def _say_until_answered(self, turn: ScriptedTurn) -> "BusLine":
        """Say something, and again where it was missed or misheard; return what was heard."""
        sound = PERSON.render(turn.says)
        since_s = self._answered_s
        for attempt in range(_ATTEMPTS):
            if turn.presses or attempt:
                since_s = time.monotonic()
                self._show(since_s, "Person", "(presses the button)")
                self._press()
            self._wait_for("recognizer_loop:record_begin", since_s=since_s)
            said_s = time.monotonic()
            self._show(said_s, "Person", turn.says)
            self._server.say(sound)
            heard = self._first("recognizer_loop:utterance", "", said_s, _MAX_REACTION_S)
            if heard:
                self._show(heard.at_s, "Heard", heard.text)
                if self._first("speak", "", heard.at_s, _MAX_REACTION_S):
                    return heard
        raise VoiceGuideError(f'"{turn.says}" was said {_ATTEMPTS} times, and never answered')

    def _wait_for(self, kind: str, start: str = "", since_s: float = 0.0) -> "BusLine":
        if line := self._first(kind, start, since_s, _MAX_ANSWER_S):
            return line
        happened = [f"{line.kind} {line.text}".strip() for line in self._bus_lines(since_s)]
        raise VoiceGuideError(f'no {kind} "{start}" within {_MAX_ANSWER_S:.0f} s: {happened}')

    def _first(self, kind: str, start: str, since_s: float, within_s: float) -> "BusLine | None":
        until_s = time.monotonic() + within_s
        while time.monotonic() < until_s:
            for line in self._bus_lines(since_s):
                if line.kind == kind and line.text.startswith(start):
                    return line
            time.sleep(0.02)
        return None

    def _bus_lines(self, since_s: float = 0.0) -> "Iterator[BusLine]":
        for line in self._lines.output.lines.copy():
            if line.at_s >= since_s and line.text.startswith("{"):
                yield BusLine(line.at_s, **json.loads(line.text))

    def _show(self, at_s: float, who: str, text: str) -> None:
        print(f"{at_s - self.began_s:6.2f} s  {who:7} {text}", flush=True)


@dataclass(frozen=True)
class BusLine:
    """A message on the bus."""

    at_s: float
    """The moment it was seen, on the clock of `time.monotonic`."""

    kind: str
    """Its type."""

    text: str
    """Its utterance, or nothing."""


def transcribe(model: SpeechModel, sound: Samples, sentences: Iterable[str]) -> str:
    """Return the words of a sound, which has some of the words of these sentences, or others."""
    grammar = [*(" ".join(words(each)) for each in sentences), UNKNOWN]
    recognizer = vosk.KaldiRecognizer(model.vosk_model, RATE, json.dumps(grammar))
    recognizer.AcceptWaveform(sound.tobytes())
    return str(json.loads(recognizer.FinalResult())["text"])


def words(text: str) -> list[str]:
    """Return the words of a sentence as a recognizer spells them."""
    letters = "".join(each if each.isalpha() or each == "'" else " " for each in text.lower())
    return letters.split()
