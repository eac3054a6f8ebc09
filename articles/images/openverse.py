"""Openverse: pictures under open licences, without a key: one call a second, 200 a day."""

from typing import Any

from django.conf import settings

from articles.images.base import Candidate, Credit, address, rows, text
from articles.services import Service

ADDRESS = "https://api.openverse.org"
PAGE_SIZE = 20
PUBLIC_DOMAIN = {"cc0": "CC0", "pdm": "Public Domain Mark"}

service = Service("openverse", interval=1.0, patience=30.0)


class OpenverseBackend:
    """Asks for what may be used commercially; OPENVERSE_BASE_URL is another server."""

    name = "openverse"

    async def find(self, query: str, language: str) -> list[Candidate]:
        """Wide pictures; see the protocol. The service knows no languages."""
        answer = await service.ask(
            "GET",
            f"{settings.OPENVERSE_BASE_URL or ADDRESS}/v1/images/",
            params={
                "q": query,
                "page_size": str(PAGE_SIZE),
                "license_type": "commercial,modification",
                "aspect_ratio": "wide",
                "mature": "false",
            },
        )
        found = [_candidate(row) for row in rows(answer.get("results"))]
        return [one for one in found if one.addresses and one.credit.licence]


def _candidate(row: dict[str, Any]) -> Candidate:
    urls = (address(row.get("url")), address(row.get("thumbnail")))
    credit = Credit(
        source="Openverse",
        page=address(row.get("foreign_landing_url")),
        title=text(row.get("title")),
        creator=text(row.get("creator")),
        creator_url=address(row.get("creator_url")),
        licence=_licence(text(row.get("license")), text(row.get("license_version"))),
        licence_url=address(row.get("license_url")),
    )
    return Candidate(credit, tuple(url for url in urls if url))


def _licence(code: str, version: str) -> str:
    """The licence as its makers write it, such as CC BY-SA 4.0."""
    if not code:
        return ""
    return f"{PUBLIC_DOMAIN.get(code) or f'CC {code.upper()}'} {version}".strip()
