"""Who is served next, and the workers that serve: a row a user, a row a process."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

WORKER_ID_LENGTH = 80


class UserQueue(models.Model):
    """One row a user: whether a job may be waiting, and when the user was last served.

    ``ready`` errs towards true. Claims lock this row, so that users are served in turn.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    ready = models.BooleanField(default=True)
    last_served_at = models.DateTimeField()

    class Meta:
        db_table = "user_queue"
        indexes = [
            models.Index(fields=["ready", "last_served_at", "user"], name="user_queue_turn"),
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class BatchWorker(models.Model):
    """A worker process and its lease; whatever it holds is lost when the lease runs out.

    ``expelled`` is set by whoever takes over and never taken back: a process that comes back late
    finds it set and starts again under a new id.
    """

    id = models.CharField(primary_key=True, max_length=WORKER_ID_LENGTH)
    host = models.CharField(_("host"), max_length=120)
    machine = models.CharField(max_length=80, help_text=_("The host's own id and boot."))
    pid = models.PositiveIntegerField()
    process_started = models.CharField(max_length=40)
    started_at = models.DateTimeField(_("started"))
    seen_at = models.DateTimeField(_("last heartbeat"))
    expires_at = models.DateTimeField(_("lease ends"))
    expelled = models.BooleanField(_("expelled"), default=False)

    class Meta:
        db_table = "batch_workers"
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        ordering = ["id"]
        indexes = [models.Index(fields=["expires_at"], name="batch_workers_expiry")]

    def __str__(self) -> str:
        return self.id
