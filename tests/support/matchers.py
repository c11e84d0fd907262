"""A matcher for every word, without decoys."""

from voice_guide.nlu.fillers import FillerWords
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.matcher import Matcher
from voice_guide.nlu.sentences import Sentences


def matcher_of(sentences: Sentences) -> Matcher:
    """Return a matcher of sentences for a speech model that knows every word."""
    return Matcher(Interpreter(sentences), lambda _: True, FillerWords((), lambda _: True, list))
