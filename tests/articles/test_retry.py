"""Our own retry policy: how long it waits, and that waiting can be ended."""

import asyncio

import pytest
from django.conf import LazySettings

from articles.providers import failures, retry
from articles.providers.base import (
    Completion,
    CompletionRequest,
    ProviderUnavailable,
    TryAgain,
    Usage,
)
from articles.writing import prompts
from articles.writing.brief import Brief
from tests import aio

REQUEST = prompts.body(Brief("k", "openai", "m", "vi", "casual", "short"))


class Failing:
    """Fails with the given errors, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.requests: list[CompletionRequest] = []

    async def complete(self, request: CompletionRequest) -> Completion:
        self.requests.append(request)
        if self.errors:
            raise self.errors.pop(0)
        return Completion("text", Usage(1, 1))

    async def aclose(self) -> None:
        """Nothing."""


@pytest.mark.parametrize(("attempt", "most"), [(1, 2.0), (2, 4.0), (3, 8.0), (10, 30.0)])
def test_it_waits_longer_each_time_with_full_jitter(attempt: int, most: float) -> None:
    waits = [retry.delay(failures.connection_lost(), attempt) for _ in range(300)]
    assert 0 <= min(waits) < most / 4 and most * 3 / 4 < max(waits) <= most


def test_it_never_comes_back_earlier_than_asked() -> None:
    error = TryAgain("rate_limited", "Slow down.", retry_after=7.0)
    assert all(7.0 <= retry.delay(error, 1) <= 7.5 for _ in range(100))


def test_it_does_not_wait_for_long_pauses() -> None:
    assert isinstance(failures.rate_limited(121), ProviderUnavailable)
    assert isinstance(failures.rate_limited(120), TryAgain)
    assert isinstance(failures.server_error(600), ProviderUnavailable)


def test_it_asks_for_more_variety_after_a_recitation(settings: LazySettings) -> None:
    settings.AI_RETRY_BASE_SECONDS = 0
    provider = Failing(TryAgain("recitation", "A known text.", attempts=2))
    aio.run(retry.complete(provider, REQUEST))
    assert [request.temperature for request in provider.requests] == [None, retry.MORE_VARIED]


def test_it_stops_waiting_when_it_is_cancelled() -> None:
    async def scenario() -> None:
        provider = Failing(TryAgain("rate_limited", "Slow down.", retry_after=100))
        task = asyncio.create_task(retry.complete(provider, REQUEST))
        while not provider.requests:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    aio.run(asyncio.wait_for(scenario(), 5))
