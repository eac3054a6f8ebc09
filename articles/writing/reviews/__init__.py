"""What a draft is looked through for, one idea a file; pure functions without calls or rows."""

from articles.writing.reviews import (
    headings,
    images,
    keyword,
    language,
    leftovers,
    metadata,
    placeholders,
    repeats,
    words,
)
from articles.writing.reviews.issue import Issue
from articles.writing.reviews.piece import Piece

REVIEWS = (words, language, placeholders, leftovers, headings, metadata, keyword, repeats, images)


def issues(piece: Piece) -> list[Issue]:
    """Everything that is wrong with ``piece``, in the order of the reviews."""
    return [issue for one in REVIEWS for issue in one.review(piece)]
