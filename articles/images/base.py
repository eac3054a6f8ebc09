"""The protocol of an image backend, what it offers, and what becomes of it."""

from dataclasses import dataclass
from typing import Any, Protocol

from articles.search.base import is_web_address
from articles.writing import html

LINE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Credit:
    """Whose picture it is, and on which terms; plain texts, and addresses of the web or nothing.

    ``source`` is the service's name as readers know it, empty for a picture that nobody took.
    """

    source: str = ""
    page: str = ""
    title: str = ""
    creator: str = ""
    creator_url: str = ""
    licence: str = ""
    licence_url: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture that fits: its addresses, the best first, or its bytes."""

    credit: Credit
    addresses: tuple[str, ...] = ()
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in our storage; ``backend`` is where it came from."""

    url: str
    width: int
    height: int
    backend: str
    credit: Credit


class ImageBackend(Protocol):
    """A service that has pictures, or makes them."""

    name: str

    async def find(self, query: str, language: str) -> list[Candidate]:
        """Pictures for ``query``, the best first. Raises ServiceError and nothing else."""


def text(value: Any) -> str:
    """One plain line of whatever a service sent."""
    return html.line(value, LINE_LENGTH) if isinstance(value, str) else ""


def address(value: Any) -> str:
    """``value`` where it is an address of the web, else nothing."""
    return value if isinstance(value, str) and is_web_address(value) else ""


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list that a service sent, whatever it sent."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
