"""The failures that every provider knows, in our taxonomy.

Sentences are marked for translation where they reach a job's page; rows and the API keep them in
English.
"""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.utils.translation import gettext_noop

from articles.providers.base import GiveUp, ProviderError, ProviderUnavailable, TryAgain, Usage

# A provider that asks for a longer pause than this is not waited for: its jobs pause instead.
LONGEST_WAIT_SECONDS = 120.0
# Nobody means a longer pause than a day.
MOST_SECONDS = 86_400.0


def wait_of(header: str | None) -> float | None:
    """Seconds in a ``Retry-After`` header: a number, or a date (RFC 9110). None for nonsense."""
    text = (header or "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    if math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), MOST_SECONDS)


def _too_long(seconds: float | None) -> bool:
    """Whether the provider asks for a pause that is not waited for."""
    return seconds is not None and seconds > LONGEST_WAIT_SECONDS


def by_status(status: int, retry_after: float | None) -> ProviderError | None:
    """What a status means with every provider; None where its text has to be read."""
    if 300 <= status < 400 or status == 407:
        return misconfigured()
    if status == 429:
        return rate_limited(retry_after)
    if status == 401:
        return key_refused()
    if status == 402:
        return quota_exhausted()
    if status == 403:
        return not_permitted()
    if status in (404, 410):
        return model_not_found()
    if status == 413:
        return context_too_long()
    if status in (408, 409, 425) or status >= 500:
        return server_error(retry_after)
    return None


def rate_limited(seconds: float | None) -> ProviderError:
    """The error for a rate limit, by the pause that the provider asks for."""
    if _too_long(seconds):
        return ProviderUnavailable(
            "rate_limited",
            gettext_noop("The provider asks for a long pause."),
            scope="model",
            retry_after=seconds,
        )
    return TryAgain(
        "rate_limited", gettext_noop("The provider's rate limit was reached."), retry_after=seconds
    )


def truncated(usage: Usage) -> TryAgain:
    """The answer was cut off; once more, with a larger budget."""
    return TryAgain("truncated", "The model's answer was cut off.", usage=usage, attempts=2)


def empty(usage: Usage) -> TryAgain:
    """The answer held no text; once more."""
    return TryAgain("empty", "The model answered with an empty text.", usage=usage, attempts=2)


def invalid_answer() -> TryAgain:
    """Something came back that is no answer of the protocol."""
    return TryAgain(
        "invalid_answer",
        gettext_noop("The provider sent something that is not an answer."),
        outage=True,
        perhaps_billed=True,
    )


def timed_out() -> TryAgain:
    """No whole answer came in time; once more."""
    return TryAgain(
        "timeout",
        gettext_noop("The provider did not answer in time."),
        outage=True,
        attempts=2,
        perhaps_billed=True,
    )


def connection_lost() -> TryAgain:
    """The connection broke before the answer was whole."""
    return TryAgain(
        "connection_lost",
        gettext_noop("The connection to the provider was lost."),
        outage=True,
        perhaps_billed=True,
    )


def not_connected() -> TryAgain:
    """There was no connection at all: refused, no such name, no trust. Nothing was asked."""
    return TryAgain(
        "connection_lost", gettext_noop("The provider could not be reached."), outage=True
    )


def server_error(retry_after: float | None) -> ProviderError:
    """The provider failed, by the pause that it asks for."""
    if _too_long(retry_after):
        return ProviderUnavailable(
            "server_error",
            gettext_noop("The provider is down and asks for a long pause."),
            scope="model",
            retry_after=retry_after,
        )
    return TryAgain(
        "server_error",
        gettext_noop("The provider had an error."),
        retry_after=retry_after,
        outage=True,
    )


def context_too_long() -> GiveUp:
    """Prompt and answer do not fit into the model."""
    return GiveUp("context_too_long", "The text is too long for this model.")


def quota_exhausted() -> ProviderUnavailable:
    """What the key may spend is spent."""
    return ProviderUnavailable(
        "quota_exhausted",
        gettext_noop("The provider's quota for this key is used up."),
        scope="provider",
    )


def key_refused() -> ProviderUnavailable:
    """The key is wrong or was taken back."""
    return ProviderUnavailable(
        "key_refused", gettext_noop("The provider refuses the key."), scope="provider"
    )


def not_permitted() -> ProviderUnavailable:
    """The key is good, but not for this: a country, a plan."""
    return ProviderUnavailable(
        "not_permitted",
        gettext_noop("The provider does not permit this key to call it."),
        scope="provider",
    )


def model_not_found() -> ProviderUnavailable:
    """The model was retired, or never was."""
    return ProviderUnavailable(
        "model_not_found",
        gettext_noop(
            "The provider does not know this model (any more): cancel the job and choose "
            "another model."
        ),
        scope="model",
    )


def misconfigured() -> ProviderUnavailable:
    """A web page or a redirection came: the address is not that of the provider's API."""
    return ProviderUnavailable(
        "misconfigured",
        gettext_noop("The provider's address is wrong: a web page answers there."),
        scope="provider",
    )


def not_configured() -> ProviderUnavailable:
    """A worker has no key for the provider, or not its library."""
    return ProviderUnavailable(
        "not_configured",
        gettext_noop("The provider is not set up on a worker: its key or its library is missing."),
        scope="provider",
    )
