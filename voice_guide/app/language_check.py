"""The check that a language has everything a session may need, before one begins."""

from collections.abc import Iterable, Iterator

from voice_guide.dialogue.prompts import Prompts
from voice_guide.nlu.sentences import Sentences
from voice_guide.nlu.template import Template


def missing_prompts(prompts: Prompts, reference: Prompts) -> Iterator[str]:
    """Yield what a language's prompts lack, compared with a complete language."""
    names, known = set(prompts.names), set(reference.names)
    yield from _listed("missing", known - names)
    yield from _listed("there is no such prompt as", names - known)
    for name in sorted(names & known):
        unknown = prompts.values(name) - reference.values(name)
        yield from _listed(f"{name}: there is no such value as", unknown)


def missing_sentences(sentences: Sentences, reference: Sentences) -> Iterator[str]:
    """Yield what a language's sentences lack, compared with a complete language."""
    yield from _listed("there is no such intent as", sentences.intents - reference.intents)
    contexts = set(sentences.contexts) - set(reference.contexts)
    yield from _listed("there is no such context as", contexts)
    for context in reference.contexts:
        here, there = (
            {template.intent for template in each.templates(context) if template.is_said}
            for each in (sentences, reference)
        )
        yield from _listed(f"no sentence, in the context {context}, for", there - here)
    unsafe = (reference.safe_intents - sentences.safe_intents) & sentences.intents
    yield from _listed("metadata: {safe: true} is missing in", unsafe)
    yield from _missing_values(sentences.templates(None), reference.templates(None))


def _missing_values(templates: list[Template], reference: list[Template]) -> Iterator[str]:
    """Yield the intents whose sentences lack a required value, or have text for a number."""
    for intent in dict.fromkeys(template.intent for template in templates):
        complete = [template for template in reference if template.intent == intent]
        mine = [template for template in templates if template.intent == intent]
        if not complete:
            continue
        needed = frozenset.intersection(*(template.slots for template in complete))
        numbers = frozenset.union(*(template.numbers for template in complete))
        for template in mine:
            yield from _listed(f"{intent}: a sentence lacks", needed - template.slots)
            words = (numbers & template.slots) - template.numbers
            yield from _listed(f"{intent}: expected a number for", words)


def _listed(problem: str, names: Iterable[str]) -> Iterator[str]:
    """Yield one line that names them all, if there are any."""
    if listed := ", ".join(sorted(set(names))):
        yield f"{problem}: {listed}"
