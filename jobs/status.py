"""Statuses, the moves between them, and why a job pauses."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class JobStatus(TextChoices):
    """Where a job stands."""

    PENDING = "pending", _("Waiting")
    PROCESSING = "processing", _("Writing")
    PAUSED = "paused", _("Paused")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class ItemStatus(TextChoices):
    """Where one keyword of a job stands."""

    PENDING = "pending", _("Waiting")
    PROCESSING = "processing", _("Writing")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class AttemptState(TextChoices):
    """What became of one start of a keyword.

    ``calling`` is the fence: whatever ends an attempt does so only from this state.
    """

    CALLING = "calling", _("Running")
    SETTLED = "settled", _("Settled")
    FAILED = "failed", _("Failed")
    LOST = "lost", _("Lost with its worker")
    DROPPED = "dropped", _("Dropped")


class PauseReason(TextChoices):
    """Why a job stands still."""

    USER = "user", _("Paused by you")
    OUT_OF_TOKENS = "out_of_tokens", _("Out of tokens")
    ARTICLE_LIMIT = "article_limit", _("Article limit reached")
    PROVIDER = "provider", _("The provider is not answering")


class EventKind(TextChoices):
    """What happened to a job or to one of its items."""

    CREATED = "created", _("Created")
    CLAIMED = "claimed", _("Claimed by a worker")
    PAUSED = "paused", _("Paused")
    RESUMED = "resumed", _("Resumed")
    CANCELLED = "cancelled", _("Cancelled")
    RETRIED = "retried", _("Failed keywords tried again")
    RELEASED = "released", _("Handed back by its worker")
    TAKEN_OVER = "taken_over", _("Taken over from a silent worker")
    ITEM_COMPLETED = "item_completed", _("Article written")
    ITEM_FAILED = "item_failed", _("Keyword failed")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")


OPEN = (JobStatus.PENDING, JobStatus.PROCESSING, JobStatus.PAUSED)
FINISHED = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)
UNSETTLED_ITEMS = (ItemStatus.PENDING, ItemStatus.PROCESSING)

# Every move that exists. A paused or resumed job may end when its last running article settles.
TRANSITIONS: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.PENDING: frozenset(
        {
            JobStatus.PROCESSING,
            JobStatus.PAUSED,
            JobStatus.CANCELLED,
            JobStatus.COMPLETED,
            JobStatus.FAILED,
        }
    ),
    JobStatus.PROCESSING: frozenset(
        {
            JobStatus.PENDING,
            JobStatus.PAUSED,
            JobStatus.CANCELLED,
            JobStatus.COMPLETED,
            JobStatus.FAILED,
        }
    ),
    JobStatus.PAUSED: frozenset(
        {JobStatus.PENDING, JobStatus.CANCELLED, JobStatus.COMPLETED, JobStatus.FAILED}
    ),
    JobStatus.COMPLETED: frozenset({JobStatus.PENDING}),
    JobStatus.FAILED: frozenset({JobStatus.PENDING}),
    JobStatus.CANCELLED: frozenset(),
}


def may_move(old: str, new: str) -> bool:
    """Whether a job may go from ``old`` to ``new``."""
    return JobStatus(new) in TRANSITIONS[JobStatus(old)]
