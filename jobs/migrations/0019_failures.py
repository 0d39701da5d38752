from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0018_forbidden_reads"),
    ]

    operations = [
        migrations.RemoveField(model_name="shard", name="failed"),
    ]
