"""The worker's own loop, inside the test: what processes cannot show."""

import asyncio
from collections.abc import Callable

import pytest

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
