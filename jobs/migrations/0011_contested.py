"""What contradicts a job within the second of its date (`jobs.rules.versions`)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0010_anomalies")]

    operations = [
        migrations.AddField("job", "contested", models.BinaryField(db_default=b"")),
    ]
