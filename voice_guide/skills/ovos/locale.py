"""The guide's opening sentences, written out for an OpenVoiceOS intent file.

OVOS's intent parsers do not agree on nested alternatives, so that each line is one sentence.
Templates with values (routines, places) are left out: they would be thousands of lines.
"""

from collections.abc import Iterator

from hassil.expression import Sentence
from hassil.sample import sample_expression

from voice_guide.dialogue.phase import Phase
from voice_guide.nlu.sentences import OPENS, Sentences


def opening_lines(sentences: Sentences) -> tuple[str, ...]:
    """Return the lines of the intent file that opens a session, each once."""
    return tuple(dict.fromkeys(_lines(sentences)))


def _lines(sentences: Sentences) -> Iterator[str]:
    for template in sentences.marked(OPENS).templates(Phase.CHOOSING):
        if not template.slots:
            rules = {name: Sentence(rule) for name, rule in template.rules.items()}
            for text in sample_expression(template.expression, None, rules):
                yield " ".join(text.split())
