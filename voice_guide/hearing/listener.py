"""The ear: microphone blocks in, commands out."""

import time
from collections.abc import Sequence
from dataclasses import replace
from math import inf

from voice_guide.audio import BLOCK, RATE, Samples, silence
from voice_guide.hearing.command import Command, Unclear
from voice_guide.hearing.echo.canceller import Canceller, EchoCanceller, NoCanceller
from voice_guide.hearing.gate import HANGOVER_S, LEAD_BLOCKS, SpeechGate
from voice_guide.hearing.loudness import Loudness
from voice_guide.hearing.noise import NoiseReduction
from voice_guide.hearing.own_voice import OwnVoice
from voice_guide.hearing.presence import Presence
from voice_guide.hearing.reading import Reading, needed_odds, read
from voice_guide.hearing.recognizer import Hypothesis, Recognizer, SpeechModel, Word
from voice_guide.hearing.understanding import Understanding

_LONGEST_DECISION_S = 2.0
"""Silence after which every utterance has been decided on, in seconds."""

_SETTLED_S = 0.12
"""Silence after a sentence that nothing can make another command of, in seconds. Half of it
decides sooner, but takes more of what is said between the pauses of talk for a command."""

_UNSETTLED_S = 0.2
"""Silence after a sentence that more words could make another command of, in seconds."""

_UNFINISHED_S = 1.0
"""Silence in which a sentence may go on that was begun, in seconds."""

_PAUSE_S = 0.3
"""Silence before a command, where talk that is none went before it, in seconds."""

_TALK_S = 1.0
"""Speech that was not understood is talk if it lasted as long as this, in seconds."""

_AFTER_TALK_S = 2.0
"""For so long after talk, more of it is expected, in seconds: a single word has to be surer
to be a command, and what is not understood was not meant for the guide."""

_AFTER_TALK_ODDS = 3.0
"""By how much the logarithm of its odds has to be higher then."""

_UNCLEAR_S = (0.3, 4.0)
"""How long somebody speaks who speaks to the guide, in seconds: what is shorter is taken
for a noise, what is longer for talk that is not meant for it."""


