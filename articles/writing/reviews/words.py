"""As long as it was ordered."""

from articles.writing.reviews.issue import Issue, issue
from articles.writing.reviews.piece import Piece

TOLERANCE = 0.15


def review(piece: Piece) -> list[Issue]:
    """``length`` where the text is more than 15 % shorter or longer."""
    asked = piece.brief.words
    if abs(piece.words - asked) <= asked * TOLERANCE:
        return []
    return [issue("length", words=piece.words, asked=asked)]
