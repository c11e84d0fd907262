"""The benchmark's scenes: commands over a background, and recorded orders."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from support.sounds import hiss, hum

from benchmark.accuracy import ListenerSetup
from benchmark.backgrounds import CATEGORIES, recorded_backgrounds, synthetic_backgrounds
from benchmark.conditions import SPEECH_DBFS
from benchmark.materials import Clip, recorded_orders
from benchmark.orders import order_lists
from benchmark.scenes import SCENES, SceneTest
from benchmark.systems import VOICE_GUIDE, vocabulary
from harness.levels import active_level_dbfs
from voice_guide.audio.pcm import RATE, Samples, level_dbfs, to_int16
from voice_guide.devices.wav_file import write
from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.intent import Intent
from voice_guide.nlu.sentences import Meaning

STOP, NEXT = Meaning(Intent.STOP, {}), Meaning(Intent.NEXT, {})

CLIPS = [Clip("stop", hum(1), STOP), Clip("next", hum(1), NEXT), Clip("next", hum(1), NEXT)]
"""Commands at 5, 13 and 21 seconds."""

SETUP = ListenerSetup(VOICE_GUIDE, "step")


class FakeSystem:
    """Decides at set times, whatever it hears."""

    def __init__(self, decided: dict[float, Meaning]) -> None:
        self.heard: list[Samples] = []
        self._decided = decided

    def hear(self, block: Samples) -> Sequence[tuple[Meaning, str]]:
        self.heard.append(block)
        now_s = round(sum(map(len, self.heard)) / RATE, 3)
        return [(self._decided[now_s], "")] if now_s in self._decided else []

    def finish(self) -> Sequence[tuple[Meaning, str]]:
        return []

    @property
    def sound(self) -> Samples:
        return np.concatenate(self.heard)


def heard_by(
    monkeypatch: pytest.MonkeyPatch, decided: dict[float, Meaning] | None = None
) -> FakeSystem:
    system = FakeSystem(decided or {})
    monkeypatch.setattr("benchmark.accuracy.new_system", lambda *_: system)
    return system


def test_command_is_obeyed_if_the_last_decision_in_time_is_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard_by(monkeypatch, {3.0: STOP, 6.2: STOP, 14.0: STOP, 14.5: NEXT, 22.2: STOP})
    result = SceneTest(SETUP, "quiet", CLIPS, None, 0).run()

    assert [command.is_obeyed for command in result.commands] == [True, True, False]
    assert result.commands[0].delay_s == pytest.approx(0.2, abs=0.02)
    assert [one.at_s for one in result.false_accepts.decided] == [3.0]
    assert result.false_accepts.heard_s == 29


def test_background_is_softer_than_the_commands_by_the_ratio(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system = heard_by(monkeypatch)
    SceneTest(SETUP, "music", CLIPS, hiss(3), 15).run()

    assert active_level_dbfs(system.sound[5 * RATE : 6 * RATE]) == pytest.approx(
        SPEECH_DBFS, abs=0.5
    )
    assert level_dbfs(system.sound[8 * RATE : 11 * RATE]) == pytest.approx(
        SPEECH_DBFS - 15, abs=0.3
    )


def test_background_alone_is_as_loud_as_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    system = heard_by(monkeypatch, {2.0: STOP})
    result = SceneTest(SETUP, "music", (), hiss(3), None, 4.0).run()

    assert result.commands == []
    assert len(result.false_accepts.decided) == 1
    assert len(system.sound) == 4 * RATE
    assert level_dbfs(system.sound) == pytest.approx(level_dbfs(hiss(3)), abs=0.1)


def test_every_scene_has_a_background() -> None:
    backgrounds = synthetic_backgrounds([hum(1)] * 24)

    assert list(backgrounds) == list(CATEGORIES)
    assert {scene.category for scene in SCENES} <= {None, *backgrounds}
    assert all(np.abs(sound).max() > 100 for sound in backgrounds.values())


def test_recorded_backgrounds_are_joined_by_category(tmp_path: Path) -> None:
    write(tmp_path / "one.wav", hum(0.5))
    table = tmp_path / "background.tsv"
    rows = [f"one.wav\t{category}" for category in (*CATEGORIES, CATEGORIES[0])]
    table.write_text("\n".join(["file\tcategory", *rows]))

    found = recorded_backgrounds(table)

    assert [len(found[name]) for name in CATEGORIES[:2]] == [RATE, RATE // 2]
    table.write_text("\n".join(["file\tcategory", *rows[1:-1]]))
    with pytest.raises(VoiceGuideError, match="no recordings of the category reading"):
        recorded_backgrounds(table)


def test_recorded_orders_have_their_own_sentences(tmp_path: Path) -> None:
    write(tmp_path / "one.wav", to_int16(np.zeros(100)))
    table = tmp_path / "orders.tsv"
    slots = {
        "size": "large",
        "roast": "dark roast",
        "numberOfShots": "single shot",
        "coffeeDrink": "mocha",
        "milkAmount": "soy milk",
        "sugarAmount": "honey",
    }
    table.write_text(f"file\tslots\none.wav\t{json.dumps(slots)}\n")

    [clip] = recorded_orders(table)

    text = "can i have a large dark roast single shot mocha with soy milk and honey"
    assert vocabulary(str(table)).meaning(text) == clip.meaning == Meaning("Order", slots)
    table.write_text('file\tslots\none.wav\t{"size": "large"}\n')
    with pytest.raises(VoiceGuideError, match="no order has the slots: roast"):
        order_lists(table)
    table.write_text("file\tslots\none.wav\tlarge\n")
    with pytest.raises(VoiceGuideError, match=r"the slots of one\.wav"):
        recorded_orders(table)
