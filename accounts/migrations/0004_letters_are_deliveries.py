from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("accounts", "0003_letters_become_deliveries")]

    operations = [
        migrations.RemoveField(
            model_name='message',
            name='mail_attempts',
        ),
        migrations.RemoveField(
            model_name='message',
            name='mail_wanted',
        ),
        migrations.RemoveField(
            model_name='message',
            name='mailed_at',
        ),
    ]
