"""What all our HTTP clients share: one TLS context, and answers of a bounded size."""

import functools
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2

from articles.providers.base import TooLarge


@functools.cache
def tls() -> ssl.SSLContext:
    """Made once: reading the authorities' certificates takes as long as a request."""
    return httpx2.create_ssl_context()


def bound(most_bytes: int) -> Callable[[httpx2.Response], Awaitable[None]]:
    """An event hook for responses whose body breaks off with TooLarge above a size."""

    async def hook(response: httpx2.Response) -> None:
        response.stream = _Bounded(response.stream, most_bytes)

    return hook


class _Bounded(httpx2.AsyncByteStream):
    """A body that breaks off where it is larger than any answer."""

    def __init__(self, stream: Any, most_bytes: int) -> None:
        self._stream = stream
        self._most = most_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The parts of the body."""
        size = 0
        async for part in self._stream:
            size += len(part)
            if size > self._most:
                raise TooLarge
            yield part

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._stream.aclose()
