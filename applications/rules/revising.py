"""What an amendment of the standard asks of a unit: to look at each item that changed before it submits."""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Evidence, ItemResponse
from campaigns.rules import Problem, Todo
from standards.difference import Names, item_difference


@dataclass
class Revised:
    """One item with everything an amendment (or several) did to it."""

    code: str
    response: object
    rows: list = field(default_factory=list)
    difference: object = None

    @property
    def is_open(self):
        return any(row.confirmed_at is None for row in self.rows)

    @property
    def dropped_scores(self):
        return [row.dropped["self_score"] for row in self.rows if "self_score" in row.dropped]

    @property
    def dropped_checkpoints(self):
        return [pair for row in self.rows for pair in row.dropped.get("checkpoints", [])]


def revised(application, *, only_open=True):
    """What changed item by item, in the standard's order, in a constant number of queries."""
    rows = application.revised_items.all()
    if only_open:
        rows = rows.open()
    found = {}
    for row in rows.order_by("revised_at", "pk"):
        found.setdefault(row.code, Revised(row.code, None)).rows.append(row)
    if not found:
        return []
    responses = {
        response.pk: response
        for response in ItemResponse.including_removed.filter(revisions__in=[row.pk for one in found.values() for row in one.rows]).select_related("item__category")
    }
    names = Names.of(application.campaign)
    names.tracks = {key: name for key, name in names.tracks.items() if key == application.track.key}
    for one in found.values():
        one.response = responses[one.rows[-1].response_id]
        one.difference = item_difference(one.rows[0].before, one.rows[-1].after, names)
    return sorted(found.values(), key=lambda one: (one.response.item.category.order, one.response.item.order, one.code))


def removed_answers(application):
    """Answers to items that the standard no longer has, for reading, where anything was answered."""
    removed = ItemResponse.including_removed.filter(application=application, removed_at__isnull=False)
    answered = ~Q(narrative="") | ~Q(self_verdict="") | Q(self_score__isnull=False) | Exists(Evidence.objects.present().filter(response=OuterRef("pk")))
    return removed.filter(answered).select_related("item__category").prefetch_related("evidence__blob").order_by("item__category__order", "item__order", "pk")


def revised_problems(application):
    n = application.revised_items.open().values("code").distinct().count()
    return [Problem(_("建设标准已更新，还有 %(n)s 项没有核对") % {"n": n}, reverse("applications:revision", args=[application.pk]))] if n else []


def revised_todos(application):
    if not application.is_editable:
        return []
    codes = list(dict.fromkeys(application.revised_items.open().order_by("pk").values_list("code", flat=True)))
    if not codes:
        return []
    return [Todo(
        _("建设标准已更新，请核对 %(n)s 项") % {"n": len(codes)}, _("有变化的指标：%(codes)s。已填的内容都保留着，核对后再提交") % {"codes": "、".join(codes[:12]) + ("…" if len(codes) > 12 else "")},
        reverse("applications:revision", args=[application.pk]), _("去核对"), "red", "document",
    )]
