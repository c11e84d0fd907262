"""The phrases that a template in a pack stands for."""

from functools import cache
from itertools import islice

from hassil.errors import HassilError
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError
from hassil.sample import sample_sentence

from voice_guide.nlu.sampling import spoken

_MOST = 200
"""Phrases that one template may stand for: a pack names things, it holds no grammar."""


@cache
def phrases(template: str) -> tuple[str, ...]:
    """Return all phrases of a template: "[wall] massage" is "wall massage" and "massage".

    Raises ValueError where it is not a template, stands for too many, or refers to a
    list or a rule.
    """
    try:
        found = dict.fromkeys(
            " ".join(spoken(text))
            for text in islice(sample_sentence(parse_sentence(template)), _MOST + 1)
        )
    except AssertionError as error:
        raise ValueError("not a template: there is nothing to say in it") from error
    except ParseError as error:
        raise ValueError("not a template: a bracket is not closed or not opened") from error
    except HassilError as error:
        raise ValueError("a pack's template cannot refer to {lists} or <rules>") from error
    if len(found) > _MOST:
        raise ValueError(f"stands for more than {_MOST} phrases")
    if "" in found:
        raise ValueError("everything in it is optional")
    return tuple(found)
