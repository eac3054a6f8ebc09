"""Pexels: photographs that are free to use; their photographer and Pexels are named and linked."""

from typing import Any

from django.conf import settings

from articles.images.base import Candidate, Credit, address, rows, text
from articles.services import Service

ADDRESS = "https://api.pexels.com"
PER_PAGE = 15
LOCALES = {"vi": "vi-VN", "en": "en-US", "de": "de-DE", "es": "es-ES", "fr": "fr-FR",
           "id": "id-ID", "it": "it-IT", "ja": "ja-JP", "ko": "ko-KR", "pt": "pt-BR",
           "ru": "ru-RU", "th": "th-TH", "zh": "zh-CN"}  # fmt: skip

service = Service("pexels")


class PexelsBackend:
    """Asks with the key of PEXELS_API_KEY; PEXELS_BASE_URL is another server of the protocol."""

    name = "pexels"

    async def find(self, query: str, language: str) -> list[Candidate]:
        """Landscape photographs; see the protocol."""
        answer = await service.ask(
            "GET",
            f"{settings.PEXELS_BASE_URL or ADDRESS}/v1/search",
            headers={"Authorization": settings.PEXELS_API_KEY},
            params={
                "query": query,
                "per_page": str(PER_PAGE),
                "orientation": "landscape",
                "locale": LOCALES.get(language, LOCALES["en"]),
            },
        )
        found = [_candidate(row) for row in rows(answer.get("photos"))]
        return [one for one in found if one.addresses]


def _candidate(row: dict[str, Any]) -> Candidate:
    sizes = row["src"] if isinstance(row.get("src"), dict) else {}
    urls = [address(sizes.get(size)) for size in ("large", "medium")]
    credit = Credit(
        source="Pexels",
        page=address(row.get("url")),
        creator=text(row.get("photographer")),
        creator_url=address(row.get("photographer_url")),
        licence="Pexels License",
        licence_url="https://www.pexels.com/license/",
    )
    return Candidate(credit, tuple(url for url in urls if url))
