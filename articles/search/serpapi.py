"""SerpApi: Google's results by ``GET /search.json``."""

from django.conf import settings

from articles.search.base import MOST_SOURCES, Found, sources
from articles.service_errors import ServiceError
from articles.services import Service

ADDRESS = "https://serpapi.com"
NO_RESULTS = "hasn't returned any results"

service = Service("serpapi")


class SerpApiBackend:
    """Asks with the key of SERPAPI_API_KEY; SERPAPI_BASE_URL is another server of the protocol."""

    async def find(self, query: str, language: str) -> Found:
        """The organic results; see the protocol."""
        params = {"engine": "google", "q": query, "hl": language, "num": str(MOST_SOURCES),
                  "api_key": settings.SERPAPI_API_KEY}  # fmt: skip
        address = f"{settings.SERPAPI_BASE_URL or ADDRESS}/search.json"
        answer = await service.ask("GET", address, params=params)
        # A search without results succeeds, and says so as an error.
        error = answer.get("error")
        if error and NO_RESULTS not in str(error):
            raise ServiceError("server_error")
        rows = answer.get("organic_results")
        return Found("serpapi", (query,), sources(
            (row.get("title"), row.get("link"), row.get("snippet"), row.get("date"))
            for row in (rows if isinstance(rows, list) else []) if isinstance(row, dict)
        ))  # fmt: skip
