"""The worker's own loop, inside the test: what processes cannot show."""

import asyncio
from collections.abc import Callable

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from jobs import seats
from jobs.models import BatchJob, BatchWorker
from jobs.worker import Options, Worker
from tests import aio
from tests.jobs.conftest import person
from tests.jobs.test_lifecycle import assert_sound

pytestmark = pytest.mark.django_db(transaction=True)


class QuietWorker(Worker):
    """A worker inside the tests, where signals belong to pytest."""

    def _listen_to_signals(self) -> None:
        pass


def test_it_gives_back_a_job_that_it_never_seated(
    submit: Callable[..., BatchJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = submit(person("alice"), 2)
    worker = QuietWorker(Options(0.01, max_jobs=1, items_in_flight=1))
    monkeypatch.setattr(seats.Seats, "take", lambda self, lease: worker.stop())
    monkeypatch.setattr(Worker, "_adopt", lambda self: asyncio.sleep(0))
    aio.run(asyncio.wait_for(worker.run(), 30))
    job.refresh_from_db()
    assert (job.status, job.takeovers) == ("pending", 1)
    assert not BatchWorker.objects.exists()
    assert_sound()


def test_it_begins_once_every_migration_has_run(submit: Callable[..., BatchJob]) -> None:
    job = submit(person("alice"), 1)
    newest = MigrationRecorder.Migration.objects.filter(app="jobs").latest("id")
    MigrationRecorder(connection).record_unapplied(newest.app, newest.name)
    worker = QuietWorker(Options(0.01, max_jobs=1, items_in_flight=1, drain=True))

    async def scenario() -> None:
        running = asyncio.create_task(worker.run())
        async with asyncio.timeout(30):
            while not worker.database_away:
                await asyncio.sleep(0.01)
        assert not await BatchWorker.objects.aexists()
        await sync_to_async(MigrationRecorder(connection).record_applied)(newest.app, newest.name)
        await asyncio.wait_for(running, 30)

    aio.run(scenario())
    job.refresh_from_db()
    assert job.status == "completed"
