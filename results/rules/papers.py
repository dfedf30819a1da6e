"""What is still missing before an official paper can be made, and what is wrong with its number."""

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.rules import Problem
from campaigns.schedule import other_years
from results import papers
from results.models import Naming, PaperKind, PaperNumber, PaperText, Place, SelectionList
from results.numbers import tidy_number


def paper_problems(kind, subject):
    """Of one paper: the notice, title, task or campaign it speaks of."""
    if kind == PaperKind.NOTICE:
        return notice_problems(subject)
    if kind == PaperKind.RECOMMENDATION and not papers.recommended(subject).exists():
        return [Problem(_("还没有向省推荐的单位。命名以后，由办领导从已命名的单位中推荐。"), reverse("results:naming"))]
    return summary_problems(subject) if kind == PaperKind.SUMMARY else []


def notice_problems(notice):
    if notice.withdrawn_at:
        return [Problem(_("公示已经撤下，不能再生成公告。"))]
    if notice.published_at is None:
        return [Problem(_("公示还没有发布。由另一位办领导审查发布以后，可以生成公告。"), reverse("results:notice", args=[notice.pk]))]
    return []


def summary_problems(campaign):
    """Every track in which units arrived needs its confirmed list: a summary with one missing would be no summary."""
    lists = {one.track_id: one for one in SelectionList.objects.filter(track__campaign=campaign)}
    received = set(campaign.applications.received().values_list("track", flat=True)) | set(Place.objects.filter(track__campaign=campaign).values_list("track", flat=True))
    tracks = [track for track in campaign.tracks.all() if track.pk in received]
    if not tracks:
        return [Problem(_("还没有单位报送，没有可以汇总的名单。"))]
    return [
        Problem(_("%(track)s的名单还没有复核。锁定名单并由另一位办领导复核以后，可以汇总。") % {"track": track}, reverse("results:ranking", args=[track.pk]))
        for track in tracks
        if track.pk not in lists or lists[track.pk].state != SelectionList.State.CONFIRMED or not lists[track.pk].frozen.exists()
    ]


def old_text_warnings(campaign):
    """The office's own texts that speak of another year. Nothing here stands in the way."""
    found = [(text, other_years(campaign, text.text)) for text in PaperText.objects.in_use().filter(campaign=campaign)]
    return [Problem(_("公文文本“%(kind)s”里写着 %(years)s 年，活动启用后请到“公文”里改正。") % {"kind": text, "years": years}) for text, years in found if years]


def nothing_yet(kind):
    """What comes before the first paper of a kind."""
    return {
        PaperKind.NOTICE: Problem(_("还没有公示。名单锁定并复核以后，先生成公示，再由办领导发布。"), reverse("results:notice_list")),
        PaperKind.NAMING: Problem(_("还没有命名。公示期满、没有未答复的异议以后，由办领导命名。"), reverse("results:naming")),
        PaperKind.RECTIFICATION: Problem(_("还没有整改任务。在审核或督促指导中把问题转为整改任务以后，可以生成通知书。"), reverse("inspections:rectification_list")),
    }[kind]


def number_problems(kind, subject, number):
    """`number` as it was tidied; empty takes the number away."""
    campaign = papers.campaign_of(kind, subject)
    if kind == PaperKind.NAMING and subject.document_number:
        return [Problem(_("命名时已经写了文号“%(number)s”，不能再改。") % {"number": papers.number_of(kind, subject)})]
    if not number:
        return []
    used = PaperNumber.objects.filter(campaign=campaign, number=number).exclude(kind=kind, about=subject.pk)
    named = Naming.objects.filter(place__track__campaign=campaign).exclude(document_number="").values_list("document_number", flat=True)
    if used.exists() or number in {tidy_number(given) for given in named.distinct()}:
        return [Problem(_("文号“%(number)s”已经用在另一份公文上，请核对。") % {"number": number}, "#id_number")]
    return []


def paper_text_problems(current, base):
    """Somebody saved another text, or gave it up, since the page was opened. `base`: the key of the text it showed, 0 for the built-in one."""
    if (current.pk if current else 0) == base:
        return []
    if current is None:
        return [Problem(_("你打开以后，别人改回了自带文本。你写的还在下面，没有保存；看过现在的文本以后，可以再点保存。"))]
    return [
        Problem(_("你打开以后，%(name)s保存了另一份文本。你写的还在下面，没有保存；看过现在的文本以后，可以再点保存。") % {"name": current.saved_by})
    ]
