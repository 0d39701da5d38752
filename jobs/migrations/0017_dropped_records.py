from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0016_passes_that_tell"),
    ]

    operations = [
        migrations.RenameField(model_name="pass", old_name="older", new_name="dropped"),
        migrations.RunSQL(
            "UPDATE jobs_anomaly SET kind = 'left-out' WHERE kind = 'given-up'",
            "UPDATE jobs_anomaly SET kind = 'given-up' WHERE kind = 'left-out'",
        ),
    ]
