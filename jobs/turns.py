"""Whose turn it is: one row a user, which errs towards ``ready``."""

from django.db import IntegrityError, transaction

from batchwriter import database
from jobs.models import UserQueue


def mark_ready(user_id: int) -> None:
    """Say that ``user_id`` may have a job to claim. Called last in the caller's transaction."""
    if UserQueue.objects.filter(pk=user_id).update(ready=True):
        return
    try:
        with transaction.atomic():
            UserQueue.objects.create(user_id=user_id, ready=True, last_served_at=database.now())
    except IntegrityError:
        UserQueue.objects.filter(pk=user_id).update(ready=True)
