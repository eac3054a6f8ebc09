"""The read side of jobs: what API and pages show, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from jobs.models import BatchItem, BatchJob, BatchJobQuerySet, ProviderCircuit, UserQueue
from jobs.status import FINISHED, ItemStatus, JobStatus, PauseReason

NEWEST_ARTICLES = 50
STALLED_AFTER_SECONDS = 180


@dataclass(frozen=True, slots=True)
class JobSnapshot:
    """A job as it stands: its row, its articles and what follows from them."""

    job: BatchJob
    now: datetime
    first_keyword: str
    article_ids: list[int] = field(default_factory=list)
    articles: list[tuple[int, str]] = field(default_factory=list)
    place_in_line: int | None = None
    running_items: int = 0

    @property
    def elapsed_seconds(self) -> int:
        """Whole seconds from the first claim to the end, or to now; 0 before the first claim."""
        if self.job.started_at is None:
            return 0
        end = self.job.finished_at or self.now
        if self.job.status == JobStatus.PAUSED and self.job.last_activity_at:
            end = self.job.last_activity_at
        return max(int((end - self.job.started_at).total_seconds()), 0)

    @property
    def settled_items(self) -> int:
        """Keywords that are written or have failed."""
        return self.job.completed_items + self.job.failed_items

    @property
    def left_items(self) -> int:
        """Keywords that are neither written nor failed."""
        return self.job.total_items - self.settled_items

    @property
    def percent(self) -> int:
        """How much of the job is settled, 0 to 100."""
        return 100 * self.settled_items // self.job.total_items

    @property
    def more_articles(self) -> int:
        """Articles beyond the newest that ``articles`` lists."""
        return max(self.job.completed_items - len(self.articles), 0)

    @property
    def is_live(self) -> bool:
        """Whether something may change without the user."""
        if self.job.status == JobStatus.PAUSED:
            return self.job.pause_reason == PauseReason.PROVIDER or self.running_items > 0
        return self.job.status not in FINISHED

    @property
    def is_stalled(self) -> bool:
        """Whether a job that should be moving has not for a while."""
        since = self.job.last_activity_at
        return (
            self.job.status == JobStatus.PROCESSING
            and since is not None
            and (self.now - since).total_seconds() > STALLED_AFTER_SECONDS
        )


def shown(jobs: BatchJobQuerySet) -> BatchJobQuerySet:
    """``jobs`` with all that ``advice`` needs: the model, and when its provider is tried again."""
    circuit = ProviderCircuit.objects.filter(
        Q(writing_model=OuterRef("writing_model"))
        | Q(writing_model=None, provider=OuterRef("writing_model__provider")),
        opened_at__isnull=False,
    ).order_by("-retry_at")
    return jobs.select_related("writing_model").annotate(
        provider_retry_at=Subquery(circuit.values("retry_at")[:1]),
        provider_probing=Subquery(circuit.values("probing")[:1]),
    )


def snapshots(
    jobs: Sequence[BatchJob], *, texts: bool = True, all_ids: bool = False
) -> list[JobSnapshot]:
    """Snapshots of ``jobs``, in their order.

    ``texts`` brings the first keyword and the newest articles, for people; ``all_ids`` the ids of
    all articles in the order of their keywords, for programs.
    """
    ids = [job.pk for job in jobs]
    newest = _newest_articles(jobs) if texts else {}
    every = _article_ids(ids) if all_ids else {}
    first = _first_keywords(ids) if texts else {}
    running = _running([job.pk for job in jobs if job.status == JobStatus.PAUSED])
    places = _places(jobs)
    now = timezone.now()
    return [
        JobSnapshot(
            job=job,
            now=now,
            first_keyword=first.get(job.pk, ""),
            article_ids=every.get(job.pk, []),
            articles=newest.get(job.pk, []),
            place_in_line=places.get(job.pk),
            running_items=running.get(job.pk, 0),
        )
        for job in jobs
    ]


def snapshot(job: BatchJob) -> JobSnapshot:
    """One job with the ids of all its articles."""
    return snapshots([job], all_ids=True)[0]


def _newest_articles(jobs: Sequence[BatchJob]) -> dict[int, list[tuple[int, str]]]:
    """Id and title of each job's newest articles, newest first.

    One statement with a bounded part for each job: a window over all of them would read every
    article of a long job at every look.
    """
    written = [job for job in jobs if job.completed_items]
    if not written:
        return {}
    part = (
        "SELECT * FROM (SELECT id, job_id, title FROM articles WHERE user_id = %s AND job_id = %s"
        " AND deleted_at IS NULL ORDER BY id DESC LIMIT %s) AS part"
    )
    found: dict[int, list[tuple[int, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join([part] * len(written)),
            [value for job in written for value in (job.user_id, job.pk, NEWEST_ARTICLES)],
        )
        for article_id, job_id, title in cursor.fetchall():
            found.setdefault(job_id, []).append((article_id, title))
    return {job_id: sorted(rows, reverse=True) for job_id, rows in found.items()}


def _first_keywords(job_ids: list[int]) -> dict[int, str]:
    return dict(
        BatchItem.objects.filter(job__in=job_ids, position=0).values_list("job_id", "keyword")
    )


def _article_ids(job_ids: list[int]) -> dict[int, list[int]]:
    """The articles of each job that are not deleted, in the order of their keywords."""
    rows = (
        BatchItem.objects.filter(
            job__in=job_ids, status=ItemStatus.COMPLETED, article__deleted_at=None
        )
        .order_by("job_id", "position")
        .values_list("job_id", "article_id")
    )
    ids: dict[int, list[int]] = {}
    for job_id, article_id in rows:
        ids.setdefault(job_id, []).append(article_id)
    return ids


def _running(job_ids: list[int]) -> dict[int, int]:
    """How many keywords of paused jobs are still being finished."""
    if not job_ids:
        return {}
    rows = (
        BatchItem.objects.filter(job__in=job_ids, status=ItemStatus.PROCESSING)
        .order_by()
        .values_list("job_id")
        .annotate(count=Count("pk"))
    )
    return dict(rows)


def _places(jobs: Sequence[BatchJob]) -> dict[int, int]:
    """For each user's oldest pending job of ``jobs``: how many users' turns come up to it."""
    oldest: dict[int, BatchJob] = {}
    for job in sorted(jobs, key=lambda job: (job.created_at, job.pk)):
        if job.status == JobStatus.PENDING:
            oldest.setdefault(job.user_id, job)
    places = {}
    for turn in UserQueue.objects.filter(pk__in=oldest, ready=True):
        before = UserQueue.objects.filter(ready=True, last_served_at__lt=turn.last_served_at)
        places[oldest[turn.pk].pk] = before.count() + 1
    return places


def advice(job: BatchJob) -> str:
    """Why a job of ``shown`` stands still and what its owner can do; empty if it does not."""
    if job.status != JobStatus.PAUSED:
        return ""
    place = {"place": job.current_item_index + 1, "total": job.total_items}
    if job.pause_reason == PauseReason.OUT_OF_TOKENS:
        return _("Out of tokens at keyword %(place)d/%(total)d. Top up, then press Resume.") % place
    if job.pause_reason == PauseReason.ARTICLE_LIMIT:
        return (
            _("Article limit reached at keyword %(place)d/%(total)d. Raise it, then press Resume.")
            % place
        )
    if job.pause_reason == PauseReason.PROVIDER:
        return _provider_advice(job)
    return _("Paused by you. Press Resume to go on.")


def _provider_advice(job: BatchJob) -> str:
    """The reason is one of the taxonomy's sentences, kept in English and translated here."""
    reason = _(job.error_message) if job.error_message else ""
    values = {"model": job.writing_model.label, "reason": reason.rstrip(".")}
    retry_at: datetime | None = getattr(job, "provider_retry_at", None)
    if retry_at is None:
        return _("%(model)s was not answering; the job goes on by itself.") % values
    if getattr(job, "provider_probing", False) or retry_at <= timezone.now():
        return _("%(model)s is not answering (%(reason)s). It is being tried right now.") % values
    return _("%(model)s is not answering (%(reason)s). Next try %(time)s, by itself.") % {
        **values,
        "time": _moment(retry_at),
    }


def _moment(moment: datetime) -> str:
    """The time of day with its zone, and the date where it is not today's: ``14:05 UTC``."""
    local, today = timezone.localtime(moment), timezone.localdate()
    time = f"{time_format(local, 'H:i')} {local.tzname()}"
    if local.date() == today:
        return time
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {time}"
