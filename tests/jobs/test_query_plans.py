"""What the queue asks of the database, asked of the optimizer: nothing reads a whole table."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import WritingModel
from batchwriter import database
from jobs import leases, queue, takeover, turns, waking, watch
from jobs.models import BatchAttempt, BatchItem, BatchJob, BatchStep, BatchWorker, UserQueue
from jobs.status import AttemptState, JobStatus, PauseReason
from tests.jobs.conftest import claim, person

# ANALYZE TABLE commits.
pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]
Submit = Callable[..., BatchJob]
USERS, FINISHED, PAUSED, ITEMS = 30, 3000, 40, 100
# What may be read whole: these have a row a worker, a model or a circuit.
SMALL = {"batch_workers", "writing_models", "provider_circuits"}
MOST_ROWS = 250
READS = re.compile(r"SELECT .* FROM |UPDATE |DELETE ", re.DOTALL)
LOCKING = ("FOR UPDATE", "UPDATE ", "DELETE ")


@pytest.fixture
def history(submit: Submit) -> list[int]:
    """Thousands of finished jobs, some that wait; returns the users' ids."""
    model, now = WritingModel.objects.get(code="offline"), database.now()
    users = [person(f"user{number}") for number in range(USERS)]

    def rows(count: int, **changes: Any) -> Iterator[BatchJob]:
        for number in range(count):
            moment = now - timedelta(days=9) + timedelta(seconds=number)
            yield BatchJob(
                user=users[number % USERS], total_items=1, job_data={"settings": {}},
                writing_model=model, tokens_at_start=0, articles_limit_at_start=0,
                created_at=moment, updated_at=moment, **changes,
            )  # fmt: skip

    BatchJob.objects.bulk_create(rows(FINISHED, status=JobStatus.COMPLETED, finished_at=now), 500)
    waits = {"status": JobStatus.PAUSED, "pause_reason": PauseReason.PROVIDER}
    BatchJob.objects.bulk_create(rows(PAUSED, **waits))
    finished = BatchJob.objects.filter(status=JobStatus.COMPLETED)[:1000]
    items = BatchItem.objects.bulk_create(
        (BatchItem(job=job, position=0, keyword="k", tokens_estimated=1) for job in finished), 500
    )
    BatchAttempt.objects.bulk_create(
        BatchAttempt(
            item=item, job_id=item.job_id, number=1, worker=f"host:{item.pk % 9}", lease_epoch=1,
            state=AttemptState.LOST, tokens_held=1, started_at=now, ended_at=now,
        )
        for item in items
    )  # fmt: skip
    BatchStep.objects.bulk_create(
        BatchStep(
            job_id=item.job_id, item=item, name=f"section {number}/3", attempt=1, text="<p>…</p>",
            prompt_tokens=1, completion_tokens=1, bought_at=now,
        )
        for item in items
        for number in range(1, 4)
    )  # fmt: skip
    for user in users:
        submit(user, ITEMS if user is users[0] else 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE TABLE user_queue, batch_jobs, batch_items, batch_attempts, users")
    return [user.pk for user in users]


def plans(
    statements: list[dict[str, str]],
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each statement that reads rows, with its plan."""
    for statement in (one["sql"] for one in statements):
        if not READS.match(statement):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {statement}")
            names = [column[0] for column in cursor.description]
            yield statement, [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def complaints(statement: str, steps: list[dict[str, Any]]) -> Iterator[str]:
    """Where a plan sorts what it locks, reads a big table whole, or reads many rows of it."""
    locking = any(word in statement for word in LOCKING)
    aliases = {alias: table for table, alias in re.findall(r"`(\w+)` (U\d+)\b", statement)}
    for step in steps:
        table, extra = aliases.get(step["table"], step["table"]), step["Extra"] or ""
        if locking and ("filesort" in extra or "temporary" in extra):
            yield f"{extra}: {statement}"
        if table is None or table in SMALL or table.startswith("<"):
            continue
        if step["type"] in ("ALL", "index"):
            yield f"reads {table} whole: {statement}"
        if int(step["rows"] or 0) > MOST_ROWS:
            yield f"reads {step['rows']} rows of {table}: {statement}"


def mend(worker: str) -> None:
    """A user whose turn was missed."""
    waits = BatchJob.objects.filter(status=JobStatus.PENDING).values("user_id")
    UserQueue.objects.filter(user_id=waits.latest("user_id")["user_id"]).update(ready=False)
    assert turns.mend_turns() == 1


def take_over(worker: str) -> None:
    """What a silent worker held."""
    BatchWorker.objects.update(expires_at=database.DatabaseNow(-1))
    assert takeover.take_over_expired()


STEPS: dict[str, Callable[[str], object]] = {
    "look": watch.look,
    "claim and start": lambda worker: queue.start_items(claim(worker), 10),
    "watch": lambda worker: watch.statuses([1, 2, 3]),
    "renew": leases.renew,
    "wake": lambda worker: waking.jobs_to_wake(),
    "mend": mend,
    "take over": take_over,
}


def test_it_is_driven_by_indexes(history: list[int]) -> None:
    worker, found = leases.register(), []
    for name, act in STEPS.items():
        with CaptureQueriesContext(connection) as captured:
            act(worker)
        explained = list(plans(captured.captured_queries))
        assert explained, name
        for statement, steps in explained:
            found += [f"{name}: {complaint}" for complaint in complaints(statement, steps)]
    assert found == [], "\n".join(found)
