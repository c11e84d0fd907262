"""The guide's opening sentences in the template format of OpenVoiceOS intent files.

Both formats write optional words as `[x]` and alternatives as `(x|y)`. Rules, which OVOS does not
have, are written out in their place; templates with lists are left out.
"""

from collections.abc import Iterator
from itertools import permutations

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    Permutation,
    RuleReference,
    TextChunk,
)

from voice_guide.dialogue.phase import Phase
from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.sentences import Sentences, Template


def opening_lines(sentences: Sentences) -> tuple[str, ...]:
    """Return the lines of the intent file that opens a session, one for each template."""
    return tuple(dict.fromkeys(_lines(sentences)))


def _lines(sentences: Sentences) -> Iterator[str]:
    for template in sentences.openings().templates(Phase.CHOOSING):
        if not template.slots:
            yield " ".join(_written(template.expression, template).split())


def _written(expression: Expression, template: Template) -> str:
    """Return an expression as OVOS writes it."""
    match expression:
        case TextChunk():
            return str(expression.original_text)
        case RuleReference():
            return _written(template.rules[expression.rule_name], template)
        case Permutation():
            orders = permutations(_written(item, template) for item in expression.items)
            return _one_of([" ".join(order) for order in orders])
        case Alternative():
            items = [_written(item, template) for item in expression.items]
            return (
                f"[{'|'.join(filter(None, items))}]" if expression.is_optional else _one_of(items)
            )
        case Group():
            return "".join(_written(item, template) for item in expression.items)
    raise VoiceGuideError(f"{template.intent}: {expression} cannot be written for OpenVoiceOS")


def _one_of(items: list[str]) -> str:
    return f"({'|'.join(items)})" if len(items) > 1 else "".join(items)
