"""The step before writing: current facts, looked up with the backend that the operator chose."""

import asyncio
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from articles.search import registry
from articles.search.base import Found, Source
from articles.service_errors import ServiceError
from articles.writing import citations
from articles.writing.brief import Brief
from articles.writing.reviews.issue import Issue, issue
from articles.writing.steps import Steps
from batchwriter import logs

SECONDS = 45.0


@dataclass(frozen=True, slots=True)
class Research:
    """The brief with what was found in it, the sources of that, and what is to be said of it."""

    brief: Brief
    sources: tuple[Source, ...] = ()
    kept: tuple[dict[str, Any], ...] = ()
    issues: tuple[Issue, ...] = ()


async def researched(brief: Brief, steps: Steps) -> Research:
    """What is known about the subject now. A search that fails never costs the article."""
    if not brief.search:
        return Research(brief)
    try:
        found = _read(await steps.once("search", lambda: _search(brief)))
    except ServiceError as error:
        logs.event("search_failed", reason=error.code)
        return Research(brief, issues=(issue("search_failed", reason=error.code),))
    kept = tuple(
        {**asdict(source), "query": found.queries[0], "backend": found.backend}
        for source in found.sources
    )
    return Research(replace(brief, findings=citations.as_data(found.sources)), found.sources, kept)


async def _search(brief: Brief) -> str:
    """What was found, as text that can be kept. Raises ServiceError, also where it is nothing."""
    backend = registry.get_backend()
    if backend is None:
        raise ServiceError("not_configured")
    try:
        async with asyncio.timeout(SECONDS):
            found = await backend.find(brief.keyword, brief.language)
    except TimeoutError as error:
        raise ServiceError("timeout") from error
    if not found.sources:
        raise ServiceError("no_result")
    logs.event(
        "search_done", backend=found.backend, sources=len(found.sources), tokens=found.tokens
    )
    return json.dumps(asdict(found))


def _read(text: str) -> Found:
    data = json.loads(text)
    sources = tuple(Source(**source) for source in data["sources"])
    return Found(data["backend"], tuple(data["queries"]), sources, data["tokens"])
