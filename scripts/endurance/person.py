"""Somebody who comes, is led through a routine to its end, and leaves."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import product
from typing import TypeAlias

from benchmark.scenes import active_level_dbfs
from benchmark.voices import VOICES, Voice, rendered
from endurance import wording
from endurance.home import Home
from voice_guide.audio.pcm import Samples
from voice_guide.dialogue.phase import Phase
from voice_guide.nlu.command import Command
from voice_guide.nlu.sentences import Meaning

_SPEECH_DBFS = -20.0
"""How loud people speak, whatever their synthesizer makes of it, before the room."""

_POLITE_S = 0.8
"""How long the guide has been silent when somebody speaks, in seconds."""

_ANSWER_WITHIN_S = 2.5
"""How long somebody waits for a sign of having been heard, in seconds."""

_CUTS_IN, _SAYS_ASIDE, _IS_CALLED_AWAY = 0.1, 0.25, 0.04
"""How often somebody does so, of all times she could."""

_BUSY_S = (1.0, 15.0)
"""How long somebody is busy with a step that takes no time, in seconds."""

_MOST_ATTEMPTS = 8
"""After so many attempts without an answer somebody gives up."""

_LONGEST_S = 45 * 60.0
"""And after so long anyway, in seconds."""


class Leaving(Enum):
    """How somebody leaves."""

    PUTS_TO_SLEEP = auto()
    WITHOUT_A_WORD = auto()
    SAYS_GOODBYE = auto()


Repertoire: TypeAlias = Mapping[tuple[Voice, str], Samples]
"""What everybody can say."""


def repertoire() -> Repertoire:
    """Have everything said by everybody."""
    said = list(product(VOICES, sorted(set(wording.everything()))))
    return dict(zip(said, rendered(said), strict=True))


@dataclass
class Tally:
    """What became of all that was said."""

    firsts: int = 0
    """Things said for the first time."""

    understood: int = 0
    """Of these, those that the guide did something about."""

    misheard: int = 0
    """Things taken for another command, first or not."""


class GivesUpError(Exception):
    """Somebody was not led to the end."""


class Visitor:
    """Leads herself through a routine as a person does: says it again, in other words."""

    def __init__(
        self,
        voice: Voice,
        home: Home,
        said: Repertoire,
        tally: Tally,
        chance: random.Random,
        while_away: Callable[[], None],
    ) -> None:
        """`while_away` lets time pass in which she is called away."""
        self._voice = voice
        self._home = home
        self._said = said
        self._tally = tally
        self._chance = chance
        self._while_away = while_away
        self._was_away = False

    def is_led(self, number: int, leaving: Leaving) -> bool:
        """Be led through the routine of that number; return whether to its end."""
        home = self._home
        began_s = home.passed_s
        home.is_done = False
        try:
            while not home.is_done:
                if home.passed_s - began_s > _LONGEST_S:
                    raise GivesUpError(f"not over after {_LONGEST_S / 60:.0f} minutes")
                self._lead_on(number)
            while home.context in (Phase.RATING, Phase.ASKING):
                self._lead_on(number)
        except GivesUpError as error:
            home.tell(f"{self._voice.name}: {error}")
            return False
        self._leave(leaving)
        return True

    def _lead_on(self, number: int) -> None:
        home, chance = self._home, self._chance
        self._wait_for_silence()
        view = home.view
        step_timer = view.step.step_timer if view.step and view.context == Phase.STEP else None
        if step_timer and step_timer.is_running:
            if chance.random() < _SAYS_ASIDE:
                home.let_pass(chance.uniform(0, step_timer.left_s))
                self._say_aside(chance.choice(wording.WHILE_TIME_RUNS))
            else:
                home.let_pass(step_timer.left_s + 0.1)
            return
        if view.context == Phase.STEP:
            if not self._was_away and chance.random() < _IS_CALLED_AWAY:
                self._be_away()
                return
            if chance.random() < _SAYS_ASIDE:
                self._say_aside(chance.choice(wording.ASIDE))
                return
            if step_timer is None:
                home.let_pass(chance.uniform(*_BUSY_S))
                self._wait_for_silence()
        ways = wording.to_lead_on(home.view, wording.ROUTINES[number])
        if home.context == Phase.ASKING and home.asks_to_end:
            ways = wording.NOT_YET
        self._insist(ways)

    def _be_away(self) -> None:
        self._was_away = True
        self._insist(wording.WAIT)
        self._while_away()

    def _leave(self, leaving: Leaving) -> None:
        home = self._home
        if leaving is Leaving.WITHOUT_A_WORD:
            return
        try:
            if leaving is Leaving.PUTS_TO_SLEEP:
                self._insist(wording.LEAVE)
            else:
                self._insist(wording.GOODBYE)
        except GivesUpError as error:
            home.tell(f"{self._voice.name}, leaving: {error}")

    def _say_aside(self, ways: Sequence[str]) -> None:
        """Say something that does not matter so much: once, in one of these ways."""
        self._say(self._chance.choice(ways))

    def _insist(self, ways: Sequence[str]) -> None:
        """Say this until the guide does something about it; raises GivesUpError."""
        for attempt in range(_MOST_ATTEMPTS):
            text = self._chance.choice(ways)
            if self._say(text, is_first=attempt == 0):
                return
        raise GivesUpError(f'{_MOST_ATTEMPTS} times in vain: "{text}" while {self._home.context}')

    def _say(self, text: str, is_first: bool = True) -> bool:
        """Say it once; return whether the guide did something about it."""
        home = self._home
        if home.is_ending:
            raise GivesUpError("the guide has said goodbye")
        if self._chance.random() >= _CUTS_IN:
            self._wait_for_silence()
        meant = home.meaning(text)
        sound = self._said[self._voice, text]
        gain_db = _SPEECH_DBFS - active_level_dbfs(sound)
        answer = home.ask(sound, gain_db, _ANSWER_WITHIN_S)
        self._tally.firsts += is_first
        if not isinstance(answer, Command):
            return False
        self._tally.understood += is_first
        if Meaning(answer.intent, answer.slots) != meant:
            self._tally.misheard += 1
        return True

    def _wait_for_silence(self) -> None:
        home = self._home
        home.let_pass_until(lambda: home.passed_s >= home.spoke_at_s + _POLITE_S)
