"""What is wrong with an article, in the reader's language."""

from typing import Any

from django import template
from django.utils.translation import gettext

from articles.writing.reviews.issue import SENTENCES

register = template.Library()


@register.filter
def sentence(issue: dict[str, Any]) -> str:
    """The sentence of a stored issue; those without values keep the words they were stored with."""
    known, values = SENTENCES.get(issue.get("code", "")), issue.get("values")
    if known is None or values is None:
        return str(issue.get("message", ""))
    try:
        return str(gettext(known) % values)
    except (KeyError, TypeError, ValueError):
        return str(issue.get("message", ""))
