"""In the language that was ordered.

lingua with its small models and the offered languages alone: see decision 38. It is loaded by
the first review of a process, which is a worker's.
"""

from functools import cache
from typing import Any

from articles.writing.brief import LANGUAGES
from articles.writing.reviews.issue import Issue, issue
from articles.writing.reviews.piece import Piece

LEAST_LETTERS = 40
# Characters of the beginning, the middle and the end that are looked at.
SAMPLE = 200
# Between two languages that are nearly as likely the detector keeps silent.
CERTAINTY = 0.05


def review(piece: Piece) -> list[Issue]:
    """``language`` of the text, ``metadata_language`` of title and description together."""
    found = []
    for code, text in (
        ("language", piece.text),
        ("metadata_language", f"{piece.title}. {piece.meta_description}"),
    ):
        spoken = language_of(text, piece.brief.keyword)
        if spoken not in ("", piece.brief.language):
            found.append(issue(code, found=LANGUAGES[spoken][1]))
    return found


def language_of(text: str, keyword: str = "") -> str:
    """The code of the offered language that ``text`` is in; empty where that is not certain.

    A ``keyword`` may be in any language, and is left out.
    """
    if keyword:
        text = text.lower().replace(keyword.lower(), " ")
    text = _sample(text)
    if len(text) < SAMPLE and _letters(text) < LEAST_LETTERS:
        return ""
    found = _detector().detect_language_of(text)
    return "" if found is None else found.iso_code_639_1.name.lower()


def _letters(text: str) -> int:
    """Letters, of scripts with a character for a word or syllable three times as many."""
    return sum(1 if letter < "\u2e80" else 3 for letter in text if letter.isalpha())


def _sample(text: str) -> str:
    if len(text) <= 3 * SAMPLE:
        return text
    middle = len(text) // 2
    return f"{text[:SAMPLE]} {text[middle : middle + SAMPLE]} {text[-SAMPLE:]}"


@cache
def _detector() -> Any:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in LANGUAGES]
    return (
        LanguageDetectorBuilder.from_iso_codes_639_1(*codes)
        .with_low_accuracy_mode()
        .with_minimum_relative_distance(CERTAINTY)
        .build()
    )
