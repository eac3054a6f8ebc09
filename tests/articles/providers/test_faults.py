"""Each fault of the fake provider, through the real client libraries: one call, one outcome."""

import pytest
from django.conf import LazySettings

from articles.providers.base import ProviderError, ProviderUnavailable, TryAgain
from tests.articles.providers.conftest import PROTOCOLS, call_once
from tests.articles.providers.outcomes import CASES, OUTAGES, OUTCOMES, SLOW, Outcome
from tests.fakes.provider import FakeProvider
from tests.fakes.provider_faults import CHOICES, ERRORS, FINISHES, TEXTS, USAGES, WIRE


def test_it_knows_an_outcome_of_each_fault() -> None:
    bad = {*ERRORS, *FINISHES, *TEXTS, *CHOICES, *WIRE, "refusal", "blocked"}
    assert bad - OUTCOMES.keys() == {"cut_json"}
    assert not bad & USAGES.keys()


@pytest.mark.parametrize(
    ("protocol", "fault", "outcome"), [case for case in CASES if case[2] is not None]
)
def test_it_sorts_each_failure(
    fake: FakeProvider, settings: LazySettings, protocol: str, fault: str, outcome: Outcome
) -> None:
    settings.AI_TIMEOUT_SECONDS = 0.4 if fault in SLOW else 20
    fake.fail(fault)
    with pytest.raises(ProviderError) as failure:
        call_once(protocol)
    error = failure.value
    assert (type(error), error.code) == outcome
    assert getattr(error, "outage", None) in (None, error.code in OUTAGES)
    assert "CANARY" not in error.message and "<" not in error.message
    assert len(fake.calls) == 1
    assert not fake.strangers
    if error.code == "rate_limited":
        assert error.retry_after is None or 0 <= error.retry_after <= 86_400


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("usage", USAGES)
def test_it_estimates_and_flags_usage_that_cannot_be(
    fake: FakeProvider, protocol: str, usage: str
) -> None:
    fake.fail(usage)
    completion = call_once(protocol)
    assert completion.usage.estimated
    assert 500 < completion.usage.total < 4_000
    assert min(completion.usage.prompt_tokens, completion.usage.completion_tokens) > 0


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1", "http://no-such-host.invalid", "https://127.0.0.1:{port}"]
)
def test_it_sorts_a_provider_that_cannot_be_reached(
    fake: FakeProvider, settings: LazySettings, protocol: str, address: str
) -> None:
    settings.OPENAI_BASE_URL = settings.GEMINI_BASE_URL = address.format(port=fake.port)
    with pytest.raises(TryAgain) as failure:
        call_once(protocol)
    error = failure.value
    assert (error.code, error.outage, error.perhaps_billed) == ("connection_lost", True, False)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_says_that_a_worker_has_no_key(
    fake: FakeProvider, settings: LazySettings, protocol: str
) -> None:
    settings.OPENAI_API_KEY = settings.GOOGLE_API_KEY = ""
    with pytest.raises(ProviderUnavailable) as failure:
        call_once(protocol)
    assert (failure.value.code, failure.value.scope) == ("not_configured", "provider")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_books_what_calls_without_an_answer_may_cost(
    fake: FakeProvider, settings: LazySettings, protocol: str
) -> None:
    settings.AI_TIMEOUT_SECONDS = 0.4
    for fault, billed in (("hang", True), ("cut_short", True), ("error_500", False)):
        fake.faults = []
        fake.fail(fault)
        with pytest.raises(TryAgain) as failure:
            call_once(protocol)
        assert failure.value.perhaps_billed is billed