class Listener:
    """Hears the sentences of one context at a time in a stream of blocks."""

    def __init__(
        self,
        model: SpeechModel,
        understanding: Understanding,
        context: str | None,
        sensitivity: float,
        cancels_echo: bool = True,
        knows_own_words: bool = True,
    ) -> None:
        """Listen for the sentences of `context`; None listens for those of all contexts.

        The greater `sensitivity`, from 0 to 1, the more is taken for a command. Where the
        device takes out the echo of what is played, nothing has to be cancelled here.
        """
        self._understanding = understanding
        self._needed_odds = needed_odds(sensitivity)
        self._canceller: Canceller = EchoCanceller() if cancels_echo else NoCanceller()
        self._noise = NoiseReduction()
        self._presence = Presence()
        self._gate = SpeechGate()
        self._own_voice = OwnVoice(model, LEAD_BLOCKS, cancels_echo, knows_own_words)
        self._own_voice.listen_for(understanding.expected(context))
        self._loudness = Loudness()
        self._model = model
        self._recognizer = Recognizer(model, understanding.expected(context))
        self._heard_samples = 0
        self._began_s = 0.0
        self.near_end = silence()
        """The last block as it is left for the recognizer; it is one block late."""
        self._skipped_samples = 0
        self._talk_ended_s = -inf
        self._follows_talk = False
        self._block_began_s = 0.0
        self._compute_s = 0.0
        self._not_understood: list[Word] = []
        self._was_understood = False
        self._context = context

    def listen_for(self, context: str) -> None:
        """Listen for another context's sentences, from the next utterance on."""
        if context != self._context:
            self._context = context
            self._recognizer = Recognizer(self._model, self._understanding.expected(context))
            self._own_voice.listen_for(self._understanding.expected(context))
            self._gate.shut()
            self._forget()

    def hear(self, heard: Samples, played: Samples) -> Sequence[Command | Unclear]:
        """Take a block of the microphone and what the speaker played in the same moment."""
        self._block_began_s = time.thread_time()
        self._heard_samples += BLOCK
        near_end = self._canceller.cancel(heard, played)
        self.near_end = self._noise.reduce(near_end.sound)
        self._presence.follow(self._noise.power, self._noise.noise, near_end.echo)
        utterances = self._recognize(self.near_end)
        # What comes out of the noise reduction is one block old.
        self._own_voice.follow(near_end.played, self._presence.excess_db)
        found = [command for hypotheses in utterances if (command := self._decide(hypotheses))]
        self._compute_s += time.thread_time() - self._block_began_s
        if self._gate.is_open:
            return found
        unclear = self._unclear()
        self._forget()
        return [*found, *unclear]

    @property
    def hears_somebody(self) -> bool:
        """Whether somebody seems to be speaking to the guide at this moment."""
        return self._presence.is_somebody and not self._was_understood

    def finish(self) -> Sequence[Command | Unclear]:
        """Hear the silence after the end of a recording, and what is decided in it."""
        return [
            found
            for _ in range(round(_LONGEST_DECISION_S * RATE / BLOCK))
            for found in self.hear(silence(), silence())
        ]

    def _recognize(self, near_end: Samples) -> list[list[Hypothesis]]:
        """Return the alternatives for each utterance that ends with this block."""
        was_open = self._gate.is_open
        blocks = self._gate.push(near_end, self._presence.may_be_speech(goes_on=was_open))
        if blocks and not was_open:
            # What comes out of the noise reduction is one block old.
            waited = self._heard_samples - (len(blocks) + 1) * BLOCK
            self._skipped_samples = waited - self._recognizer.taken_samples
            self._began_s = self._recognizer.taken_samples / RATE
            self._own_voice.begin()
            self._follows_talk = waited / RATE - self._talk_ended_s < _AFTER_TALK_S
        self._own_voice.take(len(blocks))
        for block in blocks:
            self._loudness.follow(block)
        found = [self._recognizer.take(self._loudness.level(block)) for block in blocks]
        if was_open and (not self._gate.is_open or self._has_ended()):
            found.append(self._recognizer.finish())
            self._own_voice.finish()
        return [hypotheses for hypotheses in found if hypotheses]

    def _has_ended(self) -> bool:
        """Whether an utterance is over, before the silence says so that ends any of them.

        It is where it is a sentence, or nothing that a sentence can begin with.
        """
        if self._gate.silence_s < _SETTLED_S:
            return False
        words = self._recognizer.words_so_far()
        if not words:
            return False
        has_waited = self._gate.silence_s >= _UNSETTLED_S
        if self._understanding.exact(" ".join(words), self._context):
            return has_waited or not self._understanding.may_change(words, self._context)
        goes_on = self._understanding.may_begin(words, self._context)
        self._gate.hangover_s = _UNFINISHED_S if goes_on else HANGOVER_S
        # Of several words, one may have been misheard: the others may still go on.
        return has_waited and not goes_on and len(words) == 1

    def _decide(self, hypotheses: Sequence[Hypothesis]) -> Command | None:
        reading = read(hypotheses, self._understanding, self._context)
        if reading is None or not self._is_meant(reading):
            self._not_understood.extend(hypotheses[0].words)
            self._note_talk()
            return None
        self._was_understood = True
        skipped_s = self._skipped_samples / RATE
        words = reading.hypothesis.words
        return Command(
            intent=reading.meaning.intent,
            slots=reading.meaning.slots,
            text=reading.hypothesis.text,
            start_s=skipped_s + words[0].start_s,
            end_s=skipped_s + words[-1].end_s,
            decided_s=self._heard_samples / RATE,
            compute_ms=(self._compute_s + time.thread_time() - self._block_began_s) * 1000,
            confidence=reading.confidence,
        )

    def _is_meant(self, reading: Reading) -> bool:
        """Whether it is likely enough, after what went before it, to be acted on."""
        words = reading.hypothesis.words
        pause_s = self._skipped_samples / RATE + words[0].start_s - self._talk_ended_s
        is_more_talk = len(words) == 1 and pause_s < _AFTER_TALK_S
        needed = self._needed_odds + (_AFTER_TALK_ODDS if is_more_talk else 0)
        return reading.odds >= needed and pause_s >= _PAUSE_S and not self._is_own(words)

    def _is_own(self, words: Sequence[Word]) -> bool:
        """Whether these were the guide's own."""
        began_s = self._began_s
        return self._own_voice.is_own(
            [replace(w, start_s=w.start_s - began_s, end_s=w.end_s - began_s) for w in words]
        )

    def _note_talk(self) -> None:
        """Remember where talk ended, if that is what has not been understood."""
        words = self._not_understood
        if words and words[-1].end_s - words[0].start_s >= _TALK_S:
            self._talk_ended_s = self._skipped_samples / RATE + words[-1].end_s

    def _unclear(self) -> list[Unclear]:
        """Whether the utterance that has just ended was meant for the guide."""
        words = self._not_understood
        shortest, longest = _UNCLEAR_S
        if self._was_understood or self._follows_talk or not words:
            return []
        if not shortest <= words[-1].end_s - words[0].start_s <= longest:
            return []
        text = " ".join(word.text for word in words)
        return [Unclear(text, self._heard_samples / RATE)]

    def _forget(self) -> None:
        self._not_understood.clear()
        self._was_understood = False
        self._compute_s = 0.0
