"""The protocol of a search backend, and what it finds."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from articles.writing import html

MOST_SOURCES = 6
TITLE_LENGTH, SNIPPET_LENGTH, DATE_LENGTH, URL_LENGTH = 200, 500, 40, 1000


@dataclass(frozen=True, slots=True)
class Source:
    """A page that was found: plain texts, cut to a length, and an address of the web."""

    title: str
    url: str
    snippet: str
    date: str = ""

    @property
    def host(self) -> str:
        """The name of its server, as readers know it."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought. ``queries`` are the words that were searched for in the end."""

    backend: str
    queries: tuple[str, ...]
    sources: tuple[Source, ...]
    tokens: int = 0


class SearchBackend(Protocol):
    """A service that finds pages of the web."""

    async def find(self, query: str, language: str) -> Found:
        """The best pages for ``query``, none among them. Raises ServiceError and nothing else."""


def sources(rows: Iterable[tuple[Any, Any, Any, Any]]) -> tuple[Source, ...]:
    """The first usable ones of (title, URL, snippet, date), whatever these are; each URL once."""
    kept: dict[str, Source] = {}
    for title, url, snippet, date in rows:
        if not isinstance(url, str) or not is_web_address(url) or url in kept:
            continue
        name = _line(title, TITLE_LENGTH) or urlsplit(url).hostname or url
        kept[url] = Source(name, url, _line(snippet, SNIPPET_LENGTH), _line(date, DATE_LENGTH))
        if len(kept) == MOST_SOURCES:
            break
    return tuple(kept.values())


def is_web_address(url: str) -> bool:
    """Whether ``url`` is one that a reader may be sent to: http or https, and nothing odd in it."""
    if len(url) > URL_LENGTH or any(ord(letter) <= 32 or letter in "\"'<>\\" for letter in url):
        return False
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        )
    except ValueError:
        return False


def _line(value: Any, most: int) -> str:
    return html.line(value, most) if isinstance(value, str) else ""
