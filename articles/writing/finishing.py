"""The steps after the text: its pictures, and the list of its sources."""

import asyncio
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from articles.images import registry
from articles.images.base import Credit, ImageBackend, Picture
from articles.service_errors import ServiceError
from articles.writing import citations, html, illustrations
from articles.writing.brief import Brief
from articles.writing.draft import Draft
from articles.writing.illustrations import Place
from articles.writing.research import Research
from articles.writing.reviews.issue import Issue, issue
from articles.writing.steps import Steps, together
from batchwriter import logs

SECONDS = 120.0
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class _Placed:
    """A picture and where it stands; without one, why there is none."""

    place: Place
    picture: Picture | None
    reason: str = ""


async def finished(draft: Draft, research: Research, steps: Steps) -> Draft:
    """``draft`` with pictures and sources. What fails here never costs the text."""
    brief = research.brief
    if not brief.search and not brief.images:
        return draft
    content = draft.content
    if research.sources:
        hosts = {source.host for source in research.sources}
        content = citations.without_strangers(content, hosts)
    placed = await _pictures(brief, content, steps)
    figures = [
        (one.place, illustrations.figure(one.picture, _alt(brief, one), brief.language))
        for one in placed
        if one.picture is not None
    ]
    content = illustrations.inserted(content, figures)
    content = citations.cited(content, research.sources, brief.language)
    if content != draft.content:
        content = html.clean(content)
    return replace(
        draft,
        content=content,
        word_count=html.count_words(content),
        issues=[*draft.issues, *research.issues, *_issues(placed)],
        sources=research.kept,
        images=tuple(_kept(brief, one) for one in placed if one.picture is not None),
    )


async def _pictures(brief: Brief, content: str, steps: Steps) -> list[_Placed]:
    """A picture for each place where the text calls for one, as far as there are some."""
    backend = registry.get_backend(brief.provider) if brief.images else None
    if backend is None:
        return []
    # Imported where pictures are wanted: what fetches and decodes them takes memory.
    from articles.images.gallery import Gallery

    places = illustrations.places(content, brief.images)
    gallery, room = Gallery(backend, brief.language), asyncio.Semaphore(AT_ONCE)

    async def fill(number: int, place: Place) -> _Placed:
        name = f"picture {number}/{len(places)}"
        try:
            async with room:
                text = await steps.once(name, lambda: _picture(gallery, place, brief, backend))
        except ServiceError as error:
            logs.event("picture_failed", backend=backend.name, reason=error.code)
            return _Placed(place, None, error.code)
        return _Placed(place, _read(text))

    placed = await together(fill(*one) for one in enumerate(places, 1))
    added = sum(one.picture is not None for one in placed)
    logs.event("pictures_added", backend=backend.name, count=added, asked=len(places))
    return placed


async def _picture(gallery: Any, place: Place, brief: Brief, backend: ImageBackend) -> str:
    """The picture of one place, as text that can be kept. Raises ServiceError."""
    try:
        async with asyncio.timeout(SECONDS):
            picture = await gallery.picture(illustrations.queries(place, brief.keyword))
    except ServiceError:
        raise
    except TimeoutError as error:
        raise ServiceError("timeout") from error
    except Exception as error:
        # A full disk, a library's bug: the text is there, and stays.
        logs.event("picture_failed", backend=backend.name, reason="crashed", error=error)
        raise ServiceError("broken_picture") from error
    return json.dumps(asdict(picture))


def _read(text: str) -> Picture:
    data = json.loads(text)
    return Picture(**{**data, "credit": Credit(**data["credit"])})


def _alt(brief: Brief, placed: _Placed) -> str:
    return illustrations.alt(placed.place, brief.keyword)


def _kept(brief: Brief, placed: _Placed) -> dict[str, Any]:
    """What is kept of a picture with its article."""
    assert placed.picture is not None, "only pictures are kept"
    picture = placed.picture
    return {
        "url": picture.url,
        "alt": _alt(brief, placed),
        "width": picture.width,
        "height": picture.height,
        "backend": picture.backend,
        **asdict(picture.credit),
    }


def _issues(placed: list[_Placed]) -> list[Issue]:
    reasons = [one.reason for one in placed if one.picture is None]
    if not reasons:
        return []
    if len(reasons) == len(placed) and set(reasons) == {"no_result"}:
        return [issue("images_missing")]
    return [issue("image_failed", count=len(reasons), reason=reasons[0])]
