"""Drafts that become ready at the same time are settled together, and fail alone."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from articles import store
from articles.models import Article
from articles.providers.base import Usage
from jobs import leases, settlement
from jobs.handles import Start
from jobs.models import BatchJob
from jobs.pool import DatabaseAway, DatabasePool
from jobs.settlement import Result
from jobs.settler import Settler
from tests import aio
from tests.jobs.conftest import claim, draft, person, start
from tests.jobs.test_lifecycle import assert_sound

pytestmark = pytest.mark.django_db(transaction=True)
Submit = Callable[..., BatchJob]
Groups = list[list[int]]


@pytest.fixture
def pool() -> Iterator[DatabasePool]:
    """Threads that are gone at the end."""
    made = DatabasePool()
    yield made
    made.close()


@pytest.fixture
def starts(submit: Submit) -> list[Start]:
    """Six keywords that run."""
    submit(person("alice"), 6)
    return start(claim(leases.register()), 6)


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> Groups:
    """The positions that were settled together, in order."""
    seen: Groups = []
    settle_all = settlement.settle_all

    def noted(results: list[Result]) -> Any:
        seen.append([result.start.position for result in results])
        return settle_all(results)

    monkeypatch.setattr(settlement, "settle_all", noted)
    return seen


def result(one: Start) -> Result:
    """A draft of it, ready."""
    return Result(one, draft(one), Usage())


def settle(pool: DatabasePool, starts: list[Start]) -> list[Any]:
    """Settle all of them at once; returns ids, or errors."""

    async def scenario() -> list[Any]:
        settler = Settler(pool, asyncio.Lock())
        tasks = (settler.settle(result(one)) for one in starts)
        return await asyncio.gather(*tasks, return_exceptions=True)

    return aio.run(asyncio.wait_for(scenario(), 30))


def test_it_settles_what_is_ready_together(
    pool: DatabasePool, starts: list[Start], groups: Groups
) -> None:
    articles = settle(pool, starts)
    assert sorted(articles) == list(Article.objects.order_by("id").values_list("id", flat=True))
    assert groups == [[0], [1, 2, 3, 4, 5]]
    assert_sound()


def test_it_lets_one_draft_fail_alone(
    pool: DatabasePool, starts: list[Start], groups: Groups, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = store.create_from_draft

    def broken(one: Any, **more: Any) -> Any:
        if more["keyword"] == starts[2].keyword:
            raise ValueError("a bug")
        return create(one, **more)

    monkeypatch.setattr(store, "create_from_draft", broken)
    outcomes = settle(pool, starts)
    assert [type(one) for one in outcomes] == [int, int, ValueError, int, int, int]
    assert groups == [[0], [1, 2, 3, 4, 5], [1], [2], [3], [4], [5]]
    assert Article.objects.count() == 5


def test_it_waits_while_the_database_is_away(
    pool: DatabasePool, starts: list[Start], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle_all, lost = settlement.settle_all, [1, 3]
    calls: list[int] = []

    def away_at_first(results: list[Result]) -> Any:
        written = settle_all(results)
        calls.append(len(results))
        if len(calls) in lost:
            raise DatabaseAway("the commit's answer was lost")
        return written

    monkeypatch.setattr(settlement, "settle_all", away_at_first)
    assert len(set(settle(pool, starts))) == len(starts)
    assert Article.objects.count() == len(starts)
    assert_sound()


def test_it_settles_for_others_what_a_cancelled_one_had_begun(
    pool: DatabasePool, starts: list[Start], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle_all = settlement.settle_all
    begun, go_on = threading.Event(), threading.Event()

    def slow(results: list[Result]) -> Any:
        begun.set()
        assert go_on.wait(20)
        return settle_all(results)

    monkeypatch.setattr(settlement, "settle_all", slow)

    async def scenario() -> list[Any]:
        settler = Settler(pool, asyncio.Lock())
        tasks = [asyncio.create_task(settler.settle(result(one))) for one in starts]
        await asyncio.to_thread(begun.wait, 20)
        tasks[0].cancel()
        tasks[5].cancel()
        go_on.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    outcomes = aio.run(asyncio.wait_for(scenario(), 30))
    assert [type(one) for one in outcomes[1:5]] == [int] * 4
    assert isinstance(outcomes[0], asyncio.CancelledError)
    assert_sound()
