"""Nothing that somebody was meant to fill in."""

import re

from articles.writing.reviews.issue import Issue, excerpt, issue
from articles.writing.reviews.piece import Piece

PLACEHOLDER = re.compile(
    r"""
      \[(?!\d+\]|sic\b)[^\[\]]{1,80}\]              # [your name], [tên công ty], […]
    | \{\{[^{}]{0,80}\}\}                           # {{name}}
    | \blorem\s+ipsum\b
    | \bas\ an\ ai\b(?=[,.:]|\ (?:language\ )?model|\ assistant|\ i\b)
    | \bas\ a\ (?:large\ )?language\ model\b
    | \blà\ một\ mô\ hình\ (?:ngôn\ ngữ|ai\b|trí\ tuệ)
    | \bvới\ tư\ cách\ (?:là\ )?(?:một\ )?(?:mô\ hình|ai\b|trợ\ lý\ ai)
    | \binsert\b[^.!?]{1,40}\bhere\b
    | \b(?:chèn|điền|thêm)\b[^.!?]{1,40}\b(?:vào\ đây|ở\ đây|tại\ đây)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# In capitals alone: "todo" is a word in other languages.
MARK = re.compile(r"\b(?:TODO|FIXME|TBD)\b(?=[:\]()]|\s*$)|\bXXX+\b")
# A text with none of these has no placeholder: far cheaper to find out than by the patterns.
PARTS = ("[", "{{", "lorem", "as an ai", "language model", "là một mô hình", "tư cách", "insert",
         "vào đây", "ở đây", "tại đây", "todo", "fixme", "tbd", "xxx")  # fmt: skip


def review(piece: Piece) -> list[Issue]:
    """One ``placeholder`` for the first that is found; the keyword may look like one."""
    found = first(piece.text, piece.brief.keyword)
    found = found or first(f"{piece.title} {piece.meta_description}", piece.brief.keyword)
    return [issue("placeholder", found=excerpt(found))] if found else []


def first(text: str, keyword: str = "") -> str:
    """The first placeholder in ``text``, empty where there is none."""
    low = text.lower()
    if not any(part in low for part in PARTS):
        return ""
    text = re.sub(re.escape(keyword), " ", text, flags=re.IGNORECASE) if keyword else text
    found = PLACEHOLDER.search(text) or MARK.search(text)
    return found.group() if found else ""
