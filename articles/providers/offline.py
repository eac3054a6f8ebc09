"""The offline writer: deterministic demonstration texts, without network or key."""

import asyncio
import hashlib
import json
import random
from dataclasses import replace
from html import escape

from django.conf import settings

from articles.providers.base import Completion, CompletionRequest, estimated_usage
from articles.providers.phrases import BY_LANGUAGE, Phrases
from articles.writing import html, outline
from articles.writing.brief import WORDS_OF_ONE_CALL, Brief
from articles.writing.estimate import WORDS_OF_A_SECTION
from articles.writing.outline import Line, Part

SENTENCES_PER_PARAGRAPH = 4
PARAGRAPHS_PER_SECTION = 2
WORDS_PER_SECTION = 230
HALF_A_SENTENCE = 12
LEAST_WORDS_FOR_A_LIST = 120


class OfflineProvider:
    """Writes about a brief's keyword at the length asked, and says that it is a demonstration."""

    async def complete(self, request: CompletionRequest) -> Completion:
        """The text for ``request`` after ``OFFLINE_WRITER_SECONDS``."""
        await asyncio.sleep(settings.OFFLINE_WRITER_SECONDS)
        text = _Text(request.brief, request.part)
        answer = _answer(request, text)
        usage = replace(estimated_usage(request, answer), estimated=False)
        return Completion(answer, usage, f"offline-{text.seed:016x}", request.model)

    async def aclose(self) -> None:
        """Nothing to give back."""


def _answer(request: CompletionRequest, text: "_Text") -> str:
    if request.schema is not None or request.purpose == "metadata":
        return json.dumps(text.plan(request.purpose), ensure_ascii=False)
    if request.purpose == "rewrite":
        return text.piece(request.words)
    return text.body(request.part)


class _Text:
    """One article, or one part of it; the same brief always gives the same."""

    def __init__(self, brief: Brief, part: Part | None = None) -> None:
        self.brief = brief
        self.phrases: Phrases = BY_LANGUAGE[brief.language]
        place = part.number if part else 0
        digest = hashlib.sha256(f"{brief.keyword}|{brief.tone}|{brief.language}|{place}".encode())
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
                {"heading": heading, "points": [self._subheading()]} for heading in self._headings()
            ]
        return fields

    def body(self, part: Part | None) -> str:
        """The text as HTML: sections until the length is reached; of one ``part`` its own."""
        first = part is None or part.number == 1
        last = part is None or part.number == part.of
        beginning = self._beginning() if first else []
        ending = self._ending() if last else []
        headings = [line.text for line in part.lines if line.level == 1] if part else []
        headings = headings or self._headings()
        taken = html.count_words("".join([*beginning, *ending]))
        words = (part.words if part else self.brief.words) - taken
        parts = list(beginning)
        for number, heading in enumerate(headings):
            share = (words - html.count_words("".join(parts[len(beginning) :]))) // (
                len(headings) - number
            )
            parts.append(f"<h2>{escape(heading)}</h2>")
            parts.extend(self._section(share - html.count_words(heading), number))
        return "\n".join([*parts, *ending])

    def piece(self, words: int) -> str:
        """A section of so many words."""
        return "\n".join([f"<h2>{escape(self._subheading())}</h2>", *self._section(words, 0)])

    def _beginning(self) -> list[str]:
        return [
            f"<p>{escape(self._fill(self.phrases.lead))}</p>",
            f"<p><strong>{self.phrases.notice}</strong></p>",
        ]

    def _headings(self) -> list[str]:
        """The user's own first-level lines, else as many of ours as the length needs."""
        own = [line.text for line in self._own_outline() if line.level == 1]
        if own:
            return own
        long = self.brief.words > WORDS_OF_ONE_CALL
        count = max(self.brief.words // (WORDS_OF_A_SECTION if long else WORDS_PER_SECTION), 2)
        ours = [self._fill(heading) for heading in self.phrases.headings[:count]]
        while len(ours) < count:
            ours.append(self._subheading())
        return ours

    def _own_outline(self) -> list[Line]:
        return outline.parse(self.brief.outline)

    def _section(self, words: int, number: int) -> list[str]:
        parts: list[str] = []
        written = 0
        if number % 3 == 1 and words > LEAST_WORDS_FOR_A_LIST:
            parts.append(self._list())
            written += html.count_words(parts[-1])
        while written < words - HALF_A_SENTENCE:
            if parts and len(parts) % PARAGRAPHS_PER_SECTION == 0 and words - written > 60:
                parts.append(f"<h3>{escape(self._subheading())}</h3>")
            parts.append(f"<p>{escape(self._paragraph(words - written))}</p>")
            written = html.count_words("".join(parts))
        return parts

    def _paragraph(self, words: int) -> str:
        opener = self._random.choice(self.phrases.openers[self.brief.tone])
        space = self.phrases.space
        sentences: list[str] = []
        while len(sentences) < SENTENCES_PER_PARAGRAPH:
            if sentences and html.count_words(space.join(sentences)) >= words - HALF_A_SENTENCE:
                break
            sentences.append(self._sentence())
        first = sentences[0]
        sentences[0] = opener + first[0].lower() + first[1:]
        return space.join(sentences)

    def _sentence(self) -> str:
        pattern, aspect, other = self._pairs.pop()
        if not self._pairs:
            self._pairs = self._shuffled_pairs()
        sentence = pattern.format(k=self.brief.keyword, a=aspect, b=other)
        return sentence[:1].upper() + sentence[1:]

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
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return [
            *([table] if html.count_words(table) < self.brief.words // 6 else []),
            f"<h2>{self.phrases.closing_heading}</h2>",
            f"<p>{escape(self._fill(self.phrases.closing))}</p>",
        ]

    def _fill(self, pattern: str) -> str:
        keyword = self.brief.keyword
        return pattern.format(k=keyword, K=keyword[:1].upper() + keyword[1:])
