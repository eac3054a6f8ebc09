"""Each way in which a provider fails, through the real client libraries."""

import asyncio
from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from articles.providers.base import (
    GiveUp,
    Provider,
    ProviderError,
    ProviderUnavailable,
    TryAgain,
)
from articles.providers.registry import get_provider
from articles.writing import pipeline, prompts
from articles.writing.brief import Brief
from tests import aio
from tests.fakes.provider import FakeProvider

PROTOCOLS = ("openai", "gemini")
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


def call_once(protocol: str) -> object:
    """One body call without retries; returns the completion or raises."""

    async def use(provider: Provider) -> object:
        return await provider.complete(prompts.body(brief(protocol)))

    return aio.run(with_provider(protocol, use))


def write(protocol: str, **changes: str) -> tuple[pipeline.Draft, pipeline.Spend]:
    """A whole article; returns the draft and what was spent."""
    spent = pipeline.Spend()

    async def use(provider: Provider) -> pipeline.Draft:
        return await pipeline.write(brief(protocol, **changes), provider, spent)

    draft = aio.run(with_provider(protocol, use))
    assert isinstance(draft, pipeline.Draft)
    return draft, spent


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_writes_with_the_chosen_model_and_no_other(fake: FakeProvider, protocol: str) -> None:
    draft, spent = write(protocol)
    assert {call.model for call in fake.calls} == {f"{protocol}-model"}
    assert sorted(call.purpose for call in fake.calls) == ["body", "metadata"]
    assert all(KEYWORD in call.text for call in fake.calls)
    assert draft.usage.total == spent.total.total == fake.bill == 940
    assert (draft.word_count, draft.issues) == (600, [])
    assert draft.title and draft.meta_title and draft.meta_description


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_plans_before_it_writes_where_an_outline_is_asked_for(
    fake: FakeProvider, protocol: str
) -> None:
    draft, _ = write(protocol, outline_option="ai-outline")
    assert [call.purpose for call in fake.calls] == ["outline", "body"]
    assert "Forex là gì" in fake.calls[1].text
    assert draft.outline == "Forex là gì\n  - Khái niệm"


FAULTS = [
    ("rate_limit", TryAgain, "rate_limited", False),
    ("long_rate_limit", ProviderUnavailable, "rate_limited", None),
    ("quota", ProviderUnavailable, "quota_exhausted", None),
    ("error_500", TryAgain, "server_error", True),
    ("error_503", TryAgain, "server_error", True),
    ("key", ProviderUnavailable, "key_refused", None),
    ("forbidden", ProviderUnavailable, "not_permitted", None),
    ("no_model", ProviderUnavailable, "model_not_found", None),
    ("context", GiveUp, "context_too_long", None),
    ("bad_request", GiveUp, "bad_request", None),
    ("empty", TryAgain, "empty", False),
    ("cut", TryAgain, "truncated", False),
    ("no_choices", TryAgain, "invalid_answer", True),
    ("broken_json", TryAgain, "invalid_answer", True),
    ("reset", TryAgain, "connection_lost", True),
    ("cut_short", TryAgain, None, True),
]
ONE_PROTOCOL = [
    ("openai", "policy", GiveUp, "policy"),
    ("openai", "filter", GiveUp, "filtered"),
    ("openai", "refusal", GiveUp, "refused"),
    ("openai", "html", ProviderUnavailable, "misconfigured"),
    ("openai", "not_an_object", TryAgain, "invalid_answer"),
    ("gemini", "filter", GiveUp, "safety"),
    ("gemini", "blocked", GiveUp, "blocked"),
    ("gemini", "recitation", TryAgain, "recitation"),
    ("gemini", "html", ProviderUnavailable, "misconfigured"),
    ("gemini", "not_an_object", TryAgain, "invalid_answer"),
]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(("fault", "kind", "code", "outage"), FAULTS)
def test_it_sorts_failures(
    fake: FakeProvider,
    protocol: str,
    fault: str,
    kind: type[ProviderError],
    code: str | None,
    outage: bool | None,
) -> None:
    fake.fail(fault)
    with pytest.raises(kind) as failure:
        call_once(protocol)
    assert code in (None, failure.value.code)
    assert outage is getattr(failure.value, "outage", None)
    assert "CANARY" not in failure.value.message
    assert len(fake.calls) == 1


