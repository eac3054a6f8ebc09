"""Serper.dev: Google's results by ``POST /search``."""

from django.conf import settings

from articles.search.base import MOST_SOURCES, Found, sources
from articles.services import Service

ADDRESS = "https://google.serper.dev"

service = Service("serper")


class SerperBackend:
    """Asks with the key of SERPER_API_KEY; SERPER_BASE_URL is another server of the protocol."""

    async def find(self, query: str, language: str) -> Found:
        """The organic results; see the protocol."""
        answer = await service.ask(
            "POST",
            f"{settings.SERPER_BASE_URL or ADDRESS}/search",
            headers={"X-API-KEY": settings.SERPER_API_KEY},
            body={"q": query, "hl": language, "num": MOST_SOURCES},
        )
        rows = answer.get("organic")
        return Found("serper", (query,), sources(
            (row.get("title"), row.get("link"), row.get("snippet"), row.get("date"))
            for row in (rows if isinstance(rows, list) else []) if isinstance(row, dict)
        ))  # fmt: skip
