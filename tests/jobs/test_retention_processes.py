"""``manage.py prune`` as a process: killed in the middle, twice at once, beside a worker."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from accounts.models import TokenEntry
from articles.models import Article
from batchwriter import database
from jobs import costs, leases
from jobs.models import BatchAttempt, BatchJob, PrunedJob
from tests.fakes.process import Background
from tests.fakes.worker import WorkerProcess, database_url
from tests.jobs.conftest import person, write_all
from tests.jobs.old import make_old
from tests.jobs.test_lifecycle import assert_sound
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
Submit = Callable[..., BatchJob]
OLD_JOBS, KEYWORDS = 12, 5
Prune = Callable[..., Background]


@pytest.fixture
def old(submit: Submit) -> dict[str, int]:
    """A dozen old jobs of three users; returns how many rows there are that stay."""
    users = [person(f"user{number}") for number in range(3)]
    worker = leases.register()
    for number in range(OLD_JOBS):
        submit(users[number % 3], KEYWORDS)
        make_old(write_all(worker))
    leases.retire(worker)
    return {"articles": Article.objects.count(), "entries": TokenEntry.objects.count()}


@pytest.fixture
def prune(old: dict[str, int]) -> Iterator[Prune]:
    """``prune(*arguments)``: start it on the test's database; gone at the end."""
    with ExitStack() as stack:

        def start(*arguments: str) -> Background:
            program = [sys.executable, "manage.py", "prune", "--jobs-older-than=30",
                       "--attempts-older-than=30", "--events-older-than=30"]  # fmt: skip
            variables = {**os.environ, "DATABASE_URL": database_url()}
            process = Background([*program, *arguments], variables)
            stack.callback(process.close)
            return process.start()

        yield start


def assert_pruned(old: dict[str, int]) -> None:
    """All old jobs are gone, once, and everything adds up."""
    assert PrunedJob.objects.count() == OLD_JOBS
    assert not BatchJob.objects.filter(created_at__lt=database.now() - timedelta(days=30)).exists()
    assert Article.objects.count() >= old["articles"]
    assert TokenEntry.objects.count() >= old["entries"]
    assert_sound()


def test_it_may_be_killed_in_the_middle(old: dict[str, int], prune: Prune) -> None:
    for _ in range(2):
        before = PrunedJob.objects.count()
        process = prune("--batch=1", "--pause=0.05")
        wait_for(lambda: PrunedJob.objects.count() > before + 2, process.log)  # noqa: B023
        process.kill()
        assert PrunedJob.objects.count() < OLD_JOBS
        assert_sound()
    assert prune("--pause=0").wait() == 0
    assert_pruned(old)


def test_it_may_run_twice_at_once(old: dict[str, int], prune: Prune) -> None:
    since = database.now() - timedelta(days=99)
    BatchAttempt.objects.update(tokens_unconfirmed=3)
    paid = costs.totals_since(since)
    both = [prune("--batch=1", "--pause=0") for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert_pruned(old)
    assert costs.totals_since(since) == paid
    told = "\n".join(process.log() for process in both)
    jobs = sum(int(line.split()[0]) for line in told.splitlines() if " jobs with " in line)
    assert jobs == OLD_JOBS


def test_it_runs_beside_a_worker(
    old: dict[str, int],
    prune: Prune,
    submit: Submit,
    worker_process: Callable[..., WorkerProcess],
) -> None:
    user = person("busy")
    jobs = [submit(user, 10) for _ in range(3)]
    worker = worker_process().wait_ready()
    process = prune("--batch=1", "--pause=0")
    done = BatchJob.objects.filter(pk__in=[job.pk for job in jobs], status="completed")
    wait_for(lambda: done.count() == len(jobs), worker.log)
    assert process.wait() == 0
    worker.stop_and_check()
    assert Article.objects.filter(user=user).count() == 30
    assert_pruned(old)
