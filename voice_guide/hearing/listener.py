"""The ear: microphone blocks in, commands out."""

import time
from collections.abc import Sequence

from voice_guide.audio.faults import AudioFault
from voice_guide.audio.pcm import BLOCK, RATE, Samples, silence
from voice_guide.hearing.background_talk import BackgroundTalk
from voice_guide.hearing.echo.canceller import Canceller, EchoCanceller, NoCanceller
from voice_guide.hearing.gain import GainControl
from voice_guide.hearing.mic_health import MicHealth
from voice_guide.hearing.near_end import NearEndDetector
from voice_guide.hearing.noise import NoiseReduction
from voice_guide.hearing.recognizer import Hypothesis, Recognizer, SpeechModel, Word
from voice_guide.hearing.scorer import ScoredCommand, needed_odds, read
from voice_guide.hearing.self_echo import SelfEchoFilter
from voice_guide.hearing.vad import HANGOVER_S, LEAD_BLOCKS, VoiceActivityDetector
from voice_guide.hearing.wake_retry import WakeRetry
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.matcher import Matcher

_LONGEST_DECISION_S = 2.0
"""Silence after which every utterance has been decided on, in seconds."""

_SETTLED_S = 0.12
"""Silence after a sentence that nothing can make another command of, in seconds. Half of it
decides sooner, but takes more of what is said between the pauses of talk for a command."""

_UNSETTLED_S = 0.2
"""Silence after a sentence that more words could make another command of, in seconds."""

_UNFINISHED_S = 1.0
"""Silence in which a sentence may go on that was begun, in seconds."""


