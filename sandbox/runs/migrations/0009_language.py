from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0008_background"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="language",
            field=models.CharField(default="en", max_length=20),
        ),
    ]
