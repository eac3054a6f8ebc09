"""Ways to break sound rows: what the audit must notice, and what the database must refuse.

The rows that they break are those of the fixture ``rows`` in ``test_audit.py``.
"""

LAST = "(SELECT id FROM (SELECT MAX(id) AS id FROM {}) x)"
ALICE, BOB = (f"(SELECT id FROM users WHERE username = '{name}')" for name in ("alice", "bob"))


def jobs(status: str) -> str:
    """The ids of the jobs of this status, to compare with IN."""
    return f"(SELECT id FROM (SELECT id FROM batch_jobs WHERE status = '{status}') x)"


# The invariant that must notice it, and what is broken.
NOTICED = [
    ("I01", "UPDATE users SET tokens_remaining = tokens_remaining + 1"),
    ("I01", f"UPDATE users SET tokens_remaining = 0 WHERE id = {LAST.format('users')}"),
    ("I01", "DELETE FROM token_entries WHERE kind = 'grant'"),
    ("I01", "UPDATE token_entries SET amount = amount - 1 WHERE kind = 'charge'"),
    ("I02", "UPDATE batch_jobs SET tokens_at_start = -1 WHERE status = 'processing'"),
    ("I02", "UPDATE batch_jobs SET tokens_at_start = 1000001 WHERE status = 'pending'"),
    ("I02", "UPDATE batch_jobs SET articles_limit_at_start = -1 WHERE status = 'completed'"),
    ("I04", "UPDATE batch_jobs SET completed_items = 0 WHERE status = 'completed'"),
    ("I04", "UPDATE batch_jobs SET failed_items = 1 WHERE status = 'processing'"),
    ("I04", "UPDATE batch_items SET status = 'failed' WHERE status = 'processing'"),
    ("I05", f"UPDATE articles SET item_id = NULL WHERE job_id IN {jobs('completed')}"),
    ("I05", f"UPDATE articles SET item_id = {LAST.format('batch_items')} WHERE user_id = {BOB}"),
    ("I06", "UPDATE batch_attempts SET state = 'lost' WHERE state = 'settled'"),
    ("I06", "UPDATE batch_items SET tokens_used = 99 WHERE status = 'completed'"),
    ("I06", "UPDATE batch_items SET tokens_used = 1 WHERE status = 'failed'"),
    ("I06", "DELETE FROM token_entries WHERE kind = 'charge'"),
    ("I06", "UPDATE token_entries SET kind = 'adjust' WHERE kind = 'charge'"),
    ("I07", "UPDATE batch_jobs SET tokens_used = tokens_used + 5"),
    ("I07", "UPDATE batch_jobs SET tokens_used = 0 WHERE status = 'processing'"),
    ("I08", "UPDATE users SET tokens_held = tokens_held + 1"),
    ("I08", "UPDATE users SET articles_held = articles_held + 1"),
    ("I08", "UPDATE users SET tokens_held = 0, articles_held = 0"),
    ("I08", "UPDATE batch_attempts SET tokens_held = 1 WHERE state = 'calling'"),
    ("I09", "UPDATE batch_attempts SET tokens_charged = 99 WHERE state = 'settled'"),
    ("I09", "UPDATE batch_attempts SET tokens_spent = 99 WHERE state = 'settled'"),
    ("I09", "UPDATE batch_attempts SET tokens_charged = 1, tokens_spent = 9 WHERE state = 'lost'"),
    ("I10", "UPDATE batch_items SET status = 'pending', article_id = NULL"
            f" WHERE job_id IN {jobs('completed')}"),
    ("I10", "UPDATE batch_jobs SET status = 'failed', finished_at = created_at, pause_reason = NULL"
            " WHERE status = 'paused'"),
    ("I11", "UPDATE batch_jobs SET total_items = total_items + 1 WHERE status = 'completed'"),
    ("I11", "UPDATE batch_jobs SET status = 'failed' WHERE status = 'completed'"),
    ("I11", "UPDATE batch_jobs SET status = 'pending', finished_at = NULL"
            " WHERE status = 'completed'"),
    ("I11", "UPDATE batch_jobs SET status = 'cancelled' WHERE status = 'completed'"),
    ("I12", f"UPDATE batch_items SET position = 7 WHERE position = 3 AND job_id IN"
            f" {jobs('processing')}"),
    ("I12", "UPDATE batch_jobs SET total_items = total_items + 1 WHERE status = 'processing'"),
    ("I12", "UPDATE batch_jobs SET total_items = 0 WHERE status = 'paused'"),
    ("I12", f"DELETE FROM batch_items WHERE position = 1 AND job_id IN {jobs('paused')}"),
    ("I12", f"DELETE FROM batch_items WHERE job_id IN {jobs('paused')}"),
    ("I13", "DELETE FROM batch_workers"),
    ("I13", "UPDATE batch_jobs SET lease_owner = 'nobody' WHERE status = 'processing'"),
    ("I13", "UPDATE batch_jobs SET lease_epoch = 0 WHERE status = 'processing'"),
    ("I13", "UPDATE batch_jobs SET started_at = NULL WHERE status = 'processing'"),
    ("I14", "UPDATE batch_items SET status = 'pending' WHERE status = 'processing'"),
    ("I14", f"UPDATE batch_items SET status = 'processing' WHERE position = 3 AND job_id IN"
            f" {jobs('processing')}"),
    ("I14", "UPDATE batch_attempts SET state = 'lost', ended_at = started_at"
            " WHERE state = 'calling'"),
    ("I14", "UPDATE batch_attempts SET number = 9 WHERE state = 'calling'"),
    ("I15", "UPDATE batch_jobs SET current_item_index = 0 WHERE status = 'completed'"),
    ("I15", "UPDATE batch_jobs SET current_item_index = 2 WHERE status = 'processing'"),
    ("I16", "UPDATE articles SET job_id = job_id + 1"),
    ("I16", "UPDATE articles SET job_id = NULL"),
    ("I16", "UPDATE articles SET item_id = item_id + 1000"),
    ("I16", f"UPDATE articles SET user_id = {ALICE}, slug = 'moved' WHERE user_id = {BOB}"),
    ("I16", "UPDATE articles SET keyword = 'something else'"),
    ("I16", "UPDATE articles SET tokens_used = 99"),
    ("I18", "UPDATE batch_items SET finished_at = NULL WHERE status = 'completed'"),
    ("I18", "UPDATE batch_items SET finished_at = started_at WHERE status = 'processing'"),
    ("I18", "UPDATE batch_items SET error_code = NULL WHERE status = 'failed'"),
    ("I18", "UPDATE batch_items SET error_message = NULL WHERE status = 'failed'"),
    ("I18", "UPDATE batch_items SET error_code = 'refused' WHERE status = 'completed'"),
    ("I19", "UPDATE batch_items SET attempts = attempts + 1 WHERE status = 'completed'"),
    ("I19", "DELETE FROM batch_attempts WHERE state = 'lost'"),
    ("I19", "UPDATE batch_attempts SET number = 0 WHERE state = 'lost'"),
    ("I19", f"UPDATE batch_attempts SET job_id = {LAST.format('batch_jobs')}"
            " WHERE state = 'settled'"),
    ("I20", "UPDATE batch_attempts SET worker = 'nobody' WHERE state = 'calling'"),
    ("I20", "UPDATE batch_attempts SET lease_epoch = lease_epoch + 1 WHERE state = 'calling'"),
    ("I20", "UPDATE batch_attempts SET lease_epoch = 0"),
    ("I20", "UPDATE batch_jobs SET lease_epoch = 0 WHERE status = 'completed'"),
    ("I20", "UPDATE batch_jobs SET status = 'cancelled', lease_owner = NULL,"
            " finished_at = created_at WHERE status = 'processing'"),
    ("I21", "UPDATE user_queue SET ready = 0"),
    ("I21", "DELETE FROM user_queue"),
    ("I22", "UPDATE articles SET content = ''"),
    ("I22", "UPDATE articles SET title = ''"),
    ("I22", f"UPDATE articles SET slug = '' WHERE id = {LAST.format('articles')}"),
    ("I23", "UPDATE batch_items SET status = 'pending' WHERE status = 'cancelled'"),
    ("I23", f"UPDATE batch_items SET status = 'cancelled' WHERE job_id IN {jobs('paused')}"),
    ("I24", "UPDATE token_entries SET item_id = item_id + 1000 WHERE kind = 'charge'"),
    ("I24", "UPDATE token_entries SET item_id = NULL WHERE kind = 'charge'"),
    ("I24", f"UPDATE token_entries SET user_id = {ALICE} WHERE kind = 'charge'"),
    ("I24", f"UPDATE token_entries SET item_id = {LAST.format('batch_items')}"
            " WHERE kind = 'grant'"),
    ("I06", "UPDATE batch_items SET attempts_pruned = 1 WHERE attempts_pruned = 0"
            " AND status = 'completed'"),
    ("I16", "DELETE FROM pruned_jobs"),
    ("I16", f"UPDATE pruned_jobs SET user_id = {ALICE}"),
    ("I16", f"UPDATE pruned_jobs SET id = {LAST.format('batch_jobs')}"),
    ("I19", "UPDATE batch_items SET attempts_pruned = 0 WHERE attempts_pruned = 1"),
    ("I19", "UPDATE batch_items SET attempts_pruned = 1 WHERE attempts = 2"),
    ("I24", "DELETE FROM pruned_jobs"),
    ("I24", f"UPDATE token_entries SET user_id = {ALICE} WHERE kind = 'charge'"
            " AND item_id NOT IN (SELECT id FROM batch_items)"),
    ("I24", "UPDATE articles SET tokens_used = 99 WHERE job_id IN (SELECT id FROM pruned_jobs)"),
    ("I24", "UPDATE articles SET item_id = NULL, job_id = NULL"
            " WHERE job_id IN (SELECT id FROM pruned_jobs)"),
    ("I25", "UPDATE pruned_jobs SET tokens_used = tokens_used + 1"),
    ("I25", "UPDATE pruned_jobs SET completed_items = 1"),
    ("I25", f"UPDATE pruned_jobs SET id = {LAST.format('batch_jobs')}"),
    ("I25", "DELETE FROM token_entries WHERE item_id NOT IN (SELECT id FROM batch_items)"),
    ("I25", "UPDATE token_entries SET amount = amount - 1 WHERE kind = 'charge'"
            " AND item_id NOT IN (SELECT id FROM batch_items)"),
    ("I25", "DELETE FROM articles WHERE job_id IN (SELECT id FROM pruned_jobs)"),
    ("I26", "UPDATE batch_steps SET attempt = attempt + 1"),
    ("I26", "UPDATE batch_steps SET prompt_tokens = prompt_tokens + 1"),
    ("I26", "UPDATE batch_attempts SET tokens_spent = 199 WHERE tokens_spent = 200"),
    ("I26", f"UPDATE batch_steps SET job_id = {LAST.format('batch_jobs')}"),
    ("I26", "UPDATE batch_steps SET item_id = (SELECT MIN(id) FROM batch_items"
            " WHERE status = 'completed') WHERE name = 'section 2/6'"),
]  # fmt: skip

