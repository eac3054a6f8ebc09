"""The error statuses of the fake provider, as OpenAI and Gemini put them."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

Answer = dict[str, Any]
CANARY = {"openai": "sk-CANARY1234567890", "gemini": "AIzaCANARY1234567890"}
IN_TEN_MINUTES = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)

# Name: status, headers, what OpenAI says, what Gemini says.
Error = tuple[int, dict[str, str], Answer, Answer]
_LIMIT: tuple[Answer, Answer] = (
    {"code": "rate_limit_exceeded"},
    {"status": "RESOURCE_EXHAUSTED"},
)


def _delay(seconds: str) -> tuple[Answer, Answer]:
    kind = "type.googleapis.com/google.rpc.RetryInfo"
    return {}, {"status": "RESOURCE_EXHAUSTED", "details": [{"@type": kind, "retryDelay": seconds}]}


ERRORS: dict[str, Error] = {
    "rate_limit": (429, {"retry-after": "0.05"}, *_LIMIT),
    "rate_limit_unsaid": (429, {}, *_LIMIT),
    "rate_limit_negative": (429, {"retry-after": "-30"}, *_LIMIT),
    "rate_limit_nan": (429, {"retry-after": "nan"}, *_LIMIT),
    "rate_limit_nonsense": (429, {"retry-after": "soon"}, *_LIMIT),
    "rate_limit_past": (429, {"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}, *_LIMIT),
    "long_rate_limit": (429, {"retry-after": "600"}, *_LIMIT),
    "rate_limit_date": (429, {"retry-after": IN_TEN_MINUTES}, *_LIMIT),
    "rate_limit_huge": (429, {"retry-after": "1e300"}, *_LIMIT),
    "retry_info": (429, {}, *_delay("0.05s")),
    "long_retry_info": (429, {}, *_delay("600s")),
    "quota": (
        429,
        {},
        {"code": "insufficient_quota"},
        {"status": "RESOURCE_EXHAUSTED", "message": "GenerateRequestsPerDayPerProject"},
    ),
    "unpaid": (402, {}, {}, {}),
    "error_500": (500, {}, {"code": "server_error"}, {"status": "INTERNAL"}),
    "error_502": (502, {}, {}, {}),
    "error_503": (503, {"retry-after": "0.05"}, {"code": "overloaded"}, {"status": "UNAVAILABLE"}),
    "error_504": (504, {}, {}, {"status": "DEADLINE_EXCEEDED"}),
    "error_520": (520, {}, {}, {}),
    "error_529": (529, {}, {"type": "overloaded_error"}, {}),
    "error_408": (408, {}, {}, {}),
    "long_outage": (503, {"retry-after": "900"}, {}, {}),
    "key": (
        401,
        {},
        {"code": "invalid_api_key", "message": f"Wrong key {CANARY['openai']}"},
        {"status": "UNAUTHENTICATED"},
    ),
    "key_400": (
        400,
        {},
        {"code": "invalid_value"},
        {"status": "INVALID_ARGUMENT", "message": "API key not valid. API_KEY_INVALID"},
    ),
    "forbidden": (
        403,
        {},
        {"code": "unsupported_country_region_territory"},
        {"status": "PERMISSION_DENIED"},
    ),
    "location": (
        400,
        {},
        {"message": "no"},
        {"status": "FAILED_PRECONDITION", "message": "User location is not supported"},
    ),
    "no_model": (404, {}, {"code": "model_not_found"}, {"status": "NOT_FOUND"}),
    "gone": (410, {}, {}, {}),
    "context": (
        400,
        {},
        {"code": "context_length_exceeded"},
        {"message": "The input token count exceeds the maximum"},
    ),
    "too_large": (413, {}, {}, {}),
    "policy": (400, {}, {"code": "content_policy_violation"}, {"message": "policy"}),
    "bad_request": (
        400,
        {},
        {"code": "invalid_value", "message": f"no {CANARY['openai']}"},
        {"message": f"no {CANARY['gemini']}"},
    ),
    "teapot": (418, {}, {}, {}),
    "no_max_completion_tokens": (
        400,
        {},
        {
            "code": "unsupported_parameter",
            "param": "max_completion_tokens",
            "message": "Unsupported parameter: 'max_completion_tokens'",
        },
        {},
    ),
    "no_response_format": (400, {}, {"message": "response_format is not supported"}, {}),
}
