"""A provider on loopback, and short words for calling it through the real libraries."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from articles.providers.base import Completion, Provider
from articles.providers.registry import get_provider
from articles.writing import pipeline, prompts
from articles.writing.booking import Spend
from articles.writing.brief import Brief
from tests import aio
from tests.articles.providers.outcomes import PROTOCOLS
from tests.fakes.provider import FakeProvider

__all__ = ["PROTOCOLS"]
KEYWORD = "giao dịch forex"


@pytest.fixture
def fake(settings: LazySettings) -> Iterator[FakeProvider]:
    """A provider, and settings that point at it."""
    with FakeProvider() as server:
        settings.OPENAI_API_KEY = "sk-test"
        settings.OPENAI_BASE_URL = server.openai_url
        settings.GOOGLE_API_KEY = "AIza-test"
        settings.GEMINI_BASE_URL = server.gemini_url
        settings.AI_RETRY_BASE_SECONDS = 0.01
        yield server


def brief(protocol: str, **changes: str) -> Brief:
    """A short article."""
    fields = {
        "keyword": KEYWORD,
        "provider": protocol,
        "model": f"{protocol}-model",
        "language": "vi",
        "tone": "professional",
        "length": "short",
    }
    return Brief(**{**fields, **changes})


async def with_provider(protocol: str, use: object) -> object:
    """Run ``use(provider)`` and close the provider."""
    provider = get_provider(protocol)
    try:
        return await use(provider)  # type: ignore[operator]
    finally:
        await provider.aclose()


def call_once(protocol: str) -> Completion:
    """One body call without retries; returns the completion or raises."""

    async def use(provider: Provider) -> object:
        return await provider.complete(prompts.body(brief(protocol)))

    completion = aio.run(with_provider(protocol, use))
    assert isinstance(completion, Completion)
    return completion


def write(protocol: str, *, probing: bool = False, **changes: str) -> tuple[pipeline.Draft, Spend]:
    """A whole article; returns the draft and what was spent."""
    spent = Spend()

    async def use(provider: Provider) -> pipeline.Draft:
        return await pipeline.write(brief(protocol, **changes), provider, spent, probing=probing)

    draft = aio.run(with_provider(protocol, use))
    assert isinstance(draft, pipeline.Draft)
    return draft, spent
