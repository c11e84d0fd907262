"""The sentences that can never be heard, and the words that a speech model lacks."""

from collections.abc import Callable
from dataclasses import dataclass

from hassil.intents import WildcardSlotList

from voice_guide.nlu.sampling import drawn_from
from voice_guide.nlu.sentences import Sentences
from voice_guide.nlu.spelling import written
from voice_guide.nlu.template import Template

_MAX_TRIED = 20
"""Sentences of a template that are tried until one is understood."""


@dataclass(frozen=True)
class HearingReport:
    """What cannot be heard of sentences, one line each for their author."""

    sentences: tuple[str, ...]
    """Sentences that cannot be heard in any way, and why."""

    words: tuple[str, ...]
    """Words of other sentences that cannot be heard."""

    is_nothing_heard: bool
    """True if there are sentences, and none of them can be heard."""


def check_hearing(sentences: Sentences, knows: Callable[[str], bool]) -> HearingReport:
    """Find what cannot be heard; `knows` tells whether the speech model has a word."""
    return _HearingCheck(sentences, knows).report()


class _HearingCheck:
    def __init__(self, sentences: Sentences, knows: Callable[[str], bool]) -> None:
        self._sentences = sentences
        self._knows = knows

    def report(self) -> HearingReport:
        templates = [each for each in self._sentences.templates(None) if each.is_said]
        problems: dict[tuple[str, str], list[str]] = {}
        lacking: dict[str, dict[str, None]] = {}
        for template in templates:
            texts = drawn_from(template)
            unknown = self._unknown([word for text in texts for word in text.split()])
            heard = [text for text in texts if not self._unknown(text.split())]
            if any(self._is_understood(text, template) for text in heard[:_MAX_TRIED]):
                lacking.setdefault(template.intent, {}).update(dict.fromkeys(unknown))
                continue
            shortest = " ".join(map(written, min(heard or texts, key=len, default="").split()))
            reason = self._reason(template, unknown if not heard else [])
            problems.setdefault((template.intent, reason), []).append(shortest)
        words = [
            f"{intent}: the speech model does not know {_quoted(words)}, so that no sentence with "
            "such a word can be heard; add another way to say it"
            for intent, words in lacking.items()
            if words
        ]
        is_nothing_heard = 0 < len(templates) == sum(map(len, problems.values()))
        lines = [
            f"{intent}: {_example(texts)} cannot be heard: {reason}"
            for (intent, reason), texts in problems.items()
        ]
        return HearingReport(tuple(lines), tuple(words), is_nothing_heard)

    def _unknown(self, words: list[str]) -> list[str]:
        return [word for word in dict.fromkeys(words) if not self._knows(word)]

    def _is_understood(self, text: str, template: Template) -> bool:
        return any(self._sentences.meanings(text, None, template.intent))

    def _reason(self, template: Template, unknown: list[str]) -> str:
        if unknown:
            return f"the speech model does not know {_quoted(unknown)}; use other words"
        wildcards = [
            each.list_name
            for each in template.references
            if isinstance(template.lists.get(each.list_name), WildcardSlotList)
        ]
        if wildcards:
            return (
                f"any words may stand for {{{wildcards[0]}}} (wildcard: true), and only listed "
                "ones are supported: give the list values or a range"
            )
        if template.conditions:
            return (
                f"requires_context: {', '.join(sorted(template.conditions))}: only context is "
                "supported there, and what a value of a list has below its key context"
            )
        return "a list in it has no values, or excludes_context rules all of them out"


def _example(texts: list[str]) -> str:
    more = f" and {len(texts) - 1} more" if len(texts) > 1 else ""
    return f'"{texts[0]}"{more}'


def _quoted(words: dict[str, None] | list[str]) -> str:
    return ", ".join(f'"{word}"' for word in map(written, words))
