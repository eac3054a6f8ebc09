"""Answers of providers that were paid for, and that no article is made of yet."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchStep(models.Model):
    """A step of an article (``articles.writing.steps``), kept until the article is there.

    ``attempt`` is the number of the start that bought it and bears its cost until then.
    """

    job = models.ForeignKey("jobs.BatchJob", on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey("jobs.BatchItem", on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=60)
    attempt = models.PositiveIntegerField()
    text = models.TextField()
    prompt_tokens = models.PositiveBigIntegerField()
    completion_tokens = models.PositiveBigIntegerField()
    estimated = models.BooleanField(default=False)
    response_id = models.CharField(max_length=255, blank=True, default="")
    model = models.CharField(max_length=255, blank=True, default="")
    bought_at = models.DateTimeField()

    class Meta:
        db_table = "batch_steps"
        verbose_name = _("bought step")
        verbose_name_plural = _("bought steps")
        constraints = [
            models.UniqueConstraint(fields=["item", "name"], name="batch_steps_name"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.name}"
