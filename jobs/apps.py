"""The application of batch jobs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """The batch: rows, rules and worker."""

    name = "jobs"
    verbose_name = _("Batch jobs")
