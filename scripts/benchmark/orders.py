"""Tables of recorded orders: columns `file` and `slots`, the latter as JSON."""

import json
from collections import defaultdict
from pathlib import Path

from harness.recordings import read_tsv
from voice_guide.errors import VoiceGuideError

ORDER = "Order"
"""The intent of all orders."""

_SLOTS = ("size", "roast", "numberOfShots", "coffeeDrink", "milkAmount", "sugarAmount")
"""The slots of the sentence file."""


def read_orders(table: Path) -> list[tuple[Path, dict[str, str]]]:
    """Return the file and the slots of each order; raise VoiceGuideError if they are invalid."""
    orders = []
    for row in read_tsv(table, "file", "slots"):
        try:
            slots = json.loads(row["slots"])
        except json.JSONDecodeError as error:
            raise VoiceGuideError(f"{table}: the slots of {row['file']}: {error}") from error
        orders.append((table.parent / row["file"], {name: str(slots[name]) for name in slots}))
    return orders


def order_lists(table: Path) -> dict[str, list[str]]:
    """Return the values of each slot, for the lists of the sentence file.

    Raise VoiceGuideError if a slot has none.
    """
    values: dict[str, set[str]] = defaultdict(set)
    for _, slots in read_orders(table):
        for name, value in slots.items():
            values[name].add(value)
    if missing := ", ".join(name for name in _SLOTS if name not in values):
        raise VoiceGuideError(f"{table}: no order has the slots: {missing}")
    return {name: sorted(found) for name, found in values.items()}
