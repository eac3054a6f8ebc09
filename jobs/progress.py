"""The read side of jobs: what API and pages show, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.models import Article, WritingModel
from jobs import line
from jobs.line import Place
from jobs.models import BatchItem, BatchJob, BatchJobQuerySet, ProviderCircuit, ProviderPace
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
            articles=newest.get(snapshot.job.pk, []),
        )
        for snapshot in outlined
    ]


def snapshots(jobs: Sequence[BatchJob]) -> list[JobSnapshot]:
    """Snapshots of ``jobs`` of ``shown``, in their order, with their newest articles."""
    return filled(outlines(jobs))


def snapshot(job: BatchJob) -> JobSnapshot:
    """One job with the ids of all its articles."""
    return filled(outlines([job]), all_ids=True)[0]


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


def age(moment: datetime) -> str:
    """How long ago, in words that stay the same for a minute at least: polls compare them."""
    now = timezone.now()
    return str(naturaltime(now if now - moment < timedelta(minutes=1) else moment))


def advice(job: BatchJob) -> str:
    """Why a job of ``shown`` stands still or is slow, and what its owner can do; else empty."""
    if job.status == JobStatus.PROCESSING:
        return _pace_advice(job)
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


def _pace_advice(job: BatchJob) -> str:
    calls: float | None = getattr(job, "pace_calls", None)
    if calls is None:
        return ""
    number = int(calls)
    words = ngettext(
        "%(model)s is called %(calls)d time at once for now: %(reason)s.",
        "%(model)s is called %(calls)d times at once for now: %(reason)s.",
        number,
    )
    reason = ProviderPace.Reason(getattr(job, "pace_reason", "")).label
    return words % {"model": job.writing_model.label, "calls": number, "reason": reason}


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
