from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0017_dropped_records"),
    ]

    operations = [
        migrations.AddField(model_name="lane", name="forbidden", field=models.BooleanField(default=False)),
    ]
