"""Measure one system alone in a fresh process; `resources` starts it and reads its output.

Stock Vosk runs without any import of Voice Guide, which would add to its memory and start-up.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

_BLOCK_BYTES = 640
"""Bytes of a block of 20 ms."""

Hear = Callable[[bytes], object]


def _stock_vosk(model: str, grammar: Path) -> Hear:
    import vosk

    vosk.SetLogLevel(-1)
    recognizer = vosk.KaldiRecognizer(vosk.Model(model), 16_000, grammar.read_text("utf-8"))

    def hear(block: bytes) -> object:
        return recognizer.AcceptWaveform(block) and recognizer.Result()

    return hear


def _voice_guide(vocabulary_name: str) -> Hear:
    import numpy as np

    from benchmark.systems import VoiceGuideSystem, vocabulary

    system = VoiceGuideSystem(vocabulary(vocabulary_name))
    return lambda block: system.hear(np.frombuffer(block, np.int16))


def _peak_memory_mb() -> float:
    """Return the peak of this process; that of getrusage is the parent's if that is larger."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main(system: str, vocabulary_name: str, model: str, grammar: str, *sounds: str) -> None:
    """Start a system, play it files of 16-bit samples, and print its costs as JSON."""
    stock = system == "stock Vosk"
    hear = _stock_vosk(model, Path(grammar)) if stock else _voice_guide(vocabulary_name)
    hear(bytes(_BLOCK_BYTES))
    costs = {"listening_at_s": time.monotonic()}
    for sound in sounds:
        content = Path(sound).read_bytes()
        length_s = len(content) / 32_000
        cpu_s, wall_s = time.process_time(), time.perf_counter()
        for at in range(0, len(content) - _BLOCK_BYTES + 1, _BLOCK_BYTES):
            hear(content[at : at + _BLOCK_BYTES])
        name = Path(sound).stem
        costs[f"cpu_{name}"] = (time.process_time() - cpu_s) / length_s
        costs[f"wall_{name}"] = (time.perf_counter() - wall_s) / length_s
    costs["peak_memory_mb"] = _peak_memory_mb()
    json.dump(costs, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
