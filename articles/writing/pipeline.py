"""From a brief to a draft. No database, no transaction: provider calls are awaited here."""

import asyncio
import json
import re
from dataclasses import dataclass
from typing import Any

from articles.providers import retry
from articles.providers.base import (
    Completion,
    CompletionRequest,
    GiveUp,
    Provider,
    ProviderError,
    TryAgain,
    Usage,
)
from articles.providers.pace import Paced, Turn
from articles.writing import html, prompts
from articles.writing.booking import Booked, FirstCallDecides, Spend
from articles.writing.brief import Brief

TITLE_LENGTH = 200
META_TITLE_LENGTH = 60
META_DESCRIPTION_LENGTH = 160
LENGTH_TOLERANCE = 0.15
# Failures of a model that is held to JSON, for which plain words may help.
UNUSABLE = {"truncated", "empty", "recitation"}
JSON_OBJECT = re.compile(r"\{.*\}", re.DOTALL)
SENTENCE_END = re.compile(r"(?<=[.!?…])\s")

Issue = dict[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A finished article. ``usage`` is of the answers that it is made of, and of no other."""

    title: str
    content: str
    outline: str
    meta_title: str
    meta_description: str
    word_count: int
    usage: Usage
    issues: list[Issue]


@dataclass(frozen=True, slots=True)
class _Plan:
    """Title, meta fields and perhaps an outline, as a model answered them."""

    title: str
    meta_title: str
    meta_description: str
    outline: str = ""


async def write(
    brief: Brief,
    provider: Provider,
    spent: Spend,
    *,
    probing: bool = False,
    turn: Turn | None = None,
) -> Draft:
    """Write the article that ``brief`` orders.

    Each call waits for its ``turn`` where one is given.
    ``spent`` is kept up to date, and can be read after an error. ``probing``: one call alone
    shows first whether the provider is back. Raises ProviderError.
    """
    provider = Booked(provider, spent)
    if turn is not None:
        provider = Paced(provider, turn.pace, turn.lane)
    if probing:
        provider = FirstCallDecides(provider)
    if brief.outline_option == "ai-outline":
        plan = await _plan(prompts.outline(brief), provider, spent)
        body = await _body(
            prompts.body(brief, plan.outline if plan else "", plan.title if plan else ""),
            provider,
            spent,
        )
    else:
        body, plan = await _side_by_side(brief, provider, spent)
    return _finish(brief, body, plan, spent)


async def _side_by_side(brief: Brief, provider: Provider, spent: Spend) -> tuple[str, _Plan | None]:
    """Body and metadata at once; when one fails for good, the other is dropped."""
    try:
        async with asyncio.TaskGroup() as group:
            body = group.create_task(
                _body(prompts.body(brief, brief.custom_outline), provider, spent)
            )
            plan = group.create_task(_plan(prompts.metadata(brief), provider, spent))
    except* ProviderError as failures:
        raise _first(failures) from failures
    return body.result(), plan.result()


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def _ask(request: CompletionRequest, provider: Provider, spent: Spend) -> Completion:
    completion = await retry.complete(provider, request)
    spent.keep(completion)
    return completion


async def _body(request: CompletionRequest, provider: Provider, spent: Spend) -> str:
    completion = await _ask(request, provider, spent)
    content = html.from_answer(completion.text)
    if not html.plain_text(content):
        spent.give_up(completion)
        raise GiveUp("empty", "The model's answer held no text.")
    return content


async def _plan(request: CompletionRequest, provider: Provider, spent: Spend) -> _Plan | None:
    """The plan, asked for once more in plain words where the first answer is no JSON.

    None where that is of no use either: the article must not be lost for its metadata.
    """
    try:
        completion = await _ask(request, provider, spent)
    except TryAgain as error:
        if request.purpose == "outline" or error.code not in UNUSABLE:
            raise
    else:
        plan = _read_plan(completion.text)
        if plan is not None or request.purpose == "outline":
            return plan
        spent.give_up(completion)
    try:
        completion = await _ask(prompts.metadata(request.brief, plain=True), provider, spent)
    except (TryAgain, GiveUp):
        return None
    plan = _read_plan(completion.text)
    if plan is None:
        spent.give_up(completion)
    return plan


def _read_plan(text: str) -> _Plan | None:
    found = JSON_OBJECT.search(html.without_fence(html.storable(text)))
    try:
        data = json.loads(found.group(), strict=False) if found else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    title = _line(data, "title", TITLE_LENGTH)
    if not title:
        return None
    return _Plan(
        title=title,
        meta_title=_line(data, "metaTitle", META_TITLE_LENGTH),
        meta_description=_line(data, "metaDescription", META_DESCRIPTION_LENGTH),
        outline=_read_outline(data.get("outline")),
    )


def _line(data: dict[str, Any], key: str, most: int) -> str:
    value = data.get(key)
    return html.line(value, most) if isinstance(value, str) else ""


def _read_outline(sections: Any) -> str:
    """The outline as text: a heading a line, its points indented below it."""
    lines: list[str] = []
    for section in sections if isinstance(sections, list) else []:
        if not isinstance(section, dict) or not _line(section, "heading", TITLE_LENGTH):
            continue
        lines.append(_line(section, "heading", TITLE_LENGTH))
        points = section.get("points")
        for point in points if isinstance(points, list) else []:
            if isinstance(point, str) and point.strip():
                lines.append(f"  - {html.line(point, TITLE_LENGTH)}")
    return "\n".join(lines)


def _finish(brief: Brief, content: str, plan: _Plan | None, spent: Spend) -> Draft:
    issues: list[Issue] = []
    if plan is None:
        issues.append(_issue("metadata_fallback", "The model gave no usable metadata."))
        plan = _Plan(title=_title_of(brief.keyword), meta_title="", meta_description="")
    words = html.count_words(content)
    if abs(words - brief.words) > brief.words * LENGTH_TOLERANCE:
        issues.append(_issue("length", f"The text has {words} words; asked were {brief.words}."))
    title = brief.title or plan.title
    return Draft(
        title=title,
        content=content,
        outline=plan.outline or brief.custom_outline,
        meta_title=plan.meta_title or html.line(title, META_TITLE_LENGTH),
        meta_description=plan.meta_description or _description_of(content),
        word_count=words,
        usage=spent.kept,
        issues=issues,
    )


def _issue(code: str, message: str) -> Issue:
    return {"code": code, "message": message}


def _title_of(keyword: str) -> str:
    """A keyword as a headline: its first letter is a capital."""
    title = html.line(keyword, TITLE_LENGTH) or keyword.strip()[:TITLE_LENGTH]
    return title[:1].upper() + title[1:]


def _description_of(content: str) -> str:
    """The first sentences of the text, as many as fit."""
    text = html.plain_text(content)
    first = SENTENCE_END.split(text[: META_DESCRIPTION_LENGTH * 3])
    chosen = first[0]
    for sentence in first[1:]:
        if len(chosen) + 1 + len(sentence) > META_DESCRIPTION_LENGTH:
            break
        chosen += " " + sentence
    return html.line(chosen, META_DESCRIPTION_LENGTH)
