"""Rows of a while ago."""

from datetime import datetime, timedelta

from django.db import connection

from jobs.models import BatchJob

DAYS = 40
TIMES = {
    "batch_jobs": ("created_at", "updated_at", "started_at", "last_activity_at", "finished_at"),
    "batch_attempts": ("started_at", "ended_at"),
    "batch_events": ("created_at",),
}


def make_old(*jobs: BatchJob, days: int = DAYS) -> None:
    """Let everything of ``jobs`` have happened so many days earlier."""
    shift = timedelta(days=days)
    with connection.cursor() as cursor:
        for table, columns in TIMES.items():
            key = "id" if table == "batch_jobs" else "job_id"
            for job in jobs:
                cursor.execute(f"SELECT id, {', '.join(columns)} FROM {table} WHERE {key} = %s",
                               [job.pk])  # fmt: skip
                for row_id, *moments in cursor.fetchall():
                    values = [moment and _earlier(moment, shift) for moment in moments]
                    changes = ", ".join(f"{column} = %s" for column in columns)
                    cursor.execute(f"UPDATE {table} SET {changes} WHERE id = %s",
                                   [*values, row_id])  # fmt: skip


def _earlier(moment: object, shift: timedelta) -> object:
    """SQLite gives plain cursors texts, MariaDB moments."""
    told = datetime.fromisoformat(str(moment)) - shift
    return connection.ops.adapt_datetimefield_value(told)
