"""The hearing pipeline: microphone blocks in, commands out.

    microphone → echo canceller → noise reduction → foreground → voice activity detector
    → gain control → recognizer → endpointer → scorer → filters → Command

The filters drop what was not meant for the guide: its own voice, and people talking to each
other. Every part follows one thing and knows nothing of the others; this module connects them.
"""

from collections.abc import Sequence

from voice_guide.audio.pcm import BLOCK, RATE, Samples, silence
from voice_guide.hearing import acceptance
from voice_guide.hearing.background_talk import BackgroundTalk
from voice_guide.hearing.cpu_meter import CpuMeter
from voice_guide.hearing.echo.canceller import (
    Canceller,
    EchoCanceller,
    NearEndBlock,
    NoCanceller,
)
from voice_guide.hearing.endpointer import MAX_DECISION_S, Endpointer
from voice_guide.hearing.foreground import Foreground
from voice_guide.hearing.gain import GainControl
from voice_guide.hearing.joining import Joining
from voice_guide.hearing.near_end import NearEndDetector
from voice_guide.hearing.noise import NoiseReduction
from voice_guide.hearing.recognizer import Hypothesis, Recognizer, SpeechModel, Word
from voice_guide.hearing.scorer import ScoredCommand, read
from voice_guide.hearing.second_look import SecondLook
from voice_guide.hearing.self_echo import SelfEchoFilter
from voice_guide.hearing.vad import LEAD_BLOCKS, VoiceActivityDetector
from voice_guide.hearing.wake_retry import WakeRetry
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.intent import Intent
from voice_guide.nlu.matcher import Matcher


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

        The greater `sensitivity`, from 0 to 1, the more is accepted as a command.
        `cancels_echo` is false where the sound device cancels the echo itself.
        `knows_own_words` is false only to measure what the self-echo filter is worth.
        """
        self._model = model
        self._matcher = matcher
        self._needed_log_odds = acceptance.needed_log_odds(sensitivity)
        self._canceller: Canceller = EchoCanceller() if cancels_echo else NoCanceller()
        self._noise_reduction = NoiseReduction()
        self._near_end_detector = NearEndDetector()
        self._vad = VoiceActivityDetector()
        self._foreground = Foreground()
        self._endpointer = Endpointer(matcher, self._vad)
        self._gain = GainControl()
        self._background_talk = BackgroundTalk()
        self._joining = Joining(matcher)
        self._second_look = SecondLook(model)
        self._wake_retry = WakeRetry()
        self._self_echo = SelfEchoFilter(
            model, matcher.expected(context), LEAD_BLOCKS, cancels_echo, knows_own_words
        )
        self._cpu_meter = CpuMeter()
        self._use_context(context)
        self._heard_samples = 0
        self._skipped_s = 0.0
        self._was_understood = False
        self.near_end = silence()
        """The newest block as the recognizer gets it, one block late: shape (BLOCK,)."""

    def prepare_self_echo_filter(self) -> None:
        """Load what takes too long to load when the guide begins to speak, live."""
        self._self_echo.prepare()

    def listen_for(self, context: str) -> None:
        """Listen for another context's sentences, from the next utterance on."""
        if context != self._context:
            self._use_context(context)
            self._vad.shut()
            self._forget_utterance()

    @property
    def hears_speech(self) -> bool:
        """True if a person seems to be speaking to the guide at this moment."""
        return self._near_end_detector.is_speech

    def hear(self, heard: Samples, played: Samples) -> Sequence[Command | NotUnderstood]:
        """Take a block of the microphone and what the speaker played at the same moment.

        Both have shape (BLOCK,). Return what was understood, or was not, with this block.
        """
        self._heard_samples += BLOCK
        if self._vad.is_open:
            self._cpu_meter.start()
        near_end = self._canceller.cancel(heard, played)
        commands = self._commands(near_end) if near_end else []
        self._cpu_meter.stop()
        if near_end is None:
            self._abandon_utterance(played)
            return []
        return commands if self._vad.is_open else [*commands, *self._close_utterance()]

    def finish(self) -> Sequence[Command | NotUnderstood]:
        """Hear silence after the end of a recording; return what is understood in it."""
        return [
            event
            for _ in range(round(MAX_DECISION_S * RATE / BLOCK))
            for event in self.hear(silence(), silence())
        ]

    def _commands(self, near_end: NearEndBlock) -> list[Command]:
        """Return the commands that end with this block."""
        self.near_end = self._noise_reduction.reduce(near_end.sound)
        power, noise = self._noise_reduction.power, self._noise_reduction.noise
        self._near_end_detector.follow(power, noise, near_end.echo)
        self._second_look.follow(self.near_end)
        utterances = self._recognize(self.near_end)
        # After recognition, since the noise reduction returns the block before this one.
        self._self_echo.follow(near_end.played, self._near_end_detector.excess_db)
        return [command for found in utterances for command in self._decide(found)]

    def _recognize(self, near_end: Samples) -> list[list[Hypothesis]]:
        """Return the alternatives for each utterance that ends with this block."""
        was_open = self._vad.is_open
        may_be_speech = self._near_end_detector.may_be_speech(goes_on=was_open)
        is_speech = may_be_speech and self._vad.detects(near_end)
        self._foreground.follow(near_end if may_be_speech else silence(), is_speech)
        blocks = self._vad.push(
            self._foreground.without_background(near_end),
            is_speech and self._foreground.is_foreground,
        )
        if blocks and not was_open:
            self._begin_utterance(len(blocks))
        if blocks:
            self._self_echo.take(len(blocks))
        for block in blocks:
            self._gain.follow(block)
        found = [
            self._in_audio_time(self._recognizer.take(self._gain.level(block))) for block in blocks
        ]
        if was_open and self._endpointer.is_over(self._recognizer.words_so_far, self._context):
            found.append(self._in_audio_time(self._recognizer.finish()))
            self._self_echo.finish()
        return [hypotheses for hypotheses in found if hypotheses]

    def _begin_utterance(self, blocks: int) -> None:
        """Note that an utterance begins with the last so many blocks."""
        self._cpu_meter.start()
        # The noise reduction returns the block before the newest one.
        began_s = self._now_s - (blocks + 1) * BLOCK / RATE
        self._skipped_s = began_s - self._recognizer.taken_samples / RATE
        self._background_talk.begin(began_s)
        self._self_echo.begin(began_s)

    def _decide(self, hypotheses: Sequence[Hypothesis]) -> list[Command]:
        """Return the commands in an utterance; none where there is none for the guide."""
        hypotheses = self._foreground.without_flanks(hypotheses, self._newest_s)
        heard = hypotheses[0].words
        joined = self._joining.read(hypotheses, self._context)
        scored = joined or read(hypotheses, self._matcher, self._context)
        if scored is None or not (
            self._is_still_meant(scored, heard) if joined else self._is_meant(scored)
        ):
            if not self._self_echo.is_own(heard):
                self._joining.remember(scored.hypothesis.words if scored else heard)
                self._background_talk.add(heard)
            return []
        self._was_understood = True
        self._joining.remember(scored.hypothesis.words)
        if self._joining.is_obeyed(scored):
            return []
        self._joining.was_obeyed(scored)
        self._foreground.forget(scored.hypothesis.words, self._newest_s)
        self._near_end_detector.was_understood()
        words = scored.hypothesis.words
        return [
            Command(
                intent=meaning.intent,
                slots=meaning.slots,
                text=scored.hypothesis.text,
                start_s=words[0].start_s,
                end_s=words[-1].end_s,
                decided_s=self._now_s,
                compute_ms=self._cpu_meter.total_ms,
                confidence=scored.confidence,
            )
            for meaning in scored.meanings
        ]

    def _is_meant(self, scored: ScoredCommand) -> bool:
        """Return whether a command is likely enough, at this moment, to be acted on."""
        words = scored.hypothesis.words
        extra_log_odds = self._background_talk.needed_odds(words, scored.is_safe)
        if not self._is_likely(scored, extra_log_odds):
            return False
        if self._self_echo.is_own(words, scored.is_safe):
            return False
        start_s, end_s = words[0].start_s, words[-1].end_s
        return not scored.is_doubtful or self._wake_retry.is_second(
            scored.meanings, start_s, end_s
        )

    def _is_still_meant(self, scored: ScoredCommand, later_words: Sequence[Word]) -> bool:
        """Return whether a command that goes on after a pause with these words is acted on."""
        is_own = self._self_echo.is_own(later_words, scored.is_safe)
        return not is_own and self._is_likely(scored) and not scored.is_doubtful

    def _is_likely(self, scored: ScoredCommand, extra_log_odds: float = 0.0) -> bool:
        """Return whether a command is likely enough to have been meant for the guide."""
        if not acceptance.is_plausible(scored, extra_log_odds):
            return False
        if scored.meanings[0].intent == Intent.WAKE:
            # Look-alikes guard the wake phrase, which may be said in the middle of talk.
            return True
        return acceptance.is_accepted(
            self._features(scored), self._needed_log_odds, lambda: self._confirmed_share(scored)
        )

    def _features(self, scored: ScoredCommand) -> acceptance.Features:
        around = self._foreground.surroundings(scored.hypothesis.words, self._newest_s)
        return acceptance.features_of(scored, around)

    def _confirmed_share(self, scored: ScoredCommand) -> float:
        return self._second_look.confirmed_share(scored.hypothesis.words, self._newest_s)

    def _close_utterance(self) -> list[NotUnderstood]:
        """End the utterance; return its words if they were for the guide but no command."""
        was_understood, unclear = self._was_understood, self._background_talk.end()
        self._forget_utterance()
        if was_understood or unclear is None:
            return []
        return [NotUnderstood(unclear, self._now_s)]

    def _abandon_utterance(self, played: Samples) -> None:
        """Drop this block and the utterance that it belongs to."""
        self._self_echo.follow(played, 0.0)
        self.near_end = silence()
        if self._vad.is_open:
            self._recognizer.abandon()
        self._vad.shut()
        self._forget_utterance()

    def _forget_utterance(self) -> None:
        self._was_understood = False
        self._cpu_meter.reset()

    def _use_context(self, context: str | None) -> None:
        self._context = context
        self._recognizer = Recognizer(self._model, self._matcher.expected(context))

    def _in_audio_time(self, hypotheses: Sequence[Hypothesis]) -> list[Hypothesis]:
        """Return hypotheses with the words' times in seconds of audio since the start."""
        skipped_s = self._skipped_s
        return [
            Hypothesis(
                tuple(
                    Word(word.text, skipped_s + word.start_s, skipped_s + word.end_s)
                    for word in each.words
                ),
                each.score,
            )
            for each in hypotheses
        ]

    @property
    def _newest_s(self) -> float:
        """The end of the newest block after the noise reduction, which returns the one before."""
        return self._now_s - BLOCK / RATE

    @property
    def _now_s(self) -> float:
        return self._heard_samples / RATE
