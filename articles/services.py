"""Calls to the search and image services that the operator has chosen: JSON over HTTP, bounded.

A service that refuses is left alone for a while by this process, so that a batch of a thousand
articles does not ask it a thousand times in vain.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2

from articles.connections import bound, tls
from articles.providers.base import TooLarge
from articles.providers.failures import wait_of
from articles.service_errors import ServiceError
from batchwriter import logs

SECONDS = 10.0
MOST_BYTES = 2_000_000
# A pause that the service asks for is waited for up to this long, once.
SHORT_WAIT_SECONDS = 5.0
REST_SECONDS = 60.0
LONGEST_REST_SECONDS = 3600.0
TRIES = 2

Answer = TypeVar("Answer")

# After these the service is not asked again for a while.
RESTING = {"rate_limited", "quota_exhausted", "key_refused"}


@dataclass(slots=True)
class Service:
    """One service as this process knows it; ``interval`` seconds lie between two of its calls.

    A call that would have to wait for its turn longer than ``patience`` is not made.
    """

    name: str
    interval: float = 0.0
    patience: float = SECONDS
    _next_call: float = field(default=0.0, repr=False)
    _rests_until: float = field(default=0.0, repr=False)
    _why: str = field(default="", repr=False)

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        params: dict[str, str] | None = None,
        body: Any = None,
        seconds: float = SECONDS,
        most_bytes: int = MOST_BYTES,
    ) -> dict[str, Any]:
        """The JSON object that the service answers. Raises ServiceError."""
        request = httpx2.Request(method, url, headers=headers, params=params, json=body)
        return await self.run(lambda: _answer(request, seconds, most_bytes))

    async def run(self, call: Callable[[], Awaitable[Answer]]) -> Answer:
        """What ``call`` returns; once more where its ServiceError may be gone in a moment."""
        for attempt in range(1, TRIES + 1):
            await self._wait_turn()
            try:
                return await call()
            except ServiceError as error:
                if attempt == TRIES or not _passes(error):
                    self._rest(error)
                    raise
                await asyncio.sleep(error.retry_after or 0)
        raise AssertionError("unreachable")

    async def _wait_turn(self) -> None:
        """Until the next call may be made. Raises ServiceError while the service is left alone."""
        now = time.monotonic()
        if now < self._rests_until:
            raise ServiceError(self._why)
        turn = max(now, self._next_call)
        if turn - now > self.patience:
            raise ServiceError("rate_limited")
        self._next_call = turn + self.interval
        await asyncio.sleep(turn - now)

    def _rest(self, error: ServiceError) -> None:
        """Leave the service alone for a while where ``error`` says that more calls are in vain."""
        logs.event("service_failed", service=self.name, reason=error.code)
        if error.code in RESTING:
            pause = error.retry_after if error.retry_after is not None else REST_SECONDS
            self._rests_until = time.monotonic() + min(pause, LONGEST_REST_SECONDS)
            self._why = error.code


def _passes(error: ServiceError) -> bool:
    """Whether the failure may be gone in a moment."""
    if error.code == "rate_limited":
        return error.retry_after is not None and error.retry_after <= SHORT_WAIT_SECONDS
    return error.code == "server_error" and (error.retry_after or 0) <= SHORT_WAIT_SECONDS


async def _answer(request: httpx2.Request, seconds: float, most_bytes: int) -> dict[str, Any]:
    timeout, hooks = httpx2.Timeout(seconds), {"response": [bound(most_bytes)]}
    try:
        async with (
            asyncio.timeout(seconds),
            httpx2.AsyncClient(verify=tls(), timeout=timeout, event_hooks=hooks) as client,
        ):
            return _judge(await client.send(request))
    except (TimeoutError, httpx2.TimeoutException) as error:
        raise ServiceError("timeout") from error
    except (TooLarge, httpx2.DecodingError) as error:
        raise ServiceError("invalid_answer") from error
    except httpx2.HTTPError as error:
        raise ServiceError("unreachable") from error


def _judge(response: httpx2.Response) -> dict[str, Any]:
    status = response.status_code
    if status != 200:
        wait = wait_of(response.headers.get("retry-after"))
        raise ServiceError(
            meaning(status, response.content.decode(errors="replace")), retry_after=wait
        )
    try:
        answer = json.loads(response.content)
    except (ValueError, RecursionError) as error:
        raise ServiceError("invalid_answer") from error
    if not isinstance(answer, dict):
        raise ServiceError("invalid_answer")
    return answer


def meaning(status: int, text: str) -> str:
    """What a status means; some services say in words alone that the account is empty."""
    said = text.lower()
    if status == 402 or "insufficient_quota" in said or "run out of searches" in said:
        return "quota_exhausted"
    if "not enough credits" in said or ("quota" in said and status in (403, 429)):
        return "quota_exhausted"
    if status in (401, 403):
        return "key_refused"
    if status == 429:
        return "rate_limited"
    return "server_error" if status >= 500 or status == 408 else "refused"
