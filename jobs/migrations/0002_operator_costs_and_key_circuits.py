"""What a provider may bill without saying so, and one circuit a model or key.

The rows of circuits are of the moment: they start anew.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F

import batchwriter.fields


def estimate_the_past(apps, schema_editor):
    """Attempts that were lost or dropped may have cost what they held; the others told."""
    ended = apps.get_model("jobs", "BatchAttempt").objects.exclude(state="calling")
    ended.filter(state__in=("lost", "dropped")).update(tokens_unconfirmed=F("tokens_held"))
    ended.exclude(state__in=("lost", "dropped")).update(tokens_unconfirmed=0)


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0002_starting_models"),
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.DeleteModel(name="ProviderCircuit"),
        migrations.CreateModel(
            name="ProviderCircuit",
            fields=[
                (
                    "subject",
                    batchwriter.fields.ExactCharField(
                        editable=False, max_length=60, primary_key=True, serialize=False
                    ),
                ),
                ("provider", models.CharField(max_length=20, verbose_name="provider")),
                (
                    "failures",
                    models.PositiveIntegerField(default=0, verbose_name="failures in a row"),
                ),
                (
                    "opened_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="open since"),
                ),
                ("retry_at", models.DateTimeField(blank=True, null=True, verbose_name="next try")),
                (
                    "openings",
                    models.PositiveIntegerField(default=0, verbose_name="openings in a row"),
                ),
                ("probing", models.BooleanField(default=False, verbose_name="being tried")),
                (
                    "reason",
                    models.CharField(
                        blank=True, default="", max_length=500, verbose_name="reason"
                    ),
                ),
                (
                    "writing_model",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="articles.writingmodel",
                        verbose_name="model",
                    ),
                ),
            ],
            options={
                "verbose_name": "provider circuit",
                "verbose_name_plural": "provider circuits",
                "db_table": "provider_circuits",
                "indexes": [
                    models.Index(fields=["opened_at"], name="provider_circuits_opened")
                ],
            },
        ),
        migrations.AddField(
            model_name="batchattempt",
            name="probe",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="batchattempt",
            name="tokens_unconfirmed",
            field=models.PositiveBigIntegerField(
                blank=True,
                help_text="An estimate for calls that never answered; the provider may bill them.",
                null=True,
                verbose_name="tokens unconfirmed",
            ),
        ),
        migrations.RunPython(estimate_the_past, migrations.RunPython.noop),
    ]
