from django.db import migrations


def carry_over(apps, schema_editor):
    """A letter that was sent stays sent, one that still waits goes on waiting."""
    Message, Delivery = apps.get_model("accounts", "Message"), apps.get_model("accounts", "Delivery")
    letters = Message.objects.filter(mail_wanted=True).exclude(user__email="")
    Delivery.objects.bulk_create(
        (
            Delivery(
                message_id=message.pk, channel="mail", urgent=True, due_at=message.created_at, tries=message.mail_attempts, sent_at=message.mailed_at,
                state="sent" if message.mailed_at else "waiting",
            )
            for message in letters.iterator()
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):

    dependencies = [("accounts", "0002_administration")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
