"""The checks of this machine: what works, and what to do about what does not."""

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import tomlkit

from voice_guide.app.content import (
    Content,
    load_content,
    load_sentences,
    require_distinct_wake_phrase,
)
from voice_guide.app.session import new_tts, require_voice_in
from voice_guide.app.speech_input import (
    load_model,
    new_listener,
    new_matcher,
    require_hearable_wake_phrase,
)
from voice_guide.audio.pcm import level_dbfs
from voice_guide.config.language import Language, find
from voice_guide.config.settings import Settings, SettingsFile, SpeechEngine, VoiceSettings
from voice_guide.devices.channels import ChannelState
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.prompts import Prompts
from voice_guide.doctor import echo_check, speech_check
from voice_guide.doctor.check_result import CheckResult
from voice_guide.doctor.echo_check import DEAD_DBFS, EchoRecording
from voice_guide.doctor.speech_test import Question, SpeechTest
from voice_guide.errors import VoiceGuideError
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.routines.library import Library
from voice_guide.tts.mixer import Mixer
from voice_guide.tts.natural import NaturalTts
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

if TYPE_CHECKING:
    # Imported only by the checks that need it: without PortAudio it fails.
    from voice_guide.devices.sound_card import SoundCard

_LISTEN_S = 1.0
"""Seconds of sound recorded from the microphone."""

_MAX_NOISE_DBFS = -35.0
"""Level of a silent room above which noise hides speech."""

_CONTEXT = Phase.CHOOSING
"""The context whose sentences the user is asked to say."""

_MAX_QUESTIONS = 3
"""Sentences that the user is asked to say."""

_QUOTED = re.compile('"([^"]+)"')


def run_checks(show: Callable[[str], None] = lambda _: None) -> Iterator[CheckResult]:
    """Check every part that a session needs, one after another.

    `show` is called with each request to say something, when it is spoken.
    """
    try:
        file = SettingsFile()
        settings = file.settings
        commands = load_sentences(file.language.folder, Library(()), settings.hearing)
        require_distinct_wake_phrase(commands, file.language, settings.hearing)
        report = f"{file.path}" if file.path.exists() else f"defaults: there is no {file.path}"
        yield CheckResult("settings", True, report, asdict(settings))
    except VoiceGuideError as error:
        yield CheckResult("settings", False, str(error))
        settings = Settings()
    yield from _Checks(settings, show).results()


