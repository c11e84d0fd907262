"""Strategies for damaged files, which hypothesis draws and shrinks."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import yaml
from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

Tree: TypeAlias = Any
"""The content of a TOML or YAML file: tables, lists, texts, numbers."""

_TEXTS = (
    *("", " ", "\n", "\0", "\u202e", "ß", "İ", "½", "ﬁ", "x" * 10_000, "9" * 5_000, "../../x"),
    *("a|b)", "(a|b", "[a", "[a]", "[[a]]", "(a|)", "()", "[]", "(|)", "((((a))))", "[a] " * 30),
    *("{side}", "{area}", "{x}", "{", "}", "{}", "{1..9:number}", "{0..99999999999}", "{9..1}"),
    *("<want>", "<x>", "<", "<>", "(a;b)", "(a;b;c;d;e;f;g;h;i;j;k;l)", "(" * 300, "[" * 300),
    *("(a|b|c|d) " * 12, "{{ x }}", "{{", "{% x %}", "{{ 9**9**9 }}", "{{ x.y.z() }}"),
    *(
        "\x1b[2J",
        "\a",
        "a\u2028b",
        "\x85",
        "\x7f",
        "a\r\nb",
        "Turn On the A.C.!",
        "{1..9:x}5%",
        "\\(",
    ),
    *("en", "de", "nan", "inf", "null", "~", "yes", "2026-03-02", "1e400", "\\d(", "(?P<a>", "*"),
)
"""Texts that code may not be prepared for."""

_LITERALS = (
    *("nan", "inf", "-inf", "1e400", "-0", "0x7f", "9" * 5_000, "-1", "0.1", "true", "null", "~"),
    *("1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", '""', "''", '"""', "[]", "{}", "[[]]"),
    *("{a=1}", "[1, 'a']", "[" * 2_000, "{a=" * 2_000, "a." * 2_000, "{" * 2_000, "- " * 2_000),
    *(
        "12:30",
        "!!set {a, b}",
        "!!binary aGk=",
        "!!timestamp 2026-05-01",
        "!!omap [a: b]",
        "1_000",
    ),
    *("&a [*a]", "*a", "<<: *a", "!!python/none", "!!binary x", "? a", "--- a", "%YAML 9"),
    *("\ufeff", "\r", "\t", "#", "=", ":", "[", "]", "{", "}", '"', "\\", "\\u", "\\ud800", "|"),
)
"""Literals that may be in a file by mistake."""

_NO_TEXT = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1a")
"""Bytes that are no UTF-8 text."""

_NUMBERS = (0, 1, -1, 2, 7, 255, 65_535, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, -(2**63))

_FIELDS = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x01\0\0\0", b"\0\0\0\x80")
"""Values of fields in a binary file's header."""

_MAX_CHANGES = 3
"""Changes to one file."""

_WORD = re.compile(rb"[\w.-]+|\"[^\"\n]*\"")

_SOME_TEXT = (
    st.text(st.characters(codec="utf-8"), max_size=8)
    | st.text(st.characters(categories=("Cc", "Cf", "Zl", "Zp")), max_size=4)
    | st.text("()[]{}<>|;:@\\'’-&%.,!? aB1é", max_size=12)
)

