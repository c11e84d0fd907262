"""A session with a microphone and a speaker."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from voice_guide.app.content import Content, load_content
from voice_guide.app.session import _one_after_the_other, _telling_trouble, new_engine, new_tts
from voice_guide.app.session_recorder import SessionRecorder
from voice_guide.app.speech_input import (
    load_model,
    new_listener,
    new_matcher,
    require_hearable_wake_phrase,
)
from voice_guide.app.systemd import Service
from voice_guide.config.settings import Settings, SettingsFile
from voice_guide.devices.button import SpeechInputWithButton
from voice_guide.devices.light import Light
from voice_guide.devices.pins import Pins
from voice_guide.dialogue.phase import Phase
from voice_guide.ui.console import Display, Log, show_rejected_packs


def run_live(
    file: SettingsFile,
    routine_id: str | None,
    mic: str,
    speaker: str,
    service_mode: bool = False,
) -> None:
    """Lead through a session with a microphone and a speaker.

    As a device that `stays_on`, be there session after session, and show nothing of them.
    systemd is told how it goes, where it wants to know.

    Sound that is lost is waited for. At the start, only such a device waits for it; else raises
    NoSoundError where this machine has none.
    """
    from voice_guide.devices import device_list
    from voice_guide.devices.reconnecting import ReconnectingSound
    from voice_guide.devices.sound_card import SoundCard

    settings, service = file.settings, Service()
    mic, speaker = mic or settings.sound.microphone, speaker or settings.sound.speaker
    card = None
    if not service_mode:
        card = SoundCard(device_list.microphone(mic), device_list.speaker(speaker))
    with ThreadPoolExecutor(1) as helper:
        # Loading the model takes longest by far; everything else is read meanwhile.
        loading = helper.submit(load_model, file.language)
        content = load_content(settings)
        show_rejected_packs(content.rejected_packs)
        shown: Display = Log() if service_mode else _display(content, settings)
        voice = new_tts(settings, content, shown.note)
        model = loading.result()
    require_hearable_wake_phrase(settings.hearing, model)
    matcher = new_matcher(content.sentences, model, content.language)
    listener = new_listener(model, matcher, Phase.CHOOSING, settings)
    listener.prepare_self_echo_filter()
    pins = Pins(settings.pins, shown.note)
    ear = SpeechInputWithButton(
        listener,
        pins.is_pressed,
        content.prompts("screen.button"),
    )
    light = Light(pins.blink)
    recorder = SessionRecorder(file, shown.note)
    observe = _one_after_the_other(
        recorder.observe, shown.observe, light.observe, _telling_trouble(shown)
    )
    started = replace(recorder.started, is_first=service_mode and recorder.is_new)
    engine = new_engine(
        content, settings, ear, voice, observe, routine_id, started, service_mode=service_mode
    )
    light.follow(engine)
    # Waited for at the end: a thread that is left in the middle of it ends the program badly.
    preparing = ThreadPoolExecutor(1, thread_name_prefix="prepare")
    for context in content.sentences.contexts:
        preparing.submit(matcher.prepare, context)
    preparing.shutdown(wait=False)
    try:
        with shown.following(engine):
            service.ready()
            ReconnectingSound(mic, speaker, service.alive).run(engine, card)
    finally:
        service.stopping()
        voice.close()
        recorder.close()
        pins.close()
        preparing.shutdown(cancel_futures=True)


def _display(content: Content, settings: Settings) -> Display:
    """Return what shows a session to whoever sits in front of it."""
    from voice_guide.ui.screen import display

    return display(content.prompts, content.library.example, settings.hearing.wake_phrase)
