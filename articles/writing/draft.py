"""An article while it is written, and the draft that it becomes."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from articles.providers.base import Usage
from articles.writing import html, reviews
from articles.writing.brief import Brief
from articles.writing.outline import Part
from articles.writing.plan import TITLE_LENGTH, Plan
from articles.writing.reviews.issue import Issue, issue
from articles.writing.reviews.metadata import DESCRIPTION_MOST, TITLE_MOST
from articles.writing.reviews.piece import Piece
from articles.writing.similarity import signature
from articles.writing.steps import StepResult

METADATA = {"keyword_title", "meta_title", "meta_description", "metadata_language"}
SENTENCE_END = re.compile(r"(?<=[.!?…])\s|(?<=[。！？])")


@dataclass(frozen=True, slots=True)
class Draft:
    """A finished article. ``usage`` is of the answers that it is made of, and of no other.

    ``signature`` tells how alike two texts are (``articles.writing.similarity``). ``sources`` are
    the pages that a search found, ``images`` the pictures in the content, both as they are kept.
    """

    title: str
    content: str
    outline: str
    meta_title: str
    meta_description: str
    word_count: int
    usage: Usage
    issues: list[Issue]
    signature: bytes = b""
    sources: tuple[dict[str, Any], ...] = ()
    images: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """The text of one step, clean; ``part`` where it is one of several."""

    content: str
    step: StepResult
    part: Part | None = None


@dataclass(frozen=True)
class Work:
    """Texts and plan of an article; ``plan`` is None where the model gave none."""

    brief: Brief
    texts: tuple[Text, ...]
    plan: Plan | None

    @cached_property
    def piece(self) -> Piece:
        """What the reviews look at."""
        content = reviews.headings.in_order("\n".join(text.content for text in self.texts))
        plan = self.plan or Plan(_title_of(self.brief.keyword), "", "")
        title = self.brief.title or plan.title
        return Piece(
            self.brief,
            title,
            plan.meta_title or html.line(title, TITLE_MOST),
            plan.meta_description or _description_of(content),
            content,
        )

    @cached_property
    def issues(self) -> list[Issue]:
        """What is wrong with it; of metadata that were made from the keyword, that they were."""
        found = reviews.issues(self.piece)
        if self.plan is not None:
            return found
        return [issue("metadata_fallback"), *[one for one in found if one["code"] not in METADATA]]

    def exchanged(self, old: str, new: str) -> "Work":
        """The same with ``new`` where a text contains ``old`` first."""
        texts = list(self.texts)
        for number, text in enumerate(texts):
            if old in text.content:
                texts[number] = replace(text, content=text.content.replace(old, new, 1))
                break
        return replace(self, texts=tuple(texts))

    def draft(self, usage: Usage) -> Draft:
        """The finished draft, whose answers cost ``usage``."""
        piece = self.piece
        return Draft(
            title=piece.title,
            content=piece.content,
            outline=(self.plan.outline if self.plan else "") or self.brief.outline,
            meta_title=html.line(piece.meta_title, TITLE_MOST),
            meta_description=html.line(piece.meta_description, DESCRIPTION_MOST),
            word_count=piece.words,
            usage=usage,
            issues=self.issues,
            signature=signature(piece.text),
        )


def _title_of(keyword: str) -> str:
    """A keyword as a headline: its first letter is a capital."""
    title = html.line(keyword, TITLE_LENGTH) or keyword.strip()[:TITLE_LENGTH]
    return title[:1].upper() + title[1:]


def _description_of(content: str) -> str:
    """The first sentences of the text, as many as fit."""
    text = html.plain_text(content)
    first = SENTENCE_END.split(text[: DESCRIPTION_MOST * 3])
    chosen = first[0]
    for sentence in first[1:]:
        if len(chosen) + 1 + len(sentence) > DESCRIPTION_MOST:
            break
        chosen += " " + sentence
    return html.line(chosen, DESCRIPTION_MOST)
