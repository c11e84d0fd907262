"""The Wyoming service, asked by the protocol's own client."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soxr
from support.synthetic_people import PEOPLE, in_a_quiet_room
from support.wyoming_service import WyomingService
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop

from voice_guide.app.content import Content
from voice_guide.audio.pcm import RATE
from voice_guide.config.settings import Settings
from voice_guide.skills.dialogues import Dialogues
from voice_guide.skills.outbox import Outbox, Place
from voice_guide.skills.wyoming.connection import ROOMS
from voice_guide.skills.wyoming.pcm_stream import FormatError, PcmFormat, PcmStream

KITCHEN = Place("assist_satellite.kitchen", "assist_satellite.kitchen")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WyomingService]:
    service = WyomingService(Settings(), tmp_path_factory.mktemp("rooms"))
    yield service
    service.close()


def test_three_programs_are_offered(service: WyomingService) -> None:
    info = Info.from_event(service.ask(Describe(), until=["info"])[-1])

    assert [len(programs) for programs in (info.handle, info.asr, info.tts)] == [1, 1, 1]
    assert info.asr[0].supports_transcript_streaming
    assert info.tts[0].supports_synthesize_streaming
    assert info.handle[0].models[0].languages == ["en"]


def test_a_ping_is_answered(service: WyomingService) -> None:
    assert service.ask(Ping("here"), until=["pong"])[-1].data == {"text": "here"}


def test_a_whole_answer_comes_at_once(service: WyomingService) -> None:
    answer = service.say("start the tennis ball massage", "assist_satellite.hall")

    assert answer.type == "handled"
    assert answer.data["text"].startswith("Tennis ball wall massage, for the upper back")
    # A satellite that needs its wake word again has that explained once.
    assert answer.data["text"].endswith(" Say the wake word first, each time.")
    assert "wake word" not in service.say("ready", "assist_satellite.hall").data["text"]


def test_a_client_that_lets_its_satellite_listen_is_told_when(service: WyomingService) -> None:
    context = {"satellite_id": "assist_satellite.study", "listens": True}
    texts = ("start the tennis ball massage", "ready", "goodbye")

    answers = [
        service.ask(Transcript(text, context=context), until=["handled"])[-1] for text in texts
    ]

    listens = [each.data["context"]["continue_conversation"] for each in answers]
    assert listens == [True, True, False]
    assert "wake word" not in answers[0].data["text"]


def test_each_satellite_has_a_dialogue_and_stop_stops_one(service: WyomingService) -> None:
    for satellite in ("assist_satellite.kitchen", "assist_satellite.bedroom"):
        service.say("start the tennis ball massage", satellite)
        service.say("ready", satellite)

    stopped = service.say("stop", "assist_satellite.bedroom").data["text"]

    assert stopped.startswith("Stopped at step 1 of 5.")
    assert "step 1 of 5" in service.say("where am i", "assist_satellite.kitchen").data["text"]
    assert service.say("next", "assist_satellite.kitchen").type == "handled"
    assert service.say("goodbye", "assist_satellite.kitchen").data["text"].startswith("Goodbye")


def told_rooms(service: WyomingService) -> dict[str, dict[str, object]]:
    (told,) = service.ask(Event(ROOMS), until=[ROOMS])
    return {each["satellite"]: each for each in told.data["rooms"]}


def test_what_is_led_is_told_of_satellites_alone(service: WyomingService) -> None:
    service.say("start the tennis ball massage", "assist_satellite.loft")
    service.say("ready", "assist_satellite.loft")
    service.ask(Transcript("hand massage", context={"conversation_id": "x"}), until=["handled"])

    rooms = told_rooms(service)

    assert "" not in rooms
    loft = rooms["assist_satellite.loft"]
    assert (loft["routine"], loft["step"], loft["steps"]) == ("Tennis ball wall massage", 1, 5)
    service.say("goodbye", "assist_satellite.loft")
    end_s = time.monotonic() + 15
    # It is over when the goodbye has been spoken.
    while "assist_satellite.loft" in told_rooms(service):
        assert time.monotonic() < end_s
        time.sleep(0.1)


def test_a_typed_conversation_is_a_room_too(service: WyomingService) -> None:
    typed = Transcript("i have chest pain", context={"conversation_id": "typed"})

    answer = service.ask(typed, until=["handled", "not-handled"])[-1]

    assert answer.type == "handled"
    assert "emergency" in answer.data["text"]


@pytest.mark.parametrize("text", ["what time is it", "stop", "", "goodbye", "ß" * 5000, "{x}"])
def test_a_text_that_begins_nothing_is_not_handled(service: WyomingService, text: str) -> None:
    answer = service.say(text, "assist_satellite.attic")

    assert (answer.type, answer.data["text"]) == (
        "not-handled",
        'To begin, say "I want a massage".',
    )


def test_what_is_no_command_is_not_handled(service: WyomingService) -> None:
    service.say("i want a massage", "assist_satellite.cellar")

    answer = service.say("purple cow", "assist_satellite.cellar")

    assert (answer.type, answer.data["text"]) == ("not-handled", "I did not understand.")


def test_a_session_is_resumed_after_a_restart(content: Content, tmp_path: Path) -> None:
    def lead(*texts: str) -> list[str]:
        dialogues = Dialogues(content, Settings(), tmp_path, outbox, lambda _: 0.0)
        answers = [dialogues.answer(text, KITCHEN).text for text in texts]
        dialogues.close()
        return answers

    async def restart() -> list[str]:
        await asyncio.to_thread(lead, "start the tennis ball massage", "ready", "next")
        return await asyncio.to_thread(lead, "next", "yes", "where am i")

    loop = asyncio.new_event_loop()
    outbox = Outbox(loop, None)
    offered, _, place = loop.run_until_complete(restart())
    loop.close()

    assert "Shall we go on?" in offered
    assert "step 2 of 5" in place


def spoken(text: str) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    return in_a_quiet_room(PEOPLE[0].says(text))


@pytest.mark.parametrize(
    ("text", "context"),
    # The last one for a room whose step was interrupted by a restart.
    [("i want a massage", "choosing"), ("my shoulders hurt", "choosing"), ("next step", "step")],
)
def test_what_is_said_is_transcribed(
    service: WyomingService, content: Content, text: str, context: str
) -> None:
    heard = service.hear(spoken(text).tobytes())

    meanings = content.interpreter.meanings(text, context)
    assert meanings
    assert content.interpreter.meanings(heard, context) == meanings


def test_in_many_contexts_at_once_any_sentence_is_heard(service: WyomingService) -> None:
    # One after the other: choosing, preparing, in a step, paused.
    said = ["i want a massage", "hand massage", "ready", "pause"]
    for number in range(len(said)):
        for text in said[: number + 1]:
            service.say(text, f"assist_satellite.room_{number}")
    phases = {str(room["phase"]) for room in told_rooms(service).values()}

    assert {"choosing", "preparing", "step", "paused"} <= phases
    assert service.hear(spoken("next step").tobytes()) == "next step"
    assert service.hear(spoken("i want a massage").tobytes()) == "i want a massage"


def test_it_answers_before_the_sound_ends(service: WyomingService) -> None:
    sound = spoken("i want a massage").tobytes()
    chunk = AudioChunk(RATE, 2, 1, sound)

    # Without an audio-stop, as from a satellite that goes on listening.
    answer = service.ask(AudioStart(RATE, 2, 1), chunk, until=["transcript-stop"])

    assert answer[0].type == "transcript-start"
    assert answer[-2].data["text"] == "i want a massage"


@pytest.mark.parametrize("sound", [b"", b"\0", bytes(RATE), b"\1" * 9])
def test_sound_without_a_command_has_no_text(service: WyomingService, sound: bytes) -> None:
    assert service.hear(sound) == ""


def test_sound_of_another_rate_width_and_channels_is_heard(service: WyomingService) -> None:
    mono = spoken("i want a massage").astype(np.float32) / 32768
    fast = soxr.resample(mono, RATE, 48_000)
    wide = (np.column_stack([fast, np.zeros_like(fast)]) * (2**23 - 1)).astype("<i4")
    packed = wide.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()

    assert service.hear(packed, 48_000, 3, 2) == "i want a massage"


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_sound_keeps_its_level_in_any_width_and_pieces(width: int, piece: int) -> None:
    wave = np.sin(np.arange(3200) / 5) * 0.5
    integers = np.round(wave * (2 ** (8 * width - 1) - 1)).astype("<i4")
    if width == 1:
        sound = (integers + 128).astype(np.uint8).tobytes()
    else:
        sound = integers.view(np.uint8).reshape(-1, 4)[:, :width].tobytes()
    stream = PcmStream(PcmFormat(RATE, width, 1))

    blocks = [
        block
        for at in range(0, len(sound), piece)
        for block in stream.take(sound[at : at + piece])
    ]

    assert np.abs(np.concatenate(blocks) - wave * 32768).max() < 2 ** (17 - 8 * min(width, 2))


@pytest.mark.parametrize(
    "form",
    [
        {"rate": 0, "width": 2, "channels": 1},
        {"rate": 16_000, "width": 9, "channels": 1},
        {"rate": 16_000, "width": 2, "channels": 0},
        {"rate": 10**9, "width": 2, "channels": 1},
        {"rate": "16000", "width": 2, "channels": 1},
        {"rate": float("nan"), "width": 2, "channels": 1},
        {},
    ],
)
def test_a_format_that_cannot_be_heard_is_refused(form: dict[str, object]) -> None:
    with pytest.raises(FormatError, match="cannot be heard"):
        PcmFormat.of(form)


def sound_of(events: list[Event]) -> bytes:
    return b"".join(each.payload or b"" for each in events)


def test_text_is_spoken(service: WyomingService) -> None:
    answer = service.ask(Synthesize("Hello. Step two."), until=["audio-stop"])

    sound = sound_of(answer)
    assert answer[0].data == {"rate": RATE, "width": 2, "channels": 1, "timestamp": None}
    assert 0.8 < len(sound) / 2 / RATE < 4
    assert np.abs(np.frombuffer(sound, np.int16)).max() > 3000


def test_text_in_pieces_is_spoken_before_its_end(service: WyomingService) -> None:
    chunks = [SynthesizeChunk("Hello. This is st"), SynthesizeChunk("ep two. N")]

    begun = service.ask(SynthesizeStart(), *chunks, until=["audio-chunk"])
    all_of_it = service.ask(
        SynthesizeStart(),
        *chunks,
        SynthesizeChunk("ow."),
        # What older servers need is not spoken a second time.
        Synthesize("Hello. This is step two. Now."),
        SynthesizeStop(),
        until=["synthesize-stopped"],
    )

    once = service.ask(Synthesize("Hello. This is step two. Now."), until=["audio-stop"])
    assert begun[-1].payload
    assert sound_of(all_of_it) == sound_of(once)


def test_a_text_that_is_too_long_is_refused(service: WyomingService) -> None:
    answer = service.ask(Synthesize("Hello. " * 2000), until=["error"])

    assert "is not spoken" in answer[-1].data["text"]
