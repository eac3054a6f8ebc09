"""The wiring's own application: system checks and what must hold before the first migration."""

from django.apps import AppConfig


class BatchwriterConfig(AppConfig):
    """Registers the system checks and prepares the database's character set."""

    name = "batchwriter"
    verbose_name = "Batchwriter"

    def ready(self) -> None:
        """Connect what has to be imported once the applications are loaded."""
        from django.db.models.signals import pre_migrate

        from batchwriter import charset

        pre_migrate.connect(charset.prepare, sender=self)
