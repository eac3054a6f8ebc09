"""The read side of jobs: what API and pages show, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter
from statistics import median
from typing import Any

from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from articles.models import Article, WritingModel
from batchwriter import database
from jobs import line
from jobs.line import Place
from jobs.models import BatchItem, BatchJob, BatchJobQuerySet, ProviderCircuit, ProviderPace
from jobs.status import FINISHED, ItemStatus, JobStatus, PauseReason

NEWEST_ARTICLES = 50
STALLED_AFTER_SECONDS = 180
# How long a job will take is told once so many of its articles are written.
LEARNS_FROM = 2
NEWEST = """SELECT * FROM (SELECT a.id, a.job_id, a.title, {times} FROM articles a{items}
WHERE a.user_id = %s AND a.job_id = %s AND a.deleted_at IS NULL
ORDER BY a.id DESC LIMIT %s) AS part"""
TIMES = "i.started_at, i.finished_at"
ITEMS = " LEFT JOIN batch_items i ON i.id = a.item_id"
PLAIN = NEWEST.format(times="NULL AS started_at, NULL AS finished_at", items="")


@dataclass(frozen=True, slots=True)
class JobSnapshot:
    """A job as it stands: its row, its articles and what follows from them."""

    job: BatchJob
    now: datetime
    first_keyword: str
    article_ids: list[int] = field(default_factory=list)
    articles: list[tuple[int, str]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    place: Place | None = None

    @property
    def queue_position(self) -> int | None:
        """How many users are served before this job, None where it is not pending."""
        return None if self.place is None else self.place.users

    @property
    def place_in_line(self) -> int | None:
        """The number of its turn, of a job that its user's next turn is for."""
        return None if self.place is None or self.place.after_own else self.place.users + 1

    @property
    def running_items(self) -> int:
        """How many keywords are being written, of a job of ``shown``."""
        return int(getattr(self.job, "running_items", 0))

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
    def counts(self) -> dict[str, int]:
        """How many keywords of a job of ``shown`` are in each state; nothing is counted for it."""
        cancelled = self.job.status == JobStatus.CANCELLED
        waiting = max(self.left_items - self.running_items, 0)
        return {
            ItemStatus.PENDING: 0 if cancelled else waiting,
            ItemStatus.PROCESSING: self.running_items,
            ItemStatus.COMPLETED: self.job.completed_items,
            ItemStatus.FAILED: self.job.failed_items,
            ItemStatus.CANCELLED: waiting if cancelled else 0,
        }

    @property
    def seconds_left(self) -> float | None:
        """About how long a job that is being written will take; None while that is unknown.

        ``seconds`` is how long its newest articles took. Those that run are half done on average.
        """
        running = self.running_items
        if self.job.status != JobStatus.PROCESSING or not running:
            return None
        if len(self.seconds) < LEARNS_FROM:
            return None
        return median(self.seconds) * (self.counts[ItemStatus.PENDING] / running + 0.5)

    @property
    def may_retry(self) -> bool:
        """Whether the job has ended, so that failed keywords may be written again."""
        return self.job.status in (JobStatus.COMPLETED, JobStatus.FAILED)

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
    """``jobs`` with all that is said of them besides their articles and their place in line.

    The model, when its provider is tried again, how many calls it takes, the first keyword, how
    many keywords are being written, and when an article of the owner's changed last.
    """
    # A join of the jobs' own would stay in the count of their pages.
    provider = WritingModel.objects.filter(pk=OuterRef(OuterRef("writing_model")))
    circuit = ProviderCircuit.objects.filter(
        Q(writing_model=OuterRef("writing_model"))
        | Q(writing_model=None, provider__in=provider.values("provider")),
        opened_at__isnull=False,
    ).order_by("-retry_at")
    pace = ProviderPace.objects.filter(writing_model=OuterRef("writing_model"))
    items = BatchItem.objects.filter(job=OuterRef("pk")).order_by()
    running = items.filter(status=ItemStatus.PROCESSING).values("job").annotate(count=Count("pk"))
    changed = Article.objects.filter(user=OuterRef("user")).order_by("-updated_at")
    return jobs.select_related("writing_model").annotate(
        provider_retry_at=Subquery(circuit.values("retry_at")[:1]),
        provider_probing=Subquery(circuit.values("probing")[:1]),
        pace_calls=Subquery(pace.values("calls")[:1]),
        pace_reason=Subquery(pace.values("reason")[:1]),
        first_keyword=Subquery(items.filter(position=0).values("keyword")[:1]),
        running_items=Coalesce(Subquery(running.values("count")), Value(0)),
        articles_changed_at=Subquery(changed.values("updated_at")[:1]),
    )


def outlines(jobs: Sequence[BatchJob]) -> list[JobSnapshot]:
    """Snapshots of ``jobs`` of ``shown`` without their articles: what is cheap to know."""
    places = line.places(jobs)
    now = timezone.now()
    return [
        JobSnapshot(
            job=job,
            now=now,
            first_keyword=getattr(job, "first_keyword", None) or "",
            place=places.get(job.pk),
        )
        for job in jobs
    ]


def filled(
    outlined: Sequence[JobSnapshot], *, texts: bool = True, all_ids: bool = False
) -> list[JobSnapshot]:
    """``outlined`` with their articles.

    ``texts`` brings the newest articles, for people; ``all_ids`` the ids of all articles in the
    order of their keywords, for programs.
    """
    jobs = [snapshot.job for snapshot in outlined]
    newest = _newest_articles(jobs) if texts else {}
    every = _article_ids([job.pk for job in jobs]) if all_ids else {}
    return [
        replace(
            snapshot,
            article_ids=every.get(snapshot.job.pk, []),
            articles=[(pk, title) for pk, title, _ in newest.get(snapshot.job.pk, [])],
            seconds=[took for *_, took in newest.get(snapshot.job.pk, []) if took is not None],
        )
        for snapshot in outlined
    ]


def snapshots(jobs: Sequence[BatchJob]) -> list[JobSnapshot]:
    """Snapshots of ``jobs`` of ``shown``, in their order, with their newest articles."""
    return filled(outlines(jobs))


def snapshot(job: BatchJob) -> JobSnapshot:
    """One job with the ids of all its articles."""
    return filled(outlines([job]), all_ids=True)[0]


def _newest_articles(jobs: Sequence[BatchJob]) -> dict[int, list[tuple[int, str, float | None]]]:
    """Id, title and seconds of each job's newest articles, newest first.

    One statement with a bounded part for each job: a window over all of them would read every
    article of a long job at every look. The seconds are told of jobs that are being written.
    """
    written = [job for job in jobs if job.completed_items]
    if not written:
        return {}
    parts, values = [], []
    for job in written:
        busy = job.status == JobStatus.PROCESSING
        parts.append(NEWEST.format(times=TIMES, items=ITEMS) if busy else PLAIN)
        values += [job.user_id, job.pk, NEWEST_ARTICLES]
    found: dict[int, list[tuple[int, str, float | None]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        for article_id, job_id, title, start, end in cursor.fetchall():
            took = _seconds(start, end) if start and end else None
            found.setdefault(job_id, []).append((article_id, title, took))
    return {job_id: sorted(rows, key=itemgetter(0), reverse=True) for job_id, rows in found.items()}


def _seconds(start: Any, end: Any) -> float:
    """From ``start`` to ``end``, both as they are stored."""
    return max((database.aware(end) - database.aware(start)).total_seconds(), 0.0)


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
