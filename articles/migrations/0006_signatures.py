from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0004_versions")]

    operations = [
        migrations.AddField(
            model_name="article",
            name="signature",
            field=models.BinaryField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                fields=["user", "needs_review", "-created_at", "-id"], name="articles_user_review"
            ),
        ),
        migrations.CreateModel(
            name="ArticleBand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user_id", models.BigIntegerField()),
                ("value", models.BigIntegerField()),
                ("article_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "article_bands",
                "indexes": [
                    models.Index(
                        fields=["user_id", "value", "article_id"], name="article_bands_value"
                    )
                ],
            },
        ),
    ]
