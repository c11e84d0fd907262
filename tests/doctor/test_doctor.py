"""The doctor's checks of the echo and of how well the user is heard, in a simulated room."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from voice_guide.app.content import Content
from voice_guide.app.speech_input import new_listener, new_matcher
from voice_guide.audio.pcm import BLOCK, RATE, Samples, level_dbfs
from voice_guide.config.settings import Settings
from voice_guide.devices import device_list
from voice_guide.devices.portaudio import sd
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.prompts import Prompts
from voice_guide.doctor import speech_check
from voice_guide.doctor.bug_report import bug_report
from voice_guide.doctor.check_result import CheckResult
from voice_guide.doctor.checks import questions
from voice_guide.doctor.echo_check import EchoRecording, check_echo
from voice_guide.doctor.speech_test import Answer, Loudness, Question, SpeechTest
from voice_guide.errors import VoiceGuideError
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.matcher import Matcher
from voice_guide.nlu.sentences import Meaning
from voice_guide.simulation.acoustics import Acoustics
from voice_guide.simulation.room import Room
from voice_guide.tts.mixer import Mixer
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

# Echoes

USUAL = Acoustics(delay_s=0.09, echo_gain=0.2)


@pytest.fixture(scope="module")
def speech() -> Samples:
    return render(
        "I am listening to my own voice. Please be quiet until I have finished. Thank you.",
        VoiceSpec("en-us", 140),
    )


def played_in(acoustics: Acoustics, speech: Samples) -> EchoRecording:
    playing = EchoRecording(speech)
    room = Room(acoustics, playing.process)
    while not playing.is_finished:
        room.move_on()
    return playing


def no_fault(acoustics: Acoustics, speech: Samples, cancels_echo: bool = True) -> str:
    finding = found_in(acoustics, speech, cancels_echo)
    assert finding.is_well
    return finding.report


def fault(acoustics: Acoustics, speech: Samples, cancels_echo: bool = True) -> str:
    finding = found_in(acoustics, speech, cancels_echo)
    assert not finding.is_well
    return finding.report


def found_in(acoustics: Acoustics, speech: Samples, cancels_echo: bool) -> CheckResult:
    playing = played_in(acoustics, speech)
    return check_echo(playing.heard, playing.played, cancels_echo)


def test_echo_recording_plays_all_and_records_to_the_end(speech: Samples) -> None:
    playing = played_in(USUAL, speech)

    assert len(playing.heard) == len(playing.played)
    assert np.array_equal(np.trim_zeros(playing.played), np.trim_zeros(speech))
    assert not playing.played[-RATE // 2 :].any()


def test_echo_check_measures_delay_level_and_drift(speech: Samples) -> None:
    found = re.fullmatch(
        r"heard (\d+) ms after it is played, (-\d+) dB of what is played, "
        r"(\d+) dB less after cancelling, clocks ([\d.]+) ppm apart",
        no_fault(replace(USUAL, drift_ppm=-60), speech),
    )

    assert found
    delay_ms, gain_db, removed_db, apart_ppm = map(float, found.groups())
    assert delay_ms == pytest.approx(90, abs=1)
    assert gain_db == pytest.approx(-14, abs=1)
    assert removed_db > 20
    assert apart_ppm == pytest.approx(60, abs=2)


def test_echo_check_accepts_an_echo_near_the_noise(speech: Samples) -> None:
    assert "dB less after cancelling" in no_fault(replace(USUAL, noise_dbfs=-42), speech)


@pytest.mark.parametrize(
    ("acoustics", "problem"),
    [
        (replace(USUAL, echo_gain=20), "too loud for the microphone: turn the speaker down"),
        (replace(USUAL, delay_s=1.2), "heard 1.2 s after it is played, which is too late"),
        (replace(USUAL, echo_gain=0, noise_dbfs=-120), "the microphone hears nothing at all"),
    ],
)
def test_echo_check_reports_what_prevents_cancelling(
    speech: Samples, acoustics: Acoustics, problem: str
) -> None:
    assert problem in fault(acoustics, speech)


def test_echo_check_reports_other_sound_during_the_echo(speech: Samples) -> None:
    playing = played_in(USUAL, speech)
    other_speech = np.where(playing.played, playing.played[::-1], 0) // 3

    finding = check_echo(playing.heard + other_speech, playing.played, cancels_echo=True)

    assert not finding.is_well
    assert "after cancelling: turn the speaker down" in finding.report


def test_echo_check_without_an_echo_suggests_not_to_cancel(speech: Samples) -> None:
    headphones = replace(USUAL, echo_gain=0)

    assert "sound.cancel_echo = false saves processor time" in no_fault(headphones, speech)
    assert "cancel_echo" not in no_fault(headphones, speech, cancels_echo=False)


def test_echo_check_without_canceller_reports_an_echo_unless_it_is_faint(speech: Samples) -> None:
    assert fault(USUAL, speech, cancels_echo=False).endswith("set sound.cancel_echo = true")
    faint = replace(USUAL, echo_gain=0.02, noise_dbfs=-60)
    assert no_fault(faint, speech, cancels_echo=False).endswith("faint enough not to be cancelled")


def test_echo_check_ignores_resampled_silence(speech: Samples) -> None:
    playing = played_in(USUAL, speech)
    dither = np.random.default_rng(0).integers(-2, 3, len(playing.played), dtype=np.int16)

    figures = check_echo(playing.heard, playing.played + dither, cancels_echo=True).figures

    assert figures["over_noise_db"] == pytest.approx(
        found_in(USUAL, speech, cancels_echo=True).figures["over_noise_db"], abs=0.5
    )


# The speech test

PERSON = VoiceSpec("en-us+f2", 150)
"""The voice of the synthetic person, unlike the guide's."""

