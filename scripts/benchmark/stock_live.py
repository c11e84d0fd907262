"""Stock Vosk at a microphone, as its makers' own example has it. `live` starts it."""

import queue
import sys
from pathlib import Path

import sounddevice
import vosk

_RATE = 16_000

_BLOCK = 8_000
"""Samples that the example takes at once, half a second."""


def main(model: str, grammar: str) -> None:
    """Listen for ever."""
    vosk.SetLogLevel(-1)
    heard: queue.Queue[bytes] = queue.Queue()
    recognizer = vosk.KaldiRecognizer(vosk.Model(model), _RATE, Path(grammar).read_text("utf-8"))
    with sounddevice.RawInputStream(
        samplerate=_RATE,
        blocksize=_BLOCK,
        dtype="int16",
        channels=1,
        callback=lambda data, *_: heard.put(bytes(data)),
    ):
        print("listening", flush=True)
        while True:
            if recognizer.AcceptWaveform(heard.get()):
                print(recognizer.Result(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
