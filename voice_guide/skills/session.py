"""One guided session in another assistant's time.

The host hears, speaks and keeps the clock; the session turns its texts into dialogue events and
the dialogue's actions into sentences, one at a time. Every method takes the host's clock in
seconds, so a session needs no thread and a test can move time as it likes.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from math import inf

from voice_guide.dialogue.actions import (
    Action,
    End,
    PlayChime,
    PrepareSpeech,
    Say,
    SayIfFree,
    SetPacing,
    SetRate,
    SetTimer,
    SetVolume,
    StopSpeaking,
    StopTimer,
)
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.countdown import Countdown
from voice_guide.dialogue.events import (
    Event,
    NewDay,
    SentenceFinished,
    SpeechEnded,
    Started,
    Tick,
    TimeUp,
)
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.prompts import Prompts
from voice_guide.dialogue.speech import sentences
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.intent import Intent
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.skills.host import Host, estimated_s
from voice_guide.skills.room_view import RoomView

_MAX_OVERRUN = 2.0
"""Times its estimated length after which a sentence counts as spoken, plus `_MAX_DELAY_S`."""

_MAX_DELAY_S = 6.0
"""Seconds that a host may take to begin speaking before it counts as silent."""

_LEFT_TO_HOST = frozenset({Intent.LOUDER, Intent.QUIETER, Intent.SLOWER, Intent.FASTER})
"""Intents that are not the guide's here: the volume and the voice are the host's own."""

_MAX_TEXT = 500
"""Characters of a text that can still be a command; a longer one is not looked at."""


class SkillSession:
    """A dialogue led on behalf of one room of a host."""

    def __init__(
        self,
        manager: DialogueManager,
        prompts: Prompts,
        interpreter: Interpreter,
        host: Host,
        record: Callable[[Action], None],
    ) -> None:
        """`record` receives every action that has to outlive the session."""
        self._manager = manager
        self._prompts = prompts
        self._interpreter = interpreter
        self._host = host
        self._record = record
        self._day = date.min
        self._now_s = 0.0
        self._queue: deque[str] = deque()
        self._speaking: Sequence[str] = ()
        self._speaking_ends_s = 0.0
        self._timer: Countdown | None = None
        self._explains_wake_word = not host.abilities.listens_again
        self._is_ending = False
        self._silent_until_s = -inf
        self._begun: int | None = None
        self.number = 0
        """The number of the sentence that the host was given last."""
        self.last_sign_s = 0.0
        """The time of the last text or report from the host, in seconds."""

    @property
    def context(self) -> str:
        """The context that the next text is understood in."""
        return self._manager.context

    @property
    def is_speaking(self) -> bool:
        """True while the host has a sentence of this session to speak."""
        return bool(self._speaking)

    @property
    def is_over(self) -> bool:
        """True once the session has ended and everything has been spoken."""
        return self._is_ending and not self._is_to_speak

    @property
    def is_leading(self) -> bool:
        """True while the user may want to stop it: it speaks, times, asks, or is in a step."""
        is_at_work = self.context.startswith((Phase.STEP, Phase.ASKING, Phase.RATING))
        return self._is_to_speak or bool(self._timer) or is_at_work

    @property
    def next_s(self) -> float:
        """The time at which `advance` has something to do, in seconds; infinity for never."""
        times = [inf]
        if self.is_speaking:
            times.append(self._speaking_ends_s)
        elif self._queue:
            times.append(self._silent_until_s)
        if self._timer is not None:
            times.append(self._timer.due / 1000)
        return min(times)

    def view(self, now_s: float) -> RoomView:
        """Return what is led, for those who show it."""
        until_up_s = self._timer.end / 1000 - now_s if self._timer else 0.0
        return RoomView.of(self._manager.view, until_up_s)

    def begin(self, started: Started, text: str, now_s: float) -> None:
        """Begin with what is known of earlier sessions, and with the text that opened this one.

        A text that chooses something takes the place of the welcome.
        """
        self._day = started.today
        self._sign(now_s)
        self._apply(started)
        for command in self._commands(text):
            if command.intent != Intent.LIST_ROUTINES:
                self._apply(command)
        self._speak_next()

    def understands(self, text: str) -> bool:
        """Return True if a text is a command at this moment."""
        return bool(self._commands(text))

    def hear(self, text: str, now_s: float) -> bool:
        """Act on a text; return False if it is no command at this moment."""
        self._sign(now_s)
        commands = self._commands(text)
        for command in commands:
            # The host has its own sleep and wake word: who sends the guide to sleep is done.
            intent = Intent.GOODBYE if command.intent == Intent.SLEEP else command.intent
            self._handle(replace(command, intent=intent))
        if not commands and not self.is_speaking:
            self._handle(NotUnderstood(text[:_MAX_TEXT], now_s))
        return bool(commands)

    def begun(self, number: int, now_s: float) -> None:
        """Take note that the host began to speak when it had been given this sentence last."""
        self._sign(now_s)
        self._begun = number

    def spoken(self, number: int, now_s: float) -> None:
        """Take note that the host ended speaking when it had been given this sentence last.

        Where a host reports beginnings too, an end without one is that of an earlier sentence,
        which was cut off.
        """
        self._sign(now_s)
        if number == self.number and self._begun in (None, number):
            self._finish_sentences()

    def interrupt(self, now_s: float, intent: str) -> None:
        """Act on an intent that the host itself recognized, as its own "stop".

        The answer waits until the host, which silences its rooms itself, has done so.
        """
        self._sign(now_s)
        self._silent_until_s = now_s + self._host.abilities.silences_for_s
        self._handle(Command(intent, decided_s=now_s))

    def silence(self) -> None:
        """Stop speaking and timing; what is left of the session stays as it is."""
        self._timer = None
        self._stop_speaking()

    def advance(self, now_s: float, today: date) -> None:
        """Do everything that is due by now: timers, overdue speech, a new day."""
        self._now_s = now_s
        if today != self._day:
            self._day = today
            self._handle(NewDay(today))
        if self.is_speaking and now_s >= self._speaking_ends_s:
            self._finish_sentences()
        self._run_timer()
        self._speak_next()

    def _commands(self, text: str) -> Sequence[Command]:
        if len(text) > _MAX_TEXT:
            return []
        meanings = self._interpreter.meanings(text, self._manager.context)
        return [
            Command(each.intent, each.slots, text, decided_s=self._now_s)
            for each in meanings
            if each.intent not in _LEFT_TO_HOST
        ]

    def _sign(self, now_s: float) -> None:
        self._now_s = self.last_sign_s = now_s

    def _run_timer(self) -> None:
        now_ms = _ms(self._now_s)
        if self._timer and now_ms >= self._timer.due:
            left_ms, self._timer = self._timer.run(now_ms)
            self._handle(Tick(left_ms / 1000) if left_ms else TimeUp())

    def _handle(self, event: Event) -> None:
        self._apply(event)
        self._speak_next()

    def _apply(self, event: Event) -> None:
        for action in self._manager.handle(event):
            self._do(action)

    def _do(self, action: Action) -> None:
        match action:
            case Say(text):
                self._queue.extend(sentences(text))
            case SayIfFree(text, within_s):
                length_s = estimated_s(text) + self._host.abilities.latency_s
                if not self.is_speaking and not self._queue and length_s <= within_s:
                    self._queue.append(text)
            case PlayChime(chime):
                self._play(chime)
            case StopSpeaking():
                self._stop_speaking()
            case SetTimer(seconds, tick_s):
                self._timer = Countdown.begin(_ms(self._now_s), _ms(seconds), _ms(tick_s))
            case StopTimer():
                self._timer = None
            case SetVolume() | SetRate() | SetPacing() | PrepareSpeech():
                # The host renders what it speaks, and its settings stay as they are.
                pass
            case End():
                self._is_ending = True
            case _:
                self._record(action)

    def _play(self, chime: Chime) -> None:
        if self._host.abilities.plays_chimes:
            self._host.play(chime)
        elif chime is Chime.START:
            self._queue.append(self._prompts("skill.begin_now"))

    def _stop_speaking(self) -> None:
        self._queue.clear()
        if self.is_speaking:
            self._speaking = ()
            self._host.stop_speaking()

    def _speak_next(self) -> None:
        if self.is_speaking or not self._queue or self._now_s < self._silent_until_s:
            return
        takes_all = self._host.abilities.takes_whole_answers
        is_last = takes_all or len(self._queue) == 1
        if is_last and self._awaits_reply and self._explains_wake_word:
            self._explains_wake_word = False
            self._queue.append(self._prompts("skill.say_wake_word"))
        count = len(self._queue) if takes_all else 1
        self._speaking = tuple(self._queue.popleft() for _ in range(count))
        text = " ".join(self._speaking)
        delay_s = self._host.abilities.latency_s + _MAX_DELAY_S
        self._speaking_ends_s = self._now_s + delay_s + _MAX_OVERRUN * estimated_s(text)
        self.number += 1
        self._host.speak(text, not self._queue and self._awaits_reply)

    @property
    def _is_to_speak(self) -> bool:
        """True while anything is spoken or waits to be."""
        return self.is_speaking or bool(self._queue)

    @property
    def _awaits_reply(self) -> bool:
        """True if the user has the next word: nothing is timed, and the session goes on."""
        return self._timer is None and not self._is_ending

    def _finish_sentences(self) -> None:
        finished, self._speaking = self._speaking, ()
        if not finished:
            return
        for sentence in finished:
            self._apply(SentenceFinished(sentence))
        self._speak_next()
        if not self._is_to_speak:
            self._handle(SpeechEnded())


def _ms(seconds: float) -> int:
    """Return a time in milliseconds."""
    return round(seconds * 1000)
