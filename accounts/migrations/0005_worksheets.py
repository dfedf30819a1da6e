from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("accounts", "0004_letters_are_deliveries")]

    operations = [
        migrations.AddField(
            model_name='import',
            name='sheet',
            field=models.CharField(blank=True, max_length=100, verbose_name='工作表'),
        ),
        migrations.AddField(
            model_name='import',
            name='sheets',
            field=models.JSONField(default=list, verbose_name='文件里的工作表'),
        ),
    ]
