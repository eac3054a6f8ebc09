"""The one way to fetch an address that comes from outside: of a picture, of a source.

Whoever names an address (a search result, a model, a user) must not reach what this machine alone
can reach. A name is looked up once, every address that it has is checked, and the connection goes
to the one that was checked, under the name that was asked for. Redirections are followed by hand,
each through the same checks; size, time and type are bounded.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

import httpx2
from django.conf import settings

from articles.connections import tls
from batchwriter.errors import BatchwriterError

MOST_BYTES = 2_000_000
SECONDS = 5.0
REDIRECTS = 3
PORTS = {"http": 80, "https": 443}
UNICAST = ipaddress.ip_network("2000::/3")
# IPv6 addresses that stand for an IPv4 address, which could be any.
SIX_TO_FOUR = ipaddress.ip_network("2002::/16")
# Not known as private by every Python that we run on.
PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")
HEADERS = {"User-Agent": "batchwriter", "Accept": "*/*", "Accept-Encoding": "identity"}

Answer = TypeVar("Answer")


class NotFetched(BatchwriterError):
    """Nothing came, or nothing that may be used; ``reason`` is a short word for logs."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: the address that it came from in the end, the type that it says, its bytes."""

    url: str
    content_type: str
    body: bytes


async def fetch(
    url: str, *, types: tuple[str, ...], most_bytes: int = MOST_BYTES, seconds: float = SECONDS
) -> Fetched:
    """What stands at ``url``, where its type begins with one of ``types``. Raises NotFetched."""

    async def follow() -> Fetched:
        place = url
        for _ in range(REDIRECTS + 1):
            answer = await _ask(place, types, most_bytes)
            if isinstance(answer, Fetched):
                return answer
            place = answer
        raise NotFetched("redirects", "The address leads on and on.")

    return await _bounded(follow(), seconds)


async def destination(url: str, *, seconds: float = SECONDS) -> str:
    """Where ``url`` redirects to, which is not asked; raises NotFetched where it does not."""
    answer = await _bounded(_ask(url, (), 0), seconds)
    if isinstance(answer, Fetched):
        raise NotFetched("no_redirect", "The address does not lead elsewhere.")
    return answer


async def _bounded(answer: Awaitable[Answer], seconds: float) -> Answer:
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError as error:
        raise NotFetched("timeout", "The address did not answer in time.") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as error:
        raise NotFetched("unreachable", "The address could not be reached.") from error


async def _ask(address: str, types: tuple[str, ...], most_bytes: int) -> Fetched | str:
    """One request: what came, or the address that it is redirected to."""
    url = httpx2.URL(address)
    pinned = url.copy_with(host=await _checked(url), fragment=None)
    timeout, name = httpx2.Timeout(SECONDS), url.raw_host.decode("ascii")
    client = httpx2.AsyncClient(verify=tls(), trust_env=False, timeout=timeout)
    headers = {**HEADERS, "Host": url.netloc.decode("ascii")}
    extensions = {"sni_hostname": name}
    async with (
        client,
        client.stream("GET", pinned, headers=headers, extensions=extensions) as response,
    ):
        if response.is_redirect:
            return str(url.join(response.headers["location"]))
        if response.status_code != 200:
            raise NotFetched("status", f"The address answers {response.status_code}.")
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not content_type.startswith(types):
            raise NotFetched("type", "Something of another type stands at the address.")
        return Fetched(str(url), content_type, await _body(response, most_bytes))


async def _body(response: httpx2.Response, most_bytes: int) -> bytes:
    """The body as it comes over the wire; broken off where it is too large."""
    body = bytearray()
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) > most_bytes:
        raise NotFetched("too_large", "What stands at the address is too large.")
    async for part in response.aiter_raw():
        body += part
        if len(body) > most_bytes:
            raise NotFetched("too_large", "What stands at the address is too large.")
    return bytes(body)


async def _checked(url: httpx2.URL) -> str:
    """The address of the host of ``url`` that may be connected to. Raises NotFetched."""
    if url.scheme not in PORTS or url.userinfo or not url.host:
        raise NotFetched("scheme", "Only plain web addresses are fetched.")
    port = url.port or PORTS[url.scheme]
    allowed = f"{url.host}:{port}" in settings.FETCH_ALLOWED_HOSTS
    if not allowed and port != PORTS[url.scheme]:
        raise NotFetched("port", "Only the usual ports of the web are fetched from.")
    found = await asyncio.get_running_loop().getaddrinfo(
        url.raw_host.decode("ascii").strip("[]"), port, type=socket.SOCK_STREAM
    )
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not (allowed or all(map(is_public, addresses))):
        raise NotFetched("inside", "The address is not one of the public web.")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, and of nobody's own network."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip not in UNICAST or ip in SIX_TO_FOUR:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip in PROTOCOLS)
