"""What stays of jobs that ``jobs.retention`` has deleted: a slim row each, and what they cost."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models import WritingModel
from jobs.status import AttemptState, JobStatus


class PrunedJob(models.Model):
    """A job that is gone, under its old id: what its articles and charges must add up to."""

    id = models.BigIntegerField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=JobStatus.choices)
    total_items = models.PositiveIntegerField()
    completed_items = models.PositiveIntegerField()
    failed_items = models.PositiveIntegerField()
    tokens_used = models.PositiveBigIntegerField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    pruned_at = models.DateTimeField()

    class Meta:
        db_table = "pruned_jobs"
        verbose_name = _("pruned job")
        verbose_name_plural = _("pruned jobs")

    def __str__(self) -> str:
        return f"#{self.pk}"


class PrunedCost(models.Model):
    """The operator's part of attempts that are gone: one row a day, model and state."""

    day = models.DateField(help_text=_("On which they were started, in UTC."))
    writing_model = models.ForeignKey(WritingModel, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=AttemptState.choices)
    attempts = models.PositiveBigIntegerField(default=0)
    reported = models.PositiveBigIntegerField(default=0)
    unconfirmed = models.PositiveBigIntegerField(default=0)

    class Meta:
        db_table = "pruned_costs"
        verbose_name = _("cost of pruned attempts")
        verbose_name_plural = _("costs of pruned attempts")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "writing_model", "state"], name="pruned_costs_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.state}"