CALM_BLOCKS = 30
"""Blocks of the guide's silence before the person speaks: more than before the chime."""

Says = Callable[[str], Samples | None]
"""Returns the speech of a person who is asked to say this; None for no answer."""

Examined = Callable[..., list[CheckResult]]


def as_asked(words: str) -> Samples:
    return render(words, PERSON)


@pytest.fixture(scope="module")
def matcher(content: Content, model: SpeechModel) -> Matcher:
    return new_matcher(content.interpreter, model, content.language)


@pytest.fixture(scope="module")
def examined(
    content: Content, model: SpeechModel, matcher: Matcher
) -> Callable[..., list[CheckResult]]:
    """Return what runs the speech test with a person who answers so, and its results."""

    def examined(
        says: Says,
        acoustics: Acoustics = USUAL,
        late_s: Callable[[float], float] = lambda _: 0.0,
        asked: int = 1,
    ) -> list[CheckResult]:
        shown: list[str] = []
        asking = SpeechTest(
            new_listener(model, matcher, Phase.CHOOSING, Settings()),
            lambda text: render(text, VoiceSpec("en-us", 250)),
            Mixer(0.7),
            questions(content)[:asked],
            shown.append,
            lambda: now_s() + late_s(now_s()),
        )
        silent_blocks = 0

        def process(heard: Samples, played: Samples) -> Samples:
            nonlocal silent_blocks
            block = asking.process(heard, played)
            silent_blocks = 0 if block.any() else silent_blocks + 1
            return block

        def now_s() -> float:
            return blocks * BLOCK / RATE

        blocks = 0
        room = Room(acoustics, process)
        asking.start()
        while not asking.is_finished:
            room.move_on()
            blocks += 1
            if silent_blocks == CALM_BLOCKS:
                said = says(shown[-1].split('"')[1])
                if said is not None:
                    room.say(said)
        return list(speech_check.check_speech(asking.answers, breaks=0))

    return examined


def figures(findings: list[CheckResult], name: str) -> list[object]:
    return [finding.figures[name] for finding in findings]


