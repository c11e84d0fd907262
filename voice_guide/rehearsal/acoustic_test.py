"""Say texts in many voices and recognize them as live, on all processors at once."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TypeAlias

from voice_guide.app.speech_input import load_model, new_listener, new_matcher
from voice_guide.audio.pcm import Samples, blocks_of, silence
from voice_guide.config.language import Language
from voice_guide.config.settings import Settings
from voice_guide.errors import VoiceGuideError
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.matcher import Matcher
from voice_guide.nlu.sentence_files import load_sentences
from voice_guide.rehearsal.room_sound import RoomCondition, sound_in_room
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render, voice_names
from voice_guide.ui.console import describe_command

_RATE_WPM = 150
"""The voices' rate of speech, in words per minute."""

_VARIANTS = ("+f2", "+m3")
"""espeak-ng's variants that the accents use in turn: a woman's voice and a man's."""

SentenceSource: TypeAlias = tuple[Language, Mapping[str, Sequence[str]]]
"""A language, and the values of the lists that packs and settings fill."""


@dataclass(frozen=True)
class SpeechJob:
    """A text to say in one context, in each of some voices and conditions."""

    context: str
    """The context whose sentences are listened for."""

    text: str
    """The text."""

    voices: tuple[VoiceSpec, ...]
    """The voices to say it in, one after the other."""

    conditions: tuple[RoomCondition, ...]
    """The conditions to say it in, with each of the voices."""


@dataclass(frozen=True)
class HeardText:
    """The recognition of a text said once."""

    voice: str
    """The name of the voice."""

    condition: RoomCondition
    """The noise in the room."""

    commands: tuple[str, ...]
    """The commands understood: intents with their values; empty if there were none."""

    words: str
    """The words recognized."""


def usable_voices(language: str) -> tuple[tuple[VoiceSpec, ...], tuple[str, ...]]:
    """Return this machine's voices of a language, and the names of those that fail to speak.

    Raises VoiceGuideError if no voice can speak.
    """
    usable: list[VoiceSpec] = []
    failing: list[str] = []
    for name in voice_names():
        if name.rpartition("/")[2].split("-")[0] != language:
            continue
        voice = VoiceSpec(name + _VARIANTS[len(usable) % len(_VARIANTS)], _RATE_WPM)
        try:
            render("one", voice)
        except VoiceGuideError:
            failing.append(name)
        else:
            usable.append(voice)
    if not usable:
        raise VoiceGuideError(f'espeak-ng has no usable voice for the language "{language}"')
    return tuple(usable), tuple(failing)


def run_jobs(
    jobs: Sequence[SpeechJob], source: SentenceSource, on_done: Callable[[], None]
) -> list[list[HeardText]]:
    """Do all jobs, as many at a time as there are processors, and call `on_done` after each.

    Each process loads a model of its own (200 MB). Raises VoiceGuideError if the model or a
    voice fails, or a process is killed.
    """
    pool = ProcessPoolExecutor(
        min(os.cpu_count() or 1, len(jobs)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_process,
        initargs=(source,),
    )
    try:
        futures = _submit(pool, jobs)
        for future in as_completed(futures):
            future.result()
            on_done()
        return [future.result() for future in futures]
    except BaseException as error:
        # An interrupt or an error must not wait for the remaining jobs.
        for process in multiprocessing.active_children():
            process.terminate()
        if isinstance(error, BrokenProcessPool):
            raise VoiceGuideError(
                "a process of the rehearsal was killed, perhaps for lack of memory: "
                "close other programs and start it again"
            ) from error
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, jobs: Iterable[SpeechJob]) -> list[Future[list[HeardText]]]:
    # The processes start here and inherit this: only their parent handles an interrupt.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return [pool.submit(_do_job, job) for job in jobs]
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True)
class _Recognition:
    """The model and matcher of a process."""

    model: SpeechModel
    """The speech model."""

    matcher: Matcher
    """The matcher of the sentences."""

    def recognize(
        self, sounds: Iterable[Samples], context: str
    ) -> list[tuple[tuple[str, ...], str]]:
        """Return the commands and the words recognized in each of the sounds."""
        listener = new_listener(self.model, self.matcher, context, Settings())
        results = []
        for sound in sounds:
            heard = [
                event for block in blocks_of(sound) for event in listener.hear(block, silence())
            ]
            commands = tuple(describe_command(e) for e in heard if isinstance(e, Command))
            texts = (e.text for e in heard if isinstance(e, Command | NotUnderstood))
            results.append((commands, " ".join(texts)))
        return results


_recognitions: list[_Recognition] = []
"""The recognition of this process, once it has started."""


def _start_process(source: SentenceSource) -> None:
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    language, lists = source
    model = load_model(language)
    interpreter = Interpreter(load_sentences(language.folder, lists))
    _recognitions.append(_Recognition(model, new_matcher(interpreter, model, language)))


def _exit_with_parent() -> None:
    """End this process if the main process is killed."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _do_job(job: SpeechJob) -> list[HeardText]:
    (recognition,) = _recognitions
    speech = [render(job.text, voice) for voice in job.voices]
    results = []
    for condition in job.conditions:
        sounds = sound_in_room(speech, condition, job.text)
        # The first sound is the room before anything is said.
        heard = recognition.recognize(sounds, job.context)[1:]
        for voice, (commands, words) in zip(job.voices, heard, strict=True):
            results.append(HeardText(voice.name, condition, commands, words))
    return results
