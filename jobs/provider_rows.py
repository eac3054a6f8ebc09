"""What all workers know of a provider: whether it may be called, and how often at once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models import WritingModel
from batchwriter.fields import ExactCharField


class ProviderPace(models.Model):
    """How many calls to a model all workers together may have in flight, where it has objected.

    Below ``threshold`` the number doubles with each round of answers, above it grows slowly.
    """

    class Reason(models.TextChoices):
        """Why it was lowered."""

        RATE_LIMIT = "rate_limit", _("the provider's rate limit was reached")
        SLOWER = "slower", _("the provider's answers became slower")
        OUTAGE = "outage", _("the provider was down")

    writing_model = models.OneToOneField(
        WritingModel,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="+",
        verbose_name=_("model"),
    )
    calls = models.FloatField(_("calls at once"))
    threshold = models.FloatField(_("doubles below"))
    reason = models.CharField(_("lowered because"), max_length=20, choices=Reason.choices)
    changed_at = models.DateTimeField(_("lowered"))
    not_before = models.DateTimeField(_("paused until"), null=True, blank=True)

    class Meta:
        db_table = "provider_paces"
        verbose_name = _("provider pace")
        verbose_name_plural = _("provider paces")

    def __str__(self) -> str:
        return self.writing_model.label


class ProviderCircuit(models.Model):
    """Whether a model, or everything that a provider's key opens, may be called at present.

    One row a ``subject`` (``model:7``, ``key:openai``), shared by all workers. Open from
    ``opened_at``; from ``retry_at`` on one keyword is written as a probe. ``failures`` counts
    keywords that were lost to the provider in a row, ``openings`` how often it opened in a row.
    """

    subject = ExactCharField(primary_key=True, max_length=60, editable=False)
    provider = models.CharField(_("provider"), max_length=20)
    writing_model = models.ForeignKey(
        WritingModel,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("model"),
    )
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    opened_at = models.DateTimeField(_("open since"), null=True, blank=True)
    retry_at = models.DateTimeField(_("next try"), null=True, blank=True)
    openings = models.PositiveIntegerField(_("openings in a row"), default=0)
    probing = models.BooleanField(_("being tried"), default=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")

    class Meta:
        db_table = "provider_circuits"
        verbose_name = _("provider circuit")
        verbose_name_plural = _("provider circuits")
        indexes = [models.Index(fields=["opened_at"], name="provider_circuits_opened")]

    def __str__(self) -> str:
        return self.subject
