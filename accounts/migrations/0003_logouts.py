from django.core.management import call_command
from django.db import migrations, models


def make_cache_table(apps, schema_editor):
    """allauth's limits count there, for all processes together."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_time_zone_and_theme'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='logouts',
            field=models.PositiveIntegerField(default=0, db_default=0, editable=False),
        ),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
    ]
