"""How messages leave the portal: channels, times, words, and what was sent to whom."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import actions, inbox, letters, timetable
from accounts.audit import label
from accounts.forms import ChannelForm, DeliveryFilter, LetterForm, MyChannelsForm, SendingTimesForm, TestMessageForm
from accounts.models import AuditEvent, Channel, ChannelCode, Delivery, LetterText
from accounts.permissions import can_administer, can_see_sending, can_write_letters, require

PER_PAGE = 50


def channel_or_404(code, user):
    """A channel as it is set up, or as it is before that; not there for who may not even look."""
    if code not in ChannelCode.values or not can_see_sending(user):
        raise Http404
    return Channel.objects.filter(code=code).first() or Channel(code=code, enabled=code == ChannelCode.MAIL)


def letter_or_404(event):
    if event not in letters.every():
        raise Http404
    return letters.every()[event], LetterText.objects.filter(event=event).first()


@require_GET
def sending(request):
    """The channels and whether they work, when messages leave, and what failed."""
    require(can_see_sending(request.user))
    waiting, failed = Delivery.objects.waiting().count(), Delivery.objects.failed().count()
    changes = AuditEvent.objects.filter(
        action__in=["accounts.change_channel", "accounts.test_channel", "accounts.change_sending_times", "accounts.change_letter", "accounts.reset_letter"]
    )[:8]
    return render(request, "accounts/sending.html", {
        "channels": [channel_or_404(code, request.user) for code in ChannelCode.values], "times": timetable.times().row, "waiting": waiting, "failed": failed,
        "can_change": can_administer(request.user), "changes": [(entry, label(entry.action)) for entry in changes],
    })


@require_http_methods(["GET", "POST"])
def sending_times(request):
    require(can_administer(request.user))
    form = SendingTimesForm(request.POST or None, instance=timetable.times().row)
    if request.method == "POST" and form.is_valid():
        actions.change_sending_times(form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, _("发送时间已修改，以后的消息按新的时间发送。"))
        return redirect("accounts:sending")
    return render(request, "accounts/sending_times.html", {"form": form})


@require_http_methods(["GET", "POST"])
def channel(request, channel):
    found = channel_or_404(channel, request.user)
    require(can_administer(request.user))
    form = ChannelForm(found.code, bool(found.sealed), request.POST or None, initial={"enabled": found.enabled, **found.settings})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        actions.change_channel(found.code, enabled=told["enabled"], settings=form.settings, secret=told["secret"], by=request.user, at=timezone.now())
        messages.success(request, _("渠道设置已保存，可以发一条测试消息。"))
        return redirect("accounts:channel", channel=found.code)
    to = form.module.address(request.user)
    return render(request, "accounts/channel.html", {"form": form, "channel": found, "test": TestMessageForm(initial={"to": to})})


@require_POST
def test_channel(request, channel):
    """The message goes out while the person waits, so that the answer of the other side is told at once."""
    found = channel_or_404(channel, request.user)
    if found.pk is None:
        raise Http404
    require(can_administer(request.user))
    form = TestMessageForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写测试消息发给谁。"))
    elif error := actions.test_channel(found, form.cleaned_data["to"], by=request.user, at=timezone.now()):
        messages.error(request, _("测试消息没有发出：%(error)s") % {"error": error})
    else:
        messages.success(request, _("测试消息已发出，请到 %(to)s 查收。") % {"to": form.cleaned_data["to"]})
    return redirect("accounts:channel", channel=channel)


@require_GET
def letter_list(request):
    """Every event that leaves messages, by app."""
    require(can_see_sending(request.user))
    edited, on = LetterText.objects.in_bulk(field_name="event"), inbox.enabled_channels()
    rows = []
    for event, letter in letters.every().items():
        text = edited.get(event)
        wanted = inbox.usual_channels(letter) if text is None else text.channels
        rows.append({
            "event": event, "letter": letter, "text": text, "title": text.title if text and text.title else letters.written(letter, letter.title),
            "urgent": letter.urgent if text is None else text.urgent, "channels": [ChannelCode(code).label for code in on if code in wanted],
        })
    q = request.GET.get("q", "")[:60].strip()
    shown = [row for row in rows if q in str(row["letter"].name) or q in row["title"]]
    return render(request, "accounts/letter_list.html", {"rows": shown, "total": len(rows), "q": q, "can_change": can_write_letters(request.user)})


@require_http_methods(["GET", "POST"])
def letter(request, event):
    """The words of one event. “预览” shows them with examples, saves nothing."""
    require(can_write_letters(request.user))
    found, text = letter_or_404(event)
    default = {"title": letters.written(found, found.title), "body": letters.written(found, found.body), "urgent": found.urgent, "channels": inbox.usual_channels(found)}
    initial = default if text is None else {
        "title": text.title or default["title"], "body": text.body if text.title else default["body"], "urgent": text.urgent, "channels": text.channels,
    }
    form = LetterForm(found, request.POST or None, initial=initial)
    shown = initial
    if request.method == "POST" and form.is_valid():
        shown = form.cleaned_data
        if "preview" not in request.POST:
            same = (shown["title"], shown["body"]) == (default["title"], default["body"])
            words = {"title": "", "body": ""} if same else {"title": shown["title"], "body": shown["body"]}
            actions.change_letter(event, **words, urgent=shown["urgent"], channels=shown["channels"], by=request.user, at=timezone.now())
            messages.success(request, _("“%(name)s”的消息已修改，以后的消息用新的文字。") % {"name": found.name})
            return redirect("accounts:letter_list")
    examples = letters.examples(found)
    return render(request, "accounts/letter.html", {
        "form": form, "letter": found, "event": event, "text": text, "words": letters.word_names(found).values(),
        "preview": {name: letters.fill(found, shown[name], examples) for name in ("title", "body")},
    })


@require_POST
def reset_letter(request, event):
    require(can_write_letters(request.user))
    found, text = letter_or_404(event)
    if text:
        actions.reset_letter(text, by=request.user, at=timezone.now())
    messages.success(request, _("“%(name)s”已恢复默认的文字、时间和渠道。") % {"name": found.name})
    return redirect("accounts:letter_list")


def subject(message, user):
    """What a message was about. Its title tells of a county's own campaign, or of an objection: the office reads the kind of event only."""
    every = letters.every()
    return message.title if can_administer(user) else every.get(message.event, every[letters.OTHER]).name