def test_speech_check_reports_level_and_delay_of_each_answer(examined: Examined) -> None:
    said: list[Samples] = []

    def says(words: str) -> Samples:
        said.append(as_asked(words))
        return said[-1]

    findings = examined(says, asked=3)

    assert [finding.is_well for finding in findings] == [True, True, True]
    for finding in findings:
        assert re.fullmatch(
            r'"[a-z ]+" understood, -\d+ dBFS, \d+ dB over the noise, decided after 0.\d\d s, '
            r"\d\.\d\d of the processor's time",
            finding.report,
        )
    assert all(figures(findings, "is_understood"))
    # The room makes it louder, and her pauses do not count.
    gain_db = 20 * np.log10(USUAL.person_gain * np.linalg.norm(USUAL.from_person))
    spoken_dbfs = [level_dbfs(sound) + gain_db for sound in said]
    assert figures(findings, "speech_dbfs") == pytest.approx(spoken_dbfs, abs=1.5)
    assert figures(findings, "noise_dbfs") == pytest.approx([USUAL.noise_dbfs] * 3, abs=1)


@pytest.mark.parametrize(
    ("acoustics", "advice"),
    [
        (replace(USUAL, person_gain=0.01, noise_dbfs=-85), "too soft: turn the microphone's gain"),
        (replace(USUAL, noise_dbfs=-31), "hardly louder than the noise: come nearer"),
        (replace(USUAL, person_gain=8), "too loud: turn the microphone's gain down"),
    ],
)
def test_speech_check_advises_on_loudness_and_noise(
    examined: Examined, acoustics: Acoustics, advice: str
) -> None:
    (finding,) = examined(as_asked, acoustics)

    assert not finding.is_well
    assert advice in finding.report


def test_speech_check_reports_a_machine_that_is_too_slow(
    examined: Examined,
) -> None:
    in_time, late = examined(as_asked, late_s=lambda at_s: 0.5 if at_s > 5.0 else 0.02, asked=2)

    assert in_time.is_well
    assert "this machine is too busy, or too slow" in late.report
    assert late.figures["behind_s"] == pytest.approx(0.48)


def test_speech_check_reports_what_was_heard_instead(examined: Examined) -> None:
    (goodbye,) = examined(lambda _: as_asked("goodbye"))

    assert not goodbye.is_well
    assert re.search('heard as "good ?bye" [(]Goodbye[)]', goodbye.report)
    assert goodbye.figures["meaning"] == "Goodbye"


def test_speech_test_without_an_answer_ends_without_a_fault(examined: Examined) -> None:
    (finding,) = examined(lambda _: None, asked=3)

    assert finding.is_well
    assert re.match(r'".+" was not heard within 5 s; if you said it, come nearer', finding.report)
    assert finding.figures["heard"] is None


def test_speech_check_reports_a_missing_answer_among_others(examined: Examined) -> None:
    findings = examined(
        lambda words: None if words == "what can you do" else as_asked(words), asked=3
    )

    assert [finding.is_well for finding in findings] == [True, False, True]
    assert '"what can you do" not heard: too soft' in findings[1].report


def test_questions_report_a_language_that_suggests_no_sentence(content: Content) -> None:
    with pytest.raises(VoiceGuideError, match=r"can_say\.choosing: expected sentences"):
        questions(replace(content, prompts=cast(Prompts, lambda *_, **__: 'Say "abracadabra".')))


