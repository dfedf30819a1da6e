"""The stamped scan of the form: whether it belongs to what is written now, and whether it is asked for."""

import re

from django.urls import reverse
from django.utils.translation import gettext as _

from applications import snapshots, uploads
from applications.models import Application, FormTemplate
from applications.models.sending import CHECKSUM_LENGTH
from applications.rules.evidence import used_bytes
from campaigns.rules import Problem
from campaigns.schedule import other_years


def read_checksum(text):
    """What was typed off a printed page, as it is kept; nothing when it cannot be one."""
    plain = re.sub(r"[\s\-－—]", "", text).upper().translate(str.maketrans("OＯ", "00"))
    return plain if re.fullmatch(rf"[0-9A-F]{{{CHECKSUM_LENGTH}}}", plain) else ""


def current_checksum(application):
    """What a page printed now would carry: of the draft, else of the version that was submitted last."""
    submission = None if application.is_editable else application.latest_submission
    return snapshots.checksum(submission.snapshot if submission else snapshots.freeze(application))


def scan_for(application, checksum):
    """The scan that goes with what is submitted now: one that matches, whenever it came, else the newest not yet submitted."""
    scans = application.signed_forms.select_related("blob", "uploaded_by").newest_first()
    return scans.filter(checksum=checksum).first() or scans.pending().first()


def upload_scan_problems(application, checksum):
    if application.status in Application.ENDED:
        return [Problem(_("申报现在是“%(status)s”，不能再上传盖章扫描件。") % {"status": application.get_status_display()})]
    if application.sealed_at:
        return [Problem(_("现场验收已经开始，材料已封存，不能再上传盖章扫描件。"))]
    if not checksum:
        return [Problem(
            _("请照抄申报表每页页脚上的校验码，共 %(n)s 位，由数字和字母 A 至 F 组成。") % {"n": CHECKSUM_LENGTH}, "#id_signed-checksum",
        )]
    return []


def scan_bytes(application):
    """Bytes of everything an application holds, its scans included."""
    return used_bytes(application) + sum(size for key, size in application.signed_forms.order_by().values_list("blob", "blob__size").distinct())


def signed_form_problems(application):
    """Where a campaign asks for the stamped scan: one must be there, printed from exactly what is submitted."""
    if not application.campaign.signed_form_required:
        return []
    checksum = current_checksum(application)
    scan = scan_for(application, checksum)
    url = f"{reverse('applications:submit', args=[application.pk])}#paper"
    if scan is None:
        return [Problem(_("还没有上传盖章的申报表扫描件，请打印、盖章、扫描后上传"), url)]
    if scan.checksum != checksum:
        return [Problem(
            _("内容在打印后又有修改，请重新打印盖章（扫描件的校验码是 %(scan)s，现在的内容是 %(now)s）") % {"scan": scan.checksum, "now": checksum}, url,
        )]
    return []


def old_template_warnings(campaign):
    """The office's own template when it speaks of another year. Nothing here stands in the way."""
    own = FormTemplate.objects.in_use(campaign)
    if own is None:
        return []
    try:
        years = other_years(campaign, "\n".join(text for _page, text in uploads.words(own.blob)))
    except FileNotFoundError:  # told where the stored files are checked
        return []
    return [Problem(_("申报表模板“%(template)s”里写着 %(years)s 年，活动启用后请改好再上传。") % {"template": own, "years": years})] if years else []
