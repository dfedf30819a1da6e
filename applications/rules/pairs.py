"""The time rule on interpretations: how many working days lie between a document and its interpretation, and how many may."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import InterpretationPair, latest_checks
from campaigns.rules import Problem, calendar_of, unconfirmed_years, workdays_between

# What the campaign file calls the limit among an item's rules.
INTERPRETATION = "interpretation_workdays"
MOST_PAIRS = 200
FIRST_YEAR = 2000


def interpretation_limit(item):
    """Within how many working days this item wants a document interpreted; None where it asks for nothing of the kind."""
    for rule in item.rules:
        if rule.get("kind") == "time_limit" and rule.get("parameter") == INTERPRETATION:
            return int(rule["default_value"])
    return None


def pair_problems(response, values, at, besides=None):
    if interpretation_limit(response.item) is None:
        return [Problem(_("这一项没有解读时限，不需要对照表。"))]
    problems, others = [], response.pairs.exclude(pk=besides.pk if besides else None)
    if besides is None and others.count() >= MOST_PAIRS:
        problems.append(Problem(_("对照表最多 %(n)s 行，更多的请上传 Excel 文件。") % {"n": MOST_PAIRS}))
    if values["document_title"] and others.filter(document_title=values["document_title"]).exists():
        problems.append(Problem(_("“%(title)s”已经在对照表里，不用重复添加。") % {"title": values["document_title"]}))
    for name, words in (("document_on", _("文件公开日期")), ("reading_on", _("解读公开日期"))):
        if values[name] > timezone.localdate(at):
            problems.append(Problem(_("%(name)s还没有到，请核对。") % {"name": words}))
        elif values[name].year < FIRST_YEAR:
            problems.append(Problem(_("%(name)s太早，请核对年份。") % {"name": words}))
    for name in ("document_link", "reading_link"):
        if values[name] and values[name].response_id != response.pk:
            problems.append(Problem(_("所选的网页链接不属于本项，请重新选择。")))
    return problems


@dataclass
class PairRow:
    """A pair as it is shown, from the table or from a submitted version, with what the calendar says of it."""

    document_title: str
    document_on: date
    document_url: str
    document_stated: date | None
    reading_title: str
    reading_on: date
    reading_url: str
    reading_stated: date | None
    limit: int
    pair: InterpretationPair | None = None
    workdays: int = 0
    is_confirmed: bool = True

    @property
    def is_late(self):
        return self.workdays > self.limit

    @property
    def is_same_day(self):
        return self.document_on == self.reading_on

    @property
    def is_early(self):
        return self.reading_on < self.document_on

    @property
    def disagrees(self):
        """A date that the linked page itself gives differently."""
        return any(stated and stated != on for stated, on in ((self.document_stated, self.document_on), (self.reading_stated, self.reading_on)))


def pair_rows(response):
    """The pairs of an item, each with its working days; in a fixed number of queries."""
    limit = interpretation_limit(response.item)
    if limit is None:
        return []
    return timed([_row(pair, limit) for pair in pairs_with_links(response.pairs)])


def pairs_with_links(pairs):
    return pairs.select_related("document_link", "reading_link").prefetch_related(latest_checks("document_link__checks"), latest_checks("reading_link__checks"))


def _row(pair, limit):
    return PairRow(
        pair.document_title, pair.document_on, _url(pair.document_link), _stated(pair.document_link),
        pair.reading_title, pair.reading_on, _url(pair.reading_link), _stated(pair.reading_link), limit, pair,
    )


def _url(link):
    return link.url if link else ""


def _stated(link):
    return link.last_check.published_on if link and link.last_check else None


def frozen_pair(row):
    """A row as a submitted version keeps it."""
    return {
        "document": row.document_title, "document_on": row.document_on.isoformat(), "document_url": row.document_url,
        "document_stated": row.document_stated.isoformat() if row.document_stated else "",
        "reading": row.reading_title, "reading_on": row.reading_on.isoformat(), "reading_url": row.reading_url,
        "reading_stated": row.reading_stated.isoformat() if row.reading_stated else "",
    }


def frozen_pair_rows(entry):
    """The rows of one item in a submitted version; of versions without any, none."""

    def day(text):
        return date.fromisoformat(text) if text else None

    return timed([
        PairRow(
            kept["document"], day(kept["document_on"]), kept["document_url"], day(kept["document_stated"]),
            kept["reading"], day(kept["reading_on"]), kept["reading_url"], day(kept["reading_stated"]), entry["interpretation_limit"],
        )
        for kept in entry.get("pairs", [])
    ])


def timed(rows):
    if not rows:
        return rows
    first, last = min(row.document_on for row in rows), max(row.reading_on for row in rows)
    calendar = calendar_of(first, last)
    unconfirmed = set(unconfirmed_years(range(first.year, last.year + 1))) if last >= first else set()
    for row in rows:
        row.workdays = workdays_between(row.document_on, row.reading_on, calendar)
        years = range(row.document_on.year, row.reading_on.year + 1)
        row.is_confirmed = row.is_same_day or not unconfirmed.intersection(years)
    return rows


def late_pair_warnings(application):
    """What the unit should see before it submits; the time rule is judged by the reviewers and blocks nothing."""
    problems = []
    for response in application.responses.filter(pairs__isnull=False).select_related("item").distinct().in_order():
        response.application = application
        late = [row for row in pair_rows(response) if row.is_late]
        if late:
            problems.append(Problem(
                _("%(item)s：%(n)s 份解读晚于 %(limit)s 个工作日，请核对日期；属实的，请在工作情况说明里写明原因") % {"item": response.item, "n": len(late), "limit": late[0].limit},
                f"{response.get_absolute_url()}#pairs",
            ))
    return problems
