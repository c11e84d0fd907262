"""Run stock Vosk at a microphone as in its makers' own example; `live` starts it."""

import queue
import sys
from pathlib import Path

import sounddevice
import vosk

_RATE = 16_000

_BLOCK = 8_000
"""Samples in a block of the example: half a second."""


def main(model: str, grammar: str) -> None:
    """Listen until the process is ended."""
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
