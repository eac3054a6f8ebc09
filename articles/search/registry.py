"""Which search backends there are, and which one the operator has chosen."""

from django.conf import settings
from django.utils.module_loading import import_string

from articles.search.base import SearchBackend

# Backend: where it is, and the setting that holds its key.
BACKENDS = {
    "gemini": ("articles.search.gemini.GeminiSearchBackend", "GOOGLE_API_KEY"),
    "serpapi": ("articles.search.serpapi.SerpApiBackend", "SERPAPI_API_KEY"),
    "serper": ("articles.search.serper.SerperBackend", "SERPER_API_KEY"),
}


def is_configured() -> bool:
    """Whether a search backend is chosen and has its key; imports nothing of it."""
    return bool(settings.SEARCH_BACKEND) and bool(_key(settings.SEARCH_BACKEND))


def get_backend() -> SearchBackend | None:
    """The chosen backend, None where there is none. Imported on first use."""
    if not is_configured():
        return None
    path, _ = BACKENDS[settings.SEARCH_BACKEND]
    backend: SearchBackend = import_string(path)()
    return backend


def _key(name: str) -> str:
    return str(getattr(settings, BACKENDS[name][1]))
