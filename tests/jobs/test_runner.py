"""One leased job on an event loop, with the parts that fail in ways that processes cannot show."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from articles import store
from articles.providers.base import Completion, CompletionRequest
from articles.providers.offline import OfflineProvider
from articles.writing.pipeline import Draft
from jobs import leases, queue, settlement, takeover
from jobs.handles import Lease
from jobs.models import BatchItem, BatchJob, BatchWorker
from jobs.pacing import Paces
from jobs.pool import DatabasePool
from jobs.runner import Runner
from tests import aio
from tests.jobs.conftest import claim, person, write_all
from tests.jobs.test_lifecycle import assert_sound

pytestmark = pytest.mark.django_db(transaction=True)
Submit = Callable[..., BatchJob]


class Broken(OfflineProvider):
    """A provider with a bug for one keyword."""

    async def complete(self, request: CompletionRequest) -> Completion:
        if request.brief.keyword == "từ khóa 2":
            raise KeyError("a bug")
        return await super().complete(request)


@pytest.fixture
def pool() -> Iterator[DatabasePool]:
    """Threads that are gone at the end."""
    made = DatabasePool()
    yield made
    made.close()


def make_runner(lease: Lease, pool: DatabasePool, provider: Any = None, items: int = 2) -> Runner:
    """A runner whose every provider is this one, or the offline writer."""

    async def get(name: str) -> Any:
        return provider or OfflineProvider()

    return Runner(lease, pool=pool, provider=get, paces=Paces(pool), items_in_flight=items)


def run(pool: DatabasePool, worker: str, provider: Any = None, items: int = 3) -> None:
    """Claim the next job and run it to its end."""
    runner = make_runner(claim(worker), pool, provider, items)
    aio.run(asyncio.wait_for(runner.run(), 30))


def test_it_writes_every_keyword(submit: Submit, pool: DatabasePool) -> None:
    job = submit(person("alice"), 7)
    run(pool, leases.register())
    job.refresh_from_db()
    assert (job.status, job.completed_items) == ("completed", 7)
    assert_sound()


def test_it_fails_the_keyword_that_meets_a_bug_and_goes_on(
    submit: Submit, pool: DatabasePool
) -> None:
    job = submit(person("alice"), 4)
    run(pool, leases.register(), Broken())
    job.refresh_from_db()
    assert (job.status, job.completed_items, job.failed_items) == ("completed", 3, 1)
    failed = BatchItem.objects.get(status="failed")
    assert (failed.keyword, failed.error_code) == ("từ khóa 2", "internal_error")
    assert_sound()


def test_it_fails_the_keyword_whose_article_cannot_be_stored(
    submit: Submit, pool: DatabasePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = submit(person("alice"), 3)
    create = store.create_from_draft

    def broken(draft: Draft, **more: Any) -> Any:
        if more["keyword"] == "từ khóa 2":
            raise ValueError("a bug in the settlement")
        return create(draft, **more)

    monkeypatch.setattr(store, "create_from_draft", broken)
    run(pool, leases.register())
    job.refresh_from_db()
    assert (job.status, job.completed_items, job.failed_items) == ("completed", 2, 1)
    failed = BatchItem.objects.get(status="failed")
    assert (failed.keyword, failed.error_code) == ("từ khóa 2", "internal_error")
    assert_sound()


def test_it_writes_keywords_alone_that_two_workers_died_of(
    submit: Submit, pool: DatabasePool
) -> None:
    job = submit(person("alice"), 5)
    for _ in range(2):
        worker = leases.register()
        queue.start_items(claim(worker), 3)
        leases.expel(worker)
        takeover.take_over_expired()
    busy: list[int] = []

    class Counting(OfflineProvider):
        async def complete(self, request: CompletionRequest) -> Completion:
            running = BatchItem.objects.filter(status="processing")
            busy.append(await sync_to_async(running.count)())
            return await super().complete(request)

    run(pool, leases.register(), Counting())
    job.refresh_from_db()
    assert (job.status, job.completed_items) == ("completed", 5)
    assert busy[:6] == [1] * 6
    assert max(busy) == 2
    assert_sound()


def test_it_stops_where_an_outcome_cannot_be_written(
    submit: Submit, pool: DatabasePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = submit(person("alice"), 3)
    worker = leases.register()

    def broken(*args: Any) -> None:
        raise ValueError("a bug in the settlement")

    with monkeypatch.context() as patch:
        patch.setattr(settlement, "settle_all", broken)
        patch.setattr(settlement, "fail", broken)
        with pytest.raises(ValueError, match="a bug in the settlement"):
            run(pool, worker, items=1)
    leases.expel(worker)
    assert takeover.take_over_expired() == 1
    assert not BatchWorker.objects.exists()
    assert_sound()
    assert write_all(leases.register()).completed_items == 3
    job.refresh_from_db()
    assert job.takeovers == 1


def test_it_ends_when_the_lease_is_gone(submit: Submit, pool: DatabasePool) -> None:
    submit(person("alice"), 2)
    lease = claim(leases.register())
    queue.hand_back(lease)
    runner = make_runner(lease, pool)
    aio.run(asyncio.wait_for(runner.run(), 10))
    assert BatchItem.objects.filter(status="pending").count() == 2
