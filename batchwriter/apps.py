"""The wiring's own application: system checks and what must hold before the first migration."""

from django.apps import AppConfig


class BatchwriterConfig(AppConfig):
    """Registers the system checks and prepares the database's character set."""

    name = "batchwriter"
    verbose_name = "Batchwriter"

    def ready(self) -> None:
        """Connect what has to be imported once the applications are loaded."""
        import os

        from django.apps import apps
        from django.db.models.signals import pre_migrate

        from batchwriter import charset, checks, database

        # Sent once for each application that has models, before any of them is migrated.
        pre_migrate.connect(charset.prepare, sender=apps.get_app_config("accounts"))
        checks.register()
        os.register_at_fork(before=database.close_before_fork)
