"""Every statement of a prune reads few rows, along an index."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from batchwriter import database
from jobs import retention
from jobs.models import BatchEvent, BatchItem, BatchJob, PrunedJob
from jobs.retention import Pace
from tests.fakes.many_rows import Size, fill
from tests.jobs.test_query_plans import LOCKING, MOST_ROWS, READS

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]
SIZE = Size(users=60, jobs=10, items=9)
BATCH = 50
EVENTS = """INSERT INTO batch_events (job_id, item_id, kind, worker, message, created_at)
SELECT job_id, id, 'item_completed', '', '', NOW(6) FROM batch_items"""


@contextmanager
def explained() -> Iterator[list[tuple[str, list[dict[str, Any]]]]]:
    """Collects statements with their plans, made right before they run."""
    found: list[tuple[str, list[dict[str, Any]]]] = []

    def explain(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if READS.match(sql) and not many:
            execute(f"EXPLAIN {sql}", params, many, context)
            cursor = context["cursor"]
            names = [column[0] for column in cursor.description]
            found.append((sql, [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found


def problems(sql: str, steps: list[dict[str, Any]], limit: int = BATCH) -> Iterator[str]:
    """Where a plan sorts what it locks or much else, or reads many rows with no limit to end at.

    The number of rows in a plan knows nothing of limits. The last few rows of a table may be
    read whole.
    """
    for step in steps:
        table, extra = step["table"], step["Extra"] or ""
        sorts = "filesort" in extra or "temporary" in extra
        many = int(step["rows"] or 0) > MOST_ROWS
        if sorts and (many or any(word in sql for word in LOCKING)):
            yield f"{extra}: {sql}"
        ends = f"LIMIT {limit}" in sql and step["type"] in ("range", "ref")
        if many and not ends:
            yield f"{step['type']} over {step['rows']} rows of {table}: {sql}"


@pytest.mark.parametrize("step", ["attempts", "events", "jobs"])
def test_it_deletes_along_indexes(step: str) -> None:
    fill(SIZE)
    with connection.cursor() as cursor:
        cursor.execute(EVENTS)
        cursor.execute("ANALYZE TABLE batch_events")
        cursor.fetchall()
    with explained() as found:
        getattr(retention, f"prune_{step}")(database.now() + timedelta(days=1), Pace(BATCH))
    deletes = {sql.split()[2] for sql, _ in found if sql.startswith("DELETE")}
    assert deletes >= {f"batch_{step}"}
    wrong = [line for sql, steps in found for line in problems(sql, steps)]
    assert wrong == [], "\n".join(wrong[:5])
    if step == "jobs":
        assert PrunedJob.objects.count() == SIZE.all_jobs - 6 == 594
        assert BatchJob.objects.count() == 6
        assert BatchItem.objects.count() == BatchEvent.objects.count() == 6 * SIZE.items
