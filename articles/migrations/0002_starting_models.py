"""The models on offer at the start. From here on they are the operator's rows.

Ids, retirement dates and prices (US dollars per million tokens) are the vendors' published ones
of November 2026. "GPT-4" names a model whose first id was shut down on 23 October 2026; the
label stays and points at its living successor.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import migrations

STARTING_MODELS: list[dict[str, Any]] = [
    {
        "code": "gpt-6-luna",
        "label": "GPT-6 Luna",
        "provider": "openai",
        "model": "gpt-6-luna",
        "input_price": Decimal("0.10"),
        "output_price": Decimal("0.50"),
        "position": 30,
    },
    {
        "code": "gpt-4o-mini",
        "label": "GPT-4o-mini",
        "provider": "openai",
        "model": "gpt-4o-mini",
        "input_price": Decimal("0.15"),
        "output_price": Decimal("0.60"),
        "retires_on": date(2027, 1, 14),
        "replacement": "gpt-6-luna",
        "position": 10,
    },
    {
        "code": "gpt-4",
        "label": "GPT-4",
        "provider": "openai",
        "model": "gpt-6-sol",
        "input_price": Decimal("2.00"),
        "output_price": Decimal("10.00"),
        "position": 20,
    },
    {
        "code": "gemini",
        "label": "Gemini",
        "provider": "gemini",
        "model": "gemini-3.8-flash",
        "input_price": Decimal("0.75"),
        "output_price": Decimal("3.75"),
        "position": 40,
    },
    {
        "code": "gemini-flash-lite",
        "label": "Gemini Flash-Lite",
        "provider": "gemini",
        "model": "gemini-3.5-flash-lite",
        "position": 50,
    },
    {
        "code": "offline",
        "label": "Offline writer",
        "provider": "offline",
        "model": "offline",
        "input_price": Decimal("0"),
        "output_price": Decimal("0"),
        "position": 90,
    },
]


def add(apps: Any, schema_editor: Any) -> None:
    """Insert the list; a model is listed after its replacement."""
    WritingModel = apps.get_model("articles", "WritingModel")
    made: dict[str, Any] = {}
    for row in STARTING_MODELS:
        values = dict(row)
        replacement = values.pop("replacement", None)
        made[row["code"]] = WritingModel.objects.create(
            **values, replacement=made[replacement] if replacement else None
        )


def remove(apps: Any, schema_editor: Any) -> None:
    """Take the list away again."""
    codes = [row["code"] for row in STARTING_MODELS]
    apps.get_model("articles", "WritingModel").objects.filter(code__in=codes).delete()


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("articles", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
