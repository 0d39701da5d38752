from django.db import migrations, models

TURNS = models.Case(
    models.When(failed=True, then=3),
    models.When(reason="hook", then=0),
    models.When(reason="absent", then=2),
    default=1,
)


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0021_resting_reads"),
    ]

    operations = [
        migrations.AddField(
            model_name="recheck", name="failed", field=models.BooleanField(default=False, db_default=False)
        ),
        migrations.AddField(model_name="lane", name="wanted", field=models.BooleanField(default=False)),
        migrations.RemoveIndex(model_name="recheck", name="recheck_turn"),
        migrations.RemoveField(model_name="recheck", name="turn"),
        migrations.AddField(
            model_name="recheck",
            name="turn",
            field=models.GeneratedField(expression=TURNS, output_field=models.SmallIntegerField(), db_persist=True),
        ),
        migrations.AddIndex(
            model_name="recheck",
            index=models.Index("turn", "due", name="recheck_turn"),
        ),
    ]
