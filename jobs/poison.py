"""Keywords that are lost with their worker again and again: perhaps they are what kills it."""

from collections.abc import Iterable
from typing import Protocol

from django.db.models import Count

from jobs.models import BatchAttempt
from jobs.status import AttemptState

# A keyword whose worker died this often while writing it is taken for the cause, and fails.
LOSSES_PER_ITEM = 3


class Tried(Protocol):
    """A keyword of which is known how often it was started."""

    @property
    def pk(self) -> int:
        """The item's id."""

    @property
    def attempts(self) -> int:
        """How often it was started."""


def lost(items: Iterable[Tried], times: int) -> set[int]:
    """The ids of those ``items`` that were lost with a worker at least ``times`` times."""
    ids = [item.pk for item in items if item.attempts >= times]
    if not ids:
        return set()
    losses = BatchAttempt.objects.filter(item_id__in=ids, state=AttemptState.LOST)
    counted = losses.order_by().values_list("item_id").annotate(count=Count("pk"))
    return {item_id for item_id, count in counted if count >= times}
