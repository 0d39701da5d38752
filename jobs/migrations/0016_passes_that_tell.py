from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0015_turns_of_reads"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="pass", name="pass_telling"),
        migrations.AddIndex(
            model_name="pass",
            index=models.Index(
                F("began").desc(),
                condition=~Q(inserted=0, outcome="complete", updated=0),
                name="pass_telling",
            ),
        ),
    ]
