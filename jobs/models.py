"""The rows of the batch. What must never be is refused by constraints, on every database."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from articles.models import Article, WritingModel
from batchwriter.appendonly import AppendOnlyModel
from batchwriter.fields import ExactCharField
from jobs.preset_rows import SettingsPreset as SettingsPreset
from jobs.provider_rows import ProviderCircuit as ProviderCircuit
from jobs.provider_rows import ProviderPace as ProviderPace
from jobs.pruned_rows import PrunedCost as PrunedCost
from jobs.pruned_rows import PrunedJob as PrunedJob
from jobs.queue_rows import WORKER_ID_LENGTH
from jobs.queue_rows import BatchWorker as BatchWorker
from jobs.queue_rows import UserQueue as UserQueue
from jobs.status import (
    FINISHED,
    OPEN,
    AttemptState,
    EventKind,
    ItemStatus,
    JobStatus,
    PauseReason,
)
from jobs.step_rows import BatchStep as BatchStep


class BatchJobQuerySet(models.QuerySet["BatchJob"]):
    """The words in which jobs are asked for."""

    def of(self, user: Any) -> "BatchJobQuerySet":
        """The jobs of ``user``."""
        return self.filter(user=user)

    def open(self) -> "BatchJobQuerySet":
        """Pending, processing or paused."""
        return self.filter(status__in=OPEN)

    def live(self) -> "BatchJobQuerySet":
        """Pending or processing: something may change without the user."""
        return self.filter(status__in=(JobStatus.PENDING, JobStatus.PROCESSING))


class BatchJob(models.Model):
    """A list of keywords with its settings, written by one worker at a time.

    ``lease_epoch`` grows at every claim and take-over; ``lease_owner`` is the worker that may
    start keywords, set exactly while the job is processing. ``shown_as`` is what the list of jobs
    tells apart.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="batch_jobs"
    )
    job_type = models.CharField(_("type"), max_length=20, default="batch_keywords", editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=JobStatus.choices, default=JobStatus.PENDING
    )
    total_items = models.PositiveIntegerField(_("keywords"))
    completed_items = models.PositiveIntegerField(_("completed"), default=0)
    failed_items = models.PositiveIntegerField(_("failed"), default=0)
    job_data = models.JSONField(_("data"), default=dict)
    writing_model = models.ForeignKey(
        WritingModel, on_delete=models.PROTECT, related_name="+", verbose_name=_("model")
    )
    current_item_index = models.PositiveIntegerField(_("settled without a gap"), default=0)
    tokens_at_start = models.BigIntegerField(_("tokens at start"))
    tokens_used = models.PositiveBigIntegerField(_("tokens used"), default=0)
    articles_limit_at_start = models.IntegerField(_("article limit at start"))
    pause_reason = models.CharField(
        _("pause reason"), max_length=20, choices=PauseReason.choices, null=True, blank=True
    )
    error_message = models.CharField(_("message"), max_length=500, null=True, blank=True)
    idempotency_key = ExactCharField(max_length=255, null=True, blank=True, editable=False)
    request_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    lease_epoch = models.PositiveBigIntegerField(default=0, editable=False)
    lease_owner = models.CharField(
        _("worker"), max_length=WORKER_ID_LENGTH, null=True, blank=True, editable=False
    )
    takeovers = models.PositiveIntegerField(_("take-overs"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    last_activity_at = models.DateTimeField(_("last activity"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    active_user = models.GeneratedField(
        expression=Case(When(Q(status="processing"), then=F("user_id"))),
        output_field=models.BigIntegerField(null=True),
        db_persist=False,
    )
    shown_as = models.GeneratedField(
        expression=Case(
            When(Q(status__in=["pending", "processing"]), then=Value("running")),
            When(Q(status="paused"), then=Value("paused")),
            When(Q(status="cancelled"), then=Value("cancelled")),
            When(Q(failed_items__gt=0), then=Value("errors")),
            default=Value("done"),
        ),
        output_field=models.CharField(max_length=10),
        db_persist=False,
    )

    objects = BatchJobQuerySet.as_manager()

    class Meta:
        db_table = "batch_jobs"
        verbose_name = _("batch job")
        verbose_name_plural = _("batch jobs")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "status", "created_at", "id"], name="batch_jobs_claim"),
            models.Index(fields=["user", "-created_at", "-id"], name="batch_jobs_newest"),
            models.Index(
                fields=["user", "shown_as", "-created_at", "-id"], name="batch_jobs_shown_as"
            ),
            models.Index(fields=["status", "created_at", "id"], name="batch_jobs_status"),
            models.Index(fields=["lease_owner"], name="batch_jobs_lease"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["active_user"], name="batch_jobs_one_per_user"),
            models.UniqueConstraint(
                fields=["user", "idempotency_key"], name="batch_jobs_idempotency"
            ),
            models.CheckConstraint(
                condition=Q(status__in=JobStatus.values), name="batch_jobs_status_known"
            ),
            models.CheckConstraint(
                condition=Q(total_items__gte=F("completed_items") + F("failed_items")),
                name="batch_jobs_settled_items",
            ),
            models.CheckConstraint(
                condition=Q(total_items__gte=F("current_item_index")), name="batch_jobs_index"
            ),
            models.CheckConstraint(
                condition=Q(status="processing", lease_owner__isnull=False)
                | (~Q(status="processing") & Q(lease_owner__isnull=True)),
                name="batch_jobs_lease_owner",
            ),
            models.CheckConstraint(
                condition=Q(status__in=FINISHED, finished_at__isnull=False)
                | (~Q(status__in=FINISHED) & Q(finished_at__isnull=True)),
                name="batch_jobs_finished_at",
            ),
            models.CheckConstraint(
                condition=Q(status="paused", pause_reason__isnull=False)
                | (~Q(status="paused") & Q(pause_reason__isnull=True)),
                name="batch_jobs_pause_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that the job was made with, defaults filled in."""
        return dict(self.job_data["settings"])


class BatchItem(models.Model):
    """One keyword of a job."""

    job = models.ForeignKey(BatchJob, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField(_("position"))
    keyword = models.CharField(_("keyword"), max_length=200)
    # None where the settings of the job hold.
    title = models.CharField(_("title"), max_length=200, null=True, blank=True)
    note = models.CharField(_("note"), max_length=1000, null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, null=True, blank=True)
    length = models.CharField(_("length"), max_length=10, null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=ItemStatus.choices, default=ItemStatus.PENDING
    )
    article = models.OneToOneField(
        Article, on_delete=models.PROTECT, null=True, blank=True, related_name="batch_item"
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    # How many of them ``jobs.retention`` has deleted, the first ones first.
    attempts_pruned = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    tokens_estimated = models.PositiveIntegerField(_("tokens estimated"))
    tokens_used = models.PositiveBigIntegerField(_("tokens used"), default=0)
    error_code = models.CharField(_("error"), max_length=40, null=True, blank=True)
    error_message = models.CharField(_("message"), max_length=500, null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        db_table = "batch_items"
        verbose_name = _("keyword")
        verbose_name_plural = _("keywords")
        ordering = ["position"]
        indexes = [
            models.Index(fields=["job", "status", "position"], name="batch_items_next"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["job", "position"], name="batch_items_position"),
            models.CheckConstraint(
                condition=Q(status__in=ItemStatus.values), name="batch_items_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="completed", article__isnull=False)
                | (~Q(status="completed") & Q(article__isnull=True)),
                name="batch_items_article",
            ),
        ]

    def __str__(self) -> str:
        return self.keyword


class BatchAttempt(models.Model):
    """One start of a keyword, written before the provider is called.

    It holds the tokens and one article of its user while it is ``calling``, and says afterwards
    what the provider was paid: ``tokens_charged`` by the user, the rest by the operator.
    ``tokens_unconfirmed`` is None while nobody knows. A ``probe`` tries a provider that was down.
    """

    item = models.ForeignKey(BatchItem, on_delete=models.CASCADE, related_name="tries")
    job = models.ForeignKey(BatchJob, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField(_("attempt"))
    worker = models.CharField(_("worker"), max_length=WORKER_ID_LENGTH)
    lease_epoch = models.PositiveBigIntegerField()
    state = models.CharField(
        _("state"), max_length=10, choices=AttemptState.choices, default=AttemptState.CALLING
    )
    tokens_held = models.PositiveBigIntegerField(_("tokens held"))
    tokens_spent = models.PositiveBigIntegerField(
        _("tokens spent"), default=0, help_text=_("As the provider reported, dropped answers too.")
    )
    tokens_charged = models.PositiveBigIntegerField(_("tokens charged"), default=0)
    tokens_unconfirmed = models.PositiveBigIntegerField(
        _("tokens unconfirmed"),
        null=True,
        blank=True,
        help_text=_("An estimate for calls that never answered; the provider may bill them."),
    )
    probe = models.BooleanField(default=False, editable=False)
    estimated = models.BooleanField(
        _("estimated"), default=False, help_text=_("The provider did not report its usage.")
    )
    error_code = models.CharField(_("error"), max_length=40, blank=True, default="")
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    calling_item = models.GeneratedField(
        expression=Case(When(Q(state="calling"), then=F("item_id"))),
        output_field=models.BigIntegerField(null=True),
        db_persist=False,
    )

    class Meta:
        db_table = "batch_attempts"
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["worker", "state"], name="batch_attempts_worker"),
            models.Index(fields=["job", "state"], name="batch_attempts_job"),
            models.Index(fields=["state", "id"], name="batch_attempts_state"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="batch_attempts_number"),
            models.UniqueConstraint(fields=["calling_item"], name="batch_attempts_one_calling"),
            models.CheckConstraint(
                condition=Q(state__in=AttemptState.values), name="batch_attempts_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="calling", ended_at__isnull=True)
                | (~Q(state="calling") & Q(ended_at__isnull=False)),
                name="batch_attempts_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}/{self.number}"


class BatchEvent(AppendOnlyModel):
    """The history of a job: what happened, when, and who asked for it.

    Only ``jobs.retention`` deletes lines, those that an operator calls too old.
    """

    job = models.ForeignKey(BatchJob, on_delete=models.CASCADE, related_name="events")
    item = models.ForeignKey(
        BatchItem, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(_("what"), max_length=20, choices=EventKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    worker = models.CharField(_("worker"), max_length=WORKER_ID_LENGTH, blank=True, default="")
    message = models.CharField(_("message"), max_length=500, blank=True, default="")
    created_at = models.DateTimeField(_("when"))

    class Meta:
        db_table = "batch_events"
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-id"]
        indexes = [models.Index(fields=["job", "id"], name="batch_events_job")]

    def __str__(self) -> str:
        return str(self.get_kind_display())
