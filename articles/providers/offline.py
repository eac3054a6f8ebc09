"""The offline writer: deterministic demonstration texts, without network or key."""

import asyncio
import hashlib
import json
import random
from dataclasses import replace
from html import escape

from django.conf import settings

from articles.providers.base import Completion, CompletionRequest, estimated_usage
from articles.providers.offline_phrases import BY_LANGUAGE, EN, Phrases
from articles.writing import html
from articles.writing.brief import Brief

SENTENCES_PER_PARAGRAPH = 4
PARAGRAPHS_PER_SECTION = 2
WORDS_PER_SECTION = 230


class OfflineProvider:
    """Writes about a brief's keyword at the length asked, and says that it is a demonstration."""

    async def complete(self, request: CompletionRequest) -> Completion:
        """The text for ``request`` after ``OFFLINE_WRITER_SECONDS``."""
        await asyncio.sleep(settings.OFFLINE_WRITER_SECONDS)
        text = _Text(request.brief)
        if request.purpose == "body":
            answer = text.body()
        else:
            answer = json.dumps(text.plan(request.purpose), ensure_ascii=False)
        usage = replace(estimated_usage(request, answer), estimated=False)
        return Completion(answer, usage, f"offline-{text.seed:016x}", request.model)

    async def aclose(self) -> None:
        """Nothing to give back."""


class _Text:
    """One article; the same brief always gives the same."""

    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self.phrases: Phrases = BY_LANGUAGE.get(brief.language, EN)
        digest = hashlib.sha256(f"{brief.keyword}|{brief.tone}|{brief.language}".encode())
        self.seed = int.from_bytes(digest.digest()[:8])
        self._random = random.Random(self.seed)
        self._pairs = self._shuffled_pairs()

    def plan(self, purpose: str) -> dict[str, object]:
        """Title and meta fields, and the outline where that was asked for."""
        fields: dict[str, object] = {
            "title": self._fill(self.phrases.title),
            "metaTitle": html.line(self._fill(self.phrases.meta_title), 60),
            "metaDescription": html.line(self._fill(self.phrases.meta_description), 160),
        }
        if purpose == "outline":
            fields["outline"] = [
                {"heading": heading, "points": [self.phrases.list_intro]}
                for heading in self._headings()
            ]
        return fields

    def body(self) -> str:
        """The text as HTML: sections until the length is reached."""
        parts = [
            f"<p><strong>{self.phrases.notice}</strong></p>",
            f"<p>{escape(self._fill(self.phrases.lead))}</p>",
        ]
        ending = self._ending()
        wanted = self.brief.words - html.count_words("".join(ending))
        headings = self._headings()
        share = max((wanted - html.count_words("".join(parts))) // len(headings), 1)
        for number, heading in enumerate(headings):
            parts.append(f"<h2>{escape(heading)}</h2>")
            parts.extend(self._section(share, number))
        return "\n".join([*parts, *ending])

    def _headings(self) -> list[str]:
        """The user's own first-level lines, else as many of ours as the length needs."""
        own = [line.strip(" #-*\t") for line in self.brief.custom_outline.splitlines()
               if line.strip(" #-*\t") and not line.startswith((" ", "\t"))]  # fmt: skip
        if own:
            return own
        count = max(self.brief.words // WORDS_PER_SECTION, 2)
        return [self._fill(heading) for heading in self.phrases.headings[:count]]

    def _section(self, words: int, number: int) -> list[str]:
        parts: list[str] = []
        written = 0
        if number % 3 == 1:
            parts.append(self._list())
            written += html.count_words(parts[-1])
        while written < words:
            if parts and len(parts) % PARAGRAPHS_PER_SECTION == 0 and words - written > 60:
                parts.append(f"<h3>{escape(self._subheading())}</h3>")
            parts.append(f"<p>{escape(self._paragraph(words - written))}</p>")
            written = html.count_words("".join(parts))
        return parts

    def _paragraph(self, words: int) -> str:
        opener = self._random.choice(self.phrases.openers[self.brief.tone])
        sentences: list[str] = []
        while len(sentences) < SENTENCES_PER_PARAGRAPH and len(" ".join(sentences).split()) < words:
            sentences.append(self._sentence())
        first = sentences[0]
        sentences[0] = opener + first[0].lower() + first[1:]
        return " ".join(sentences)

    def _sentence(self) -> str:
        pattern, aspect, other = self._pairs.pop()
        if not self._pairs:
            self._pairs = self._shuffled_pairs()
        return pattern.format(k=self.brief.keyword, a=aspect, b=other)

    def _subheading(self) -> str:
        first, second = self._random.sample(self.phrases.aspects, 2)
        return self._random.choice(self.phrases.subheadings).format(a=first, b=second)

    def _shuffled_pairs(self) -> list[tuple[str, str, str]]:
        """Every pattern with many pairs of aspects, so that no sentence comes twice."""
        aspects = self.phrases.aspects
        pairs = [
            (pattern, aspect, aspects[(number + step) % len(aspects)])
            for pattern in self.phrases.sentences
            for number, aspect in enumerate(aspects)
            for step in (3, 7)
        ]
        self._random.shuffle(pairs)
        return pairs

    def _list(self) -> str:
        items = "".join(f"<li>{escape(self._sentence())}</li>" for _ in range(3))
        return f"<p>{self.phrases.list_intro}</p><ul>{items}</ul>"

    def _ending(self) -> list[str]:
        head = "".join(f"<th>{cell}</th>" for cell in self.phrases.table_head)
        aspects = self._random.sample(self.phrases.aspects, len(self.phrases.table_cells))
        rows = "".join(
            f"<tr><td>{aspect}</td><td>{good}</td><td>{bad}</td></tr>"
            for aspect, (good, bad) in zip(aspects, self.phrases.table_cells, strict=True)
        )
        return [
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>",
            f"<h2>{self.phrases.closing_heading}</h2>",
            f"<p>{escape(self._fill(self.phrases.closing))}</p>",
        ]

    def _fill(self, pattern: str) -> str:
        keyword = self.brief.keyword
        return pattern.format(k=keyword, K=keyword[:1].upper() + keyword[1:])
