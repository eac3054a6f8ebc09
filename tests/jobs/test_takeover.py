"""What a dead or silent worker held is taken back, once, and nothing is paid for it."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.conf import LazySettings

from accounts.models import User
from batchwriter import database
from jobs import leases, poison, queue, takeover
from jobs.leases import Process
from jobs.models import BatchAttempt, BatchEvent, BatchItem, BatchJob, BatchWorker
from jobs.queue import Stale
from tests.jobs.conftest import claim, start, write, write_all
from tests.jobs.test_lifecycle import assert_sound

Submit = Callable[..., BatchJob]


def expire(worker: str) -> None:
    """Let a worker's lease run out."""
    BatchWorker.objects.filter(pk=worker).update(expires_at=database.DatabaseNow(-1))


def test_it_takes_back_what_a_silent_worker_held(alice: User, submit: Submit, worker: str) -> None:
    job = submit(alice, 3)
    lease = claim(worker)
    done, lost = start(lease, 2)
    write(done)
    expire(worker)
    assert takeover.take_over_expired() == 1
    job.refresh_from_db()
    alice.refresh_from_db()
    assert (job.status, job.lease_epoch, job.takeovers) == ("pending", 2, 1)
    assert (alice.tokens_held, alice.articles_held) == (0, 0)
    assert not BatchWorker.objects.exists()
    assert BatchAttempt.objects.get(item_id=lost.item_id).state == "lost"
    assert_sound()
    for late in (lambda: write(lost), lambda: start(lease), lambda: queue.hand_back(lease)):
        with pytest.raises(Stale):
            late()
    assert write_all(leases.register()).completed_items == 3
    assert_sound()


def test_it_takes_back_nothing_from_those_who_renew(
    alice: User, submit: Submit, worker: str
) -> None:
    submit(alice, 1)
    claim(worker)
    assert leases.renew(worker)
    assert takeover.take_over_expired() == 0
    assert BatchJob.objects.get().status == "processing"


def test_it_takes_back_from_the_silent_alone(
    alice: User, bob: User, submit: Submit, worker: str
) -> None:
    from jobs import lifecycle

    job = submit(alice, 3)
    finishing = start(claim(worker))[0]
    lifecycle.pause(job.pk, by=alice)
    submit(bob, 1)
    other = start(claim(worker))[0]
    lifecycle.resume(job.pk, by=alice)
    silent = leases.register()
    lost = start(claim(silent))[0]
    expire(silent)
    assert takeover.take_over_expired() == 1
    states = dict(BatchAttempt.objects.values_list("item_id", "state"))
    assert states == {
        finishing.item_id: "calling",
        other.item_id: "calling",
        lost.item_id: "lost",
    }
    assert_sound()
    write(finishing)
    write(other)
    assert_sound()


def test_it_leaves_a_job_with_the_worker_that_has_it_now(
    alice: User, submit: Submit, worker: str
) -> None:
    from jobs import lifecycle

    job = submit(alice, 3)
    lost = start(claim(worker))[0]
    lifecycle.pause(job.pk, by=alice)
    lifecycle.resume(job.pk, by=alice)
    lease = claim(leases.register())
    written = start(lease)[0]
    expire(worker)
    assert takeover.take_over_expired() == 1
    job.refresh_from_db()
    assert (job.status, job.lease_owner, job.takeovers) == ("processing", lease.worker, 0)
    write(written)
    assert [one.item_id for one in start(lease)] == [lost.item_id]
    assert_sound()


def test_it_never_renews_a_lease_that_ended(worker: str) -> None:
    expire(worker)
    assert not leases.renew(worker)
    BatchWorker.objects.filter(pk=worker).update(expires_at=database.DatabaseNow(60), expelled=True)
    assert not leases.renew(worker)


def test_it_takes_back_what_a_paused_job_was_still_finishing(
    alice: User, submit: Submit, worker: str
) -> None:
    from jobs import lifecycle

    job = submit(alice, 2)
    start(claim(worker))
    lifecycle.pause(job.pk, by=alice)
    expire(worker)
    assert takeover.take_over_expired() == 1
    job.refresh_from_db()
    assert (job.status, job.pause_reason) == ("paused", "user")
    assert BatchItem.objects.get(position=0).status == "pending"
    assert_sound()


def test_it_gives_up_a_keyword_that_kills_its_workers(alice: User, submit: Submit) -> None:
    job = submit(alice, 2)
    for _ in range(poison.LOSSES_PER_ITEM):
        worker = leases.register()
        start(claim(worker))
        expire(worker)
        takeover.take_over_expired()
        assert_sound()
    item = BatchItem.objects.get(position=0)
    assert (item.status, item.error_code, item.attempts) == ("failed", "crashed_worker", 3)
    assert write_all(leases.register()).status == "completed"
    job.refresh_from_db()
    assert (job.completed_items, job.failed_items, job.takeovers) == (1, 1, 3)


def test_it_knows_the_dead_processes_of_its_host(settings: LazySettings, db: None) -> None:
    settings.BATCH_LEASE_SECONDS = 600
    alive = leases.register()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = Process(Process.current().machine, child.pid, leases._start_time(child.pid) or "")
    assert not started.is_gone()
    for name, process in {
        "gone": started,
        "reused": Process(started.machine, os.getpid(), "1"),
        "elsewhere": Process("another boot", child.pid, "1"),
        "unknown": Process(started.machine, child.pid, ""),
    }.items():
        BatchWorker.objects.create(
            id=name,
            host="host",
            machine=process.machine,
            pid=process.pid,
            process_started=process.started,
            started_at=database.now(),
            seen_at=database.now(),
            expires_at=database.DatabaseNow(600),
        )
    child.communicate(b"\n")
    assert takeover.expel_dead_processes() == 2
    expelled = BatchWorker.objects.filter(expelled=True).values_list("pk", flat=True)
    assert set(expelled) == {"gone", "reused"}
    assert leases.renew(alive)


def test_it_writes_take_overs_into_the_history(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 1)
    claim(worker)
    expire(worker)
    takeover.take_over_expired()
    assert BatchEvent.objects.filter(kind="taken_over", worker=worker).count() == 1


def test_it_gives_everything_back_when_a_worker_leaves(
    alice: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, 2)
    start(claim(worker))
    takeover.leave(worker)
    assert not BatchWorker.objects.exists()
    assert BatchJob.objects.get(pk=job.pk).status == "pending"
    assert_sound()
    takeover.leave(worker)
    assert BatchEvent.objects.filter(kind="taken_over").count() == 1


def test_it_registers_once_however_often_it_tries(worker: str) -> None:
    assert leases.register(worker) == worker
    assert BatchWorker.objects.count() == 1
    leases.expel(worker)
    assert leases.register(worker) == worker
    assert not BatchWorker.objects.get().expelled
