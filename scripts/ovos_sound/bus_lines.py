"""Prints what is said on OpenVoiceOS's bus, a JSON object a line; runs in its own environment."""

import json
import sys
import threading
import time

from ovos_bus_client import Message, MessageBusClient

SERVICES = ("skills", "audio", "voice")
"""The services that must be ready before anything is said."""

_printing = threading.Lock()

_MAX_START_S = 90.0
"""Seconds that they may take to start."""


def main() -> int:
    """Print "ready" once all services are, and every message from then on."""
    bus = MessageBusClient()
    bus.run_in_thread()
    bus.connected_event.wait(_MAX_START_S)
    # Padacioso has nothing to train, and does not say so: the core would wait for a minute.
    bus.on("mycroft.skills.train", lambda _: bus.emit(Message("mycroft.skills.trained")))
    until_s = time.monotonic() + _MAX_START_S
    waiting = set(SERVICES)
    while waiting:
        if time.monotonic() > until_s:
            print(f"not ready: {', '.join(sorted(waiting))}", flush=True)
            return 1
        waiting -= {each for each in waiting if _is_ready(bus, each)}
        time.sleep(0.2)
    print("ready", flush=True)
    bus.on("message", _print)
    threading.Event().wait()
    return 0


def _is_ready(bus: MessageBusClient, service: str) -> bool:
    answer = bus.wait_for_response(Message(f"mycroft.{service}.is_ready"), timeout=1)
    return bool(answer and answer.data.get("status"))


def _print(serialized: str) -> None:
    message = json.loads(serialized)
    data = message.get("data") or {}
    text = data.get("utterance") or " / ".join(data.get("utterances") or ())
    with _printing:
        print(json.dumps({"kind": message["type"], "text": text}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