class _Checks:
    """The checks of everything but the settings."""

    def __init__(self, settings: Settings, show: Callable[[str], None]) -> None:
        self._settings = settings
        self._show = show
        self._is_deaf = False
        self._channels: tuple[ChannelState, ...] = ()

    def results(self) -> Iterator[CheckResult]:
        """Check one part after another."""
        parts: list[tuple[str, Callable[[], Iterator[CheckResult]]]] = [
            ("devices", self._devices),
            ("microphone", self._microphone),
            ("speaker", self._speaker),
            ("routines", self._routines),
            ("model", self._model),
            ("voice", self._voice),
            (echo_check.PART, self._echo),
            (speech_check.PART, self._commands),
        ]
        for part, check in parts:
            try:
                yield from check()
            except VoiceGuideError as error:
                yield CheckResult(part, False, str(error))

    def _devices(self) -> Iterator[CheckResult]:
        from voice_guide.devices import device_list

        sound = self._settings.sound
        listed = [
            *(("microphone", choice) for choice in device_list.microphones(sound.microphone)),
            *(("speaker", choice) for choice in device_list.speakers(sound.speaker)),
        ]
        for kind, choice in listed:
            rates = ", ".join(map(str, sorted(choice.rates_hz)))
            report = f"{kind} = {tomlkit.item(choice.name).as_string()}"
            report += f", can be opened at {rates} Hz" if rates else ", cannot be opened now"
            report += ", used" if choice.is_used else ""
            yield CheckResult("devices", True, report, {"kind": kind, **asdict(choice)})
        if listed:
            report = "to use another, write its line into config.toml, below [sound]"
            yield CheckResult("devices", True, report)

    def _microphone(self) -> Iterator[CheckResult]:
        from voice_guide.devices import device_list
        from voice_guide.devices.sound_card import record

        device = device_list.microphone(self._settings.sound.microphone)
        heard, channels = record(device, _LISTEN_S)
        level = level_dbfs(heard)
        self._is_deaf = level < DEAD_DBFS
        self._channels = channels.states
        report = f'"{device.name}" at {device.rate_hz:.0f} Hz, room noise {level:.0f} dBFS'
        if device.channels > 1:
            report += f", {channels}"
        if self._is_deaf:
            report = f'"{device.name}" hears nothing at all: is it muted?'
        elif level > _MAX_NOISE_DBFS:
            report = (
                f'"{device.name}" hears {level:.0f} dBFS of noise: turn it down, or move it away '
                "from what hums"
            )
        is_well = DEAD_DBFS <= level <= _MAX_NOISE_DBFS
        yield CheckResult(
            "microphone", is_well, report, {"noise_dbfs": level, "channels": channels.states}
        )

    def _new_about_channels(self, card: "SoundCard") -> Iterator[CheckResult]:
        """Yield which channels of the microphone are used, if sound has changed that."""
        states = card.channels.states
        if states != self._channels:
            self._channels = states
            yield CheckResult("microphone", True, str(card.channels), {"channels": states})

    def _speaker(self) -> Iterator[CheckResult]:
        from voice_guide.devices import device_list

        device = device_list.speaker(self._settings.sound.speaker)
        self._sound_card()
        yield CheckResult("speaker", True, f'"{device.name}" at {device.rate_hz:.0f} Hz')

    def _routines(self) -> Iterator[CheckResult]:
        rejected_packs = self._content.rejected_packs
        report = f"{len(self._content.library.routines)} can be led"
        if rejected_packs:
            problems = (f"{each.file}: {each.text}" for each in rejected_packs)
            report = f"left out: {'; '.join(problems)}"
        yield CheckResult("routines", not rejected_packs, report)

    def _model(self) -> Iterator[CheckResult]:
        require_hearable_wake_phrase(self._settings.hearing, self._speech_model)
        yield CheckResult("model", True, f"{self._language.model} is complete")

    def _voice(self) -> Iterator[CheckResult]:
        require_voice_in(self._settings)
        voice = self._settings.voice
        is_natural = voice.engine is SpeechEngine.NATURAL
        speak = NaturalTts(self._settings.language).render if is_natural else render
        if not np.any(speak("I can speak.", VoiceSpec(voice.name, voice.rate))):
            raise VoiceGuideError(f'the voice "{voice.name}" is silent: set another')
        name = "the natural voice" if is_natural else f'"{voice.name}"'
        yield CheckResult("voice", True, f"{name} speaks {voice.rate} words a minute")

    def _echo(self) -> Iterator[CheckResult]:
        voice = self._settings.voice
        card = self._sound_card()
        # Spoken at the default rate it lasts a little longer than the canceller needs to adapt.
        text = Prompts(self._language.prompts)("doctor.hear_myself")
        speech = render(text, VoiceSpec(voice.name, VoiceSettings().rate))
        speech = (speech * voice.volume).astype(np.int16)
        if not np.any(speech):
            report = "not measured: nothing is played, the volume is 0 or the voice is silent"
            yield CheckResult(echo_check.PART, True, report)
            return
        recording = EchoRecording(speech)
        card.run(recording)
        yield from self._new_about_channels(card)
        if card.breaks and not self._is_deaf:
            raise VoiceGuideError(
                f"not measured: the sound was interrupted {card.breaks} times because this "
                "machine was busy; end what else runs on it and try again"
            )
        cancels_echo = self._settings.sound.cancel_echo
        yield echo_check.check_echo(recording.heard, recording.played, cancels_echo)

    def _commands(self) -> Iterator[CheckResult]:
        if self._is_deaf:
            raise VoiceGuideError("not tested: the microphone hears nothing at all")
        settings, content = self._settings, self._content
        card = self._sound_card()
        matcher = new_matcher(content.interpreter, self._speech_model, content.language)
        matcher.prepare(_CONTEXT)
        listener = new_listener(self._speech_model, matcher, _CONTEXT, settings)
        tts = new_tts(settings, content, lambda _, text: self._show(text))
        mixer: Mixer[str, None] = Mixer(settings.voice.volume)
        test = SpeechTest(listener, tts.speech, mixer, questions(content), self._show)
        tts.close()
        card.run(test, test.start)
        yield from self._new_about_channels(card)
        yield from speech_check.check_speech(test.answers, card.breaks)

    @cached_property
    def _language(self) -> Language:
        return find(self._settings.language)

    @cached_property
    def _content(self) -> Content:
        return load_content(self._settings)

    @cached_property
    def _speech_model(self) -> SpeechModel:
        return load_model(self._language)

    def _sound_card(self) -> "SoundCard":
        from voice_guide.devices import device_list
        from voice_guide.devices.sound_card import SoundCard

        sound = self._settings.sound
        return SoundCard(
            device_list.microphone(sound.microphone), device_list.speaker(sound.speaker)
        )


def questions(content: Content) -> list[Question]:
    """Return what the user is asked to say: the first sentences that the screen suggests.

    Raises VoiceGuideError if the language's prompts suggest none that can be said.
    """
    name = f"can_say.{_CONTEXT}"
    shown = _QUOTED.findall(content.prompts(name, example=content.library.example))
    asked = [
        Question(words, meaning, content.prompts("doctor.say", words=words))
        for words in shown
        if (meaning := content.sentences.match(words, _CONTEXT))
    ]
    if not asked:
        raise VoiceGuideError(
            f"{content.language.prompts}: {name}: expected sentences between quotation marks that "
            "can be said there"
        )
    return asked[:_MAX_QUESTIONS]