class Listener:
    """Hears the sentences of one context at a time in a stream of blocks."""

    def __init__(
        self,
        model: SpeechModel,
        matcher: Matcher,
        context: str | None,
        sensitivity: float,
        cancels_echo: bool = True,
        knows_own_words: bool = True,
    ) -> None:
        """Listen for the sentences of `context`; None listens for those of all contexts.

        The greater `sensitivity`, from 0 to 1, the more is taken for a command. Where the
        device takes out the echo of what is played, nothing has to be cancelled here.
        `knows_own_words` is off only to measure what it is worth.
        """
        self._matcher = matcher
        self._needed_odds = needed_odds(sensitivity)
        self._microphone = MicHealth()
        self._canceller: Canceller = EchoCanceller() if cancels_echo else NoCanceller()
        self._noise = NoiseReduction()
        self._near_end_detector = NearEndDetector()
        self._vad = VoiceActivityDetector()
        self._gain = GainControl()
        self._talk = BackgroundTalk()
        self._wake_retry = WakeRetry()
        self._self_echo = SelfEchoFilter(
            model, matcher.expected(context), LEAD_BLOCKS, cancels_echo, knows_own_words
        )
        self._model = model
        self._expect(context)
        self._heard_samples = 0
        self._skipped_s = 0.0
        self._block_began_s = 0.0
        self._compute_s = 0.0
        self._was_understood = False
        self.near_end = silence()
        """The last block as it is left for the recognizer; it is one block late."""

    def prepare_self_echo_filter(self) -> None:
        """Have ready what takes too long when the guide begins to speak, live."""
        self._self_echo.prepare()

    def listen_for(self, context: str) -> None:
        """Listen for another context's sentences, from the next utterance on."""
        if context != self._context:
            self._expect(context)
            self._vad.shut()
            self._forget()

    def _expect(self, context: str | None) -> None:
        self._context = context
        self._recognizer = Recognizer(self._model, self._matcher.expected(context))

    def hear(
        self, heard: Samples, played: Samples
    ) -> Sequence[Command | NotUnderstood | AudioFault]:
        """Take a block of the microphone and what the speaker played in the same moment."""
        troubles = self._microphone.follow(heard, played)
        if self._microphone.hears_only_the_guide:
            heard = silence()
        return [*troubles, *self._commands(heard, played)]

    def _commands(self, heard: Samples, played: Samples) -> Sequence[Command | NotUnderstood]:
        self._block_began_s = time.thread_time()
        self._heard_samples += BLOCK
        near_end = self._canceller.cancel(heard, played)
        if near_end is None:
            self._self_echo.follow(played, 0.0)
            self._abandon()
            return []
        self.near_end = self._noise.reduce(near_end.sound)
        self._near_end_detector.follow(self._noise.power, self._noise.noise, near_end.echo)
        utterances = self._recognize(self.near_end)
        # After that, since what comes out of the noise reduction is one block old.
        self._self_echo.follow(near_end.played, self._near_end_detector.excess_db)
        found = [command for hypotheses in utterances if (command := self._decide(hypotheses))]
        self._compute_s += time.thread_time() - self._block_began_s
        if self._vad.is_open:
            return found
        was_understood, unclear = self._was_understood, self._talk.end()
        self._forget()
        if was_understood or unclear is None:
            return found
        return [*found, NotUnderstood(unclear, self._now_s)]

    @property
    def hears_somebody(self) -> bool:
        """Whether somebody seems to be speaking to the guide at this moment."""
        return self._near_end_detector.is_somebody

    def finish(self) -> Sequence[Command | NotUnderstood]:
        """Hear the silence after the end of a recording, and what is decided in it."""
        return [
            found
            for _ in range(round(_LONGEST_DECISION_S * RATE / BLOCK))
            for found in self._commands(silence(), silence())
        ]

    @property
    def _now_s(self) -> float:
        return self._heard_samples / RATE

    def _recognize(self, near_end: Samples) -> list[list[Hypothesis]]:
        """Return the alternatives for each utterance that ends with this block."""
        was_open = self._vad.is_open
        blocks = self._vad.push(near_end, self._near_end_detector.may_be_speech(goes_on=was_open))
        if blocks and not was_open:
            # What comes out of the noise reduction is one block old.
            began_s = self._now_s - (len(blocks) + 1) * BLOCK / RATE
            self._skipped_s = began_s - self._recognizer.taken_samples / RATE
            self._talk.begin(began_s)
            self._self_echo.begin(began_s)
        if blocks:
            self._self_echo.take(len(blocks))
        for block in blocks:
            self._gain.follow(block)
        found = [self._recognizer.take(self._gain.level(block)) for block in blocks]
        if was_open and (not self._vad.is_open or self._has_ended()):
            found.append(self._recognizer.finish())
            self._self_echo.finish()
        return [hypotheses for hypotheses in found if hypotheses]

    def _has_ended(self) -> bool:
        """Whether an utterance is over, before the silence says so that ends any of them.

        It is where it is a sentence, or nothing that a sentence can begin with.
        """
        if self._vad.silence_s < _SETTLED_S:
            return False
        words = self._recognizer.words_so_far()
        if not words:
            return False
        has_waited = self._vad.silence_s >= _UNSETTLED_S
        if self._matcher.exact(" ".join(words), self._context):
            return has_waited or not self._matcher.may_change(words, self._context)
        goes_on = self._matcher.may_begin(words, self._context)
        self._vad.hangover_s = _UNFINISHED_S if goes_on else HANGOVER_S
        # Of several words, one may have been misheard: the others may still go on.
        return has_waited and not goes_on and len(words) == 1

    def _decide(self, hypotheses: Sequence[Hypothesis]) -> Command | None:
        reading = read(hypotheses, self._matcher, self._context)
        if reading is None or not self._is_meant(reading):
            words = self._in_audio_time(hypotheses[0])
            if not self._self_echo.is_own(words):
                self._talk.add(words)
            return None
        self._was_understood = True
        self._near_end_detector.was_understood()
        words = self._in_audio_time(reading.hypothesis)
        return Command(
            intent=reading.meaning.intent,
            slots=reading.meaning.slots,
            text=reading.hypothesis.text,
            start_s=words[0].start_s,
            end_s=words[-1].end_s,
            decided_s=self._now_s,
            compute_ms=(self._compute_s + time.thread_time() - self._block_began_s) * 1000,
            confidence=reading.confidence,
        )

    def _is_meant(self, reading: ScoredCommand) -> bool:
        """Whether it is likely enough, at this moment, to be acted on."""
        words = self._in_audio_time(reading.hypothesis)
        needed = self._needed_odds + self._talk.needed_odds(words)
        is_safe = reading.meaning.intent in self._matcher.safe_intents
        if reading.odds < needed or self._self_echo.is_own(words, is_safe):
            return False
        start_s, end_s = words[0].start_s, words[-1].end_s
        return not reading.is_doubtful or self._wake_retry.is_second(
            reading.meaning, start_s, end_s
        )

    def _in_audio_time(self, hypothesis: Hypothesis) -> list[Word]:
        """Return the words with their times since the start, in seconds."""
        return [
            Word(word.text, self._skipped_s + word.start_s, self._skipped_s + word.end_s)
            for word in hypothesis.words
        ]

    def _abandon(self) -> None:
        """Hear nothing of this block, nor of what was being said."""
        self.near_end = silence()
        if self._vad.is_open:
            self._recognizer.abandon()
        self._vad.shut()
        self._forget()

    def _forget(self) -> None:
        self._was_understood = False
        self._compute_s = 0.0
