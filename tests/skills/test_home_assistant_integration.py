"""The parts of the integration that need no Home Assistant, with the service."""

import ast
import asyncio
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from support.wyoming_service import WyomingService

from voice_guide.config.settings import Settings
from voice_guide.dialogue.phase import Phase
from voice_guide.skills import home_assistant

FOLDER = Path(home_assistant.__file__).parent / "custom_components" / "voice_guide"

STUDY = "assist_satellite.study"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WyomingService]:
    service = WyomingService(Settings(), tmp_path_factory.mktemp("rooms"))
    yield service
    service.close()


@pytest.fixture(scope="module")
def client() -> ModuleType:
    """Import the client without its package, which needs Home Assistant."""
    package = ModuleType("guide_integration")
    package.__path__ = [str(FOLDER)]
    sys.modules[package.__name__] = package
    return importlib.import_module("guide_integration.client")


def test_the_client_is_answered(service: WyomingService, client: ModuleType) -> None:
    guide = client.GuideClient("127.0.0.1", service.port)
    place = {"satellite_id": STUDY, "device_id": None}

    begun = asyncio.run(guide.answer("start the hand massage", "en", place, True))
    other = asyncio.run(guide.answer("what time is it", "en", place, True))
    (room,) = asyncio.run(guide.rooms())

    assert asyncio.run(guide.is_guide())
    assert begun.text.startswith("Hand massage")
    assert (begun.is_understood, begun.expects_reply) == (True, True)
    assert (other.text, other.is_understood) == ("I did not understand.", False)
    assert (room.satellite, room.phase, room.routine) == (STUDY, "preparing", "Hand massage")


def test_a_service_that_is_gone_is_told_in_a_line(client: ModuleType) -> None:
    guide = client.GuideClient("127.0.0.1", 9)

    with pytest.raises(client.GuideError, match="Connect call failed"):
        asyncio.run(guide.rooms())


def test_rooms_of_another_version_are_told_in_a_line(client: ModuleType) -> None:
    async def ask() -> None:
        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(
                b'{"type": "voice-guide-rooms", "data": {"rooms": [{"satellite": "a"}]}}\n'
            )
            await writer.drain()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            await client.GuideClient("127.0.0.1", port).rooms()

    with pytest.raises(client.GuideError, match="of another version"):
        asyncio.run(ask())


def test_a_guide_that_cannot_run_inside_is_told_in_a_line(client: ModuleType) -> None:
    guide = importlib.import_module("guide_integration.guide")

    with pytest.raises(client.GuideError, match=r"not installed .*: install it there with pip"):
        guide.import_inside()


def test_the_entity_knows_every_phase_and_has_words_for_it() -> None:
    tree = ast.parse((FOLDER / "sensor.py").read_text())
    (phases,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_PHASES"
    )
    strings = json.loads((FOLDER / "strings.json").read_text())

    assert phases == list(Phase)
    assert list(strings["entity"]["sensor"]["room"]["state"]) == ["idle", *phases]


def test_the_translation_has_all_texts_and_each_action_has_a_description() -> None:
    strings = json.loads((FOLDER / "strings.json").read_text())
    actions = yaml.safe_load((FOLDER / "services.yaml").read_text())

    assert json.loads((FOLDER / "translations" / "en.json").read_text()) == strings
    described = {name: set(each["fields"]) for name, each in strings["services"].items()}
    assert described == {name: set(each["fields"]) for name, each in actions.items()}


def test_each_step_that_can_be_chosen_has_words() -> None:
    config = json.loads((FOLDER / "strings.json").read_text())["config"]
    flow = ast.parse((FOLDER / "config_flow.py").read_text())
    steps = {
        node.name.removeprefix("async_step_")
        for node in ast.walk(flow)
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("async_step_")
    }

    menu = config["step"]["user"]
    assert steps == {"user", *menu["menu_options"]}
    assert set(menu["menu_option_descriptions"]) == set(menu["menu_options"])
