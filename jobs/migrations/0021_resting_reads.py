from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0020_doubts_since"),
    ]

    operations = [
        migrations.RemoveField(model_name="lane", name="forbidden"),
        migrations.AddField(model_name="lane", name="rests_until", field=models.DateTimeField(null=True)),
    ]
