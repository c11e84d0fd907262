"""The options of `voice-guide wyoming`, and what is wrong with them."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

Refused = Callable[..., str]


@pytest.mark.parametrize("uri", ["127.0.0.1:10700", "udp://x:1", "tcp://x", "tcp://x:99999", ""])
def test_what_is_no_address_is_refused(refused: Refused, uri: str) -> None:
    assert refused("wyoming", "--uri", uri).endswith('one is "tcp://127.0.0.1:10700"')


def test_an_address_is_given_in_one_way(refused: Refused) -> None:
    told = refused("wyoming", "--uri", "tcp://127.0.0.1:1", "--port", "2")

    assert "leave --host and --port out" in told


def test_a_port_in_use_is_named(refused: Refused) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        told = refused("wyoming", "--port", str(port))

    assert told.startswith(f"tcp://127.0.0.1:{port}: cannot be listened on: ")


def test_a_token_that_others_can_read_is_refused(refused: Refused, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("secret")
    token.chmod(0o644)

    told = refused("wyoming", "--home-assistant", "http://127.0.0.1:1", "--token-file", token)

    assert told.endswith(f"chmod 600 {token}")
    assert "secret" not in told


@pytest.mark.parametrize("content", ["", "two words", "x\ny", "\0"])
def test_what_is_no_token_is_refused(refused: Refused, tmp_path: Path, content: str) -> None:
    token = tmp_path / "token"
    token.write_text(content)
    token.chmod(0o600)

    told = refused("wyoming", "--home-assistant", "http://127.0.0.1:1", "--token-file", token)

    advice = "a long-lived access token of Home Assistant belongs there"
    assert told == f"{token}: there is no token in it: {advice}"


def test_the_usual_place_of_the_token_is_named_where_there_is_none(
    refused: Refused, config: Path
) -> None:
    config.write_text('[home_assistant]\nurl = "http://127.0.0.1:1"\n')

    told = refused("wyoming")

    usual = Path(os.environ["HOME"]) / ".config/voice-guide/home-assistant-token"
    assert told.startswith(f"{usual}: cannot be read: ")


def test_an_address_of_home_assistant_is_checked(refused: Refused) -> None:
    told = refused("wyoming", "--home-assistant", "homeassistant.local")

    assert told.startswith('"homeassistant.local" is no address of Home Assistant')
