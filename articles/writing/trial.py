"""Writing one article to look at: every call with its answer, and the draft."""

from dataclasses import dataclass, field

from articles.providers.base import Completion, CompletionRequest, Provider, ProviderError, Usage
from articles.writing import pipeline
from articles.writing.booking import Spend
from articles.writing.brief import Brief
from articles.writing.draft import Draft


@dataclass(slots=True)
class Call:
    """A call as it was made; ``answer`` is empty and ``error`` says why where it failed."""

    request: CompletionRequest
    answer: str = ""
    usage: Usage = field(default_factory=Usage)
    error: str = ""


@dataclass(slots=True)
class Trial:
    """An article with the calls that it took, and what they cost."""

    brief: Brief
    calls: list[Call] = field(default_factory=list)
    spent: Spend = field(default_factory=Spend)
    draft: Draft | None = None
    error: str = ""


class _Noting:
    """A provider whose calls are noted in ``calls``."""

    def __init__(self, provider: Provider, calls: list[Call]) -> None:
        self._provider = provider
        self._calls = calls

    async def complete(self, request: CompletionRequest) -> Completion:
        """The provider's answer or error."""
        call = Call(request)
        self._calls.append(call)
        try:
            completion = await self._provider.complete(request)
        except ProviderError as error:
            call.error, call.usage = f"{error.code}: {error}", error.usage
            raise
        call.answer, call.usage = completion.text, completion.usage
        return completion

    async def aclose(self) -> None:
        """The provider is closed by whoever made it."""


async def run(brief: Brief, provider: Provider) -> Trial:
    """Write the article; a provider's error ends it and is told."""
    trial = Trial(brief)
    try:
        trial.draft = await pipeline.write(brief, _Noting(provider, trial.calls), trial.spent)
    except ProviderError as error:
        trial.error = f"{error.code}: {error}"
    return trial
