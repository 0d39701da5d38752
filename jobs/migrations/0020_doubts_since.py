from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0019_failures"),
    ]

    operations = [
        migrations.AddField(model_name="recheck", name="since", field=models.DateTimeField(db_default=Now())),
    ]
