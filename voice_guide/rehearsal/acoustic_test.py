"""Saying and hearing, on all processors at once."""

import multiprocessing
import os
import signal
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from voice_guide.app.speech_input import load_model, new_listener, new_matcher
from voice_guide.audio.pcm import BLOCK, RATE, Samples, blocks_of, level_dbfs, silence, to_int16
from voice_guide.config.language import Language
from voice_guide.config.settings import Settings
from voice_guide.errors import VoiceGuideError
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.matcher import Matcher
from voice_guide.nlu.sentences import Sentences
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render, voice_names
from voice_guide.ui.console import describe_command

_SPEECH_DBFS = -26.0
"""The level of what is said, as of somebody one or two metres away."""

_ROOM_DBFS = -66.0
"""The level of a quiet room."""

_NOISE_DBFS = -36.0
"""The level of a noisy one: the speech is 10 dB above it."""

_BEFORE_S, _AFTER_S = 0.5, 1.2
"""How long nobody speaks before and after what is said, in seconds."""

_SETTLING_S = 1.5
"""How long nobody speaks at first, in seconds: the speech detector takes noise that begins
suddenly for speech, for about a second."""

_RATE_WPM = 150
"""The pace of what is said, in words a minute."""

_VARIANTS = ("+f2", "+m3")
"""espeak-ng's variants in which accents are spoken in turn: a woman's and a man's voice."""


class Condition(StrEnum):
    """What the room is like."""

    QUIET = "quiet"
    """Nothing but the speech."""

    NOISE = "noise"
    """Steady noise, as of a fan or running water, 10 dB below the speech."""


@dataclass(frozen=True)
class Job:
    """A text to be said in one context, in every one of these ways."""

    context: str
    """What is listened for."""

    text: str
    """What is said."""

    speakers: tuple[VoiceSpec, ...]
    """Who says it, one after the other."""

    conditions: tuple[Condition, ...]
    """In which rooms each of them says it."""


@dataclass(frozen=True)
class Take:
    """What became of a text said once."""

    voice: str
    """Who said it."""

    condition: Condition
    """Where."""

    commands: tuple[str, ...]
    """What it was taken for: intents with their values; empty where nothing was understood."""

    words: str
    """What the recognizer heard."""


Source: TypeAlias = tuple[Language, Mapping[str, Sequence[str]]]
"""Where the sentences come from: a language, and the lists that its files do not have."""


def speakers(language: str) -> tuple[tuple[VoiceSpec, ...], tuple[str, ...]]:
    """Return this machine's voices of a language, and the names of those that cannot speak.

    Raises VoiceGuideError where there is none that can.
    """
    able: list[VoiceSpec] = []
    unable: list[str] = []
    for name in voice_names():
        if name.rpartition("/")[2].split("-")[0] != language:
            continue
        speaker = VoiceSpec(name + _VARIANTS[len(able) % len(_VARIANTS)], _RATE_WPM)
        try:
            render("one", speaker)
        except VoiceGuideError:
            unable.append(name)
        else:
            able.append(speaker)
    if not able:
        raise VoiceGuideError(f'espeak-ng has no voice here that speaks "{language}"')
    return tuple(able), tuple(unable)


def perform(
    jobs: Sequence[Job], source: Source, note_done: Callable[[], None]
) -> list[list[Take]]:
    """Do all jobs, as many at a time as there are processors; `note_done` after each.

    Each process has a model to itself (200 MB). Raises VoiceGuideError where the model or
    a voice fails, or a process is ended.
    """
    pool = ProcessPoolExecutor(
        min(os.cpu_count() or 1, len(jobs)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_open,
        initargs=(source,),
    )
    try:
        coming = _submit(pool, jobs)
        for future in as_completed(coming):
            future.result()
            note_done()
        return [future.result() for future in coming]
    except BaseException as error:
        # Whoever asks for the end before everything is done is not to wait for the rest.
        for process in multiprocessing.active_children():
            process.terminate()
        if isinstance(error, BrokenProcessPool):
            raise VoiceGuideError(
                "a part of the rehearsal was ended, as where memory is short: "
                "close other programs and start it again"
            ) from error
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, jobs: Iterable[Job]) -> list[Future[list[Take]]]:
    # Processes start here and inherit this: an interrupt is for the one that waits for them.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return [pool.submit(_do, job) for job in jobs]
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True)
class _Ear:
    """What hearing needs, made once a process."""

    model: SpeechModel
    matcher: Matcher

    def hear(self, sounds: Iterable[Samples], context: str) -> list[tuple[tuple[str, ...], str]]:
        """Return, for each of the sounds, the commands in it and the words heard."""
        listener = new_listener(self.model, self.matcher, context, Settings())
        found = []
        for sound in sounds:
            heard = [e for block in blocks_of(sound) for e in listener.hear(block, silence())]
            commands = tuple(
                describe_command(event) for event in heard if isinstance(event, Command)
            )
            found.append(
                (
                    commands,
                    " ".join(
                        event.text for event in heard if isinstance(event, Command | NotUnderstood)
                    ),
                )
            )
        return found


_ears: list[_Ear] = []
"""This process's ear, once it is open."""


def _open(source: Source) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    language, lists = source
    model = load_model(language)
    sentences = Sentences.load(language.folder, lists)
    _ears.append(_Ear(model, new_matcher(sentences, model, language)))


def _end_with_parent() -> None:
    """Leave nothing behind where the program is ended without being asked to."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _do(job: Job) -> list[Take]:
    (ear,) = _ears
    said = [render(job.text, speaker) for speaker in job.speakers]
    return [
        Take(speaker.name, condition, *heard)
        for condition in job.conditions
        for speaker, heard in zip(
            job.speakers,
            ear.hear(_in_a_room(said, condition, job.text), job.context)[1:],
            strict=True,
        )
    ]


def _in_a_room(said: Iterable[Samples], condition: Condition, seed: str) -> Iterator[Samples]:
    """Yield what a microphone hears: nobody at first, then each in turn, without a break.

    The noise is the same for the same seed.
    """
    parts = [np.zeros(round(_SETTLING_S * RATE))]
    for speech in said:
        level = _gain(_SPEECH_DBFS - level_dbfs(speech)) / 32768
        part = np.pad(speech * level, (round(_BEFORE_S * RATE), round(_AFTER_S * RATE)))
        parts.append(np.pad(part, (0, -len(part) % BLOCK)))
    noise = _noise(sum(map(len, parts)), condition, seed)
    for part in parts:
        yield to_int16(part + noise[: len(part)])
        noise = noise[len(part) :]


def _noise(samples: int, condition: Condition, seed: str) -> npt.NDArray[np.float64]:
    noise = np.random.default_rng(zlib.crc32(seed.encode())).standard_normal(samples)
    if condition is Condition.NOISE:
        return _pink(noise) * _gain(_NOISE_DBFS)
    return noise * _gain(_ROOM_DBFS)


def _pink(white: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return noise with as much power in each octave, of RMS 1."""
    spectrum = np.fft.rfft(white)
    frequencies_hz = np.fft.rfftfreq(len(white), 1 / RATE)
    # Below what a small microphone hears, noise would only take away from the rest.
    spectrum *= np.where(frequencies_hz < 60, 0, 1 / np.sqrt(np.maximum(frequencies_hz, 60)))
    noise = np.fft.irfft(spectrum, len(white))
    return np.asarray(noise / np.sqrt(np.mean(noise**2)))


def _gain(decibels: float) -> float:
    return float(10 ** (decibels / 20))
