"""How a locked job changes: its row, its running attempts and its history, in one way."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from accounts import ledger
from accounts.models import User
from batchwriter import database
from batchwriter.errors import Gone, InvalidTransition
from jobs import circuits, turns
from jobs.models import BatchAttempt, BatchJob, BatchStep
from jobs.status import AttemptState, EventKind, JobStatus, may_move


def act_on(
    job_id: int,
    allowed: tuple[JobStatus, ...],
    kind: EventKind,
    by: User | None,
    act: Callable[[BatchJob, datetime], dict[str, Any]],
    message: str = "",
) -> BatchJob:
    """Lock the job, check its state, apply ``act``'s changes and write them into the history.

    Raises InvalidTransition where the job is in none of the ``allowed`` states.
    """

    def step() -> BatchJob:
        job = BatchJob.objects.select_for_update().filter(pk=job_id).first()
        if job is None:
            raise Gone(_("There is nothing at this address."))
        if job.status not in allowed:
            raise InvalidTransition(
                _("This job is %(status)s; that is only possible while it is %(allowed)s.")
                % {
                    "status": job.get_status_display(),
                    "allowed": ", ".join(str(status.label) for status in allowed),
                }
            )
        now = database.now()
        move(job, now, **act(job, now))
        record(job, kind, actor=by, at=now, message=message)
        turns.mark_ready(job.user_id)
        return job

    return database.in_transaction(step)


def move(job: BatchJob, now: datetime, **changes: Any) -> None:
    """Write ``changes`` to a job that the caller has locked, and stamp the activity.

    Raises InvalidTransition for a change of status that is not in the graph.
    """
    if "status" in changes and not may_move(job.status, changes["status"]):
        raise InvalidTransition(f"A job never goes from {job.status} to {changes['status']}.")
    changes |= {"updated_at": now, "last_activity_at": now}
    BatchJob.objects.filter(pk=job.pk).update(**changes)
    for name, value in changes.items():
        setattr(job, name, value)


def end_attempts(
    job: BatchJob, attempts: QuerySet[BatchAttempt], state: AttemptState, now: datetime
) -> int:
    """End those of ``attempts`` that still run, and give back what they held.

    What they cost the operator is what they held, where nobody has said better: the steps that
    they bought, and for the rest nobody knows. The caller has locked the job. Returns how many
    there were.
    """
    running = attempts.filter(state=AttemptState.CALLING)
    totals = running.aggregate(
        tokens=Sum("tokens_held"), probe=Min("started_at", filter=Q(probe=True))
    )
    ended: int = running.update(state=state, ended_at=now, **_costs())
    if ended:
        ledger.release(job.user_id, tokens=totals["tokens"], articles=ended)
    if totals["probe"] is not None:
        circuits.release_probe(job.writing_model, totals["probe"])
    return ended


def _costs() -> dict[str, Any]:
    """What attempts cost of which nobody knows more than what they held and bought."""
    tokens = F("prompt_tokens") + F("completion_tokens")
    steps = BatchStep.objects.filter(item=OuterRef("item"), attempt=OuterRef("number"))
    known = steps.order_by().values("item").annotate(tokens=Sum(tokens)).values("tokens")
    whole = BigIntegerField()
    bought = Coalesce(Subquery(known), Value(0), output_field=whole)
    unsaid = Q(tokens_unconfirmed=None)
    # Unsigned columns go nowhere below zero, not even on the way.
    rest = Greatest(F("tokens_held"), bought, output_field=whole) - bought
    return {
        "tokens_spent": _where(unsaid, bought, "tokens_spent"),
        "tokens_unconfirmed": _where(unsaid, rest, "tokens_unconfirmed"),
    }


def _where(condition: Q, value: Any, column: str) -> Case:
    """``value`` where ``condition`` holds, else what the column holds."""
    return Case(When(condition, then=value), default=F(column), output_field=BigIntegerField())


def record(
    job: BatchJob,
    kind: EventKind,
    *,
    at: datetime,
    actor: User | None = None,
    worker: str = "",
    message: str = "",
) -> None:
    """Add one line to the history of ``job``."""
    at_stored = database.stored(at)
    _insert([(job.pk, None, kind, actor and actor.pk, worker, message[:500], at_stored)])


def note(
    job_id: int,
    kind: EventKind,
    *,
    at: Any,
    item_ids: Iterable[int],
    worker: str,
    message: str = "",
) -> None:
    """Add one line for each item; ``at`` is a moment as it is stored."""
    _insert([(job_id, one, kind, None, worker, message[:500], at) for one in item_ids])


def _insert(events: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO batch_events (job_id, item_id, kind, actor_id, worker, message,"
            " created_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            events,
        )
