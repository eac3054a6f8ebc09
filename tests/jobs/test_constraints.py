"""What must never be is refused by the database itself, whoever writes."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import TokenEntry, User
from jobs.models import BatchItem, BatchJob
from tests.jobs.conftest import claim, start, write, write_all

Submit = Callable[..., BatchJob]


def refused(statement: str, *values: object) -> None:
    """Run a plain statement that the database must refuse, and leave no trace of it."""
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_it_refuses_two_processing_jobs_of_one_user(
    alice: User, submit: Submit, worker: str
) -> None:
    submit(alice)
    second = submit(alice)
    claim(worker)
    refused(
        "UPDATE batch_jobs SET status = 'processing', lease_owner = 'me' WHERE id = %s", second.pk
    )


def test_it_allows_processing_jobs_of_two_users(
    alice: User, bob: User, submit: Submit, worker: str
) -> None:
    submit(alice)
    submit(bob)
    assert {claim(worker).user_id, claim(worker).user_id} == {alice.pk, bob.pk}


def test_it_refuses_two_articles_of_one_item(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 1)
    write_all(worker)
    item = BatchItem.objects.get()
    refused(
        "INSERT INTO articles (user_id, item_id, keyword, title, slug, meta_title,"
        " meta_description, content, outline, language, status, model, word_count, tokens_used,"
        " needs_review, issues, created_at, updated_at) SELECT user_id, item_id, keyword, title,"
        " 'another', meta_title, meta_description, content, outline, language, status, model,"
        " word_count, tokens_used, needs_review, issues, created_at, updated_at FROM articles"
        " WHERE item_id = %s",
        item.pk,
    )


def test_it_refuses_one_article_for_two_items(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 2)
    lease = claim(worker)
    first, second = start(lease, 2)
    article = write(first)
    refused(
        "UPDATE batch_items SET status = 'completed', article_id = %s WHERE id = %s",
        article,
        second.item_id,
    )


def test_it_refuses_two_charges_of_one_item(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 1)
    write_all(worker)
    charge = TokenEntry.objects.get(kind="charge")
    refused(
        "INSERT INTO token_entries (user_id, kind, amount, item_id, `key`, note, created_at)"
        " VALUES (%s, 'charge', -1, %s, 'another key', '', %s)",
        alice.pk,
        charge.item_id,
        charge.created_at,
    )


@pytest.mark.parametrize(
    "column", ["tokens_remaining", "tokens_held", "article_limit", "articles_held"]
)
def test_it_refuses_a_negative_balance(alice: User, column: str) -> None:
    refused(f"UPDATE users SET {column} = -1 WHERE id = %s", alice.pk)


def test_it_refuses_more_settled_items_than_there_are(alice: User, submit: Submit) -> None:
    job = submit(alice, 3)
    refused("UPDATE batch_jobs SET completed_items = 2, failed_items = 2 WHERE id = %s", job.pk)


@pytest.mark.parametrize(
    "change",
    [
        "status = 'unheard-of'",
        "status = 'processing'",
        "status = 'completed'",
        "status = 'paused'",
        "lease_owner = 'me'",
        "pause_reason = 'user'",
        "finished_at = created_at",
        "current_item_index = 4",
    ],
)
def test_it_refuses_half_a_change_of_state(alice: User, submit: Submit, change: str) -> None:
    job = submit(alice, 3)
    refused(f"UPDATE batch_jobs SET {change} WHERE id = %s", job.pk)


def test_it_refuses_a_completed_item_without_article(alice: User, submit: Submit) -> None:
    job = submit(alice, 1)
    refused("UPDATE batch_items SET status = 'completed' WHERE job_id = %s", job.pk)


def test_it_refuses_two_items_at_one_position(alice: User, submit: Submit) -> None:
    job = submit(alice, 2)
    refused("UPDATE batch_items SET position = 1 WHERE job_id = %s AND position = 0", job.pk)


def test_it_refuses_two_running_attempts_of_one_item(
    alice: User, submit: Submit, worker: str
) -> None:
    submit(alice, 1)
    (started,) = start(claim(worker))
    refused(
        "INSERT INTO batch_attempts (item_id, job_id, number, worker, lease_epoch, state,"
        " tokens_held, tokens_spent, tokens_charged, estimated, error_code, started_at)"
        " SELECT item_id, job_id, 2, worker, lease_epoch, state, tokens_held, 0, 0, 0, '',"
        " started_at FROM batch_attempts WHERE item_id = %s",
        started.item_id,
    )


def test_it_refuses_two_live_articles_with_one_slug(
    alice: User, submit: Submit, worker: str
) -> None:
    submit(alice, 2)
    write_all(worker)
    refused("UPDATE articles SET slug = 'same' WHERE user_id = %s", alice.pk)
