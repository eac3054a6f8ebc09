"""Many claimers at once: every job is claimed once, and no user has two."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from jobs import leases, queue
from jobs.models import BatchEvent, BatchJob
from tests.jobs.conftest import person, start, write
from tests.jobs.test_lifecycle import assert_sound

pytestmark = pytest.mark.django_db(transaction=True)
USERS, JOBS_EACH, CLAIMERS = 6, 4, 8


def test_it_claims_each_job_once_and_one_of_a_user_at_a_time(
    submit: Callable[..., BatchJob],
) -> None:
    for number in range(USERS):
        user = person(f"user{number}")
        for _ in range(JOBS_EACH):
            submit(user, 1)
    problems: list[Exception] = []
    gate = threading.Barrier(CLAIMERS)

    def work() -> None:
        try:
            worker = leases.register()
            gate.wait()
            while BatchJob.objects.exclude(status="completed").exists():
                lease = queue.claim(worker)
                if lease is not None:
                    for started in start(lease):
                        write(started)
        except Exception as error:  # noqa: BLE001  (told by the main thread)
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(CLAIMERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert BatchEvent.objects.filter(kind="claimed").count() == USERS * JOBS_EACH
    assert BatchJob.objects.filter(status="completed").count() == USERS * JOBS_EACH
    assert_sound()


@pytest.mark.mariadb
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT user_id FROM user_queue WHERE ready = 1 ORDER BY last_served_at, user_id LIMIT 1",
        "SELECT id FROM batch_jobs WHERE user_id = 1 AND status = 'pending'"
        " ORDER BY created_at, id LIMIT 1",
        "SELECT 1 FROM batch_jobs WHERE user_id = 1 AND status = 'processing' LIMIT 1",
        "SELECT * FROM batch_items WHERE job_id = 1 AND status = 'pending'"
        " ORDER BY position LIMIT 10",
    ],
)
def test_it_reads_the_claim_from_indexes(submit: Callable[..., BatchJob], statement: str) -> None:
    user = person("alice")
    for _ in range(30):
        submit(user, 20)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE TABLE user_queue, batch_jobs, batch_items")
        cursor.execute(f"EXPLAIN {statement}")
        (plan,) = cursor.fetchall()
    assert "filesort" not in str(plan)
    assert "ALL" not in plan, plan
