"""The failures that every provider knows, in our taxonomy."""

from articles.providers.base import ProviderError, ProviderUnavailable, TryAgain, Usage

# A provider that asks for a longer pause than this is not waited for: its jobs pause instead.
LONGEST_WAIT_SECONDS = 120.0


def _too_long(seconds: float | None) -> bool:
    """Whether the provider asks for a pause that is not waited for."""
    return seconds is not None and seconds > LONGEST_WAIT_SECONDS


def rate_limited(seconds: float | None) -> ProviderError:
    """The error for a rate limit, by the pause that the provider asks for."""
    if _too_long(seconds):
        return ProviderUnavailable(
            "rate_limited",
            "The provider asks for a long pause.",
            scope="model",
            retry_after=seconds,
        )
    return TryAgain("rate_limited", "The provider's rate limit was reached.", retry_after=seconds)


def truncated(usage: Usage) -> TryAgain:
    """The answer was cut off; once more, with a larger budget."""
    return TryAgain("truncated", "The model's answer was cut off.", usage=usage, attempts=2)


def empty(usage: Usage) -> TryAgain:
    """The answer held no text; once more."""
    return TryAgain("empty", "The model answered with an empty text.", usage=usage, attempts=2)


def invalid_answer() -> TryAgain:
    """Something came back that is no answer of the protocol."""
    return TryAgain(
        "invalid_answer", "The provider sent something that is not an answer.", outage=True
    )


def timed_out() -> TryAgain:
    """No whole answer came in time; once more."""
    return TryAgain("timeout", "The provider did not answer in time.", outage=True, attempts=2)


def connection_lost() -> TryAgain:
    """The connection broke before the answer was whole."""
    return TryAgain("connection_lost", "The connection to the provider was lost.", outage=True)


def server_error(retry_after: float | None) -> ProviderError:
    """The provider failed, by the pause that it asks for."""
    if _too_long(retry_after):
        return ProviderUnavailable(
            "server_error",
            "The provider is down and asks for a long pause.",
            scope="model",
            retry_after=retry_after,
        )
    return TryAgain(
        "server_error", "The provider had an error.", retry_after=retry_after, outage=True
    )


def quota_exhausted() -> ProviderUnavailable:
    """What the key may spend is spent."""
    return ProviderUnavailable(
        "quota_exhausted", "The provider's quota for this key is used up.", scope="provider"
    )


def key_refused() -> ProviderUnavailable:
    """The key is wrong or was taken back."""
    return ProviderUnavailable("key_refused", "The provider refuses the key.", scope="provider")


def not_permitted() -> ProviderUnavailable:
    """The key is good, but not for this: a country, a plan."""
    return ProviderUnavailable(
        "not_permitted", "The provider does not permit this key to call it.", scope="provider"
    )


def model_not_found() -> ProviderUnavailable:
    """The model was retired, or never was."""
    return ProviderUnavailable(
        "model_not_found", "The provider does not know this model (any more).", scope="model"
    )