# What is broken, the law that refuses it (a unique index is told by its columns on SQLite), and
# the invariant that notices it where no law holds.
REFUSED = [
    ("I02", "users_tokens_remaining", "UPDATE users SET tokens_remaining = -1"),
    ("I02", "users_tokens_held", "UPDATE users SET tokens_held = -1"),
    ("I02", "users_article_limit", "UPDATE users SET article_limit = -1"),
    ("I02", "users_articles_held", "UPDATE users SET articles_held = -1"),
    ("I03", "batch_jobs_one_per_user|batch_jobs.active_user",
     "UPDATE batch_jobs SET status = 'processing', lease_owner = 'x' WHERE status = 'pending'"
     f" AND user_id = {BOB}"),
    ("I04", "batch_jobs_settled_items", "UPDATE batch_jobs SET failed_items = total_items + 1"),
    ("I04", "batch_items_status_known",
     "UPDATE batch_items SET status = 'unheard-of' WHERE status = 'completed'"),
    ("I05", "batch_items_article",
     "UPDATE batch_items SET article_id = NULL WHERE status = 'completed'"),
    ("I06", "batch_attempts_state_known",
     "UPDATE batch_attempts SET state = 'unheard-of' WHERE state = 'settled'"),
    ("I06", "token_entries_amount", "UPDATE token_entries SET amount = 100 WHERE kind = 'charge'"),
    ("I11", "batch_jobs_status_known",
     "UPDATE batch_jobs SET status = 'unheard-of' WHERE status = 'completed'"),
    ("I12", "batch_items_position|batch_items.job_id, batch_items.position",
     f"UPDATE batch_items SET position = 1 WHERE position = 0 AND job_id IN {jobs('paused')}"),
    ("I13", "batch_jobs_lease_owner",
     "UPDATE batch_jobs SET lease_owner = NULL WHERE status = 'processing'"),
    ("I13", "batch_jobs_lease_owner",
     "UPDATE batch_jobs SET lease_owner = 'x' WHERE status = 'pending'"),
    ("I15", "batch_jobs_index", "UPDATE batch_jobs SET current_item_index = total_items + 1"),
    ("I17", "batch_jobs_finished_at",
     "UPDATE batch_jobs SET finished_at = NULL WHERE status = 'completed'"),
    ("I17", "batch_jobs_finished_at",
     "UPDATE batch_jobs SET finished_at = created_at WHERE status = 'pending'"),
    ("I17", "batch_jobs_pause_reason",
     "UPDATE batch_jobs SET pause_reason = NULL WHERE status = 'paused'"),
    ("I17", "batch_jobs_pause_reason",
     "UPDATE batch_jobs SET pause_reason = 'user' WHERE status = 'pending'"),
    ("I19", "batch_attempts_number|batch_attempts.item_id, batch_attempts.number",
     "UPDATE batch_attempts SET number = 2 WHERE state = 'lost'"),
    ("I20", "batch_attempts_ended",
     "UPDATE batch_attempts SET ended_at = NULL WHERE state = 'settled'"),
]  # fmt: skip
