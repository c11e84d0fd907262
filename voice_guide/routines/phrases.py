"""Expand a template in a pack into the phrases it stands for."""

from functools import cache
from itertools import islice

from hassil.errors import HassilError
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError
from hassil.sample import sample_sentence

from voice_guide.nlu.sampling import spoken

_MAX_PHRASES = 200
"""Number of phrases that one template may stand for: it names a thing, and is no grammar."""


@cache
def phrases(template: str) -> tuple[str, ...]:
    """Return all phrases of a template: "[wall] massage" is "wall massage" and "massage".

    Raises ValueError if it is not a template, stands for too many phrases, or refers to a list
    or a rule.
    """
    try:
        found = dict.fromkeys(
            " ".join(spoken(text))
            for text in islice(sample_sentence(parse_sentence(template)), _MAX_PHRASES + 1)
        )
    except AssertionError as error:
        raise ValueError("not a template: it has no words") from error
    except ParseError as error:
        raise ValueError("not a template: a bracket is not closed or not opened") from error
    except HassilError as error:
        raise ValueError("a pack's template cannot refer to {lists} or <rules>") from error
    if len(found) > _MAX_PHRASES:
        raise ValueError(f"stands for more than {_MAX_PHRASES} phrases")
    if "" in found:
        raise ValueError("everything in it is optional")
    return tuple(found)
