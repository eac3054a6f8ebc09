"""How many more calls a provider says that it takes, by the headers of its answers."""

import re
from collections.abc import Mapping

from articles.providers.base import Allowance

# "6m0s", "1.5s", "20ms" (OpenAI); a bare number is seconds.
DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
LONGEST_SECONDS = 120.0
REQUESTS, TOKENS = "requests", "tokens"


def allowance(headers: Mapping[str, str], tokens: int) -> Allowance | None:
    """What ``x-ratelimit-*`` headers say; None where there are none, or where they make no sense.

    ``tokens`` are those of the call that was answered: where fewer are left, none like it is
    taken until so many have come back. Source: OpenAI's guide on rate limits, "Rate limits in
    headers".
    """
    left = _number(headers.get(f"x-ratelimit-remaining-{REQUESTS}"))
    reset = seconds(headers.get(f"x-ratelimit-reset-{REQUESTS}"))
    tokens_left = _number(headers.get(f"x-ratelimit-remaining-{TOKENS}"))
    if tokens_left is not None and tokens_left < max(tokens, 1):
        left, reset = 0, _until(max(tokens, 1), tokens_left, headers)
    if left is None or reset is None:
        return None
    return Allowance(left, min(reset, LONGEST_SECONDS))


def _until(tokens: int, left: int, headers: Mapping[str, str]) -> float | None:
    """Seconds until ``tokens`` are left: they come back evenly, up to the limit at the reset."""
    reset = seconds(headers.get(f"x-ratelimit-reset-{TOKENS}"))
    limit = _number(headers.get(f"x-ratelimit-limit-{TOKENS}"))
    if reset is None or limit is None or limit < tokens:
        return reset
    return reset * (tokens - left) / (limit - left)


def seconds(text: str | None) -> float | None:
    """The length of time that ``text`` tells, in seconds."""
    text = (text or "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    found = DURATION.fullmatch(text)
    if not text or found is None:
        return None
    hours, minutes, whole, milli = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + whole + milli / 1000


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"\d{1,12}", text.strip()) else None