@require_GET
def delivery_list(request):
    """What was sent to whom, newest first."""
    require(can_see_sending(request.user))
    form = DeliveryFilter(request.GET)
    found = form.found(Delivery.objects.select_related("message__user__organization"))
    paginator = Paginator(found, PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    return render(request, "accounts/delivery_list.html", {
        "form": form, "page": page, "rows": [(row, subject(row.message, request.user)) for row in page], "pages": paginator.get_elided_page_range(page.number), "total": paginator.count, "asked": any(form.cleaned_data.values()),
        "failed": found.failed().count(), "can_resend": can_write_letters(request.user), "query": request.GET.urlencode(),
    })


@require_POST
def resend(request):
    """One delivery by its key, or all that failed of those the list shows."""
    require(can_write_letters(request.user))
    key = request.POST.get("delivery", "")
    if key.isascii() and key.isdigit() and len(key) < 16:
        chosen = Delivery.objects.filter(pk=key)
    else:
        chosen = DeliveryFilter(request.GET).found(Delivery.objects.failed())
    count = actions.resend(chosen, by=request.user, at=timezone.now())
    if count:
        messages.success(request, ngettext("%(n)s 条已重新排队，一分钟内发送。", "%(n)s 条已重新排队，一分钟内发送。", count) % {"n": count})
    else:
        messages.info(request, _("没有可以重发的：已发送和等待发送的不用重发，账号已停用的不发。"))
    query = request.GET.urlencode()
    answer = redirect("accounts:delivery_list")
    answer["Location"] += f"?{query}" if query else ""
    return answer


@require_http_methods(["GET", "POST"])
def my_channels(request):
    """Each person's own choice, for what is not urgent."""
    on = inbox.enabled_channels()
    choices = [(code, ChannelCode(code).label) for code in on if code != ChannelCode.WEBHOOK]
    form = MyChannelsForm(choices, request.POST or None, initial={"wanted": [code for code in on if code not in request.user.channels_off]})
    if request.method == "POST" and form.is_valid():
        actions.choose_channels(request.user, [code for code, _label in choices if code not in form.cleaned_data["wanted"]], at=timezone.now())
        messages.success(request, _("接收方式已保存。"))
        return redirect("accounts:inbox")
    return render(request, "accounts/my_channels.html", {"form": form})
