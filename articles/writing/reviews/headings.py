"""Headings in order: <h3> below <h2>, <h4> below <h3>."""

import re

from articles.writing.reviews.issue import Issue, excerpt, issue
from articles.writing.reviews.piece import Piece

TAG = re.compile(r"<(/?)h([234])>")


def review(piece: Piece) -> list[Issue]:
    """One ``headings`` for the first heading before which a level is left out."""
    last = 1
    for heading in piece.headings:
        level = int(heading.tag[1])
        if level > last + 1:
            return [issue("headings", heading=excerpt(heading.text))]
        last = level
    return []


def in_order(content: str) -> str:
    """``content`` with headings raised where a level is left out before them."""
    last, shown, parts, end = 1, {}, [], 0
    for found in TAG.finditer(content):
        level = int(found[2])
        if not found[1]:
            shown[level] = min(level, last + 1)
            last = shown[level]
        parts += [content[end : found.start()], f"<{found[1]}h{shown.get(level, level)}>"]
        end = found.end()
    return "".join([*parts, content[end:]])
