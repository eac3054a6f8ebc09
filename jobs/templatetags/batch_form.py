"""How the dialog says what it holds: the settings, the rows of a file, what waits for later."""

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jobs import keywords, sheets
from jobs.estimates import Estimate
from jobs.forms import BatchWriteForm

register = template.Library()

FIRST_KEYWORDS = 5
SUMMARISED = ("model", "language", "tone", "length", "outlineOption", "websiteId")
COLUMNS = {
    "": gettext_lazy("Not used"),
    "keyword": gettext_lazy("Keyword"),
    "title": gettext_lazy("Title"),
    "note": gettext_lazy("Note for the writer"),
    "language": gettext_lazy("Language"),
    "length": gettext_lazy("Length"),
}


@register.simple_tag
def column_choices() -> list[tuple[str, Any]]:
    """What a column of a file may be."""
    return list(COLUMNS.items())


@register.filter
def summary(form: BatchWriteForm) -> list[tuple[Any, Any]]:
    """Label and value of each setting that is worth a second look."""
    chosen = [
        (form.fields[name].label, words)
        for name in SUMMARISED
        for value, words in form.fields[name].widget.choices
        if str(value) == str(form[name].value() or "")
    ]
    words = form["targetWords"].value()
    return [*chosen, (form.fields["targetWords"].label, words)] if words else chosen


@register.filter
def first_keywords(form: BatchWriteForm) -> list[str]:
    """The first keywords of a checked form."""
    return form.checked.keywords[:FIRST_KEYWORDS] if form.checked else []


@register.filter
def more_keywords(form: BatchWriteForm) -> int:
    """How many keywords follow the first ones."""
    return max(len(form.checked.items) - FIRST_KEYWORDS, 0) if form.checked else 0


@register.filter
def wrong_rows(form: BatchWriteForm) -> list[tuple[int, str, str]]:
    """Number, cells and reasons of each row of a file that cannot be written."""
    return [
        (
            row.number,
            row.cells,
            " ".join(f"{COLUMNS.get(name, name)}: {reason}" for name, reason in row.reasons),
        )
        for row in (form.rows.wrong if form.rows else [])
    ]


@register.filter
def waiting(form: BatchWriteForm) -> list[str]:
    """The keywords that were cut off from the list."""
    later = str(form["later"].value() or "")
    if form.sheet is None:
        return [part.strip() for part in keywords.split(later) if part.strip()]
    rest = sheets.loaded(later, form.sheet.columns) if later else None
    return [item.keyword for item in rest.read().items] if rest else []


@register.filter
def basis(estimate: Estimate) -> str:
    """In words, what an estimate was learned from."""
    expected = estimate.expected
    number = {"count": expected.articles}
    if expected.basis == "own":
        return (
            ngettext(
                "Learned from your %(count)d article like these; eight of ten lie in between.",
                "Learned from your %(count)d articles like these; eight of ten lie in between.",
                expected.articles,
            )
            % number
        )
    if expected.basis == "everybody":
        return (
            ngettext(
                "Learned from %(count)d article of all users; eight of ten lie in between.",
                "Learned from %(count)d articles of all users; eight of ten lie in between.",
                expected.articles,
            )
            % number
        )
    return _(
        "Too few articles of this kind are finished to learn from: these are default values,"
        " 60 to 100 percent of what is set aside."
    )
