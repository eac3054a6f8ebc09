"""What must be true of the rows at every moment, as queries that find what is off.

A query looks at the rows of one table whose ids lie in a range, with everything that belongs to
them, in one statement: one snapshot, so it holds while workers run. What it compares changes in
one transaction. It is plain SQL that MariaDB and SQLite both understand: the check must not
depend on the code that it checks. Grouping is by the primary key, which the range reads in order.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Table:
    """A table to go through by its ``id``, so many ids in one statement."""

    name: str
    ids: int


# A user may have many thousand ledger lines, a job a thousand items.
USERS = Table("users", 100)
JOBS = Table("batch_jobs", 500)
ITEMS = Table("batch_items", 10_000)
ATTEMPTS = Table("batch_attempts", 10_000)
ARTICLES = Table("articles", 10_000)
ENTRIES = Table("token_entries", 10_000)
PRUNED = Table("pruned_jobs", 500)
STEPS = Table("batch_steps", 1_000)


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence that must be true, and the query for the rows of a range where it is not.

    ``sql`` takes the first and the last id of ``table`` to look at.
    """

    code: str
    name: str
    table: Table
    sql: str


INVARIANTS = (
    Invariant(
        "I01",
        _("a balance is the sum of the user's ledger"),
        USERS,
        """SELECT u.id AS user_id, u.tokens_remaining, COALESCE(SUM(e.amount), 0) AS ledger
        FROM users u LEFT JOIN token_entries e ON e.user_id = u.id
        WHERE u.id BETWEEN %s AND %s GROUP BY u.id
        HAVING COALESCE(SUM(e.amount), 0) <> u.tokens_remaining""",
    ),
    Invariant(
        "I02",
        _("no balance is below zero, and no job began with more tokens than were granted"),
        USERS,
        """SELECT u.id AS user_id, u.tokens_remaining, u.tokens_held, u.article_limit,
        u.articles_held FROM users u WHERE u.id BETWEEN %s AND %s
        AND (u.tokens_remaining < 0 OR u.tokens_held < 0 OR u.article_limit < 0
        OR u.articles_held < 0 OR (SELECT COUNT(*) FROM batch_jobs j WHERE j.user_id = u.id
        AND (j.tokens_at_start < 0 OR j.articles_limit_at_start < 0)) > 0
        OR (SELECT MAX(j.tokens_at_start) FROM batch_jobs j WHERE j.user_id = u.id)
        > (SELECT COALESCE(SUM(e.amount), 0) FROM token_entries e
        WHERE e.user_id = u.id AND e.amount > 0))""",
    ),
    Invariant(
        "I03",
        _("a user has at most one processing job"),
        USERS,
        """SELECT u.id AS user_id, COUNT(j.id) AS processing FROM users u
        LEFT JOIN batch_jobs j ON j.user_id = u.id AND j.status = 'processing'
        WHERE u.id BETWEEN %s AND %s GROUP BY u.id HAVING COUNT(j.id) > 1""",
    ),
    Invariant(
        "I04",
        _("a job's counters count its items"),
        JOBS,
        """SELECT j.id AS job_id, j.completed_items, j.failed_items,
        SUM(CASE WHEN i.status = 'completed' THEN 1 ELSE 0 END) AS completed,
        SUM(CASE WHEN i.status = 'failed' THEN 1 ELSE 0 END) AS failed
        FROM batch_jobs j LEFT JOIN batch_items i ON i.job_id = j.id
        WHERE j.id BETWEEN %s AND %s GROUP BY j.id
        HAVING SUM(CASE WHEN i.status = 'completed' THEN 1 ELSE 0 END) <> j.completed_items
        OR SUM(CASE WHEN i.status = 'failed' THEN 1 ELSE 0 END) <> j.failed_items""",
    ),
    Invariant(
        "I05",
        _("a completed item has its article, and no other item has one"),
        ITEMS,
        """SELECT i.id AS item_id, i.status, i.article_id, a.id AS article
        FROM batch_items i LEFT JOIN articles a ON a.item_id = i.id
        WHERE i.id BETWEEN %s AND %s AND ((i.status = 'completed') <> (a.id IS NOT NULL)
        OR COALESCE(i.article_id, 0) <> COALESCE(a.id, 0))""",
    ),
    Invariant(
        "I06",
        _("a completed item was settled once and charged once, and no other item was"),
        ITEMS,
        """SELECT i.id AS item_id, i.status, i.tokens_used, i.attempts, i.attempts_pruned,
        COUNT(CASE WHEN t.state = 'settled' THEN 1 END) AS settled, MAX(-e.amount) AS charged
        FROM batch_items i LEFT JOIN batch_attempts t ON t.item_id = i.id
        LEFT JOIN token_entries e ON e.charged_item = i.id
        WHERE i.id BETWEEN %s AND %s GROUP BY i.id
        HAVING COUNT(CASE WHEN t.state = 'settled' THEN 1 END)
        <> CASE WHEN i.status = 'completed' AND i.attempts > i.attempts_pruned THEN 1 ELSE 0 END
        OR (MAX(e.id) IS NOT NULL) <> (i.status = 'completed')
        OR COALESCE(MAX(-e.amount), 0) <> i.tokens_used""",
    ),
    Invariant(
        "I07",
        _("a job's tokens are the charges of its items"),
        JOBS,
        """SELECT j.id AS job_id, j.tokens_used, COALESCE(SUM(-e.amount), 0) AS charged
        FROM batch_jobs j LEFT JOIN batch_items i ON i.job_id = j.id
        LEFT JOIN token_entries e ON e.charged_item = i.id
        WHERE j.id BETWEEN %s AND %s GROUP BY j.id
        HAVING COALESCE(SUM(-e.amount), 0) <> j.tokens_used""",
    ),
    Invariant(
        "I08",
        _("what a user has on hold is what the running attempts hold"),
        USERS,
        """SELECT u.id AS user_id, u.tokens_held, u.articles_held,
        COALESCE(SUM(t.tokens_held), 0) AS tokens, COUNT(t.id) AS running
        FROM users u LEFT JOIN batch_jobs j ON j.user_id = u.id
        LEFT JOIN batch_attempts t ON t.job_id = j.id AND t.state = 'calling'
        WHERE u.id BETWEEN %s AND %s GROUP BY u.id
        HAVING COALESCE(SUM(t.tokens_held), 0) <> u.tokens_held
        OR COUNT(t.id) <> u.articles_held""",
    ),
    Invariant(
        "I09",
        _("a settled attempt was charged what its ledger line says, any other nothing"),
        ATTEMPTS,
        """SELECT t.id AS attempt_id, t.item_id, t.state, t.tokens_spent, t.tokens_charged,
        e.amount FROM batch_attempts t LEFT JOIN token_entries e ON e.charged_item = t.item_id
        WHERE t.id BETWEEN %s AND %s AND (t.tokens_charged > t.tokens_spent
        OR (t.state = 'settled' AND (e.id IS NULL OR -e.amount <> t.tokens_charged))
        OR (t.state <> 'settled' AND t.tokens_charged <> 0))""",
    ),
    Invariant(
        "I10",
        _("a completed or failed job has no open item"),
        JOBS,
        """SELECT j.id AS job_id, j.status, i.id AS item_id, i.status AS item
        FROM batch_jobs j LEFT JOIN batch_items i
        ON i.job_id = j.id AND i.status IN ('pending', 'processing', 'cancelled')
        WHERE j.id BETWEEN %s AND %s
        AND CASE WHEN j.status IN ('completed', 'failed') THEN i.id END IS NOT NULL""",
    ),
    Invariant(
        "I11",
        _("the settled items of a job add up to its status"),
        JOBS,
        """SELECT j.id AS job_id, j.status, j.completed_items, j.failed_items, j.total_items
        FROM batch_jobs j WHERE j.id BETWEEN %s AND %s
        AND ((j.completed_items + j.failed_items = j.total_items)
        <> (j.status IN ('completed', 'failed'))
        OR (j.status = 'failed' AND j.completed_items > 0)
        OR (j.status = 'completed' AND j.completed_items = 0))""",
    ),
    Invariant(
        "I12",
        _("a job has its items, numbered from 0 without a hole"),
        JOBS,
        """SELECT j.id AS job_id, j.total_items, COUNT(i.id) AS items,
        MIN(i.position) AS first, MAX(i.position) AS last
        FROM batch_jobs j LEFT JOIN batch_items i ON i.job_id = j.id
        WHERE j.id BETWEEN %s AND %s GROUP BY j.id
        HAVING j.total_items = 0 OR COUNT(i.id) <> j.total_items OR MIN(i.position) <> 0
        OR MAX(i.position) + 1 <> j.total_items""",
    ),
    Invariant(
        "I13",
        _("a job is leased exactly while it is processing, to a worker that is registered"),
        JOBS,
        """SELECT j.id AS job_id, j.status, j.lease_owner, j.lease_epoch, j.started_at,
        w.id AS registered FROM batch_jobs j LEFT JOIN batch_workers w ON w.id = j.lease_owner
        WHERE j.id BETWEEN %s AND %s
        AND ((j.status = 'processing') <> (j.lease_owner IS NOT NULL)
        OR (j.status = 'processing'
        AND (w.id IS NULL OR j.lease_epoch = 0 OR j.started_at IS NULL)))""",
    ),
    Invariant(
        "I14",
        _("an item is processing exactly while its last attempt runs"),
        ITEMS,
        """SELECT i.id AS item_id, i.status, i.attempts, t.number AS running
        FROM batch_items i LEFT JOIN batch_attempts t ON t.calling_item = i.id
        WHERE i.id BETWEEN %s AND %s
        AND ((i.status = 'processing') <> (t.id IS NOT NULL) OR t.number <> i.attempts)""",
    ),
    Invariant(
        "I15",
        _("a job's index is its first item that is not settled"),
        JOBS,
        """SELECT j.id AS job_id, j.current_item_index, MIN(i.position) AS unsettled,
        j.total_items FROM batch_jobs j LEFT JOIN batch_items i
        ON i.job_id = j.id AND i.status IN ('pending', 'processing', 'cancelled')
        WHERE j.id BETWEEN %s AND %s GROUP BY j.id
        HAVING COALESCE(MIN(i.position), j.total_items) <> j.current_item_index""",
    ),
    Invariant(
        "I16",
        _("an article has the user, the job and the keyword of its item, and its cost at least"),
        ARTICLES,
        """SELECT a.id AS article_id, a.item_id, a.job_id, i.job_id AS job, a.user_id,
        j.user_id AS user_of_job, a.tokens_used, i.tokens_used AS charged,
        p.user_id AS user_of_pruned_job
        FROM articles a LEFT JOIN batch_items i ON i.id = a.item_id
        LEFT JOIN batch_jobs j ON j.id = i.job_id LEFT JOIN pruned_jobs p ON p.id = a.job_id
        WHERE a.id BETWEEN %s AND %s AND ((a.item_id IS NULL) <> (a.job_id IS NULL)
        OR (a.item_id IS NOT NULL AND (i.id IS NULL) <> (p.id IS NOT NULL))
        OR a.user_id <> p.user_id OR a.job_id <> i.job_id
        OR a.user_id <> j.user_id OR a.keyword <> i.keyword OR a.tokens_used < i.tokens_used)""",
    ),
    Invariant(
        "I17",
        _("a job has an end exactly when it has ended, and a reason exactly while it is paused"),
        JOBS,
        """SELECT j.id AS job_id, j.status, j.finished_at, j.pause_reason FROM batch_jobs j
        WHERE j.id BETWEEN %s AND %s
        AND ((j.status IN ('completed', 'failed', 'cancelled')) <> (j.finished_at IS NOT NULL)
        OR (j.status = 'paused') <> (j.pause_reason IS NOT NULL))""",
    ),
    Invariant(
        "I18",
        _("an item has an end exactly when it has ended, and an error exactly when it has failed"),
        ITEMS,
        """SELECT i.id AS item_id, i.status, i.finished_at, i.error_code, i.error_message
        FROM batch_items i WHERE i.id BETWEEN %s AND %s
        AND ((i.status IN ('completed', 'failed', 'cancelled')) <> (i.finished_at IS NOT NULL)
        OR (i.status = 'failed') <> (i.error_code IS NOT NULL)
        OR (i.status = 'failed') <> (i.error_message IS NOT NULL))""",
    ),
    Invariant(
        "I19",
        _("the attempts at an item are of its job, numbered without a gap, and counted"),
        ITEMS,
        """SELECT i.id AS item_id, i.attempts, i.attempts_pruned, COUNT(t.id) AS found,
        MIN(t.number) AS first, MAX(t.number) AS last
        FROM batch_items i LEFT JOIN batch_attempts t ON t.item_id = i.id
        WHERE i.id BETWEEN %s AND %s GROUP BY i.id
        HAVING COUNT(t.id) + i.attempts_pruned <> i.attempts
        OR COALESCE(MAX(t.number), i.attempts_pruned) <> i.attempts
        OR MIN(t.number) <> i.attempts_pruned + 1
        OR SUM(CASE WHEN t.job_id <> i.job_id THEN 1 ELSE 0 END) > 0""",
    ),
    Invariant(
        "I20",
        _("an attempt runs at a registered worker for an open job, under no later lease than it"),
        ATTEMPTS,
        """SELECT t.id AS attempt_id, t.state, t.worker, t.lease_epoch, j.id AS job_id, j.status,
        j.lease_owner, j.lease_epoch AS job_epoch FROM batch_attempts t
        LEFT JOIN batch_jobs j ON j.id = t.job_id LEFT JOIN batch_workers w ON w.id = t.worker
        WHERE t.id BETWEEN %s AND %s AND ((t.state = 'calling') <> (t.ended_at IS NULL)
        OR t.lease_epoch = 0 OR t.lease_epoch > j.lease_epoch
        OR (t.state = 'calling' AND (w.id IS NULL
        OR j.status NOT IN ('pending', 'processing', 'paused')
        OR (t.lease_epoch = j.lease_epoch AND t.worker <> j.lease_owner))))""",
    ),
    Invariant(
        "I21",
        _("a user with a pending and no processing job has a turn"),
        USERS,
        """SELECT u.id AS user_id, q.last_served_at FROM users u
        LEFT JOIN user_queue q ON q.user_id = u.id
        WHERE u.id BETWEEN %s AND %s AND COALESCE(q.ready, 0) = 0
        AND (SELECT COUNT(*) FROM batch_jobs p
        WHERE p.user_id = u.id AND p.status = 'pending') > 0
        AND (SELECT COUNT(*) FROM batch_jobs b
        WHERE b.user_id = u.id AND b.status = 'processing') = 0""",
    ),
    Invariant(
        "I22",
        _("an article has a title and a slug, and a text unless its owner took that away"),
        ARTICLES,
        """SELECT a.id AS article_id, a.item_id, a.title, a.slug, a.updated_at FROM articles a
        WHERE a.id BETWEEN %s AND %s AND (a.title = '' OR a.slug = ''
        OR (a.updated_at = a.created_at AND a.content = ''))""",
    ),
    Invariant(
        "I23",
        _("a cancelled job has no open item, and no other job has a cancelled one"),
        JOBS,
        """SELECT j.id AS job_id, j.status, i.id AS item_id, i.status AS item
        FROM batch_jobs j LEFT JOIN batch_items i
        ON i.job_id = j.id AND i.status IN ('pending', 'processing', 'cancelled')
        WHERE j.id BETWEEN %s AND %s
        AND (j.status = 'cancelled') <> (i.status = 'cancelled')""",
    ),
    Invariant(
        "I24",
        _("a charge belongs to a completed item of its user, or to the article of a pruned one"),
        ENTRIES,
        """SELECT e.id AS entry_id, e.kind, e.user_id, j.user_id AS user_of_job, e.item_id,
        i.status, p.id AS pruned_job FROM token_entries e
        LEFT JOIN batch_items i ON i.id = e.item_id LEFT JOIN batch_jobs j ON j.id = i.job_id
        LEFT JOIN articles a ON a.item_id = e.item_id LEFT JOIN pruned_jobs p ON p.id = a.job_id
        WHERE e.id BETWEEN %s AND %s AND ((e.kind = 'charge' AND CASE WHEN i.id IS NULL
        THEN p.id IS NULL OR p.user_id <> e.user_id OR a.tokens_used < -e.amount
        ELSE i.status <> 'completed' OR j.user_id <> e.user_id END)
        OR (e.kind <> 'charge' AND e.item_id IS NOT NULL))""",
    ),
    Invariant(
        "I25",
        _("a pruned job is gone, and left a charged article for each of its completed items"),
        PRUNED,
        """SELECT p.id AS job_id, p.user_id, p.completed_items, COUNT(a.id) AS articles,
        COUNT(e.id) AS charges, p.tokens_used, COALESCE(SUM(-e.amount), 0) AS charged,
        MAX(j.id) AS still_there FROM pruned_jobs p
        LEFT JOIN articles a ON a.user_id = p.user_id AND a.job_id = p.id
        LEFT JOIN token_entries e ON e.charged_item = a.item_id
        LEFT JOIN batch_jobs j ON j.id = p.id
        WHERE p.id BETWEEN %s AND %s GROUP BY p.id
        HAVING COUNT(a.id) <> p.completed_items OR COUNT(e.id) <> p.completed_items
        OR COALESCE(SUM(-e.amount), 0) <> p.tokens_used OR MAX(j.id) IS NOT NULL""",
    ),
    Invariant(
        "I26",
        _("a bought step is of its job's item without an article, and on its attempt's bill"),
        STEPS,
        """SELECT s.id AS step_id, s.item_id, s.attempt, i.status, i.job_id, a.tokens_spent
        FROM batch_steps s LEFT JOIN batch_items i ON i.id = s.item_id
        LEFT JOIN batch_attempts a ON a.item_id = s.item_id AND a.number = s.attempt
        WHERE s.id BETWEEN %s AND %s AND (i.id IS NULL OR i.job_id <> s.job_id
        OR i.status = 'completed' OR s.attempt > i.attempts
        OR (a.state <> 'calling' AND a.tokens_spent < (SELECT SUM(o.prompt_tokens
        + o.completion_tokens) FROM batch_steps o
        WHERE o.item_id = s.item_id AND o.attempt = s.attempt)))""",
    ),
)
