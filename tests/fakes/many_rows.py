"""Many sound rows at once, by bulk SQL on MariaDB: what benchmarks and plans of queries need.

All jobs are completed but every tenth user's last one, which is being written; every
twentieth item has failed first, and was lost once before.
"""

from dataclasses import dataclass

from django.db import connection

CHARGE = 900
HOLD = 1200
GRANT = 10**9
LIMIT = 10**6
WORKER = "bench:1:0"
TABLES = ("users", "user_queue", "batch_workers", "batch_jobs", "batch_items", "batch_attempts",
          "articles", "token_entries")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows: ``jobs`` of each user, ``items`` of each job."""

    users: int
    jobs: int
    items: int

    @property
    def all_jobs(self) -> int:
        """Jobs of all users."""
        return self.users * self.jobs

    @property
    def all_items(self) -> int:
        """Items of all jobs."""
        return self.all_jobs * self.items


def fill(size: Size) -> None:
    """Insert the rows into empty tables, and let the server count them."""
    numbers = {
        "users": size.users,
        "all_jobs": size.all_jobs,
        "all_items": size.all_items,
        "jobs": size.jobs,
        "items": size.items,
        "charge": CHARGE,
        "hold": HOLD,
        "grant": GRANT,
        "limit": LIMIT,
        "worker": f"'{WORKER}'",
        # The last item of a processing job is being written; nothing of it is there yet.
        "busy": f"(j.status = 'processing' AND i.position = {size.items - 1})",
        "failed": "(i.position % 20 = 7)",
    }
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement.format(**numbers))
        cursor.execute(f"ANALYZE TABLE {', '.join(TABLES)}")
        cursor.fetchall()


STATEMENTS = (
    """INSERT INTO users (id, password, is_superuser, username, first_name, last_name, email,
    is_staff, is_active, date_joined, tokens_remaining, tokens_held, article_limit,
    articles_held, language)
    SELECT seq, '', 0, CONCAT('user', seq), '', '', '', 0, 1, NOW(6), 0, 0, {limit}, 0, ''
    FROM seq_1_to_{users}""",
    """INSERT INTO user_queue (user_id, ready, last_served_at)
    SELECT seq, 0, NOW(6) FROM seq_1_to_{users}""",
    """INSERT INTO batch_workers (id, host, machine, pid, process_started, started_at, seen_at,
    expires_at, expelled) VALUES ({worker}, 'bench', 'bench', 1, '1', NOW(6), NOW(6), NOW(6), 0)""",
    """INSERT INTO batch_jobs (id, user_id, job_type, status, total_items, completed_items,
    failed_items, job_data, writing_model_id, current_item_index, tokens_at_start, tokens_used,
    articles_limit_at_start, request_hash, lease_epoch, lease_owner, takeovers, created_at,
    updated_at, started_at, last_activity_at, finished_at)
    SELECT seq, (seq - 1) DIV {jobs} + 1, 'batch_keywords', s.status, {items}, 0, 0, '{{}}',
    (SELECT MIN(id) FROM writing_models), 0, {grant}, 0, {limit}, '', 1,
    IF(s.status = 'processing', {worker}, NULL), 0, NOW(6), NOW(6), NOW(6), NOW(6),
    IF(s.status = 'processing', NULL, NOW(6))
    FROM (SELECT seq, IF(seq % ({jobs} * 10) = 0, 'processing', 'completed') AS status
    FROM seq_1_to_{all_jobs}) s""",
    """INSERT INTO batch_items (id, job_id, position, keyword, status, attempts,
    tokens_estimated, tokens_used, error_code, error_message, started_at, finished_at)
    SELECT i.id, j.id, i.position, CONCAT('từ khóa ', i.id),
    CASE WHEN {busy} THEN 'processing' WHEN {failed} THEN 'failed' ELSE 'pending' END,
    IF({failed} AND NOT {busy}, 2, 1), {hold}, 0, IF({failed} AND NOT {busy}, 'refused', NULL),
    IF({failed} AND NOT {busy}, 'Refused.', NULL), NOW(6), IF({busy}, NULL, NOW(6))
    FROM (SELECT seq AS id, (seq - 1) DIV {items} + 1 AS job, (seq - 1) % {items} AS position
    FROM seq_1_to_{all_items}) i JOIN batch_jobs j ON j.id = i.job""",
    """INSERT INTO articles (id, user_id, job_id, item_id, keyword, title, slug, meta_title,
    meta_description, content, outline, language, status, model, word_count, tokens_used,
    needs_review, issues, created_at, updated_at)
    SELECT i.id, j.user_id, j.id, i.id, i.keyword, i.keyword, CONCAT('tu-khoa-', i.id), '', '',
    REPEAT('<p>Một câu.</p>', 20), '', 'vi', 'draft', 'offline', 40, {charge} + 5, 0, '[]',
    '2026-01-01', '2026-01-01'
    FROM batch_items i JOIN batch_jobs j ON j.id = i.job_id WHERE i.status = 'pending'""",
    """UPDATE batch_items SET status = 'completed', article_id = id, tokens_used = {charge}
    WHERE status = 'pending'""",
    """INSERT INTO batch_attempts (item_id, job_id, number, worker, lease_epoch, state,
    tokens_held, tokens_spent, tokens_charged, tokens_unconfirmed, probe, estimated, error_code,
    started_at, ended_at)
    SELECT i.id, i.job_id, n.seq, {worker}, 1,
    CASE WHEN n.seq < i.attempts THEN 'lost' WHEN i.status = 'processing' THEN 'calling'
    WHEN i.status = 'failed' THEN 'failed' ELSE 'settled' END, {hold},
    IF(i.status = 'completed', {charge} + 9, 0), IF(i.status = 'completed', {charge}, 0), 0, 0,
    0, '',
    NOW(6), IF(i.status = 'processing', NULL, NOW(6))
    FROM batch_items i JOIN seq_1_to_2 n ON n.seq <= i.attempts ORDER BY i.id""",
    """INSERT INTO token_entries (user_id, kind, amount, `key`, note, created_at)
    SELECT id, 'grant', {grant}, CONCAT('grant:', id), '', NOW(6) FROM users""",
    """INSERT INTO token_entries (user_id, kind, amount, item_id, `key`, note, created_at)
    SELECT j.user_id, 'charge', -{charge}, i.id, CONCAT('charge:item:', i.id), '', NOW(6)
    FROM batch_items i JOIN batch_jobs j ON j.id = i.job_id WHERE i.status = 'completed'
    ORDER BY i.id""",
    """UPDATE batch_jobs j JOIN (SELECT job_id, SUM(status = 'completed') AS done,
    SUM(status = 'failed') AS failed FROM batch_items GROUP BY job_id) i ON i.job_id = j.id
    SET j.completed_items = i.done, j.failed_items = i.failed,
    j.tokens_used = {charge} * i.done, j.current_item_index = i.done + i.failed""",
    """UPDATE users u SET tokens_remaining =
    (SELECT SUM(e.amount) FROM token_entries e WHERE e.user_id = u.id),
    articles_held = (SELECT COUNT(*) FROM batch_jobs j
    WHERE j.user_id = u.id AND j.status = 'processing'), tokens_held = {hold} * articles_held""",
    # What failed had bought a dozen steps that cost nothing.
    """INSERT INTO batch_steps (job_id, item_id, name, attempt, text, prompt_tokens,
    completion_tokens, estimated, response_id, model, bought_at)
    SELECT i.job_id, i.id, CONCAT('section ', s.seq, '/12'), 1, '<p>x</p>', 0, 0, 0, '', '',
    i.started_at FROM batch_items i CROSS JOIN seq_1_to_12 s WHERE i.status = 'failed'""",
)
