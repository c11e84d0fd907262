"""The contexts in which a sentence is listened for."""

from collections.abc import Mapping
from typing import Any

_CONTEXT = "context"
"""The key below `requires_context` and `excludes_context` that names contexts."""


def contexts_in(condition: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the contexts that a condition of a sentence file names."""
    named = condition.get(_CONTEXT, ())
    return (named,) if isinstance(named, str) else tuple(named)


def holds_in(context: str | None, required: frozenset[str], excluded: frozenset[str]) -> bool:
    """Return whether a sentence is listened for in a context (None: in any)."""
    if context is None:
        return True
    places = with_parents(context)
    return places.isdisjoint(excluded) and not (required and places.isdisjoint(required))


def with_parents(context: str) -> frozenset[str]:
    """Return a context and those it is a part of: "step.ready" is a part of "step"."""
    parts = context.split(".")
    return frozenset(".".join(parts[:count]) for count in range(1, len(parts) + 1))


def other_conditions(condition: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a condition names besides contexts, which hassil looks at itself."""
    return {key: value for key, value in condition.items() if key != _CONTEXT}
