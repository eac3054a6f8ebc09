"""How jobs are said on pages."""

from django import template

from jobs import progress
from jobs.models import BatchJob

register = template.Library()


@register.filter
def advice(job: BatchJob) -> str:
    """Why a job stands still and what its owner can do."""
    return progress.advice(job)


@register.filter
def clock(seconds: int) -> str:
    """Seconds as ``00:01:05``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest:02}"
