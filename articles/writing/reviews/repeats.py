"""No paragraph twice."""

from articles.writing.reviews.issue import Issue, excerpt, issue
from articles.writing.reviews.piece import BLOCK, Block, Piece

LEAST_LETTERS = 40
TAGS = ("p", "li")


def review(piece: Piece) -> list[Issue]:
    """One ``repeated_paragraph`` for the first that stands there again."""
    again = repeated(piece)
    return [issue("repeated_paragraph", found=excerpt(again[0].text))] if again else []


def repeated(piece: Piece) -> list[Block]:
    """Paragraphs and list items whose words stood there before; short ones may."""
    seen: set[str] = set()
    again = []
    for block in piece.blocks:
        if block.tag not in TAGS or len(block.text) < LEAST_LETTERS:
            continue
        words = " ".join(block.text.casefold().split())
        if words in seen:
            again.append(block)
        seen.add(words)
    return again


def repeated_html(piece: Piece) -> list[str]:
    """The same with their tags, as they stand in the content."""
    found = (BLOCK.match(piece.content, block.at) for block in repeated(piece))
    return [one.group() for one in found if one is not None]
