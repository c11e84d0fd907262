"""Finding the microphone: what a speaker plays is none, unless the user names it."""

from collections.abc import Callable, Iterator

import pytest

from harness.program import RunningProgram, voice_guide_command
from harness.sound_server import MICROPHONE, SPEAKER, SoundServer
from voice_guide.devices import device_list
from voice_guide.devices.portaudio import sd
from voice_guide.devices.pulse_default import default_monitor


@pytest.fixture(scope="module")
def speaker_only() -> Iterator[SoundServer]:
    with SoundServer(devices=SPEAKER) as server:
        yield server


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[SoundServer], None]:
    """Return what makes this process use a sound server."""

    def use(server: SoundServer) -> None:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)

    return use


def test_default_source_of_a_server_without_a_microphone_is_a_monitor(
    speaker_only: SoundServer, use: Callable[[SoundServer], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(speaker_only)

    assert default_monitor() == "speaker.monitor"
    monkeypatch.setenv("PULSE_SOURCE", "speaker.monitor")
    assert default_monitor() is None


def test_default_source_of_a_server_with_a_microphone_is_no_monitor(
    use: Callable[[SoundServer], None],
) -> None:
    with SoundServer(devices=MICROPHONE + SPEAKER) as server:
        use(server)

        assert default_monitor() is None


def test_without_a_server_there_is_no_monitor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nonexistent/native")

    assert default_monitor() is None


def test_run_plays_the_demo_where_only_a_monitor_can_be_recorded(
    speaker_only: SoundServer,
) -> None:
    with RunningProgram(voice_guide_command("run"), speaker_only.environment) as program:
        assert program.errors
        program.errors.wait_for(
            'voice-guide: this machine has no microphone, only "speaker.monitor", which is what a '
            "speaker plays; here is the demo instead.",
            within_s=60,
        )


NAMES = ("default", "Monitor of Built-in Audio", "pulse", "hdmi.monitor", "USB Mic (hw:1,0)")


@pytest.fixture
def microphones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let PortAudio list these microphones, and the server's default source be a monitor."""
    listed = [
        {
            "index": index,
            "name": name,
            "max_input_channels": 2 if "USB" not in name else 6,
            "max_output_channels": 0,
            "default_samplerate": 48_000.0,
        }
        for index, name in enumerate(NAMES)
    ]
    monkeypatch.setattr(sd, "query_devices", lambda: listed)
    monkeypatch.setattr(sd, "check_input_settings", lambda *_, **__: None)
    monkeypatch.setattr(device_list, "default_monitor", lambda: "speaker.monitor")


@pytest.mark.usefixtures("microphones")
def test_microphone_of_the_system_is_one_that_is_no_monitor() -> None:
    assert device_list.microphone().name == "USB Mic (hw:1,0)"


@pytest.mark.usefixtures("microphones")
@pytest.mark.parametrize("name", NAMES)
def test_microphone_that_is_named_is_used_even_if_it_is_a_monitor(name: str) -> None:
    assert device_list.microphone(name).name == name


@pytest.mark.usefixtures("microphones")
def test_all_channels_of_a_microphone_array_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    assert device_list.microphone().channels == 6
    monkeypatch.setattr(device_list, "_MAX_MIC_CHANNELS", 4)
    assert device_list.microphone().channels == 2
