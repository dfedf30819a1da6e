"""Each workbook the portal makes: what it is called, who may have it, its columns and its rows. All in `EXPORTS`.

A workbook is made by a worker (`accounts.jobs`) from the address of the screen it was asked on, so that what is filtered
there is what is exported. How it looks is `table.py`, where its rows come from is `rows.py`.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import jobs
from accounts.models import User
from campaigns.models import Campaign
from results import permissions, reports
from results.exports import rows
from results.exports.table import (
    COUNT,
    DAY,
    MOMENT,
    NUMBER,
    POINTS,
    SHORT,
    TOTAL,
    Column,
    OtherRows,
    TooManyRows,
    write,
)

KIND = "results.export"


@dataclass(frozen=True)
class Export:
    """`words` say the filter it takes over from its screen, one entry for each of its parts; some speak of the whole campaign."""

    name: str
    title: Promise
    about: Promise
    may: Callable[[User, Campaign], bool]
    columns: Callable[[Campaign], list[Column]]
    rows: Callable[[rows.Asked], rows.Rows]
    words: Callable[[rows.Asked], list[str]] = lambda asked: []

    @property
    def address(self):
        return reverse(f"results:export_{self.name}")


def unit_columns(campaign):
    return [
        Column(_("申报单位"), 30), Column(_("县（市、区）"), 11), Column(_("申报类别"), 22), Column(_("状态"), 11, SHORT), Column(_("已完成项"), 8, COUNT), Column(_("应填项"), 7, COUNT),
        Column(_("推荐顺序"), 8, COUNT), Column(_("联系人"), 10), Column(_("联系电话"), 15, SHORT), Column(_("报送时间"), 17, MOMENT), Column(_("受理决定时间"), 17, MOMENT), Column(_("不予受理理由"), 22),
    ]


def public_unit_columns(campaign):
    return [Column(_("申报单位"), 44), Column(_("县（市、区）"), 18), Column(_("申报类别"), 30), Column(_("状态"), 16, SHORT), Column(_("报送日期"), 16, DAY)]


def score_columns(campaign):
    return [
        Column(_("单位"), 26), Column(_("编号"), 7, SHORT), Column(_("指标"), 31), Column(_("分值"), 7, POINTS), Column(_("材料评分人一"), 10), Column(_("得分"), 7, POINTS),
        Column(_("材料评分人二"), 10), Column(_("得分"), 7, POINTS), Column(_("材料得分"), 8, POINTS), Column(_("现场各人得分"), 22), Column(_("现场得分"), 8, POINTS), Column(_("扣分理由或说明"), 34),
    ]


def ranking_columns(campaign):
    return [
        Column(_("名次"), 6, NUMBER), Column(_("单位"), 24), Column(_("县（市、区）"), 10), Column(_("申报类别"), 22), Column(_("材料审核"), 8, TOTAL), Column(_("现场验收"), 8, TOTAL),
        Column(_("加分"), 7, TOTAL), Column(_("扣分"), 7, TOTAL), Column(_("总分"), 8, TOTAL), *(Column(name, 8, TOTAL) for name in reports.category_names_of(campaign).values()),
        Column(_("整改"), 11, SHORT), Column(_("验收签字"), 9, SHORT), Column(_("回避"), 12), Column(_("名单"), 7, SHORT), Column(_("说明"), 18),
    ]


def county_columns(campaign):
    counted = partial(Column, kind=COUNT, summed=True)
    return [
        Column(_("县（市、区）"), 28), counted(_("可申报单位"), 9), counted(_("已开始"), 8), counted(_("已报送至市"), 9), counted(_("已受理"), 8), Column(_("推荐数/下限"), 26, SHORT),
        counted(_("验收已锁定"), 9), counted(_("整改任务"), 8), counted(_("已销号"), 8), counted(_("未销号"), 8), Column(_("平均总分"), 10, TOTAL), counted(_("选入名额"), 8), counted(_("已命名"), 8),
    ]


def rectification_columns(campaign):
    return [
        Column(_("单位"), 24), Column(_("县（市、区）"), 10), Column(_("指标"), 20), Column(_("存在的问题"), 34), Column(_("下达时间"), 17, MOMENT), Column(_("下达人"), 9),
        Column(_("整改期限（末日）"), 12, DAY), Column(_("状态"), 9, SHORT), Column(_("整改结果"), 34), Column(_("回复时间"), 17, MOMENT), Column(_("销号人"), 9), Column(_("销号时间"), 17, MOMENT),
    ]


def visit_columns(campaign):
    return [
        Column(_("验收日期"), 12, DAY), Column(_("验收组"), 13), Column(_("单位"), 28), Column(_("县（市、区）"), 11), Column(_("申报类别"), 22), Column(_("组长"), 10), Column(_("组员"), 24),
        Column(_("状态"), 9, SHORT), Column(_("签字人数"), 8, COUNT), Column(_("备注"), 26),
    ]


def place_columns(campaign):
    counted = partial(Column, kind=COUNT, summed=True)
    return [
        Column(_("申报类别"), 26), counted(_("名额"), 8), counted(_("已选入"), 8), counted(_("未用"), 8), counted(_("已命名"), 8), Column(_("名单状态"), 11, SHORT), Column(_("入选单位"), 46), Column(_("名额未用满的理由"), 34),
    ]


def bonus_columns(campaign):
    return [
        Column(_("单位"), 34), Column(_("县（市、区）"), 16), Column(_("命名类别"), 26), Column(_("命名文号"), 28), Column(_("命名日期"), 13, DAY), Column(_("加分分值"), 11, TOTAL), Column(_("备注"), 26),
    ]


EXPORTS = {export.name: export for export in (
    Export(
        "applications", gettext_lazy("申报汇总表"), gettext_lazy("各单位的申报状态、进度、联系人和电话，内部使用。"),
        permissions.can_export_units, unit_columns, rows.applications, rows.words_of_applications,
    ),
    Export(
        "public_applications", gettext_lazy("申报汇总表（公开）"), gettext_lazy("各单位的申报状态和报送日期，没有联系人和电话，可以对外。"),
        permissions.can_export_units, public_unit_columns, rows.public_applications, rows.words_of_applications,
    ),
    Export(
        "scores", gettext_lazy("评分明细"), gettext_lazy("每个单位每项指标的材料评分、现场评分和扣分理由。没有评完的，别人的评分不列出。"),
        permissions.can_export, score_columns, rows.scores, rows.words_of_scores,
    ),
    Export(
        "ranking", gettext_lazy("排名表"), gettext_lazy("各类别的名次、总分、六类得分、整改、签字和回避情况。"),
        permissions.can_export, ranking_columns, rows.ranking, rows.words_of_ranking,
    ),
    Export(
        "counties", gettext_lazy("各县（市、区）情况"), gettext_lazy("各县（市、区）的申报、推荐、整改、验收、得分和入选数量。"),
        permissions.can_export, county_columns, rows.counties,
    ),
    Export(
        "rectifications", gettext_lazy("整改台账"), gettext_lazy("每项整改任务的问题、期限、回复和销号情况。"),
        permissions.can_export_rectification, rectification_columns, rows.rectifications, rows.words_of_rectifications,
    ),
    Export(
        "visits", gettext_lazy("验收安排"), gettext_lazy("每个单位的验收日期、验收组、人员和签字情况。"),
        permissions.can_export, visit_columns, rows.visits, rows.words_of_visits,
    ),
    Export(
        "places", gettext_lazy("名额使用"), gettext_lazy("各类别名额的使用、入选单位和没有用满的理由。"),
        permissions.can_export, place_columns, rows.places,
    ),
    Export(
        "yearly_bonus", gettext_lazy("年度加分"), gettext_lazy("命名的单位在年度政务公开考核中的加分。"),
        permissions.can_export, bonus_columns, rows.yearly_bonus,
    ),
)}


def start(export, campaign, query, *, by, at):
    """Queue the workbook for what the address says; the title of the job says the filter."""
    words = in_words(export, rows.Asked(by, campaign, query, at))
    title = _("%(campaign)s%(title)s（%(words)s）") % {"campaign": campaign.title, "title": export.title, "words": words}
    return jobs.start(KIND, Truncator(title).chars(200), by=by, at=at, workbook=export.name, campaign=campaign.pk, query=query.urlencode())


def in_words(export, asked):
    return _("，").join(export.words(asked)) or _("全部")


@jobs.kind(KIND)
def make(job, progress):
    """The file, as the person who asked may see it at the moment it is made."""
    export, campaign, at = EXPORTS[job.parameters["workbook"]], Campaign.objects.get(pk=job.parameters["campaign"]), timezone.now()
    if not export.may(job.owner, campaign):
        raise PermissionDenied(_("你现在没有导出%(title)s的权限。") % {"title": export.title})
    asked, moment = rows.Asked(job.owner, campaign, QueryDict(job.parameters["query"]), at), timezone.localtime(at)
    found = export.rows(asked)
    notes = [
        _("筛选：%(words)s") % {"words": in_words(export, asked)}, _("时间：%(moment)s") % {"moment": f"{moment:%Y-%m-%d %H:%M}"}, *found.notes,
        *([_("演示数据：人员和分数均为虚构")] if campaign.is_demo else []),
    ]
    progress(0, found.count)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the job closes it when it is stored
    try:
        write(file, f"{campaign.title}{export.title}", notes, export.columns(campaign), found.rows, count=found.count, name=str(export.title), progress=progress)
    except BaseException as error:
        file.close()
        if isinstance(error, TooManyRows):
            raise ValueError(_("共 %(n)s 行，超出一张表的上限，请筛选后分几次导出。") % {"n": found.count}) from None
        if isinstance(error, OtherRows):
            raise ValueError(_("导出期间数据有变化，请重新导出。")) from None
        raise
    file.seek(0)
    return _("%(title)s %(moment)s.xlsx") % {"title": f"{campaign.title}{export.title}", "moment": f"{moment:%Y-%m-%d %H%M}"}, file
