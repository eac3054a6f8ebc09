"""``manage.py prune``: what goes, what stays, and what adds up afterwards."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import TokenEntry, User
from articles.models import Article
from articles.providers.base import Usage
from batchwriter import database
from batchwriter.errors import Gone
from jobs import costs, leases, lifecycle, retention, settlement, takeover
from jobs.models import (
    BatchAttempt,
    BatchEvent,
    BatchItem,
    BatchJob,
    PrunedCost,
    PrunedJob,
)
from jobs.retention import Pace
from jobs.settlement import Failure
from tests.jobs.conftest import claim, draft, start, write, write_all
from tests.jobs.old import DAYS, make_old
from tests.jobs.test_lifecycle import assert_sound

Submit = Callable[..., BatchJob]
Jobs = dict[str, BatchJob]


@pytest.fixture
def jobs(alice: User, bob: User, submit: Submit, worker: str) -> Jobs:
    """Old and new jobs, in every state that is kept and in every state that goes."""
    mixed = submit(alice, 4)
    dead = leases.register()
    start(claim(dead))
    leases.expel(dead)
    takeover.take_over_expired()
    first, second, third, fourth = start(claim(worker), 4)
    write(first)
    settlement.settle(second, draft(second, 500), Usage(prompt_tokens=40), 7)
    settlement.fail(third, Failure("refused", "No."), Usage(prompt_tokens=50))
    settlement.fail(fourth, Failure("refused", "No."), Usage())
    submit(bob, 2)
    failed_lease = claim(worker)
    for one in start(failed_lease, 2):
        settlement.fail(one, Failure("refused", "No."), Usage())
    cancelled = submit(alice, 3)
    write(start(claim(worker))[0])
    lifecycle.cancel(cancelled.pk, by=alice)
    recent, late = submit(alice, 2), submit(bob, 2)
    write_all(worker)
    write_all(worker)
    paused, waiting = submit(alice, 2), submit(bob, 1)
    lifecycle.pause(paused.pk, by=alice)
    found = {
        "mixed": mixed, "failed": BatchJob.objects.get(pk=failed_lease.job_id),
        "cancelled": cancelled, "recent": recent, "late": late, "paused": paused,
        "waiting": waiting,
    }  # fmt: skip
    make_old(*(found[name] for name in ("mixed", "failed", "cancelled", "paused", "late")))
    # It was made long ago, and has only just ended.
    BatchJob.objects.filter(pk=late.pk).update(finished_at=database.now())
    assert_sound()
    return found


def before(days: int = 30) -> Any:
    """The moment so many days ago."""
    return database.now() - timedelta(days=days)


def counts() -> tuple[int, int, int, int]:
    """Jobs, items, attempts and events."""
    return (BatchJob.objects.count(), BatchItem.objects.count(), BatchAttempt.objects.count(),
            BatchEvent.objects.count())  # fmt: skip


def kept() -> tuple[list[Any], list[Any]]:
    """What is never deleted or changed."""
    return (list(Article.objects.order_by("pk").values()),
            list(TokenEntry.objects.order_by("pk").values()))  # fmt: skip


def prune(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("prune", *arguments, "--pause", "0", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("batch", [1, 3, 500])
def test_it_deletes_old_finished_jobs_and_nothing_else(jobs: Jobs, batch: int) -> None:
    stays, balances = kept(), list(User.objects.order_by("pk").values())
    gone = retention.prune_jobs(before(), Pace(batch))
    assert (gone.jobs, gone.items) == (3, 9)
    left = {jobs[name].pk for name in ("recent", "late", "paused", "waiting")}
    assert set(BatchJob.objects.values_list("pk", flat=True)) == left
    for rows in (BatchItem, BatchAttempt, BatchEvent):
        assert set(rows.objects.values_list("job_id", flat=True)) <= left
    assert kept() == stays
    assert list(User.objects.order_by("pk").values()) == balances
    assert_sound()
    buried = {row.pk: row for row in PrunedJob.objects.all()}
    assert set(buried) == {jobs[name].pk for name in ("mixed", "failed", "cancelled")}
    mixed = buried[jobs["mixed"].pk]
    assert (mixed.user.username, mixed.status, mixed.total_items) == ("alice", "completed", 4)
    assert (mixed.completed_items, mixed.failed_items, mixed.tokens_used) == (2, 2, 600)
    assert retention.prune_jobs(before(), Pace(batch)) == retention.Gone()


@pytest.mark.parametrize("batch", [1, 3, 500])
def test_it_deletes_the_attempts_of_old_finished_jobs(jobs: Jobs, batch: int) -> None:
    stays, paid = kept(), costs.totals_since(before(DAYS + 1))
    assert {total.state for total in paid} == {"failed", "lost", "settled"}
    number = BatchAttempt.objects.filter(job__in=[jobs["mixed"], jobs["failed"]]).count() + 1
    assert retention.prune_attempts(before(), Pace(batch)) == number
    assert not BatchAttempt.objects.filter(job=jobs["mixed"]).exists()
    assert BatchAttempt.objects.filter(job__in=[jobs["recent"], jobs["late"]]).count() == 4
    assert costs.totals_since(before(DAYS + 1)) == paid
    assert kept() == stays
    assert_sound()
    assert retention.prune_attempts(before(), Pace(batch)) == 0
    assert retention.prune_jobs(before(), Pace(batch)).jobs == 3
    assert costs.totals_since(before(DAYS + 1)) == paid
    assert_sound()


def test_it_keeps_what_attempts_cost_the_operator(jobs: Jobs) -> None:
    paid = costs.totals_since(before(DAYS + 1))
    retention.prune_jobs(before(), Pace(2))
    assert costs.totals_since(before(DAYS + 1)) == paid
    assert costs.totals_since(before(5)) == []
    assert PrunedCost.objects.count() == 3
    out = StringIO()
    call_command("operator_costs", "--days", str(DAYS + 1), stdout=out)
    assert f"Together: {sum(total.tokens for total in paid)} tokens" in out.getvalue()


@pytest.mark.parametrize("batch", [1, 5, 500])
def test_it_deletes_old_events_of_all_jobs(jobs: Jobs, batch: int) -> None:
    ids = list(BatchEvent.objects.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        for rows, moment in ((ids[:12], before(DAYS)), (ids[12:], before(0))):
            cursor.execute(
                "UPDATE batch_events SET created_at = %s WHERE id BETWEEN %s AND %s",
                [connection.ops.adapt_datetimefield_value(moment), rows[0], rows[-1]],
            )
    assert retention.prune_events(before(), Pace(batch)) == 12
    assert list(BatchEvent.objects.order_by("pk").values_list("pk", flat=True)) == ids[12:]
    assert_sound()


def test_it_only_counts_in_a_dry_run(jobs: Jobs) -> None:
    there = counts()
    options = ("--jobs-older-than=30", "--attempts-older-than=30", "--events-older-than=30")
    told = prune(*options, "--dry-run", "--batch=2")
    assert counts() == there
    assert "3 jobs with 9 keywords would be deleted.\n" in told
    for option, line in zip(options[1:], told.splitlines()[1:], strict=True):
        assert prune(option, "--batch=2") == f"{line.replace('would be deleted', 'deleted')}\n"
    assert prune(options[0]) == "3 jobs with 9 keywords deleted.\n"


def test_it_deletes_nothing_unasked(jobs: Jobs) -> None:
    there = counts()
    assert "Nothing is to be deleted" in prune()
    assert counts() == there


def test_it_takes_its_ages_from_the_environment(jobs: Jobs, settings: LazySettings) -> None:
    settings.RETENTION_JOBS_DAYS, settings.RETENTION_BATCH = 50, 5000
    assert prune() == "0 jobs with 0 keywords deleted.\n"
    assert prune("--jobs-older-than=30") == "3 jobs with 9 keywords deleted.\n"


@pytest.mark.parametrize(
    "option", ["--jobs-older-than=0", "--jobs-older-than=x", "--events-older-than=-1",
               "--batch=0", "--batch=901", "--pause=-1", "--pause=x"],
)  # fmt: skip
def test_it_refuses_what_means_nothing(db: None, option: str) -> None:
    with pytest.raises(CommandError, match="is not a"):
        call_command("prune", option)


def test_it_lets_failed_keywords_be_tried_again_after_their_attempts_went(
    jobs: Jobs, alice: User, worker: str
) -> None:
    lifecycle.resume(jobs["paused"].pk, by=alice)
    retention.prune_attempts(before(), Pace(500))
    write_all(worker)
    write_all(worker)
    lifecycle.retry(jobs["mixed"].pk, by=alice)
    assert_sound()
    again = start(claim(worker), 2)
    assert {one.number for one in again} == {2}
    assert_sound()
    for one in again:
        write(one)
    assert BatchJob.objects.get(pk=jobs["mixed"].pk).completed_items == 4
    make_old(BatchJob.objects.get(pk=jobs["mixed"].pk))
    retention.prune_attempts(before(), Pace(1))
    assert_sound()


def test_it_keeps_a_job_that_is_retried_meanwhile(
    jobs: Jobs, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = retention._lock

    def lock_late(ids: list[int], moment: Any) -> list[int]:
        if BatchJob.objects.get(pk=jobs["mixed"].pk).status == "completed":
            lifecycle.retry(jobs["mixed"].pk, by=alice)
        return lock(ids, moment)

    monkeypatch.setattr(retention, "_lock", lock_late)
    assert retention.prune_jobs(before(), Pace(500)).jobs == 2
    assert BatchJob.objects.get(pk=jobs["mixed"].pk).status == "pending"
    assert_sound()


def test_it_tells_whoever_acts_on_a_job_that_has_just_gone(jobs: Jobs, alice: User) -> None:
    retention.prune_jobs(before(), Pace(500))
    for act in (lifecycle.pause, lifecycle.resume, lifecycle.cancel, lifecycle.retry):
        with pytest.raises(Gone):
            act(jobs["mixed"].pk, by=alice)


def test_it_frees_idempotency_keys_that_have_expired_alone(
    alice: User, submit: Submit, worker: str
) -> None:
    submit(alice, 1)
    done = write_all(worker)
    BatchJob.objects.filter(pk=done.pk).update(idempotency_key="k")
    retention.prune_jobs(before(1), Pace(1))
    assert lifecycle.replay(alice, "k", "") == done
    make_old(done, days=2)
    retention.prune_jobs(before(1), Pace(1))
    assert lifecycle.replay(alice, "k", "") is None
