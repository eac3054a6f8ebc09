"""Failed keywords of an ended job are written again: all of them, or one."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from batchwriter.errors import Gone, InvalidTransition
from jobs.models import BatchItem, BatchJob
from jobs.status import EventKind, ItemStatus, JobStatus
from jobs.transitions import act_on

ENDED = (JobStatus.COMPLETED, JobStatus.FAILED)
AGAIN = {
    "status": ItemStatus.PENDING,
    "error_code": None,
    "error_message": None,
    "finished_at": None,
}


def retry(job_id: int, *, by: User | None) -> BatchJob:
    """Write the failed keywords of an ended job again, and them alone."""

    def act(job: BatchJob, now: datetime) -> dict[str, Any]:
        failed = job.items.filter(status=ItemStatus.FAILED)
        first = failed.order_by("position").values_list("position", flat=True).first()
        if first is None:
            raise InvalidTransition(_("No keyword of this job has failed."))
        failed.update(**AGAIN)
        return _waiting(first, failed_items=0)

    return act_on(job_id, ENDED, EventKind.RETRIED, by, act)


def retry_item(job_id: int, position: int, *, by: User | None) -> BatchJob:
    """Write one failed keyword of an ended job again; the other failed ones stay as they are."""

    def act(job: BatchJob, now: datetime) -> dict[str, Any]:
        item: BatchItem | None = job.items.filter(position=position).first()
        if item is None:
            raise Gone(_("There is nothing at this address."))
        if item.status != ItemStatus.FAILED:
            raise InvalidTransition(_("This keyword has not failed."))
        BatchItem.objects.filter(pk=item.pk).update(**AGAIN)
        return _waiting(position, failed_items=job.failed_items - 1)

    return act_on(job_id, ENDED, EventKind.RETRIED, by, act, message=f"Keyword {position + 1}")


def _waiting(first: int, *, failed_items: int) -> dict[str, Any]:
    """The changes of a job all of whose keywords are settled but for some from ``first`` on."""
    return {
        "status": JobStatus.PENDING,
        "failed_items": failed_items,
        "current_item_index": first,
        "error_message": None,
        "finished_at": None,
    }
