"""The audit log as people look for things in it: who may see which entries, the filter, the workbook, the check of the chain."""

import json
import tempfile

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from accounts import audit, jobs
from accounts.models import AuditEvent, Role
from campaigns.models import Campaign
from campaigns.permissions import acts_as_office
from results.exports.table import MOMENT, NUMBER, SHORT, Column, OtherRows, TooManyRows, write


def sees_all(user):
    return user.has_role(Role.AUDITOR, Role.ADMIN)


def can_read(user):
    return user.has_role(Role.AUDITOR, Role.ADMIN, Role.OFFICE, Role.OFFICE_LEAD)


def visible_to(user, campaign):
    """The auditor and the administrator see everything real, the office what concerns the campaign it looks at; the chain itself is walked whole."""
    if sees_all(user):
        return AuditEvent.objects.real()
    return AuditEvent.objects.filter(campaign_code=campaign.code) if campaign and acts_as_office(user, campaign) else AuditEvent.objects.none()


def day_field(label):
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class AuditFilter(forms.Form):
    person = forms.CharField(label=_("操作人"), required=False, max_length=60)
    unit = forms.CharField(label=_("单位"), required=False, max_length=60)
    object = forms.CharField(label=_("对象或序号"), required=False, max_length=60)
    event = forms.ChoiceField(label=_("事项"), required=False)
    about = forms.ChoiceField(label=_("创建活动"), required=False)
    first = day_field(_("从"))
    last = day_field(_("到"))

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        named = sorted(((key, str(name)) for key, name in audit.events().items()), key=lambda pair: pair[1])
        self.fields["event"].choices = [("", _("全部事项")), *named]
        if sees_all(user):
            self.fields["about"].choices = [("", _("全部活动")), *Campaign.objects.newest_first().values_list("code", "title")]
        else:
            del self.fields["about"]  # they read of the campaign they look at, and learn no other's title

    def found(self, entries):
        """A part that is not well formed filters nothing."""
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("person"):
            entries = entries.filter(by_label__icontains=asked["person"])
        if asked.get("unit"):
            entries = entries.filter(Q(organization__name__icontains=asked["unit"]) | Q(organization__short_name__icontains=asked["unit"]))
        if asked.get("object"):
            sought = Q(target_label__icontains=asked["object"])
            if asked["object"].isascii() and asked["object"].isdigit() and len(asked["object"]) < 16:
                sought |= Q(number=asked["object"])
            entries = entries.filter(sought)
        for name, lookup in (("event", "action"), ("about", "campaign_code"), ("first", "at__date__gte"), ("last", "at__date__lte")):
            if asked.get(name):
                entries = entries.filter(**{lookup: asked[name]})
        return entries

    @property
    def words(self):
        """The filter as people read it."""
        parts = []
        for name, field in self.fields.items():
            if value := self.cleaned_data.get(name):
                parts.append(f"{field.label} {dict(field.choices)[value] if isinstance(field, forms.ChoiceField) else value}")
        return said("，").join(parts) or said("全部")


COLUMNS = [
    Column(_("序号"), 9, NUMBER), Column(_("时间"), 17, MOMENT), Column(_("操作人"), 22), Column(_("事项"), 18), Column(_("对象"), 32), Column(_("单位"), 18),
    Column(_("创建活动"), 16, SHORT), Column(_("网络地址"), 15, SHORT), Column(_("内容"), 50),
]


def columns():
    return [Column(str(column.heading), column.width, column.kind) for column in COLUMNS]


def rows(entries):
    for entry in entries.select_related("organization").iterator(chunk_size=2000):
        yield (
            entry.number, timezone.localtime(entry.at), entry.by_label, str(audit.label(entry.action)), entry.target_label, str(entry.organization or ""),
            entry.campaign_code, entry.address or "", json.dumps(entry.detail, ensure_ascii=False) if entry.detail else "",
        )


@jobs.kind("xuancheng_portal.audit")
def make_workbook(job, progress):
    """The entries the person who asked may see at the moment the file is made."""
    if not can_read(job.owner):
        raise PermissionDenied(said("你现在没有查看审计记录的权限。"))
    form = AuditFilter(job.owner, QueryDict(job.parameters["query"]))
    campaign = Campaign.objects.filter(pk=job.parameters["campaign"]).first()
    found, moment = form.found(visible_to(job.owner, campaign)), timezone.localtime(timezone.now())
    newest = found.order_by("-number").values_list("number", flat=True).first() or 0
    found = found.filter(number__lte=newest)  # what is recorded meanwhile comes into the next file
    count = found.count()
    notes = [said("筛选：%(words)s") % {"words": form.words}, said("时间：%(moment)s") % {"moment": f"{moment:%Y-%m-%d %H:%M}"}]
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the job closes it when it is stored
    try:
        write(file, said("审计记录"), notes, columns(), rows(found), count=count, name=said("审计记录"), progress=progress)
    except BaseException as error:
        file.close()
        if isinstance(error, TooManyRows | OtherRows):
            raise ValueError(said("共 %(n)s 条，不能一次导出，请按日期分几次导出。") % {"n": count}) from None
        raise
    file.seek(0)
    return said("审计记录 %(moment)s.xlsx") % {"moment": f"{moment:%Y-%m-%d %H%M}"}, file


@jobs.kind("xuancheng_portal.verify_audit")
def verify(job, progress):
    at = timezone.now()
    _bad, sentence = audit.check(at, progress)
    moment = timezone.localtime(at)
    return said("审计链核对 %(moment)s.txt") % {"moment": f"{moment:%Y-%m-%d %H%M}"}, f"{moment:%Y-%m-%d %H:%M:%S}\n{sentence}\n".encode()
