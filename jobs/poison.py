"""Keywords that are lost with their worker again and again: perhaps they are what kills it."""

from collections.abc import Iterable

from django.db.models import Count

from jobs.models import BatchAttempt, BatchItem
from jobs.status import AttemptState

# A keyword whose worker died this often while writing it is taken for the cause, and fails.
LOSSES_PER_ITEM = 3


def lost(items: Iterable[BatchItem], times: int) -> set[int]:
    """The ids of those ``items`` that were lost with a worker at least ``times`` times."""
    ids = [item.pk for item in items if item.attempts >= times]
    if not ids:
        return set()
    losses = BatchAttempt.objects.filter(item_id__in=ids, state=AttemptState.LOST)
    counted = losses.order_by().values_list("item_id").annotate(count=Count("pk"))
    return {item_id for item_id, count in counted if count >= times}
