"""The audit is awake: whatever is broken is noticed by name, also where a law would refuse it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from articles import store
from articles.models import Article
from articles.providers.base import Usage
from batchwriter import database
from jobs import audit, checkpoints, leases, lifecycle, queue, retention, settlement, takeover
from jobs.models import BatchJob
from jobs.retention import Pace
from jobs.settlement import Failure
from tests.jobs.conftest import claim, person, start, write, write_all
from tests.jobs.damage import NOTICED, REFUSED
from tests.jobs.old import make_old
from tests.jobs.test_checkpoints import STEP

Submit = Callable[..., BatchJob]
CHUNKS = (None, 1, 2)


@pytest.fixture
def rows(alice: User, bob: User, submit: Submit, worker: str) -> None:
    """Jobs in every state: Alice's completed and cancelled, Bob's processing and pending,
    Carol's pending, Dave's paused. One of Alice's keywords failed, the other was lost once.
    Of Erin's two one was pruned, and of the other the attempts."""
    prune_of(person("erin"), submit, worker)
    submit(alice, 2)
    dead = leases.register()
    start(claim(dead))
    leases.expel(dead)
    takeover.take_over_expired()
    first, second = start(claim(worker), 2)
    write(first)
    for step in (STEP, replace(STEP, name="section 2/6")):
        checkpoints.keep(second, step)
    settlement.fail(second, Failure("refused", "Refused."), Usage(200, 0))
    submit(bob, 4)
    first, _running = start(claim(worker), 2)
    write(first)
    lifecycle.cancel(submit(alice, 2).pk, by=alice)
    submit(bob, 1)
    submit(person("carol"), 1)
    dave = person("dave")
    lifecycle.pause(submit(dave, 3).pk, by=dave)
    assert_sound()


def prune_of(owner: User, submit: Submit, worker: str) -> None:
    """Two old jobs: one is pruned whole, of the other the attempts."""
    for delete in (retention.prune_jobs, retention.prune_attempts):
        submit(owner, 2)
        make_old(write_all(worker))
        delete(database.now() - timedelta(days=1), Pace(1))


def broken(ids: int | None = None) -> set[str]:
    """The invariants that do not hold."""
    return {one.code for one in audit.INVARIANTS if audit.violations(one, ids=ids)}


def assert_sound() -> None:
    """Nothing is off, however the tables are cut."""
    assert {ids: broken(ids) for ids in CHUNKS} == {ids: set() for ids in CHUNKS}


def damage(statement: str) -> None:
    """Break rows; fails where there are none to break."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount > 0, "nothing was damaged"


@contextmanager
def without_laws(table: str) -> Iterator[None]:
    """A copy of the rows of ``table``, without constraints, in its place for this connection."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE copied AS SELECT * FROM {table}")
        cursor.execute(f"CREATE TEMPORARY TABLE {table} AS SELECT * FROM copied")
        try:
            yield
        finally:
            # On MariaDB the word keeps the transaction open; SQLite does not know it here.
            drop = "DROP TABLE temp." if connection.vendor == "sqlite" else "DROP TEMPORARY TABLE "
            for name in ("copied", table):
                cursor.execute(drop + name)


@pytest.mark.parametrize(("code", "statement"), NOTICED)
def test_it_notices_damage(rows: None, code: str, statement: str) -> None:
    damage(statement)
    assert [ids for ids in CHUNKS if code not in broken(ids)] == []


@pytest.mark.parametrize(("code", "law", "statement"), REFUSED)
def test_it_notices_what_the_database_refuses(
    rows: None, code: str, law: str, statement: str
) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        damage(statement)
    assert any(name in str(refusal.value) for name in law.split("|"))
    assert_sound()
    (table,) = re.findall(r"^UPDATE (\w+)", statement)
    with without_laws(table):
        damage(statement)
        assert [ids for ids in CHUNKS if code not in broken(ids)] == []


def test_it_has_damage_for_every_invariant() -> None:
    codes = [f"I{number:02}" for number in range(1, 27)]
    assert [one.code for one in audit.INVARIANTS] == codes
    assert {code for code, *_ in [*NOTICED, *REFUSED]} == set(codes)
    assert len(NOTICED) + len(REFUSED) > 90


def test_it_raises_no_alarm_over_what_people_and_workers_do(
    alice: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, 6)
    lease = claim(worker)
    first, second, third = start(lease, 3)
    lifecycle.pause(job.pk, by=alice)
    assert_sound()
    write(first)
    lifecycle.resume(job.pk, by=alice)
    other = leases.register()
    again = claim(other)
    assert_sound()
    write(second)
    settlement.fail(third, Failure("refused", "Refused."), Usage())
    queue.hand_back(again)
    assert_sound()
    fourth, fifth = start(claim(other), 2)
    queue.drop(fourth)
    assert_sound()
    leases.expel(other)
    assert_sound()
    takeover.take_over_expired()
    assert_sound()
    write_all(worker)
    assert_sound()
    lifecycle.retry(job.pk, by=alice)
    assert_sound()
    write_all(worker)
    assert_sound()
    assert BatchJob.objects.get(pk=job.pk).status == "completed"
    assert fifth.number == 1


def test_it_raises_no_alarm_over_what_owners_do_to_their_articles(rows: None) -> None:
    emptied, deleted, *_pruned = Article.objects.order_by("pk")
    store.edit(emptied, content="", title="Khác")
    store.delete(deleted)
    assert_sound()


def test_it_raises_no_alarm_over_an_article_that_was_not_paid_in_full(
    submit: Submit, worker: str
) -> None:
    poor = person("poor", tokens=50_000)
    submit(poor, 1)
    (started,) = start(claim(worker))
    write(started, tokens=60_000)
    assert_sound()