QUESTION = Question("next", Meaning("Next", {}), 'Say: "next".')
NEXT = Command("Next", text="next", start_s=1.0, decided_s=2.0, compute_ms=100)
CLEAR = Loudness(-25.0, -60.0, is_clipped=False, silence_s=0.2)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            Answer(QUESTION, NEXT, CLEAR, behind_s=0.01),
            '"next" understood, -25 dBFS, 35 dB over the noise, decided after 0.21 s, '
            "0.10 of the processor's time",
        ),
        (
            Answer(QUESTION, NEXT, CLEAR, behind_s=0.5),
            "decided after 0.70 s, 0.10 of the processor's time: this machine is too busy",
        ),
        (Answer(QUESTION, NEXT, is_early=True), "the guide hears itself: see echo"),
        (
            Answer(QUESTION, NotUnderstood("next [unk]", 2.0), CLEAR),
            '"next" heard as "next …", not understood, -25 dBFS, 35 dB over the noise, decided '
            "after 0.20 s: try once more",
        ),
        (Answer(QUESTION, NEXT, replace(CLEAR, speech_dbfs=-50)), "too soft: turn the microphone"),
        (Answer(QUESTION, NEXT, replace(CLEAR, noise_dbfs=-30)), "hardly louder than the noise"),
        (Answer(QUESTION, NEXT, replace(CLEAR, is_clipped=True)), "too loud: turn the microphone"),
    ],
)
def test_speech_check_reports_each_answer_with_advice(answer: Answer, expected: str) -> None:
    (finding,) = speech_check.check_speech([answer], breaks=0)

    assert expected in finding.report
    assert finding.is_well == (finding.report == expected)


def test_speech_check_blames_interrupted_sound_for_a_failure() -> None:
    good, bad = Answer(QUESTION, NEXT, CLEAR), Answer(QUESTION, NotUnderstood("", 2.0), CLEAR)

    (blamed,) = speech_check.check_speech([bad], breaks=2)
    (praised,) = speech_check.check_speech([good], breaks=2)

    assert "not measured: the sound was interrupted 2 times" in blamed.report
    assert praised.is_well


# Devices


def test_device_list_names_devices_without_the_port_they_are_plugged_into(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ["Fine Mic: USB Audio (hw:1,0)", "Twin (hw:2,0)", "Twin (hw:3,0)", "default"]
    microphones = [
        {
            "index": index,
            "name": name,
            "max_input_channels": 1,
            "max_output_channels": 0,
            "default_samplerate": 48_000.0,
        }
        for index, name in enumerate(names)
    ]

    def check(_: int, __: int, ___: str, samplerate: float) -> None:
        if samplerate != 48_000:
            raise sd.PortAudioError("Invalid sample rate")

    monkeypatch.setattr(sd, "query_devices", lambda: microphones)
    monkeypatch.setattr(sd, "check_input_settings", check)

    choices = device_list.microphones("twin (hw:3")

    assert [choice.name for choice in choices] == ["Fine Mic: USB Audio", *names[1:]]
    assert [choice.is_used for choice in choices] == [False, False, True, False]
    assert {choice.rates_hz for choice in choices} == {(48_000,)}
    for choice in choices:
        assert device_list.microphone(choice.name) == choice.device
    assert device_list.speakers() == []


# For a bug report


def test_bug_report_contains_only_types_that_json_knows() -> None:
    found = CheckResult("x", False, "y", {"a": {"b": (1, 2.00001)}, "c": float("inf"), "d": None})

    report = json.loads(json.dumps(bug_report([found]), allow_nan=False))

    assert report["findings"] == [
        {
            "part": "x",
            "is_well": False,
            "report": "y",
            "figures": {"a": {"b": [1, 2.0]}, "c": "inf", "d": None},
        }
    ]
    assert set(report) == {"voice_guide", "python", "libraries", "machine", "findings"}
    assert {"vosk", "pyttsx3", "sounddevice", "portaudio"} <= set(report["libraries"])
    assert not {"pytest", "ruff", "hypothesis", "ovoscope"} & set(report["libraries"])
    assert report["machine"]["cores"] >= 1
    assert report["machine"]["memory_mb"] > 100


def test_bug_report_does_not_name_the_user() -> None:
    home = Path.home()
    found = CheckResult("x", True, f"{home}/a: {home}/b", {"path": f"{home}/c", "not": f"{home}s"})

    (finding,) = cast(list[dict[str, object]], bug_report([found])["findings"])

    assert finding["report"] == "~/a: ~/b"
    assert finding["figures"] == {"path": "~/c", "not": f"{home}s"}
