"""Keywords that look alike: other marks, other order, other spacing. Said, never decided.

In Vietnamese another tone is another word, so nothing is dropped for its looks. Each keyword is
looked up by two keys, and compared with no other.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

WORD = re.compile(r"\w+")
Reason = Literal["marks", "spacing", "order"]


@dataclass(frozen=True, slots=True)
class Alike:
    """``keyword`` looks like the ``other`` one before it: what tells them apart is ``reason``."""

    keyword: str
    other: str
    reason: Reason


def alike(keywords: Iterable[str]) -> list[Alike]:
    """The keywords that look like one before them, with the first such one."""
    by_letters: dict[str, str] = {}
    by_words: dict[tuple[str, ...], str] = {}
    found = []
    for keyword in keywords:
        words = WORD.findall(without_marks(keyword))
        if not words:
            continue
        letters, parts = "".join(words), tuple(sorted(words))
        other = by_letters.setdefault(letters, keyword)
        if other is not keyword:
            found.append(Alike(keyword, other, _reason(keyword, other)))
        else:
            other = by_words.get(parts, keyword)
            if other is not keyword:
                found.append(Alike(keyword, other, "order"))
        by_words.setdefault(parts, keyword)
    return found


def without_marks(text: str) -> str:
    """``text`` in small letters, without accents and tones: ``Đà Lạt`` is ``da lat``."""
    plain = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _reason(keyword: str, other: str) -> Reason:
    one, two = ("".join(WORD.findall(text.casefold())) for text in (keyword, other))
    return "spacing" if one == two else "marks"
