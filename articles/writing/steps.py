"""The steps of an article, each bought once.

A step is one answer of a provider under a name: ``metadata``, ``outline``, ``body``,
``section 2/6``, ``repair metadata`` … Its name says what was asked for, and the same brief gives
the same names in the same order. What was bought before is handed in and not asked for again;
what is bought now is handed out as soon as it is there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from articles.providers import retry
from articles.providers.base import CompletionRequest, Provider, Usage
from articles.writing.booking import Spend


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step brought: the text as the provider answered it, and what it costs."""

    name: str
    text: str
    usage: Usage
    response_id: str = ""
    model: str = ""


OnBought = Callable[[StepResult], Awaitable[None]]


class Steps:
    """Buys steps from ``provider``, books them in ``spent``, and leaves out what is ``bought``.

    ``on_bought`` is awaited after each answer. What it raises ends the article.
    """

    def __init__(
        self,
        provider: Provider,
        spent: Spend,
        bought: Mapping[str, StepResult] | None = None,
        on_bought: OnBought | None = None,
    ) -> None:
        self._provider = provider
        self._spent = spent
        self._bought = bought or {}
        self._on_bought = on_bought

    async def ask(self, name: str, request: CompletionRequest) -> StepResult:
        """The step's result, booked as a part of the article. Raises ProviderError."""
        result = self._bought.get(name)
        if result is not None:
            self._spent.reuse(name, result.usage)
            return result
        answer = await retry.complete(self._provider, request)
        result = StepResult(name, answer.text, answer.usage, answer.response_id, answer.model)
        self._spent.keep(result.usage)
        if self._on_bought is not None:
            await self._on_bought(result)
        return result

    async def once(self, name: str, make: Callable[[], Awaitable[str]]) -> str:
        """What ``make`` returns, kept like a step that costs nothing: it is not made again."""
        result = self._bought.get(name)
        if result is None:
            result = StepResult(name, await make(), Usage())
            if self._on_bought is not None:
                await self._on_bought(result)
        return result.text

    def give_up(self, *results: StepResult) -> None:
        """Answers that do not become part of the article after all."""
        for result in results:
            self._spent.give_up(result.name, result.usage)


async def together(coroutines: Iterable[Coroutine[Any, Any, Any]]) -> list[Any]:
    """What they return, in order; when one fails, the others are dropped, and its error comes."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in coroutines]
    except* Exception as failures:
        raise _first(failures) from failures
    return [task.result() for task in tasks]


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
