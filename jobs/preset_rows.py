"""Settings that users keep under a name, as rows; ``jobs.presets`` writes them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from batchwriter.fields import ExactCharField


class SettingsPreset(models.Model):
    """Settings that a user keeps under a name."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presets"
    )
    name = ExactCharField(_("name"), max_length=60)
    settings = models.JSONField(_("settings"))
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        db_table = "settings_presets"
        verbose_name = _("settings preset")
        verbose_name_plural = _("settings presets")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="settings_presets_name"),
        ]

    def __str__(self) -> str:
        return self.name
