"""A synthetic person who comes, is led through a routine to its end, and leaves."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import product
from typing import TypeAlias

from endurance import wording
from endurance.simulated_home import SimulatedHome
from harness.levels import active_level_dbfs
from harness.voices import VOICES, SyntheticVoice, render_all
from voice_guide.audio.pcm import Samples
from voice_guide.dialogue.phase import Phase
from voice_guide.nlu.command import Command
from voice_guide.nlu.sentences import Meaning

_SPEECH_DBFS = -20.0
"""Active level of everything that people say, before the room."""

_MAX_WAIT_S = 2.5
"""Seconds that the person waits for an answer."""

_P_INTERRUPTS, _P_SAYS_ASIDE, _P_IS_CALLED_AWAY = 0.1, 0.25, 0.04
"""Probabilities that the person interrupts, asks something aside, or has to leave for a while."""

_BUSY_S = (1.0, 15.0)
"""Shortest and longest time over a step without a duration, in seconds."""

_MAX_ATTEMPTS = 8
"""Attempts without an answer after which the person gives up."""

_MAX_SESSION_S = 45 * 60.0
"""Seconds after which the person gives up anyway."""


class WayOfLeaving(Enum):
    """A way to end a session."""

    PUTS_TO_SLEEP = auto()
    WITHOUT_A_WORD = auto()
    SAYS_GOODBYE = auto()


RenderedSentences: TypeAlias = Mapping[tuple[SyntheticVoice, str], Samples]
"""Everything that people say, by voice and text."""


def render_sentences() -> RenderedSentences:
    """Render every sentence in every voice."""
    said = list(product(VOICES, sorted(set(wording.everything()))))
    return dict(zip(said, render_all(said), strict=True))


@dataclass
class VisitorTally:
    """Counts of what people said."""

    firsts: int = 0
    """Things said for the first time."""

    understood: int = 0
    """Those of them that the guide answered."""

    misheard: int = 0
    """Things taken for another command, first or not."""


class GivesUpError(Exception):
    """The person stops before the end of the routine."""


class Visitor:
    """A person who is led through a routine, and says again in other words what was not heard."""

    def __init__(
        self,
        voice: SyntheticVoice,
        home: SimulatedHome,
        said: RenderedSentences,
        tally: VisitorTally,
        chance: random.Random,
        while_away: Callable[[], None],
    ) -> None:
        """`while_away` lets time pass while the person is away."""
        self._voice = voice
        self._home = home
        self._said = said
        self._tally = tally
        self._chance = chance
        self._while_away = while_away
        self._was_away = False

    def is_led(self, number: int, leaving: WayOfLeaving) -> bool:
        """Be led through the routine of that number; return True if to its end."""
        home = self._home
        began_s = home.passed_s
        home.is_done = False
        try:
            while not home.is_done:
                if home.passed_s - began_s > _MAX_SESSION_S:
                    raise GivesUpError(f"not over after {_MAX_SESSION_S / 60:.0f} minutes")
                self._continue_session(number)
            while home.context.startswith((Phase.RATING, Phase.ASKING)):
                self._continue_session(number)
        except GivesUpError as error:
            home.report(f"{self._voice.name}: {error}")
            return False
        self._leave(leaving)
        return True

    def _continue_session(self, number: int) -> None:
        home, chance = self._home, self._chance
        self._home.wait_for_turn()
        view = home.view
        step_timer = view.step.step_timer if view.step and view.context == Phase.STEP else None
        if step_timer and step_timer.is_running:
            if chance.random() < _P_SAYS_ASIDE:
                home.pass_time(chance.uniform(0, step_timer.left_s))
                self._say_aside(chance.choice(wording.WHILE_TIME_RUNS))
            else:
                home.pass_time(step_timer.left_s + 0.1)
            return
        if view.context == Phase.STEP:
            if not self._was_away and chance.random() < _P_IS_CALLED_AWAY:
                self._be_away()
                return
            if chance.random() < _P_SAYS_ASIDE:
                self._say_aside(chance.choice(wording.ASIDE))
                return
            if step_timer is None:
                home.pass_time(chance.uniform(*_BUSY_S))
                self._home.wait_for_turn()
        ways = wording.to_continue(home.view, wording.ROUTINES[number])
        if home.context == Phase.ASKING and home.asks_to_end:
            ways = wording.NOT_YET
        self._say_until_answered(ways)

    def _be_away(self) -> None:
        self._was_away = True
        self._say_until_answered(wording.WAIT)
        self._while_away()

    def _leave(self, leaving: WayOfLeaving) -> None:
        home = self._home
        if leaving is WayOfLeaving.WITHOUT_A_WORD:
            return
        try:
            if leaving is WayOfLeaving.PUTS_TO_SLEEP:
                self._say_until_answered(wording.LEAVE)
            else:
                self._say_until_answered(wording.GOODBYE)
        except GivesUpError as error:
            home.report(f"{self._voice.name}, leaving: {error}")

    def _say_aside(self, ways: Sequence[str]) -> None:
        """Say something once, in one of these ways."""
        self._say(self._chance.choice(ways))

    def _say_until_answered(self, ways: Sequence[str]) -> None:
        """Say this in one way after the other until the guide answers.

        Raise GivesUpError if it never does.
        """
        for attempt in range(_MAX_ATTEMPTS):
            text = self._chance.choice(ways)
            if self._say(text, is_first=attempt == 0):
                return
        raise GivesUpError(
            f'{_MAX_ATTEMPTS} times without an answer: "{text}" while {self._home.context}'
        )

    def _say(self, text: str, is_first: bool = True) -> bool:
        """Say it once; return True if the guide took it for a command."""
        home = self._home
        if home.is_ending:
            raise GivesUpError("the guide has said goodbye")
        if self._chance.random() >= _P_INTERRUPTS:
            self._home.wait_for_turn()
        meant = home.meaning(text)
        sound = self._said[self._voice, text]
        gain_db = _SPEECH_DBFS - active_level_dbfs(sound)
        answer = home.ask(sound, gain_db, _MAX_WAIT_S)
        self._tally.firsts += is_first
        if not isinstance(answer, Command):
            return False
        self._tally.understood += is_first
        if Meaning(answer.intent, answer.slots) != meant:
            self._tally.misheard += 1
        return True
