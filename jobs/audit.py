"""What must be true of the rows at every moment, as queries that find what is off.

Each query reads one snapshot, so it holds while workers run. It is plain SQL that MariaDB and
SQLite both understand: the check must not depend on the code that it checks.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

MOST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence that must be true, and the query for the rows where it is not."""

    code: str
    name: str
    sql: str


INVARIANTS = (
    Invariant(
        "I01",
        "a balance is the sum of the user's ledger",
        """SELECT u.id, u.tokens_remaining, COALESCE(SUM(e.amount), 0) FROM users u
        LEFT JOIN token_entries e ON e.user_id = u.id GROUP BY u.id, u.tokens_remaining
        HAVING COALESCE(SUM(e.amount), 0) <> u.tokens_remaining""",
    ),
    Invariant(
        "I02",
        "no balance and no hold is below zero",
        """SELECT id, tokens_remaining, tokens_held, article_limit, articles_held FROM users
        WHERE tokens_remaining < 0 OR tokens_held < 0 OR article_limit < 0 OR articles_held < 0""",
    ),
    Invariant(
        "I03",
        "a user has at most one processing job",
        """SELECT user_id, COUNT(*) FROM batch_jobs WHERE status = 'processing'
        GROUP BY user_id HAVING COUNT(*) > 1""",
    ),
    Invariant(
        "I04",
        "a job's counters count its items",
        """SELECT j.id, j.completed_items, j.failed_items FROM batch_jobs j
        LEFT JOIN batch_items i ON i.job_id = j.id
        GROUP BY j.id, j.completed_items, j.failed_items
        HAVING SUM(CASE WHEN i.status = 'completed' THEN 1 ELSE 0 END) <> j.completed_items
        OR SUM(CASE WHEN i.status = 'failed' THEN 1 ELSE 0 END) <> j.failed_items""",
    ),
    Invariant(
        "I05",
        "a completed item has its article, and an item without one is not completed",
        """SELECT i.id, i.status, i.article_id, a.id FROM batch_items i
        LEFT JOIN articles a ON a.item_id = i.id
        WHERE (i.status = 'completed') <> (a.id IS NOT NULL)
        OR (i.status = 'completed' AND i.article_id <> a.id)""",
    ),
    Invariant(
        "I06",
        "a completed item was settled once and charged once",
        """SELECT i.id, i.status, COUNT(t.id) FROM batch_items i
        LEFT JOIN batch_attempts t ON t.item_id = i.id AND t.state = 'settled'
        GROUP BY i.id, i.status
        HAVING COUNT(t.id) <> CASE WHEN i.status = 'completed' THEN 1 ELSE 0 END""",
    ),
    Invariant(
        "I07",
        "a job's tokens are the charges of its items",
        """SELECT j.id, j.tokens_used, COALESCE(SUM(-e.amount), 0) FROM batch_jobs j
        LEFT JOIN batch_items i ON i.job_id = j.id
        LEFT JOIN token_entries e ON e.charged_item = i.id
        GROUP BY j.id, j.tokens_used HAVING COALESCE(SUM(-e.amount), 0) <> j.tokens_used""",
    ),
    Invariant(
        "I08",
        "what a user has on hold is what the running attempts hold",
        """SELECT u.id, u.tokens_held, u.articles_held, COALESCE(h.tokens, 0), COALESCE(h.n, 0)
        FROM users u LEFT JOIN (SELECT j.user_id AS user_id, SUM(t.tokens_held) AS tokens,
        COUNT(*) AS n FROM batch_attempts t JOIN batch_jobs j ON j.id = t.job_id
        WHERE t.state = 'calling' GROUP BY j.user_id) h ON h.user_id = u.id
        WHERE u.tokens_held <> COALESCE(h.tokens, 0) OR u.articles_held <> COALESCE(h.n, 0)""",
    ),
    Invariant(
        "I09",
        "a settled attempt was charged what its ledger line says",
        """SELECT t.id, t.tokens_charged, e.amount FROM batch_attempts t
        LEFT JOIN token_entries e ON e.charged_item = t.item_id
        WHERE t.state = 'settled' AND (e.id IS NULL OR -e.amount <> t.tokens_charged)""",
    ),
    Invariant(
        "I10",
        "a completed or failed job has no open item",
        """SELECT j.id, i.id, i.status FROM batch_jobs j JOIN batch_items i ON i.job_id = j.id
        WHERE j.status IN ('completed', 'failed') AND i.status NOT IN ('completed', 'failed')""",
    ),
    Invariant(
        "I11",
        "the settled items of an ended job add up",
        """SELECT id, status, completed_items, failed_items, total_items FROM batch_jobs
        WHERE (status IN ('completed', 'failed') AND completed_items + failed_items <> total_items)
        OR (status NOT IN ('completed', 'failed', 'cancelled')
        AND completed_items + failed_items = total_items)
        OR (status = 'failed' AND completed_items > 0)
        OR (status = 'completed' AND completed_items = 0)""",
    ),
    Invariant(
        "I12",
        "a job has its items, numbered from 0 without a hole",
        """SELECT j.id, j.total_items, COUNT(i.id) FROM batch_jobs j
        LEFT JOIN batch_items i ON i.job_id = j.id GROUP BY j.id, j.total_items
        HAVING COUNT(i.id) <> j.total_items OR MIN(i.position) <> 0
        OR MAX(i.position) <> j.total_items - 1""",
    ),
    Invariant(
        "I13",
        "a job is leased exactly while it is processing",
        """SELECT id, status, lease_owner FROM batch_jobs
        WHERE (status = 'processing') <> (lease_owner IS NOT NULL)""",
    ),
    Invariant(
        "I14",
        "an item is processing exactly while an attempt at it runs",
        """SELECT i.id, i.status, COUNT(t.id) FROM batch_items i
        LEFT JOIN batch_attempts t ON t.item_id = i.id AND t.state = 'calling'
        GROUP BY i.id, i.status
        HAVING COUNT(t.id) <> CASE WHEN i.status = 'processing' THEN 1 ELSE 0 END""",
    ),
    Invariant(
        "I15",
        "the index is the first item that is not settled",
        """SELECT j.id, j.current_item_index FROM batch_jobs j LEFT JOIN batch_items i
        ON i.job_id = j.id AND i.status IN ('pending', 'processing', 'cancelled')
        GROUP BY j.id, j.current_item_index, j.total_items
        HAVING COALESCE(MIN(i.position), j.total_items) <> j.current_item_index""",
    ),
    Invariant(
        "I16",
        "an article belongs to the user of its job",
        """SELECT a.id, a.user_id, j.user_id FROM articles a JOIN batch_items i ON i.id = a.item_id
        JOIN batch_jobs j ON j.id = i.job_id WHERE a.user_id <> j.user_id OR a.job_id <> j.id""",
    ),
    Invariant(
        "I17",
        "a job has an end exactly when it has ended",
        """SELECT id, status, finished_at FROM batch_jobs
        WHERE (status IN ('completed', 'failed', 'cancelled')) <> (finished_at IS NOT NULL)""",
    ),
    Invariant(
        "I18",
        "a paused job says why, and no other does",
        """SELECT id, status, pause_reason FROM batch_jobs
        WHERE (status = 'paused') <> (pause_reason IS NOT NULL)""",
    ),
    Invariant(
        "I19",
        "attempts are numbered without a gap and counted",
        """SELECT i.id, i.attempts, COUNT(t.id) FROM batch_items i
        LEFT JOIN batch_attempts t ON t.item_id = i.id GROUP BY i.id, i.attempts
        HAVING COUNT(t.id) <> i.attempts OR COALESCE(MAX(t.number), 0) <> i.attempts""",
    ),
    Invariant(
        "I20",
        "a processing job is leased to a worker that is registered",
        """SELECT j.id, j.lease_owner FROM batch_jobs j
        LEFT JOIN batch_workers w ON w.id = j.lease_owner
        WHERE j.status = 'processing' AND w.id IS NULL""",
    ),
    Invariant(
        "I21",
        "a user with a pending and no processing job has a turn",
        """SELECT j.user_id, COUNT(*) FROM batch_jobs j
        LEFT JOIN user_queue q ON q.user_id = j.user_id AND q.ready = 1
        WHERE j.status = 'pending' AND q.user_id IS NULL AND NOT EXISTS (
        SELECT 1 FROM batch_jobs p WHERE p.user_id = j.user_id AND p.status = 'processing')
        GROUP BY j.user_id""",
    ),
    Invariant(
        "I22",
        "an article of a batch has a text, a title and a slug",
        """SELECT id, item_id FROM articles
        WHERE item_id IS NOT NULL AND deleted_at IS NULL
        AND (content = '' OR title = '' OR slug = '')""",
    ),
    Invariant(
        "I23",
        "a cancelled job has no open item and nothing running",
        """SELECT j.id, i.id, i.status FROM batch_jobs j JOIN batch_items i ON i.job_id = j.id
        WHERE j.status = 'cancelled' AND i.status IN ('pending', 'processing')""",
    ),
    Invariant(
        "I24",
        "a charge belongs to a completed item of its user",
        """SELECT e.id, e.item_id, e.user_id FROM token_entries e
        LEFT JOIN batch_items i ON i.id = e.item_id LEFT JOIN batch_jobs j ON j.id = i.job_id
        WHERE e.kind = 'charge'
        AND (i.id IS NULL OR i.status <> 'completed' OR j.user_id <> e.user_id)""",
    ),
)


def violations(invariant: Invariant) -> list[tuple[Any, ...]]:
    """The rows where ``invariant`` is not true, the first twenty of them."""
    with connection.cursor() as cursor:
        cursor.execute(f"{invariant.sql} LIMIT {MOST_ROWS}")
        return list(cursor.fetchall())
