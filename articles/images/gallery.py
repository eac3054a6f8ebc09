"""The pictures of one article: found, fetched, written anew, stored."""

import asyncio
import functools
import secrets
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from articles import fetching
from articles.images.base import Candidate, ImageBackend, Picture
from articles.images.reencode import NotAPicture, reencoded
from articles.service_errors import ServiceError

TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")
# Pictures of one place that are tried before it is left without.
MOST_TRIES = 3


class Gallery:
    """Takes each picture that was found once; asks for the same query once."""

    def __init__(self, backend: ImageBackend, language: str) -> None:
        self._backend = backend
        self._language = language
        self._asking: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._found: dict[str, list[Candidate]] = {}
        self._used: set[Candidate] = set()

    async def picture(self, queries: Sequence[str]) -> Picture:
        """A picture for the first of ``queries`` that has one. Raises ServiceError."""
        tries = 0
        for query in queries:
            for candidate in await self._candidates(query):
                if candidate.addresses and candidate in self._used:
                    continue
                self._used.add(candidate)
                picture = await self._stored(candidate)
                tries += 1
                if picture is not None:
                    return picture
                if tries == MOST_TRIES:
                    raise ServiceError("broken_picture")
        raise ServiceError("broken_picture" if tries else "no_result")

    async def _candidates(self, query: str) -> list[Candidate]:
        async with self._asking[query]:
            if query not in self._found:
                self._found[query] = await self._backend.find(query, self._language)
        return self._found[query]

    async def _stored(self, candidate: Candidate) -> Picture | None:
        """The picture in our storage; None where it is none that can be used."""
        contents = [candidate.content] if candidate.content else []
        for address in candidate.addresses:
            try:
                contents.append((await fetching.fetch(address, types=TYPES)).body)
                break
            except fetching.NotFetched:
                continue
        loop = asyncio.get_running_loop()
        for content in contents:
            try:
                return await loop.run_in_executor(_thread(), self._store, content, candidate)
            except NotAPicture:
                continue
        return None

    def _store(self, content: bytes, candidate: Candidate) -> Picture:
        encoded = reencoded(content)
        name = secrets.token_hex(16)
        path = f"pictures/{name[:2]}/{name}.{encoded.extension}"
        kept = default_storage.save(path, ContentFile(encoded.content))
        url = default_storage.url(kept)
        return Picture(url, encoded.width, encoded.height, self._backend.name, candidate.credit)


@functools.cache
def _thread() -> ThreadPoolExecutor:
    """One for the process: decoding takes memory, and should not happen many times at once."""
    return ThreadPoolExecutor(1, thread_name_prefix="pictures")
