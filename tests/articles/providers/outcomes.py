"""What each fault of the fake provider comes to: the table of docs/provider-failures.md."""

from articles.providers.base import GiveUp, ProviderError, ProviderUnavailable, TryAgain

PROTOCOLS = ("openai", "gemini")
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
# Protocol, fault, outcome; None where the protocol does not know the fault.
CASES = [
    (
        protocol,
        fault,
        both[PROTOCOLS.index(protocol)] if isinstance(both[0], tuple | None) else both,
    )
    for fault, both in OUTCOMES.items()
    for protocol in PROTOCOLS
]
