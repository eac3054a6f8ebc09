"""What writing an article costs, booked call by call, whatever becomes of it."""

import asyncio
from dataclasses import dataclass, field

from articles.providers.base import (
    Completion,
    CompletionRequest,
    Provider,
    ProviderError,
    ProviderUnavailable,
    TryAgain,
    Usage,
)
from articles.writing.estimate import unconfirmed_tokens


@dataclass(slots=True)
class Spend:
    """What was spent so far, in tokens.

    ``kept`` is of the answers that the article is made of, ``dropped`` of those that came to
    nothing. ``unconfirmed`` is an estimate for calls without an answer: the provider may bill
    them, and never says so.
    """

    kept: Usage = field(default_factory=Usage)
    dropped: Usage = field(default_factory=Usage)
    unconfirmed: int = 0

    @property
    def total(self) -> Usage:
        """Everything that the provider said it will bill."""
        return self.kept + self.dropped

    def keep(self, usage: Usage) -> None:
        """An answer becomes part of the article."""
        self.kept += usage

    def give_up(self, lost: Usage) -> None:
        """An answer that was kept is of no use after all."""
        kept = self.kept
        self.kept = Usage(
            kept.prompt_tokens - lost.prompt_tokens,
            kept.completion_tokens - lost.completion_tokens,
            kept.estimated,
        )
        self.dropped += lost


class Booked:
    """A provider whose calls that come to nothing are booked in ``spent``."""

    def __init__(self, provider: Provider, spent: Spend) -> None:
        self._provider = provider
        self._spent = spent

    async def complete(self, request: CompletionRequest) -> Completion:
        """The provider's answer or error."""
        try:
            return await self._provider.complete(request)
        except ProviderError as error:
            self._spent.dropped += error.usage
            if error.perhaps_billed:
                self._spent.unconfirmed += unconfirmed_tokens(request)
            raise
        except asyncio.CancelledError:
            self._spent.unconfirmed += unconfirmed_tokens(request)
            raise

    async def aclose(self) -> None:
        """The provider is closed by whoever made it."""


class FirstCallDecides:
    """A provider that was not answering: one call alone, once, shows whether it is back.

    Until then all others wait. A call that is lost to the provider ends the attempt at once.
    """

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._alone = asyncio.Lock()
        self._answered = False
        self._lost: ProviderUnavailable | None = None

    async def complete(self, request: CompletionRequest) -> Completion:
        """The provider's answer; ProviderUnavailable where it still does not give one."""
        if not self._answered:
            async with self._alone:
                if self._lost is not None:
                    raise self._lost
                if not self._answered:
                    return await self._first(request)
        return await self._provider.complete(request)

    async def _first(self, request: CompletionRequest) -> Completion:
        try:
            completion = await self._provider.complete(request)
        except ProviderUnavailable as error:
            self._lost = error
            raise
        except TryAgain as error:
            if error.outage or error.code == "rate_limited":
                self._lost = ProviderUnavailable(
                    error.code, error.message, scope="model", retry_after=error.retry_after
                )
                raise self._lost from error
            self._answered = True
            raise
        self._answered = True
        return completion

    async def aclose(self) -> None:
        """The provider is closed by whoever made it."""
