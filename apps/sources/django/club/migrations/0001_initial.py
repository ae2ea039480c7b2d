from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.AutoField(primary_key=True)),
                ("text", models.CharField(max_length=200)),
                ("photo", models.FileField(upload_to="", blank=True)),
            ],
        ),
    ]
