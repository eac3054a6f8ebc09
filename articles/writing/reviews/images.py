"""Images that say in words what they show."""

import re

from articles.writing.reviews.issue import Issue, issue
from articles.writing.reviews.piece import Piece

IMAGE = re.compile(r"<img\b[^>]*>")
ALT = re.compile(r'\balt="[^"]*\w[^"]*"')


def review(piece: Piece) -> list[Issue]:
    """``image_alt`` where an image has no alt text."""
    without = sum(not ALT.search(image) for image in IMAGE.findall(piece.content))
    return [issue("image_alt", count=without)] if without else []
