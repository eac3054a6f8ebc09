"""Each fault of the fake provider, through the real client libraries: one call, one outcome."""

import pytest
from django.conf import LazySettings

from articles.providers.base import GiveUp, ProviderError, ProviderUnavailable, TryAgain
from tests.articles.providers.conftest import PROTOCOLS, call_once
from tests.fakes.provider import FakeProvider
from tests.fakes.provider_faults import CHOICES, ERRORS, FINISHES, TEXTS, USAGES, WIRE

Outcome = tuple[type[ProviderError], str]
AGAIN, LIMITED = (TryAgain, "server_error"), (TryAgain, "rate_limited")
NO_ANSWER, LOST = (TryAgain, "invalid_answer"), (TryAgain, "connection_lost")
LATE, WRONG_ADDRESS = (TryAgain, "timeout"), (ProviderUnavailable, "misconfigured")
LONG_LIMIT = (ProviderUnavailable, "rate_limited")
KEY, MODEL = (ProviderUnavailable, "key_refused"), (ProviderUnavailable, "model_not_found")
NOT_PERMITTED = (ProviderUnavailable, "not_permitted")
QUOTA, TOO_LONG = (ProviderUnavailable, "quota_exhausted"), (GiveUp, "context_too_long")
BAD, EMPTY, CUT = (GiveUp, "bad_request"), (TryAgain, "empty"), (TryAgain, "truncated")

# What a fault comes to; two outcomes where the protocols differ: OpenAI's, then Gemini's.
OUTCOMES: dict[str, Outcome | tuple[Outcome | None, Outcome | None]] = {
    "rate_limit": LIMITED,
    "rate_limit_unsaid": LIMITED,
    "rate_limit_negative": LIMITED,
    "rate_limit_nan": LIMITED,
    "rate_limit_nonsense": LIMITED,
    "rate_limit_past": LIMITED,
    "long_rate_limit": LONG_LIMIT,
    "rate_limit_date": LONG_LIMIT,
    "rate_limit_huge": LONG_LIMIT,
    "retry_info": (LIMITED, LIMITED),
    "long_retry_info": (LIMITED, LONG_LIMIT),
    "quota": QUOTA,
    "unpaid": QUOTA,
    "error_500": AGAIN,
    "error_502": AGAIN,
    "error_503": AGAIN,
    "error_504": AGAIN,
    "error_520": AGAIN,
    "error_529": AGAIN,
    "error_408": AGAIN,
    "long_outage": (ProviderUnavailable, "server_error"),
    "key": KEY,
    "key_400": (BAD, KEY),
    "forbidden": NOT_PERMITTED,
    "location": (BAD, NOT_PERMITTED),
    "no_model": MODEL,
    "gone": MODEL,
    "context": TOO_LONG,
    "too_large": TOO_LONG,
    "policy": ((GiveUp, "policy"), BAD),
    "bad_request": BAD,
    "teapot": BAD,
    "no_max_completion_tokens": (None, BAD),
    "no_response_format": (None, BAD),
    "cut": CUT,
    "thought_too_long": CUT,
    "filter": ((GiveUp, "filtered"), (GiveUp, "safety")),
    "recitation": (None, (TryAgain, "recitation")),
    "refusal": ((GiveUp, "refused"), None),
    "blocked": (NO_ANSWER, (GiveUp, "blocked")),
    "empty": EMPTY,
    "blank": EMPTY,
    "newline_flood": EMPTY,
    "no_choices": NO_ANSWER,
    "choices_null": NO_ANSWER,
    "choices_not_a_list": NO_ANSWER,
    "choice_null": NO_ANSWER,
    "message_null": (NO_ANSWER, EMPTY),
    "error_inside": (AGAIN, NO_ANSWER),
    "html": WRONG_ADDRESS,
    "html_404": WRONG_ADDRESS,
    "html_502": AGAIN,
    "redirect_301": WRONG_ADDRESS,
    "redirect_302": WRONG_ADDRESS,
    "redirect_307": WRONG_ADDRESS,
    "broken_json": NO_ANSWER,
    "not_an_object": NO_ANSWER,
    "null": NO_ANSWER,
    "deep": NO_ANSWER,
    "no_body": NO_ANSWER,
    "not_utf8": NO_ANSWER,
    "plain_text": NO_ANSWER,
    "not_gzip": (LOST, NO_ANSWER),
    "long_header": (NO_ANSWER, LOST),
    "fifty_megabytes": NO_ANSWER,
    "reset": LOST,
    "cut_short": LOST,
    "flood": NO_ANSWER,
    "hang": LATE,
    "drip": LATE,
    "slow_headers": LATE,
}
OUTAGES = {"server_error", "invalid_answer", "connection_lost", "timeout"}
SLOW = {"hang", "drip", "slow_headers"}
CASES = [
    (
        protocol,
        fault,
        both[PROTOCOLS.index(protocol)] if isinstance(both[0], tuple | None) else both,
    )
    for fault, both in OUTCOMES.items()
    for protocol in PROTOCOLS
]


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
