"""What changed between two texts, in words that people read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from articles import history
from articles.writing import markdown

WORD = re.compile(r"\s*\S+|\s+")
# Comparing takes time with the product of both lengths: beyond this, all of it counts as changed.
MOST_PAIRS = 1_000_000
CONTEXT = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: ``same``, ``added`` or ``removed``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A line of the text in pieces; or, where it has none, how many equal ones are left out."""

    pieces: list[Piece] = field(default_factory=list)
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed in one field of an article."""

    name: str
    blocks: list[Block]


def between(before: Any, after: Any) -> list[Difference]:
    """The fields in which two articles or versions differ, in the order of the page."""
    return [
        Difference(name, list(_blocks(_lines(name, old), _lines(name, new))))
        for name in history.TEXTS
        if (old := getattr(before, name)) != (new := getattr(after, name))
    ]


def _lines(name: str, value: str) -> list[str]:
    text = markdown.from_html(value) if name == "content" else value
    return [line for line in text.splitlines() if line.strip()]


def _blocks(before: Sequence[str], after: Sequence[str]) -> Iterator[Block]:
    for kind, olds, news in _steps(before, after):
        if kind == "equal":
            yield from _unchanged(olds)
            continue
        paired = min(len(olds), len(news))
        for old, new in zip(olds[:paired], news[:paired], strict=True):
            yield Block(list(_pieces(old, new)))
        for old in olds[paired:]:
            yield Block([Piece("removed", old)])
        for new in news[paired:]:
            yield Block([Piece("added", new)])


def _unchanged(lines: Sequence[str]) -> Iterator[Block]:
    shown = [Block([Piece("same", line)]) for line in lines]
    if len(shown) <= 2 * CONTEXT + 1:
        yield from shown
        return
    yield from shown[:CONTEXT]
    yield Block(left_out=len(shown) - 2 * CONTEXT)
    yield from shown[-CONTEXT:]


def _pieces(old: str, new: str) -> Iterator[Piece]:
    for kind, olds, news in _steps(WORD.findall(old), WORD.findall(new)):
        if kind == "equal":
            yield Piece("same", "".join(olds))
            continue
        if olds:
            yield Piece("removed", "".join(olds))
        if news:
            yield Piece("added", "".join(news))


def _steps(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    if len(before) * len(after) > MOST_PAIRS:
        yield "replace", before, after
        return
    matcher = SequenceMatcher(None, before, after)
    for kind, i, j, k, m in matcher.get_opcodes():
        yield kind, before[i:j], after[k:m]
