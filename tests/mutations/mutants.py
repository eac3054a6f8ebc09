"""Each fence, lock and condition of what claims, settles and charges, and how it is taken out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """``old`` becomes ``new`` at its first place after ``place`` in ``file``.

    ``what`` says in words what is gone then.
    """

    file: str
    place: str
    what: str
    old: str
    new: str = ""

    def applied(self, source: str) -> str:
        """``source`` with the change. Raises ValueError where its place is not found."""
        before, place, body = source.partition(self.place)
        if not place or self.old not in body:
            raise ValueError(f"{self.file}: no {self.old!r} after {self.place!r}")
        return before + place + body.replace(self.old, self.new, 1)


QUEUE = "jobs/queue.py"
LEDGER = "accounts/ledger.py"
HANDLES = "jobs/handles.py"
LEASES = "jobs/leases.py"
TURNS = "jobs/turns.py"
SETTLEMENT = "jobs/settlement.py"
LOCKED = "jobs/locked.py"
COUNTERS = "jobs/counters.py"
TAKEOVER = "jobs/takeover.py"
TRANSITIONS = "jobs/transitions.py"
LIFECYCLE = "jobs/lifecycle.py"
RETRYING = "jobs/retrying.py"
DATABASE = "batchwriter/database.py"
CHECKPOINTS = "jobs/checkpoints.py"

MUTANTS = (
    # Claiming
    Mutant(QUEUE, "ORDER BY last_served_at", "the user's turn is not locked", "{skip_locked}"),
    Mutant(QUEUE, "def _claim_next(", "what others have locked is waited for",
           "skip_locked=True", "skip_locked=False"),
    Mutant(QUEUE, "FROM user_queue", "users who are not ready are served",
           "ready = %s", "ready IN (0, %s)"),
    Mutant(QUEUE, "def _claim_next(", "users are not served in turn",
           "ORDER BY last_served_at, user_id", "ORDER BY user_id"),
    Mutant(QUEUE, "EXISTS (SELECT 1", "anybody's processing job keeps a user waiting",
           "active_user = %s", "active_user >= 0 OR active_user = %s"),
    Mutant(QUEUE, "def _claim_next(", "a user with a processing job is not passed by",
           "if job_id is None or busy:", "if job_id is None:"),
    Mutant(QUEUE, "def _claim_next(", "a locked job makes its user lose the turn",
           "job_id is None and _has_pending(user_id)", "False"),
    Mutant(QUEUE, "def _claim_next(", "a user who was served stays ready",
           "job_id is None and _has_pending(user_id)", "True"),
    Mutant(QUEUE, "def _claim_next(", "a user who was served stays first",
           "last_served_at = %s WHERE", "last_served_at = LEAST(last_served_at, %s) WHERE"),
    Mutant(QUEUE, "UPDATE user_queue", "everybody's turn is taken",
           "WHERE user_id = %s", "WHERE user_id = %s OR 1 = 1"),
    Mutant(QUEUE, "EXISTS (SELECT 1", "the job is not locked", " + skip_locked"),
    Mutant(QUEUE, "EXISTS (SELECT 1", "another user's job is claimed",
           "WHERE user_id = %s", "WHERE 0 < %s"),
    Mutant(QUEUE, "EXISTS (SELECT 1", "a job that is not pending is claimed",
           "AND status = %s", "AND status >= %s"),
    Mutant(QUEUE, "EXISTS (SELECT 1", "not the oldest job is claimed",
           "ORDER BY created_at, id", "ORDER BY id DESC"),
    Mutant(QUEUE, "UPDATE batch_jobs", "no compare and swap",
           "AND status = %s", "AND '' <> %s"),
    Mutant(QUEUE, "def _lease(", "a job that changed hands is claimed",
           "if not cursor.rowcount:", "if False:"),
    Mutant(QUEUE, "def _lease(", "the epoch does not grow at a claim",
           "lease_epoch = lease_epoch + 1", "lease_epoch = lease_epoch"),
    Mutant(QUEUE, "def _claim_next(", "an expelled worker may claim",
           "        leases.require(worker)\n"),
    # Starting keywords
    Mutant(QUEUE, "def lock_leased(", "the job is not locked", ".select_for_update()"),
    Mutant(QUEUE, "def lock_leased(", "a job in any state will do",
           ", status=JobStatus.PROCESSING"),
    Mutant(QUEUE, "def lock_leased(", "an old epoch will do",
           ", lease_epoch=lease.epoch"),
    Mutant(QUEUE, "def lock_leased(", "any job will do", "pk=lease.job_id, "),
    Mutant(LOCKED, "def for_start(", "a job in any state is started",
           "j.status = %s", "j.status <> %s OR 1 = 1"),
    Mutant(LOCKED, "def for_start(", "a job is started under an old epoch",
           "j.lease_epoch = %s", "j.lease_epoch >= %s"),
    Mutant(LOCKED, "def _lock(", "job and balance are not locked", " + database.for_update()"),
    Mutant(QUEUE, "def _pending(", "keywords of other jobs are started",
           "job_id = %s", "0 < %s"),
    Mutant(QUEUE, "def _pending(", "settled keywords are started again",
           "status = %s", "'' <> %s"),
    Mutant(QUEUE, "def _start_items(", "keywords of poison are not kept apart",
           "items, more = _apart(lease.job_id, items)", "more = Next.MORE"),
    Mutant(QUEUE, "def _apart(", "poison runs beside others",
           "if BatchItem.objects.filter(job=job_id, status=ItemStatus.PROCESSING).exists():",
           "if False:"),
    Mutant(QUEUE, "def _affordable(", "tokens do not count", "if tokens < 0:", "if False:"),
    Mutant(QUEUE, "def _affordable(", "the article limit does not count",
           "items[: locked.articles_free]", "items"),
    Mutant(QUEUE, "def _wait_or_pause(", "a job pauses while its user's articles still run",
           "if locked.articles_held:", "if False:"),
    Mutant(QUEUE, "def _start(", "nothing is held",
           "tokens=sum(item.tokens_estimated for item in items)", "tokens=0"),
    Mutant(QUEUE, "def _start(", "starts are not counted", "attempts = attempts + 1, "),
    Mutant(QUEUE, "def _pause(", "a job that pauses keeps its user from the next one",
           "    turns.mark_ready(job.user_id)\n"),
    # Giving back
    Mutant(QUEUE, "def hand_back(", "a job is handed back that is no longer ours",
           "lock_leased(lease)", "BatchJob.objects.select_for_update().get(pk=lease.job_id)"),
    Mutant(QUEUE, "def hand_back(", "a job that was handed back is not offered",
           "        turns.mark_ready(job.user_id)\n"),
    Mutant(QUEUE, "def _wait_again(", "the job is not locked", ".select_for_update()"),
    Mutant(QUEUE, "def drop_unknown(", "keywords that run are given up",
           ".exclude(item_id__in=running)"),
    Mutant(TURNS, "def mend_turns(", "turns are not mended",
           "mark_ready(user_id)", "None"),
    # What a worker holds
    Mutant(HANDLES, "class Lease", "the starts of all jobs are taken for one lease's",
           "job_id=self.job_id, "),
    Mutant(HANDLES, "class Lease", "the starts of all leases are taken for one's",
           "lease_epoch=self.epoch, "),
    Mutant(HANDLES, "class Lease", "ended starts are taken for running ones",
           ", state=AttemptState.CALLING"),
    Mutant(HANDLES, "class Start", "an attempt may end twice", ", state=AttemptState.CALLING"),
    Mutant(HANDLES, "class Start", "a later start of the keyword is ended",
           ", number=self.number"),
    Mutant(HANDLES, "class Start", "other keywords' starts are ended", "item_id=self.item_id, "),
    # The worker's own lease
    Mutant(LEASES, "def renew(", "an expelled worker may renew", ", expelled=False"),
    Mutant(LEASES, "def renew(", "a lease that ran out is renewed", ", expires_at__gt=DatabaseNow()"),
    Mutant(LEASES, "def renew(", "all leases are renewed", "pk=worker_id, "),
    Mutant(LEASES, "def require(", "the worker's row is not locked",
           "+ database.for_update()"),
    Mutant(LEASES, "def require(", "an expelled worker may claim",
           "AND expelled = %s", "AND expelled >= %s"),
    Mutant(LEASES, "def require(", "a worker whose lease ran out may claim",
           "AND expires_at > {clock}", "AND '2000-01-01' < {clock}"),
    Mutant(LEASES, "def expel(", "all workers are expelled",
           ".filter(pk=worker_id)"),
    Mutant(LEASES, "def retire(", "all workers are retired", ".filter(pk=worker_id)", ".all()"),
    # Taking over
    Mutant(TAKEOVER, "def take_over_expired(", "leases that still run are ended",
           "leases.ended().filter", "BatchWorker.objects.filter"),
    Mutant(TAKEOVER, "def take_over_expired(", "whoever lives is taken over too",
           "BatchWorker.objects.filter(expelled=True)", "BatchWorker.objects"),
    Mutant(TAKEOVER, "def _take_back(", "jobs without a running keyword stay behind",
           "{*leased, *running}", "{*running}"),
    Mutant(TAKEOVER, "def _take_back(", "keywords of paused jobs stay behind",
           "{*leased, *running}", "{*leased}"),
    Mutant(TAKEOVER, "def _take_back(", "the jobs of all workers are taken",
           "filter(lease_owner=worker_id)", "filter(lease_owner__isnull=False)"),
    Mutant(TAKEOVER, "def _take_job(", "the job is not locked", ".select_for_update()"),
    Mutant(TAKEOVER, "def _take_job(", "another worker's starts are lost too",
           ", worker=worker_id, state", ", state"),
    Mutant(TAKEOVER, "def _take_job(", "a job is taken from its next worker",
           "if job.lease_owner == worker_id:", "if job.status == JobStatus.PROCESSING:"),
    Mutant(TAKEOVER, "def _take_job(", "the epoch does not grow at a take-over",
           "job.lease_epoch + 1", "job.lease_epoch"),
    Mutant(TAKEOVER, "def _take_job(", "what was lost does not wait again",
           "status=ItemStatus.PENDING", "status=ItemStatus.PROCESSING"),
    Mutant(TAKEOVER, "def _take_job(", "poison is never given up",
           "        _fail_poisonous(job, item_ids, now)\n"),
    Mutant(TAKEOVER, "def _take_job(", "what was taken over is not offered",
           "        turns.mark_ready(job.user_id)\n"),
    # Settling
    Mutant(SETTLEMENT, "def _lock_job(", "the job is not locked", ".select_for_update()"),
    Mutant(SETTLEMENT, "def _settle_all(", "an article is written for a start that ended",
           "if not _settle_attempt(result, paid, locked.at):",
           "if not _settle_attempt(result, paid, locked.at) and False:"),
    Mutant(SETTLEMENT, "def _settle_all(", "each article is paid from the whole balance",
           "        balance -= paid\n"),
    Mutant(SETTLEMENT, "def _settle_all(", "a slug is used twice",
           "if not locked.slugs_taken", "if True"),
    Mutant(SETTLEMENT, "def _settle_attempt(", "a late answer is written",
           "AND number = %s AND state = %s", "AND number = %s AND state >= %s"),
    Mutant(SETTLEMENT, "def _settle_attempt(", "a later start of the keyword is ended",
           "AND number = %s", "AND number >= %s"),
    Mutant(SETTLEMENT, "def _settled_article(", "a late settlement is taken for a repeated one",
           "if not settled.exists():\n        return None\n"),
    Mutant(LOCKED, "locked = Locked(*row)", "two equal titles of one settlement get one slug",
           "len(set(slugs)) == len(slugs)", "True"),
    Mutant(SETTLEMENT, "def _end(", "a late failure is written",
           "        raise Stale\n", "        pass\n"),
    Mutant(SETTLEMENT, "def _release(", "a failed keyword keeps its hold",
           "    ledger.release(job.user_id, tokens=start.tokens_held, articles=1)\n"),
    Mutant(COUNTERS, "def settle_item(", "all items are settled", "WHERE id = %s", "WHERE id > 0 * %s"),
    Mutant(COUNTERS, "def count(", "the index does not move", "if index in positions:", "if False:"),
    Mutant(COUNTERS, "def count(", "the index moves over open keywords",
           "AND status NOT IN (%s, %s)", "AND status NOT IN ('pending', 'processing', %s, %s)"),
    Mutant(COUNTERS, "def count(", "the index moves over open keywords before it",
           "AND position > %s", "AND position > 1 + %s"),
    Mutant(COUNTERS, "def count(", "all jobs are counted", '" WHERE id = %s"', '" WHERE id > 0 * %s"'),
    Mutant(SETTLEMENT, "def _settle_all(", "a job ends before its last keyword",
           "locked.settled_items + len(done) == locked.total_items", "True"),
    Mutant(SETTLEMENT, "def fail_item(", "a job ends before its last failed keyword",
           "if job.completed_items + job.failed_items == job.total_items:", "if True:"),
    # People
    Mutant(TRANSITIONS, "def act_on(", "the job is not locked", ".select_for_update()"),
    Mutant(TRANSITIONS, "def act_on(", "every action is allowed in every state",
           "if job.status not in allowed:", "if False:"),
    Mutant(TRANSITIONS, "def act_on(", "a resumed job is not offered",
           "        turns.mark_ready(job.user_id)\n"),
    Mutant(LIFECYCLE, "def cancel(", "a cancelled job's calls may still settle",
           "        end_attempts(job, BatchAttempt.objects.filter(job=job), "
           "AttemptState.DROPPED, now)\n"),
    Mutant(LIFECYCLE, "def cancel(", "finished keywords are cancelled too",
           ".filter(status__in=UNSETTLED_ITEMS)"),
    Mutant(LIFECYCLE, "def cancel(", "the epoch does not grow at a cancel",
           "job.lease_epoch + 1", "job.lease_epoch"),
    Mutant(RETRYING, "def retry(", "written keywords are written again",
           ".filter(status=ItemStatus.FAILED)"),
    Mutant(RETRYING, "def retry_item(", "a keyword that has not failed is written again",
           "if item.status != ItemStatus.FAILED:", "if False:"),
    Mutant(LIFECYCLE, "def _insert(", "the caps are counted without a lock",
           "owner = ledger.lock(user.pk)", "owner = User.objects.get(pk=user.pk)"),
    Mutant(LIFECYCLE, "def _insert(", "a new job is not offered", "    turns.mark_ready(user.pk)\n"),
    Mutant(TRANSITIONS, "def move(", "a job may move anywhere",
           'if "status" in changes and not may_move(job.status, changes["status"]):', "if False:"),
    Mutant(TRANSITIONS, "def end_attempts(", "ended attempts end again",
           ".filter(state=AttemptState.CALLING)"),
    Mutant(TRANSITIONS, "def end_attempts(", "what was given up keeps its hold",
           "        ledger.release(job.user_id, tokens=totals", "        len(totals"),
    # Money
    Mutant(LEDGER, "def _add(", "the balance is not locked", ".select_for_update()"),
    Mutant(LEDGER, "def _add(", "a key may be used twice", "if key is not None:", "if False:"),
    Mutant(LEDGER, "def _add(", "a correction may go below zero",
           "if locked.tokens_remaining + amount < 0:", "if False:"),
    Mutant(LEDGER, "def _add(", "everybody's balance moves",
           "User.objects.filter(pk=user.pk)", "User.objects"),
    Mutant(LEDGER, "def _add(", "the balance is written from what was read",
           'F("tokens_remaining") + amount', "amount"),
    Mutant(LEDGER, "def _same(", "a key stands for any grant",
           "if (entry.user_id, entry.kind, entry.amount) != (user.pk, kind, amount):",
           "if False:"),
    Mutant(LEDGER, "def lock(", "the balance is not locked", ".select_for_update()"),
    Mutant(LEDGER, "def hold(", "everybody's tokens are held", "WHERE id = %s", "WHERE id > 0 * %s"),
    Mutant(LEDGER, "def hold(", "a hold replaces the others",
           "tokens_held = tokens_held + %s", "tokens_held = %s"),
    Mutant(LEDGER, "def release(", "everybody's hold ends",
           "User.objects.filter(pk=user_id)", "User.objects"),
    Mutant(LEDGER, "def release(", "a release ends the holds of others",
           'F("tokens_held") - tokens', "0"),
    Mutant(LEDGER, "def charge(", "a charge may stand alone",
           "if not transaction.get_connection().in_atomic_block:", "if False:"),
    Mutant(LEDGER, "def payable(", "a charge may go below zero", "min(used, balance)", "used"),
    Mutant(LEDGER, "def charge(", "everybody pays", "WHERE id = %s", "WHERE id > 0 * %s"),
    Mutant(LEDGER, "def charge(", "a charge keeps its hold",
           "tokens_held = tokens_held - %s", "tokens_held = tokens_held - 0 * %s"),
    Mutant(LEDGER, "def charge(", "the article limit does not fall",
           "THEN article_limit - %s", "THEN article_limit - 0 * %s"),
    Mutant(LEDGER, "def charge(", "the article limit falls below zero",
           "CASE WHEN article_limit > %s", "CASE WHEN 0 = 0 * %s"),
    Mutant(LEDGER, "def charge(", "no line in the ledger", "-one.paid, one.item_id", "0, one.item_id"),
    # Transactions
    Mutant(DATABASE, "def in_transaction(", "nothing is repeated after a deadlock",
           "error_number(error) not in RETRIED_ERRORS", "True"),
    Mutant(DATABASE, "def in_transaction(", "everything is repeated",
           "error_number(error) not in RETRIED_ERRORS or ", ""),
    # Checkpoints
    Mutant(CHECKPOINTS, "def keep(", "the job is not locked", ".select_for_update()", ""),
    Mutant(CHECKPOINTS, "def keep(", "a start that is gone keeps steps",
           "if not start.attempts().exists():", "if False:"),
    Mutant(CHECKPOINTS, "def hand_over(", "what was bought before is booked twice",
           'F("tokens_spent") - row["tokens"]', 'F("tokens_spent")'),
    Mutant(CHECKPOINTS, "def clear(", "steps of all keywords are deleted",
           "WHERE item_id = %s", "WHERE item_id = %s OR 1 = 1"),
    Mutant(TRANSITIONS, "def _costs(", "what was bought is not on the bill of a lost start",
           '_where(unsaid, bought, "tokens_spent")', 'F("tokens_spent")'),
)  # fmt: skip
