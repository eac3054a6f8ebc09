"""An article as the reviews see it: its texts, and its content taken apart once."""

import re
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import NamedTuple

from articles.writing import html
from articles.writing.brief import Brief

BLOCK = re.compile(r"<(h2|h3|h4|p|li|td|th|figcaption)\b[^>]*>(.*?)</\1>", re.DOTALL)
CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL)
HEADINGS = ("h2", "h3", "h4")


class Block(NamedTuple):
    """A heading, paragraph, list item or cell: its tag, its plain text, where it begins."""

    tag: str
    text: str
    at: int


@dataclass(frozen=True)
class Piece:
    """A clean fragment with title and meta fields, as long as the model made them."""

    brief: Brief
    title: str
    meta_title: str
    meta_description: str
    content: str

    @cached_property
    def blocks(self) -> list[Block]:
        """The blocks of the content, in order."""
        return [
            Block(found[1], _plain(found[2]), found.start())
            for found in BLOCK.finditer(self.content)
        ]

    @cached_property
    def headings(self) -> list[Block]:
        """The headings."""
        return [block for block in self.blocks if block.tag in HEADINGS]

    @cached_property
    def opening(self) -> Block | None:
        """The first paragraph."""
        return next((block for block in self.blocks if block.tag == "p"), None)

    @cached_property
    def text(self) -> str:
        """All words, without those of pieces of code."""
        if "<code" in self.content or "<pre" in self.content:
            return html.plain_text(CODE.sub(" ", self.content))
        return " ".join(self._words)

    @cached_property
    def words(self) -> int:
        """How many words the content has."""
        return html.count(self._words)

    @cached_property
    def _words(self) -> list[str]:
        return html.words_of(self.content)


def _plain(inner: str) -> str:
    text = html.TAG.sub("", inner) if "<" in inner else inner
    return unescape(text) if "&" in text else text
