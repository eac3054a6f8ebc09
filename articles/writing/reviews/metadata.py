"""Meta fields as search results show them."""

from articles.writing.reviews.issue import Issue, issue
from articles.writing.reviews.piece import Piece

TITLE_MOST = 60
DESCRIPTION_LEAST, DESCRIPTION_MOST = 50, 160
# A character of these scripts is as wide as two.
WIDE = ("zh", "ja", "ko")


def review(piece: Piece) -> list[Issue]:
    """``meta_title`` and ``meta_description`` that are empty, too short or too long."""
    found = []
    title, description = len(piece.meta_title), len(piece.meta_description)
    least = DESCRIPTION_LEAST // (2 if piece.brief.language in WIDE else 1)
    if not 1 <= title <= TITLE_MOST:
        found.append(issue("meta_title", length=title, most=TITLE_MOST))
    if not least <= description <= DESCRIPTION_MOST:
        found.append(
            issue("meta_description", length=description, least=least, most=DESCRIPTION_MOST)
        )
    return found
