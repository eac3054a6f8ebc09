"""One way to render a form field: label, widget, help and errors that belong together."""

from typing import Any

from django import forms, template
from django.forms import BoundField

register = template.Library()

CLASSES = {
    forms.CheckboxInput: "form-check-input",
    forms.Select: "form-select",
}


@register.inclusion_tag("_field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """The field with Bootstrap's classes and what assistive technology needs."""
    widget = bound.field.widget
    css = next((name for kind, name in CLASSES.items() if isinstance(widget, kind)), "form-control")
    attributes: dict[str, Any] = {"class": f"{css} {widget.attrs.get('class', '')}".strip()}
    described = []
    if bound.help_text:
        described.append(f"{bound.id_for_label}_help")
    if bound.errors:
        attributes["class"] += " is-invalid"
        attributes["aria-invalid"] = "true"
        described.append(f"{bound.id_for_label}_errors")
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return {
        "field": bound,
        "widget": bound.as_widget(attrs=attributes),
        "checkbox": isinstance(widget, forms.CheckboxInput),
        "hidden": bound.is_hidden,
    }
