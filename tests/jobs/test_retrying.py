"""One failed keyword of an ended job is written again, and it alone."""

from collections.abc import Callable

import pytest

from accounts.models import User
from articles.providers.base import Usage
from batchwriter.errors import Gone, InvalidTransition
from jobs import lifecycle
from jobs.models import BatchEvent, BatchItem, BatchJob
from jobs.settlement import Failure, fail
from tests.jobs.conftest import claim, start, write
from tests.jobs.test_lifecycle import assert_sound

Submit = Callable[..., BatchJob]


@pytest.fixture
def ended(alice: User, submit: Submit, worker: str) -> BatchJob:
    """A job of four keywords; the second and the fourth have failed."""
    job = submit(alice, 4)
    for number, started in enumerate(start(claim(worker), 4)):
        if number % 2:
            fail(started, Failure("refused", "No."), Usage(prompt_tokens=9))
        else:
            write(started)
    job.refresh_from_db()
    assert (job.status, job.failed_items) == ("completed", 2)
    return job


def test_it_writes_that_keyword_and_no_other(alice: User, ended: BatchJob, worker: str) -> None:
    retried = lifecycle.retry_item(ended.pk, 3, by=alice)
    assert (retried.status, retried.failed_items, retried.current_item_index) == ("pending", 1, 3)
    assert retried.finished_at is None
    item = BatchItem.objects.get(job=ended, position=3)
    assert (item.status, item.error_code, item.finished_at) == ("pending", None, None)
    event = BatchEvent.objects.filter(job=ended, kind="retried").get()
    assert (event.actor, event.message) == (alice, "Keyword 4")
    assert_sound()
    (again,) = start(claim(worker), 9)
    assert again.keyword == "từ khóa 4"
    write(again)
    ended.refresh_from_db()
    assert (ended.status, ended.completed_items, ended.failed_items) == ("completed", 3, 1)
    assert_sound()


def test_it_may_fail_again_and_be_retried_again(alice: User, ended: BatchJob, worker: str) -> None:
    lifecycle.retry_item(ended.pk, 1, by=alice)
    (again,) = start(claim(worker), 9)
    fail(again, Failure("refused", "No."), Usage())
    ended.refresh_from_db()
    assert (ended.status, ended.failed_items, ended.current_item_index) == ("completed", 2, 4)
    assert lifecycle.retry(ended.pk, by=alice).failed_items == 0
    assert_sound()


def test_it_brings_a_job_back_that_failed_as_a_whole(
    alice: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, 2)
    for started in start(claim(worker), 2):
        fail(started, Failure("refused", "No."), Usage())
    assert lifecycle.retry_item(job.pk, 0, by=alice).failed_items == 1
    write(start(claim(worker))[0])
    job.refresh_from_db()
    assert (job.status, job.completed_items, job.failed_items) == ("completed", 1, 1)
    assert_sound()


def test_it_refuses_what_has_not_failed(alice: User, ended: BatchJob) -> None:
    with pytest.raises(InvalidTransition):
        lifecycle.retry_item(ended.pk, 0, by=alice)
    lifecycle.retry_item(ended.pk, 1, by=alice)
    for position in (1, 3):
        # The job waits to be written: it has to end first.
        with pytest.raises(InvalidTransition):
            lifecycle.retry_item(ended.pk, position, by=alice)
    assert_sound()


def test_it_refuses_where_the_job_was_cancelled(alice: User, submit: Submit, worker: str) -> None:
    job = submit(alice, 2)
    fail(start(claim(worker))[0], Failure("refused", "No."), Usage())
    lifecycle.cancel(job.pk, by=alice)
    with pytest.raises(InvalidTransition):
        lifecycle.retry_item(job.pk, 0, by=alice)


def test_it_finds_nothing_where_there_is_no_such_keyword(alice: User, ended: BatchJob) -> None:
    with pytest.raises(Gone):
        lifecycle.retry_item(ended.pk, 4, by=alice)
    with pytest.raises(Gone):
        lifecycle.retry_item(ended.pk + 1, 0, by=alice)
