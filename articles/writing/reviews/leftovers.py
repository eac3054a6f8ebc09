"""Nothing of the order, of a chat or of a format around the text."""

import re

from articles.writing.reviews.issue import Issue, excerpt, issue
from articles.writing.reviews.piece import BLOCK, Block, Piece

ANYWHERE = re.compile(
    r"```|<<<data|data>>>|-\s*length:\s*\d+\s+words|the subject of the article:"
    r"|</?(?:h[1-6]|p|div|html|body)\b[^<>]*>",
    re.IGNORECASE,
)
# How assistants begin and end what they say about their answer.
TALK = re.compile(
    r"^(?:sure|certainly|of course|okay|absolutely)\b[!,.].{0,80}\b(?:article|text|draft|section)\b"
    r"|^(?:here|below) (?:is|are) (?:the|your|an?)\b.{0,60}\b(?:article|text|draft|html|section)\b"
    r"|\b(?:let me know if|feel free to ask|i hope this (?:article )?(?:helps|meets))\b"
    r"|^(?:chắc chắn rồi|được rồi|vâng|tất nhiên)[!,.].{0,80}\b(?:bài viết|nội dung|đoạn)\b"
    r"|^dưới đây là (?:bài viết|nội dung|phần)\b.{0,60}(?:theo yêu cầu|bạn yêu cầu|html)"
    r"|\bhy vọng (?:bài viết|nội dung) này đáp ứng\b"
    r"|\bbạn có muốn tôi (?:viết|chỉnh|bổ sung)\b"
    r"|^(?:số từ|word count)\s*:",
    re.IGNORECASE,
)
# A text with none of these has no mark: far cheaper to find out than by the pattern.
PARTS = ("```", "<", ">>>", "length:", "the subject of")


def review(piece: Piece) -> list[Issue]:
    """One ``leftover`` for the first that is found."""
    found = first(piece)
    return [issue("leftover", found=excerpt(found))] if found else []


def first(piece: Piece) -> str:
    """The first leftover: marks anywhere, talk at the beginning and the end."""
    found = mark(piece.text)
    if found and found.lower() not in piece.brief.keyword.lower():
        return found
    spoken = _talk(piece)
    return spoken[0].text if spoken else ""


def mark(text: str) -> str:
    """The first mark of an order or a format in ``text``, empty where there is none."""
    low = text.lower()
    found = ANYWHERE.search(text) if any(part in low for part in PARTS) else None
    return found.group() if found else ""


def talk(piece: Piece) -> list[str]:
    """The first and last blocks in which a model talks of its answer, with their tags."""
    found = (BLOCK.match(piece.content, block.at) for block in _talk(piece))
    return [one.group() for one in found if one is not None]


def _talk(piece: Piece) -> list[Block]:
    ends = [*piece.blocks[:2], *piece.blocks[2:][-2:]]
    return [block for block in ends if TALK.search(block.text.strip())]
