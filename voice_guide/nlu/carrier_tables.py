"""The tables of a language's `carriers.toml`."""

from dataclasses import field

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

STRICT = ConfigDict(extra="forbid")
"""The configuration of all tables: a key that there is not is refused."""


@dataclass(frozen=True, config=STRICT)
class Carriers:
    """Phrases that carry a sentence without meaning anything themselves."""

    either: tuple[str, ...] = ()
    """Phrases before, between or after sentences: "okay", "please"."""

    seldom: tuple[str, ...] = ()
    """The same, where people seldom say them, so that no recognizer need listen for them."""

    before: tuple[str, ...] = ()
    """Phrases that only come before a sentence: "can you"."""

    after: tuple[str, ...] = ()
    """Phrases that only come after one: "this one"."""

    anywhere: tuple[str, ...] = ()
    """Phrases that may stand within a sentence: "really"."""

    articles: tuple[str, ...] = ()
    """Words of a sentence that may be missing."""


@dataclass(frozen=True, config=STRICT)
class Wording:
    """Different ways to say or write the same words."""

    same: tuple[tuple[str, ...], ...] = ()
    """Phrases that are said for one another: "it's" and "it is"."""

    spellings: dict[str, str] = field(default_factory=dict)
    """The spelling in sentence files of words that may be typed in another way."""

    endings: dict[str, str] = field(default_factory=dict)
    """The word that an ending stands for, which is joined to any noun: "my neck's stiff"."""


@dataclass(frozen=True, config=STRICT)
class Negation:
    """Words that say the opposite, and how far they reach."""

    words: tuple[str, ...] = ()
    """Phrases that negate: "not"."""

    endings: tuple[str, ...] = ()
    """The last letters of words that negate: "n't"."""

    never_before: frozenset[str] = frozenset()
    """Words that no negation stands before: "don't bye" is something misheard."""

    exclamations: tuple[str, ...] = ()
    """Words that negate only nouns, and otherwise stand alone: "no"."""

    alone: tuple[str, ...] = ()
    """The first words of sentences that an exclamation does not negate."""

    subjects: tuple[str, ...] = ()
    """The first words of sentences that have a subject, and so do not continue another one."""

    reported: tuple[str, ...] = ()
    """Words between a negation and a subject that let it reach: "think"."""

    between: tuple[str, ...] = ()
    """Words between a negation and other sentences that let it reach: "want to"."""

    after: tuple[str, ...] = ()
    """Phrases that negate the sentence before them: "no more"."""


@dataclass(frozen=True, config=STRICT)
class Opposites:
    """The ways to say the opposite of a sentence."""

    before: tuple[str, ...] = ()
    """Phrases before a sentence that begins with one of `begins`: "don't"."""

    begins: frozenset[str] = frozenset()
    """First words of sentences that people negate so: "stop", "ready"."""

    instead: tuple[tuple[str, str], ...] = ()
    """Phrases of a sentence, and what its opposite has in their place."""


@dataclass(frozen=True, config=STRICT)
class Correction:
    """Phrases that replace a sentence by the next one."""

    words: tuple[str, ...] = ()
    """Phrases between them: "no", "I mean"."""