_VALUES: SearchStrategy[Tree] = st.recursive(
    st.sampled_from(_TEXTS)
    | _SOME_TEXT
    | st.sampled_from(_NUMBERS)
    | st.floats()
    | st.booleans()
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.binary(max_size=4)
    | st.sets(st.sampled_from(_TEXTS), max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_TEXTS), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def damaged(draw: DrawFn, valid: Sequence[bytes]) -> bytes:
    """Draw one of these files with some bytes lost, changed, doubled or copied from another."""
    content = bytearray(draw(st.sampled_from(valid)))
    for _ in range(draw(st.integers(1, _MAX_CHANGES))):
        at = _place(draw, len(content))
        until = min(len(content), at + draw(st.sampled_from((1, 2, 4, 30, len(content)))))
        match draw(st.integers(0, 4)):
            case 0:
                del content[at:until]
            case 1:
                content[at:at] = content[at:until]
            case 2:
                content[at : at + 4] = draw(st.sampled_from(_FIELDS))
            case 3:
                content[at:until] = draw(st.binary(max_size=4))
            case _:
                other = draw(st.sampled_from(valid))
                content[at:until] = other[_place(draw, len(other)) :]
    return bytes(content)


@st.composite
def with_lying_header(draw: DrawFn, valid: Sequence[bytes]) -> bytes:
    """Draw one of these WAV files with other sizes, channels, rates or kinds in its header."""
    content = bytearray(draw(st.sampled_from(valid)))
    sound = content.find(b"data")
    fields = [
        *((at, 4) for at in (4, 16, 24, 28, sound + 4)),
        *((at, 2) for at in (20, 22, 32, 34)),
    ]
    for at, size in draw(st.lists(st.sampled_from(fields), min_size=1, max_size=3)):
        value = draw(st.sampled_from(_NUMBERS) | st.integers(0, 64)) % 256**size
        content[at : at + size] = value.to_bytes(size, "little")
    return bytes(content[: len(content) - draw(st.sampled_from((0, 1, 7, 400)))])


@st.composite
def misspelt(draw: DrawFn, valid: Sequence[bytes]) -> bytes:
    """Draw one of these text files with some words or lines changed."""
    content = draw(st.sampled_from(valid))
    for _ in range(draw(st.integers(1, _MAX_CHANGES))):
        lines = content.split(b"\n")
        at = _place(draw, len(lines))
        until = _place(draw, len(lines))
        match draw(st.integers(0, 5)):
            case 0:
                del lines[at : at + 1]
            case 1:
                lines.insert(at, lines[until] if lines else b"")
            case 2:
                lines[at:until] = []
            case 3:
                lines.insert(at, draw(st.sampled_from(_LITERALS)).encode())
            case 4:
                lines[at : at + 1] = [_misspelt_word(draw, line) for line in lines[at : at + 1]]
            case _:
                indented = draw(st.sampled_from((b" ", b"\t", b"- ", b"    ")))
                lines[at:until] = [indented + line for line in lines[at:until]]
        content = b"\n".join(lines)
    return content


def _misspelt_word(draw: DrawFn, line: bytes) -> bytes:
    words = [*_WORD.finditer(line)]
    if not words:
        return draw(st.sampled_from(_NO_TEXT)) + line
    word = draw(st.sampled_from(words))
    instead = draw(
        st.sampled_from(_LITERALS).map(str.encode)
        | st.sampled_from(_TEXTS).map(lambda text: b'"' + text.encode() + b'"')
        | st.sampled_from(_NO_TEXT)
    )
    return line[: word.start()] + instead + line[word.end() :]


@st.composite
def rebuilt(draw: DrawFn, valid: Sequence[Tree], written: Callable[[Tree], str]) -> bytes:
    """Draw a well-formed file with some values of these trees replaced."""
    tree = draw(st.sampled_from(valid))
    for _ in range(draw(st.integers(1, _MAX_CHANGES))):
        tree = _changed(draw, tree)
    return _encoded(tree if isinstance(tree, dict) else {"x": tree}, written)


def _changed(draw: DrawFn, tree: Tree) -> Tree:
    """Return a copy of a tree with one value replaced, however deep."""
    if isinstance(tree, dict) and tree and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(sorted(tree)))
        rest = {other: value for other, value in tree.items() if other != key}
        if not draw(st.integers(0, 9)):
            return rest
        name = key if draw(st.integers(0, 9)) else draw(st.sampled_from(_TEXTS))
        return {**rest, name: _changed(draw, tree[key])}
    if isinstance(tree, list) and tree and draw(st.integers(0, 9)):
        at = draw(st.integers(0, len(tree) - 1))
        return [*tree[:at], _changed(draw, tree[at]), *tree[at + draw(st.integers(0, 1)) :]]
    return draw(_VALUES)


def made_up(written: Callable[[Tree], str]) -> SearchStrategy[bytes]:
    """Draw a well-formed file of random content."""
    tables = st.dictionaries(st.sampled_from(_TEXTS) | _SOME_TEXT, _VALUES, max_size=5)
    return tables.map(lambda tree: _encoded(tree, written))


def _encoded(tree: Tree, written: Callable[[Tree], str]) -> bytes:
    try:
        return written(tree).encode()
    except (TypeError, ValueError, yaml.YAMLError):
        # The format cannot express it.
        reject()


def _place(draw: DrawFn, length: int) -> int:
    return draw(st.integers(0, max(0, length - 1)))
