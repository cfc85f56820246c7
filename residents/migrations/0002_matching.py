from django.db import migrations, models

from residents.likeness_sql import create_likeness_functions


class Migration(migrations.Migration):
    dependencies = [
        ("residents", "0001_initial"),
    ]

    operations = [
        *create_likeness_functions(),
        migrations.RemoveIndex(model_name="resident", name="resident_name_key"),
        migrations.AddIndex(
            model_name="resident",
            index=models.Index(fields=["name_key", "date_of_birth"], name="resident_name_key"),
        ),
    ]
