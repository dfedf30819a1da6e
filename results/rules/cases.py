"""What stands in the way of a typical case."""

from django.utils.translation import gettext as _

from accounts.rehearsing import here
from applications.models import Blob
from applications.rules import characters
from applications.uploads import opening_problem
from campaigns.permissions import acted_in
from campaigns.rules import Problem, Todo
from results.models import TypicalCase
from results.privacy import personal_data

CASE_LENGTH, CASE_PHOTOS = 500, 6


def start_case_problems(naming):
    if naming.withdrawn_at:
        return [Problem(_("命名已经撤销，不能再报送典型案例。"))]
    return []


def change_case_problems(case, base_version=None):
    """Consent is to these very words, so they change only while there is none. `base_version`: the page was drawn from it."""
    if case.state != TypicalCase.State.DRAFT:
        return [Problem(_("已经同意公开的内容不能修改。需要修改的，先撤回同意。"))]
    if base_version is not None and base_version != case.version:
        return [Problem(_("别人刚刚改过这个案例。你写的还在下面，请对照最新内容修改后再保存。"))]
    return []


def case_photo_problems(case, caption):
    problems = change_case_problems(case)
    if not caption.strip():
        problems.append(Problem(_("请写一句照片说明：看不到照片的人靠它知道照片里有什么。"), "#id_caption"))
    if case.photos.count() >= CASE_PHOTOS:
        problems.append(Problem(_("一个案例最多 %(n)s 张照片，先移除一张再添加。") % {"n": CASE_PHOTOS}, "#id_photo"))
    return problems


def case_text_problems(case, photos):
    """Personal data anywhere in what the public would read."""
    text = "\n".join([case.title, case.body, *(photo.caption for photo in photos)])
    return [
        Problem(_("案例中有%(kind)s“%(value)s”，请删除。") % {"kind": kind, "value": value}, "#id_body") for kind, value in personal_data(text)
    ]


def consent_problems(case, base_version=None):
    photos = list(case.photos.select_related("blob"))
    problems = change_case_problems(case, base_version) + start_case_problems(case.naming)
    if not case.title.strip():
        problems.append(Problem(_("请写标题。"), "#id_title"))
    if not case.body.strip():
        problems.append(Problem(_("请写正文。"), "#id_body"))
    if (over := characters(case.body) - CASE_LENGTH) > 0:
        problems.append(Problem(_("正文超出 %(n)s 字，请精简。") % {"n": over}, "#id_body"))
    if not photos:
        problems.append(Problem(_("请至少添加一张照片。"), "#id_photo"))
    for photo in photos:
        if photo.blob.scan_state == Blob.Scan.INFECTED or photo.blob.picture_state in (Blob.Pictures.IMPOSSIBLE, Blob.Pictures.NONE):
            problems.append(Problem(_("照片“%(caption)s”不能显示，请移除后换一张。") % {"caption": photo.caption}, "#photos"))
    return problems + case_text_problems(case, photos)


def withdraw_case_consent_problems(case):
    if case.state == TypicalCase.State.DRAFT:
        return [Problem(_("这个案例现在没有公开，也没有报送。"))]
    return []


def publish_case_problems(case):
    if case.state != TypicalCase.State.OFFERED:
        return [Problem(_("只有单位同意公开、还没有发布的案例可以发布。请刷新后再看。"))]
    photos = list(case.photos.select_related("blob"))
    problems = start_case_problems(case.naming) + case_text_problems(case, photos)
    for photo in photos:
        if opening_problem(photo.blob, is_own=False) or photo.blob.picture_state != Blob.Pictures.MADE:
            problems.append(Problem(_("照片“%(caption)s”还没有处理好，请过一分钟再发布。") % {"caption": photo.caption}))
    return problems


def return_case_problems(case, remark):
    problems = withdraw_case_consent_problems(case)
    if not remark.strip():
        problems.append(Problem(_("请写明退回的意见，单位会看到。"), "#id_reason"))
    return problems


def case_todos(user):
    """What units have offered, for the office of their campaign. A unit whose case came back reads it in its inbox."""
    offered = here(TypicalCase.objects).filter(acted_in(user, "naming__place__track__campaign__"), state=TypicalCase.State.OFFERED)
    cases = offered.select_related("naming__application__organization")
    return [
        Todo(_("审看%(unit)s的典型案例") % {"unit": case.organization}, case.title, case.get_absolute_url(), _("去审看"), "blue", "image")
        for case in cases.order_by("consented_at")
    ]
