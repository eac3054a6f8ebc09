"""The dialog "Write in bulk", for the pages of any application."""

from typing import Any

from django import template
from django.template import Context

from jobs.forms import BatchForm

register = template.Library()


@register.inclusion_tag("jobs/_dialog.html", takes_context=True)
def batch_dialog(context: Context) -> dict[str, Any]:
    """The dialog with its form: the one that was refused, or a fresh one."""
    request = context["request"]
    form = context.get("batch_form") or BatchForm(request.user)
    return {
        "batch_form": form,
        "open": context.get("dialog_open", False),
        "request": request,
        "csrf_token": context["csrf_token"],
    }
