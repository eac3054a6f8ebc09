"""Every statement of the audit reads a range of one table, and looks up the rest by index."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from batchwriter import database
from jobs import audit
from jobs.audit import INVARIANTS, Invariant
from jobs.retention import Pace, prune_jobs
from tests.conftest import on_mariadb
from tests.fakes.many_rows import Size, fill

SIZE = Size(users=300, jobs=10, items=9)
# How a table may be reached: by one key, by the keys of an index, or by a range of one.
INDEXED = {"const", "eq_ref", "ref", "range", "ref_or_null"}
COSTLY = ("filesort", "join buffer", "temporary")


def plan(sql: str) -> list[dict[str, Any]]:
    """The rows of EXPLAIN."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def problems(invariant: Invariant) -> list[str]:
    """What is not driven by an index in the statements of one check."""
    with CaptureQueriesContext(connection) as captured:
        assert audit.check(invariant).rows == []
    statements = [query["sql"] for query in captured.captured_queries]
    chunks = [sql for sql in statements if sql.startswith(invariant.sql[:40])]
    assert len(chunks) > 2
    wrong = [
        f"{invariant.code} {step} in: {sql}"
        for sql in statements
        for step in plan(sql)
        if _is_costly(step)
    ]
    for sql in chunks:
        driving = plan(sql)[0]
        if (driving["type"], driving["key"]) != ("range", "PRIMARY"):
            wrong.append(f"{invariant.code} is not driven by its ids, but {driving} in: {sql}")
    return wrong


def _is_costly(step: dict[str, Any]) -> bool:
    whole = step["type"] is not None and step["type"] not in INDEXED
    return whole or any(word in str(step["Extra"]) for word in COSTLY)


@pytest.mark.mariadb
@pytest.mark.django_db(transaction=True)
def test_it_reads_ranges_by_index() -> None:
    fill(SIZE)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE batch_jobs SET created_at = %s, finished_at = %s WHERE id %% 10 = 1",
                       ["2020-01-01"] * 2)  # fmt: skip
    assert prune_jobs(database.now() - timedelta(days=9), Pace(500)).jobs == SIZE.users
    found = [line for one in INVARIANTS for line in problems(one)]
    assert not found, "\n".join(found)


@pytest.mark.mariadb
@pytest.mark.django_db(transaction=True)
def test_it_knows_a_full_scan_when_it_sees_one() -> None:
    fill(Size(users=3, jobs=2, items=2))
    (step,) = plan("SELECT id FROM batch_items WHERE tokens_used > 5")
    assert step["type"] == "ALL"


@pytest.mark.skipif(on_mariadb(), reason="shows SQLite's own plans")
def test_it_searches_and_never_scans_on_sqlite(db: None) -> None:
    for one in INVARIANTS:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {one.sql} LIMIT 21", [1, 100])
            steps = [str(row[3]) for row in cursor.fetchall()]
        assert re.search(r"\((rowid|job_id|id)>\? AND \1<\?\)", steps[0]), steps
        assert not [step for step in steps if "SCAN" in step or "TEMP" in step], steps
