"""How much one user may have or order at a time: unfinished jobs, and articles in 24 hours.

Asked where the user's row is locked, so that of many calls at once no two take the same room.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, F, Min, Sum, When
from django.utils.translation import gettext as _

from accounts.models import User
from batchwriter.errors import BatchwriterError
from jobs.models import BatchJob
from jobs.status import JobStatus

DAY = timedelta(days=1)
RETRY_AFTER_SECONDS = 60


class TooManyOpenJobs(BatchwriterError):
    """The user has as many unfinished jobs as are allowed."""

    code = "throttled"
    status = 429
    retry_after = RETRY_AFTER_SECONDS


class TooManyArticles(BatchwriterError):
    """The user has ordered as many articles in 24 hours as are allowed."""

    code = "throttled"
    status = 429

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def check(user: User, articles: int, now: datetime) -> None:
    """Whether ``user`` may have another job of so many articles.

    Raises TooManyOpenJobs and TooManyArticles.
    """
    most = settings.BATCH_MAX_OPEN_JOBS
    if BatchJob.objects.of(user).open().count() >= most:
        raise TooManyOpenJobs(
            _("You have %(most)d unfinished jobs; wait for one to end or cancel one.")
            % {"most": most}
        )
    if settings.BATCH_MAX_ARTICLES_PER_DAY:
        _check_day(user, articles, now)


def _check_day(user: User, articles: int, now: datetime) -> None:
    """A job counts with all its keywords, one that was cancelled with what was written of it."""
    most = settings.BATCH_MAX_ARTICLES_PER_DAY
    ordered = Case(
        When(status=JobStatus.CANCELLED, then=F("completed_items")), default=F("total_items")
    )
    today = BatchJob.objects.of(user).filter(created_at__gt=now - DAY)
    found = today.aggregate(articles=Sum(ordered), first=Min("created_at"))
    left = max(most - (found["articles"] or 0), 0)
    if articles > left:
        room_at = (found["first"] or now) + DAY
        raise TooManyArticles(
            _("You may order %(most)d articles in 24 hours; %(left)d are left.")
            % {"most": most, "left": left},
            retry_after=(room_at - now).total_seconds() + 1,
        )
