"""What is done about failures: again, adapted, booked; and what is never lost for them."""

import asyncio

import pytest

from articles.providers.base import Provider, ProviderError, ProviderUnavailable
from articles.writing import pipeline, prompts
from articles.writing.booking import Spend
from tests import aio
from tests.articles.providers.conftest import (
    KEYWORD,
    PROTOCOLS,
    brief,
    call_once,
    with_provider,
    write,
)
from tests.fakes.provider import FakeProvider
from tests.waiting import wait_for


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
    assert "Phần 1 nói về" in fake.calls[1].text
    assert draft.outline.startswith(f"Phần 1 nói về {KEYWORD}\n  - Khái niệm 1\nPhần 2")
    assert draft.issues == []


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
    codes = {issue["code"] for issue in draft.issues}
    assert codes == {"metadata_fallback", "length", "keyword_heading"}
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


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("fault", "calls"), [("cut_json", 1), ("newline_flood", 2), ("cut", 2), ("empty", 2)]
)
def test_it_asks_in_plain_words_where_json_does_not_come(
    fake: FakeProvider, protocol: str, fault: str, calls: int
) -> None:
    fake.fail(fault, purpose="metadata", times=calls)
    draft, spent = write(protocol)
    asked = [call for call in fake.calls if call.purpose == "metadata"]
    assert (len(asked), draft.issues) == (calls + 1, [])
    assert spent.dropped.total == 140 * calls
    fake.fail(fault, purpose="metadata")
    draft, _ = write(protocol)
    assert [issue["code"] for issue in draft.issues] == ["metadata_fallback"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_books_calls_that_are_dropped_in_flight(fake: FakeProvider, protocol: str) -> None:
    fake.fail("hang")
    spent = Spend()

    async def use(provider: Provider) -> None:
        task = asyncio.create_task(pipeline.write(brief(protocol), provider, spent))
        while len(fake.calls) < 2:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    aio.run(with_provider(protocol, use))
    wait_for(lambda: all(call.dropped_at for call in fake.calls))
    assert sum(call.perhaps_billed for call in fake.calls) == 940
    assert spent.total.total == 0
    assert 940 < spent.unconfirmed < 3000


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("fault", ["error_500", "rate_limit", "reset"])
def test_it_probes_by_one_call_until_that_is_answered(
    fake: FakeProvider, protocol: str, fault: str
) -> None:
    fake.fail(fault)
    with pytest.raises(ProviderUnavailable) as failure:
        write(protocol, probing=True)
    assert (failure.value.scope, len(fake.calls)) == ("model", 1)
    fake.faults = []
    draft, _ = write(protocol, probing=True)
    assert draft.usage.total == 940