@pytest.mark.parametrize(("protocol", "fault", "kind", "code"), ONE_PROTOCOL)
def test_it_sorts_failures_of_one_protocol(
    fake: FakeProvider, protocol: str, fault: str, kind: type[ProviderError], code: str
) -> None:
    fake.fail(fault)
    with pytest.raises(kind) as failure:
        call_once(protocol)
    assert failure.value.code == code


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_it_ends_calls_that_take_too_long(
    fake: FakeProvider, protocol: str, fault: str, settings: LazySettings
) -> None:
    settings.AI_TIMEOUT_SECONDS = 0.3
    fake.fail(fault)
    with pytest.raises(TryAgain) as failure:
        call_once(protocol)
    assert (failure.value.code, failure.value.outage) == ("timeout", True)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_drops_the_connection_when_it_is_cancelled(fake: FakeProvider, protocol: str) -> None:
    fake.latency = 30

    async def use(provider: Provider) -> float:
        task = asyncio.create_task(provider.complete(prompts.body(brief(protocol))))
        while not fake.calls:
            await asyncio.sleep(0.01)
        started = asyncio.get_running_loop().time()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while fake.calls[0].dropped_at is None:
            await asyncio.sleep(0.01)
        return asyncio.get_running_loop().time() - started

    assert aio.run(asyncio.wait_for(with_provider(protocol, use), 10)) is not None
    assert not fake.calls[0].answered


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_books_usage_of_answers_that_come_to_nothing(fake: FakeProvider, protocol: str) -> None:
    fake.fail("empty", purpose="body", times=1)
    draft, spent = write(protocol)
    assert (spent.dropped.total, spent.kept.total, draft.usage.total) == (800, 940, 940)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_estimates_usage_that_is_not_reported(fake: FakeProvider, protocol: str) -> None:
    fake.fail("no_usage", purpose="body")
    draft, _ = write(protocol)
    assert draft.usage.estimated
    assert draft.usage.total > 500


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("fault", "attempts"), [("error_500", 4), ("rate_limit", 4), ("empty", 2), ("cut", 2)]
)
def test_it_tries_as_often_as_a_failure_is_worth(
    fake: FakeProvider, protocol: str, fault: str, attempts: int
) -> None:
    fake.fail(fault, purpose="body")
    with pytest.raises(ProviderError):
        write(protocol)
    assert len([call for call in fake.calls if call.purpose == "body"]) == attempts


def test_it_asks_for_more_room_after_a_cut_answer(fake: FakeProvider) -> None:
    fake.fail("cut", purpose="body", times=1)
    write("openai")
    budgets = [call.body["max_completion_tokens"] for call in fake.calls if call.purpose == "body"]
    assert budgets[1] == 2 * budgets[0]


def test_it_learns_which_parameters_a_server_does_not_take(fake: FakeProvider) -> None:
    fake.fail("no_max_completion_tokens", times=1)
    write("openai")
    bodies = [call.body for call in fake.calls]
    assert "max_completion_tokens" in bodies[0]
    assert any("max_tokens" in body for body in bodies)


def test_it_does_without_a_schema_where_the_server_knows_none(fake: FakeProvider) -> None:
    fake.fail("no_response_format", purpose="metadata", times=1)
    draft, _ = write("openai")
    assert draft.issues == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_fills_all_fields_where_every_answer_is_the_same_text(
    fake: FakeProvider, protocol: str
) -> None:
    fake.answer = lambda call: "<h2>Forex</h2><p>Giao dịch forex là gì? Đây là câu trả lời.</p>"
    draft, spent = write(protocol)
    assert draft.title == "Giao dịch forex"
    assert draft.meta_title and draft.meta_description
    assert {issue["code"] for issue in draft.issues} == {"metadata_fallback", "length"}
    assert draft.usage.total == 800
    assert spent.total.total == fake.bill


def test_it_says_what_is_missing_where_the_library_is_not_installed(
    fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    real = builtins.__import__

    def missing(name: str, *args: object, **kwargs: object) -> object:
        if name.startswith("google.generativeai"):
            raise ImportError(name)
        return real(name, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ProviderUnavailable, match="library is missing"):
        call_once("gemini")
