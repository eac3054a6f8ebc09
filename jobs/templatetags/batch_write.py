"""The dialog "Write in bulk" for the pages of any application, and how jobs are said."""

from datetime import datetime
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context

from jobs import dialog, progress
from jobs.forms import BatchWriteForm
from jobs.models import BatchJob

register = template.Library()


@register.inclusion_tag("jobs/_batch_write.html", takes_context=True)
def batch_write(context: Context) -> dict[str, Any]:
    """The button and the dialog: with the form that was refused, else with a fresh one.

    ``?write=1`` shows the dialog open, for browsers without scripts; ``&from=7`` fills it with
    what job 7 was made of, ``&examples=1`` with three keywords.
    """
    request = context["request"]
    refused = context.get("batch_form")
    return {
        "form": refused or BatchWriteForm(request.user, start=_start(request)),
        "open": refused is not None or "write" in request.GET,
        "tab": context.get("tab"),
        "request": request,
        "csrf_token": context["csrf_token"],
    }


@register.simple_tag
def example_keywords() -> list[str]:
    """Three keywords that show what one may paste."""
    return dialog.examples()


def _start(request: HttpRequest) -> dict[str, Any] | None:
    user = request.user
    return dialog.begun(user, request.GET) if "write" in request.GET and user.pk else None


@register.filter
def advice(job: BatchJob) -> str:
    """Why a job stands still and what its owner can do."""
    return progress.advice(job)


@register.filter
def age(moment: datetime) -> str:
    """How long ago, in words."""
    return progress.age(moment)


@register.filter
def clock(seconds: int) -> str:
    """Seconds as ``1:05`` or ``1:00:05``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
