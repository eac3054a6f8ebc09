"""Our own retry policy. The libraries' is off: it sleeps where nobody can interrupt it."""

import asyncio
import random
from dataclasses import replace

from django.conf import settings

from articles.providers.base import Completion, CompletionRequest, Provider, TryAgain

LONGEST_BACKOFF_SECONDS = 30.0
LARGER_BUDGET = 2
MORE_VARIED = 1.2


async def complete(provider: Provider, request: CompletionRequest) -> Completion:
    """The answer to ``request``, after as many attempts as its failures are worth.

    Waiting ends at once when the task is cancelled. Raises the last error as it is.
    """
    attempt = 0
    while True:
        attempt += 1
        try:
            return await provider.complete(request)
        except TryAgain as error:
            if attempt >= min(settings.AI_MAX_ATTEMPTS, error.attempts or settings.AI_MAX_ATTEMPTS):
                raise
            request = _adapted(request, error)
            if error.code != "truncated":
                await asyncio.sleep(delay(error, attempt))


def _adapted(request: CompletionRequest, error: TryAgain) -> CompletionRequest:
    """The next attempt's request: more room after a cut, more variety after a recitation."""
    if error.code == "truncated":
        return replace(request, max_output_tokens=request.max_output_tokens * LARGER_BUDGET)
    if error.code == "recitation":
        return replace(request, temperature=MORE_VARIED)
    return request


def delay(error: TryAgain, attempt: int) -> float:
    """Seconds before the attempt after number ``attempt``.

    Exponential with full jitter; never earlier than the provider asked for, and then spread a
    little, so that those who wait do not all come back in the same moment.
    """
    base = settings.AI_RETRY_BASE_SECONDS
    backoff = min(base * 2 ** (attempt - 1), LONGEST_BACKOFF_SECONDS)
    jitter = random.uniform(0, backoff)
    if error.retry_after is not None:
        return error.retry_after + jitter / 4
    return jitter
