"""How messages leave the portal: channels, times, words, and another try."""

from django.db import transaction
from django.forms import model_to_dict

from accounts import sealing, sending, timetable
from accounts.audit import record
from accounts.models import Channel, Delivery, LetterText, SendingTimes


@transaction.atomic
def change_channel(code, *, enabled, settings, secret, by, at):
    """An empty secret keeps the one there is. What was changed is recorded, the secret never."""
    channel = Channel.objects.select_for_update().get_or_create(code=code)[0]
    before = {"enabled": channel.enabled, **channel.settings}
    channel.enabled, channel.settings, channel.changed_at = enabled, settings, at
    if secret:
        channel.sealed = sealing.seal(secret)
    channel.save()
    record("accounts.change_channel", channel, by=by, at=at, before=before, after={"enabled": enabled, **settings}, secret_changed=bool(secret))
    return channel


def test_channel(channel, to, *, by, at):
    """One message now; the answer of the other side is kept. Returns why it was not sent, or nothing."""
    error = sending.try_out(channel.code, to, by, at)
    with transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(tested_at=at, test_error=error[:300])
        record("accounts.test_channel", channel, by=by, at=at, error=error)
    return error


@transaction.atomic
def change_sending_times(values, *, by, at):
    times = SendingTimes.objects.get_or_create(id=1)[0]
    before = model_to_dict(times)
    for name, value in values.items():
        setattr(times, name, value)
    times.save()
    record("accounts.change_sending_times", times, by=by, at=at, before=before, after=model_to_dict(times))


@transaction.atomic
def change_letter(event, *, title, body, urgent, channels, by, at):
    text, _made = LetterText.objects.update_or_create(
        event=event, defaults={"title": title, "body": body, "urgent": urgent, "channels": channels, "changed_at": at},
    )
    record("accounts.change_letter", text, by=by, at=at, title=title, body=body, urgent=urgent, channels=channels)
    return text


@transaction.atomic
def reset_letter(text, *, by, at):
    record("accounts.reset_letter", text, by=by, at=at)
    text.delete()


@transaction.atomic
def resend(deliveries, *, by, at):
    """What failed, or was not sent for want of an address, waits again from the first try on. Returns how many."""
    again = deliveries.filter(state__in=[Delivery.State.FAILED, Delivery.State.SKIPPED], message__user__is_active=True)
    keys = list(again.values_list("pk", flat=True))
    for start in range(0, len(keys), 500):
        Delivery.objects.filter(pk__in=keys[start : start + 500]).update(
            state=Delivery.State.WAITING, tries=0, error="", due_at=timetable.times().after_quiet(at),
        )
    if keys:
        record("accounts.resend", Delivery.objects.get(pk=keys[0]), by=by, at=at, count=len(keys), first=keys[:100])
    return len(keys)
