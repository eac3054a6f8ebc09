"""A job and its user, locked by one statement: how a worker's starts and settlements begin.

Plain SQL, as in ``queue.claim``: with hundreds of articles in flight the processor's time goes
into making statements, and a worker shares it with the provider's client.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from articles.models import WritingModel
from batchwriter import database
from jobs import circuits
from jobs.handles import Lease, Stale, Start
from jobs.status import JobStatus


@dataclass(frozen=True, slots=True)
class Locked:
    """What the rows say, until the transaction ends.

    ``at`` is the database's time as it is stored. ``troubled``: a circuit of the job's model is
    open or counts losses. ``slugs_taken``: live articles of the user's with the slugs asked for,
    or two of these that are equal.
    """

    job_id: int
    user_id: int
    total_items: int
    settled_items: int
    current_item_index: int
    tokens_remaining: int
    tokens_held: int
    article_limit: int
    articles_held: int
    at: Any
    troubled: bool
    slugs_taken: int

    @property
    def now(self) -> datetime:
        """The database's time, aware."""
        return database.aware(self.at)

    @property
    def tokens_free(self) -> int:
        """Tokens that are neither spent nor set aside; never below zero."""
        return max(self.tokens_remaining - self.tokens_held, 0)

    @property
    def articles_free(self) -> int:
        """Articles that may still be started; never below zero."""
        return max(self.article_limit - self.articles_held, 0)


def for_start(lease: Lease) -> Locked:
    """The leased job and its user; raises Stale where it is no longer this worker's."""
    locked = _lock(
        lease.job_id,
        lease.model,
        " AND j.status = %s AND j.lease_epoch = %s",
        [JobStatus.PROCESSING, lease.epoch],
        [],
    )
    if locked is None:
        raise Stale
    return locked


def for_settlement(start: Start, slugs: list[str]) -> Locked:
    """The job of a start, in whatever state, and its user. ``slugs`` are looked for."""
    locked = _lock(start.job_id, start.model, "", [], slugs)
    if locked is None:
        raise Stale
    return locked


def _lock(
    job_id: int, model: WritingModel, fence: str, values: list[Any], slugs: list[str]
) -> Locked | None:
    clock, times = database.clock()
    taken = "0"
    if slugs:
        marks = ", ".join(["%s"] * len(slugs))
        taken = (
            "(SELECT COUNT(*) FROM articles a"  # noqa: S608
            f" WHERE a.user_id = j.user_id AND a.live_slug IN ({marks}))"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.id, j.user_id, j.total_items, j.completed_items + j.failed_items,"  # noqa: S608
            " j.current_item_index, u.tokens_remaining, u.tokens_held, u.article_limit,"
            f" u.articles_held, {clock},"
            " EXISTS (SELECT 1 FROM provider_circuits c WHERE c.subject IN (%s, %s)"
            " AND (c.opened_at IS NOT NULL OR c.failures <> 0)),"
            f" {taken}"
            " FROM batch_jobs j JOIN users u ON u.id = j.user_id"
            f" WHERE j.id = %s{fence}" + database.for_update(),
            [*times, *circuits.subjects_of(model), *slugs, job_id, *values],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    locked = Locked(*row)
    return locked if len(set(slugs)) == len(slugs) else replace(locked, slugs_taken=1)
