"""A session with a microphone and a speaker."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from voice_guide.app.content import load_content
from voice_guide.app.observers import fault_observer, in_order, new_display
from voice_guide.app.session import new_engine, new_tts
from voice_guide.app.session_recorder import SessionRecorder
from voice_guide.app.speech_input import (
    load_model,
    new_listener,
    new_matcher,
    require_hearable_wake_phrase,
)
from voice_guide.app.systemd import SystemdService
from voice_guide.config.settings import SettingsFile
from voice_guide.devices.button import SpeechInputWithButton
from voice_guide.devices.light import Light
from voice_guide.devices.pins import Pins
from voice_guide.dialogue.phase import Phase
from voice_guide.ui.console import print_rejected_packs
from voice_guide.ui.display import ServiceLog, SessionDisplay


def run_live(
    file: SettingsFile,
    routine_id: str | None,
    mic: str,
    speaker: str,
    service_mode: bool = False,
) -> None:
    """Lead through a session with a microphone and a speaker, given by parts of their names.

    Devices that are unplugged are reconnected. In service mode the guide runs session after
    session, shows nothing of them, and waits for devices that are missing at the start.

    Raises NoSoundError where this machine has no devices, except in service mode.
    """
    # They load PortAudio, whose absence is an error of its own.
    from voice_guide.devices import device_list
    from voice_guide.devices.reconnecting import ReconnectingSound
    from voice_guide.devices.sound_card import SoundCard

    settings, service = file.settings, SystemdService()
    mic, speaker = mic or settings.sound.microphone, speaker or settings.sound.speaker
    card = None
    if not service_mode:
        card = SoundCard(device_list.microphone(mic), device_list.speaker(speaker))
    with ThreadPoolExecutor(1) as helper:
        # Loading the model takes longest by far: everything else is read in the meantime.
        loading = helper.submit(load_model, file.language)
        content = load_content(settings)
        print_rejected_packs(content.rejected_packs)
        display: SessionDisplay = ServiceLog() if service_mode else new_display(content, settings)
        tts = new_tts(settings, content, display.note)
        model = loading.result()
    require_hearable_wake_phrase(settings.hearing, model)
    matcher = new_matcher(content.interpreter, model, content.language)
    listener = new_listener(model, matcher, Phase.CHOOSING, settings)
    listener.prepare_self_echo_filter()
    pins = Pins(settings.pins, display.note)
    button = SpeechInputWithButton(listener, pins.is_pressed, content.prompts("screen.button"))
    light = Light(pins.blink)
    recorder = SessionRecorder(file, display.note)
    engine = new_engine(
        content,
        settings,
        button,
        tts,
        in_order(recorder.observe, display.observe, light.observe, fault_observer(display)),
        routine_id,
        replace(recorder.started, is_first=service_mode and recorder.is_new),
        service_mode=service_mode,
    )
    light.follow(engine)
    # Waited for at the end: a thread that still runs then makes the program crash.
    preparing = ThreadPoolExecutor(1, thread_name_prefix="prepare")
    for context in content.sentences.contexts:
        preparing.submit(matcher.prepare, context)
    preparing.shutdown(wait=False)
    try:
        with display.showing(engine):
            service.ready()
            ReconnectingSound(mic, speaker, service.alive).run(engine, card)
    finally:
        service.stopping()
        tts.close()
        recorder.close()
        pins.close()
        preparing.shutdown(cancel_futures=True)
