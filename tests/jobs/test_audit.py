"""The audit is awake: whatever is broken is noticed by name, or refused by the database."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from jobs import audit
from jobs.models import BatchJob
from tests.jobs.conftest import claim, start, write, write_all

Submit = Callable[..., BatchJob]
DONE = "(SELECT id FROM (SELECT id FROM batch_jobs WHERE status = 'completed') x)"
BUSY = "(SELECT id FROM (SELECT id FROM batch_jobs WHERE status = 'processing') x)"

# What is broken, and the invariant that must notice it.
DAMAGE = {
    "UPDATE users SET tokens_remaining = tokens_remaining + 1": "I01",
    "DELETE FROM token_entries WHERE kind = 'grant'": "I01",
    "UPDATE token_entries SET amount = amount - 1 WHERE kind = 'charge'": "I01",
    "UPDATE batch_jobs SET completed_items = completed_items - 1 WHERE status = 'completed'": "I04",
    "UPDATE batch_jobs SET failed_items = 1 WHERE status = 'processing'": "I04",
    f"UPDATE articles SET item_id = NULL WHERE job_id IN {DONE}": "I05",
    f"UPDATE batch_attempts SET state = 'lost' WHERE state = 'settled' AND job_id IN {DONE}": "I06",
    "UPDATE batch_jobs SET tokens_used = tokens_used + 5": "I07",
    "UPDATE users SET tokens_held = tokens_held + 1": "I08",
    "UPDATE users SET articles_held = articles_held + 1": "I08",
    "UPDATE batch_attempts SET tokens_held = 1 WHERE state = 'calling'": "I08",
    "UPDATE batch_attempts SET tokens_charged = tokens_charged + 1 WHERE state = 'settled'": "I09",
    f"UPDATE batch_items SET status = 'pending', article_id = NULL WHERE job_id IN {DONE}": "I10",
    "UPDATE batch_jobs SET total_items = total_items + 1 WHERE status = 'completed'": "I11",
    "UPDATE batch_jobs SET status = 'failed' WHERE status = 'completed'": "I11",
    f"UPDATE batch_items SET position = 7 WHERE position = 3 AND job_id IN {BUSY}": "I12",
    "UPDATE batch_jobs SET total_items = total_items + 1 WHERE status = 'processing'": "I12",
    "UPDATE batch_items SET status = 'pending' WHERE status = 'processing'": "I14",
    f"UPDATE batch_items SET status = 'processing' WHERE position = 3 AND job_id IN {BUSY}": "I14",
    "UPDATE batch_jobs SET current_item_index = 0 WHERE status = 'completed'": "I15",
    "UPDATE articles SET job_id = job_id + 1": "I16",
    f"UPDATE batch_items SET attempts = attempts + 1 WHERE job_id IN {DONE}": "I19",
    "DELETE FROM batch_workers": "I20",
    "UPDATE user_queue SET ready = 0": "I21",
    "UPDATE articles SET content = ''": "I22",
    "UPDATE articles SET slug = ''": "I22",
    "UPDATE batch_items SET status = 'pending' WHERE status = 'cancelled'": "I23",
    "UPDATE token_entries SET item_id = item_id + 100 WHERE kind = 'charge'": "I24",
}  # fmt: skip


@pytest.fixture
def rows(alice: User, bob: User, submit: Submit, worker: str) -> None:
    """A finished, a running, a cancelled and a waiting job."""
    from jobs import lifecycle
    from tests.jobs.conftest import person

    submit(alice, 1)
    write_all(worker)
    submit(bob, 4)
    first, _running = start(claim(worker), 2)
    write(first)
    lifecycle.cancel(submit(alice, 2).pk, by=alice)
    submit(person("carol"), 1)
    assert broken() == set()


def broken() -> set[str]:
    """The invariants that do not hold."""
    return {one.code for one in audit.INVARIANTS if audit.violations(one)}


@pytest.mark.parametrize(("damage", "code"), DAMAGE.items(), ids=lambda value: value[:60])
def test_it_notices_damage(rows: None, damage: str, code: str) -> None:
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(damage)
        except IntegrityError:
            return
    assert cursor.rowcount > 0, "nothing was damaged"
    assert code in broken()


def test_it_has_a_query_that_runs_for_every_invariant(rows: None) -> None:
    assert len({one.code for one in audit.INVARIANTS}) == len(audit.INVARIANTS) == 24


def test_it_prints_what_is_off_and_exits_with_1(rows: None) -> None:
    out = StringIO()
    call_command("audit", stdout=out)
    assert "All 24 invariants hold." in out.getvalue()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE users SET tokens_remaining = tokens_remaining + 7")
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("audit", stdout=out)
    assert end.value.code == 1
    assert "I01 a balance is the sum" in out.getvalue()
