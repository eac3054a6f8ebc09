"""The keyword where readers and search engines look for it: title, first paragraph, a heading.

A keyword is a search term, not a sentence: «mua nhà Hà Nội giá rẻ» reads well as «mua nhà giá rẻ
ở Hà Nội». So it is there where it stands verbatim, or where its words stand in any order. Case
does not matter, Vietnamese tones do. In languages that inflect, a word counts by its beginning.
Of a long keyword, which is rather a question, most words are enough.
"""

import re
import unicodedata
from functools import lru_cache

from articles.writing import html
from articles.writing.reviews.issue import Issue, issue
from articles.writing.reviews.piece import Piece

INFLECTING = {"de", "en", "es", "fr", "it", "pt", "ru", "ko", "id"}
UNSPACED = {"ja", "th", "zh"}
WORD = re.compile(r"\w+")
SHORT_KEYWORD = 5
MOST_WORDS = 0.6
LEAST_STEM = 4
SHORTEST_INFLECTED = 3


def review(piece: Piece) -> list[Issue]:
    """``keyword_title``, ``keyword_opening`` and ``keyword_heading``.

    A title and headings that the owner wrote are the owner's.
    """
    keyword, language = html.plain_text(piece.brief.keyword), piece.brief.language
    opening = piece.opening.text if piece.opening else ""
    headings = [heading.text for heading in piece.headings]
    found = []
    if not piece.brief.title and not stands_in(keyword, piece.title, language):
        found.append(issue("keyword_title"))
    if not stands_in(keyword, opening, language):
        found.append(issue("keyword_opening"))
    if not piece.brief.outline and not any(
        stands_in(keyword, heading, language) for heading in headings
    ):
        found.append(issue("keyword_heading"))
    return found


def stands_in(keyword: str, text: str, language: str) -> bool:
    """Whether ``text`` contains ``keyword`` as a reader would say."""
    wanted, flat = _flat(keyword), _flat(text)
    if wanted in flat:
        return True
    stems = _stems(wanted, language)
    if not stems:
        return True
    if language in UNSPACED:
        present = sum(stem in flat for stem in stems)
    else:
        words = WORD.findall(flat)
        present = sum(any(_is(word, stem) for word in words) for stem in stems)
    share = 1.0 if len(stems) <= SHORT_KEYWORD else MOST_WORDS
    return present >= share * len(stems)


def _flat(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


@lru_cache(maxsize=64)
def _stems(wanted: str, language: str) -> tuple[str, ...]:
    """What has to be found of each word; an ending in ``*`` stands for any ending."""
    words = WORD.findall(wanted)
    if language not in INFLECTING:
        return tuple(words)
    return tuple(
        f"{word[: max(LEAST_STEM, len(word) - 3)]}*" if len(word) >= SHORTEST_INFLECTED else word
        for word in words
    )


def _is(word: str, stem: str) -> bool:
    return word.startswith(stem[:-1]) if stem.endswith("*") else word == stem
