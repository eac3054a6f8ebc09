"""Whose turn it is: one row a user, which errs towards ``ready``."""

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from batchwriter import cluster, database
from jobs.models import BatchJob, UserQueue
from jobs.status import JobStatus


def mark_ready(user_id: int) -> None:
    """Say that ``user_id`` may have a job to claim. Called last in the caller's transaction."""
    # A claim on another node, which does not see our job yet, must not make the user wait.
    written = {"ready": True, **cluster.changed("last_served_at")}
    if UserQueue.objects.filter(pk=user_id).update(**written):
        return
    try:
        with transaction.atomic():
            UserQueue.objects.create(user_id=user_id, ready=True, last_served_at=database.now())
    except IntegrityError:
        UserQueue.objects.filter(pk=user_id).update(ready=True)


def mend_turns() -> int:
    """Mark users ready who have a pending job and none processing; returns how many were not."""
    busy = BatchJob.objects.filter(active_user=OuterRef("user_id"))
    has_turn = UserQueue.objects.filter(user_id=OuterRef("user_id"), ready=True)
    missed = (
        BatchJob.objects.filter(status=JobStatus.PENDING)
        .exclude(Exists(busy))
        .exclude(Exists(has_turn))
        .order_by()
    )
    users = list(missed.values_list("user_id", flat=True).distinct())
    for user_id in users:
        database.in_transaction(lambda user_id=user_id: mark_ready(user_id))  # type: ignore[misc]
    return len(users)
