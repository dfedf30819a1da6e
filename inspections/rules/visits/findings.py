"""What was found: every item of a visit, by whom, with what is still open about it."""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.audit import digest
from accounts.models import User
from applications.models import ItemResponse
from campaigns.rules import Problem
from inspections.models import AgreedScore, Score, Stage
from inspections.rules.desk import applying


@dataclass
class Finding:
    """One item of a visit: everybody's own record, what the group agreed on, and the photos."""

    response: ItemResponse
    members: list
    scores: dict = field(default_factory=dict)
    agreed: AgreedScore | None = None
    photos: list = field(default_factory=list)
    hidden_from: User | None = None
    apart: list = field(default_factory=list)  # second contents, filled in by `rules.talk`

    @property
    def item(self):
        return self.response.item

    @property
    def maximum(self):
        return self.response.maximum

    @property
    def waiting(self):
        """Members who have not recorded this item yet."""
        return [user for user in self.members if user.pk not in self.scores]

    @property
    def differs(self):
        """Whether the members see it differently."""
        return len({(score.verdict, score.points) for score in self.scores.values()}) > 1

    def of(self, user):
        return self.scores.get(user.pk)

    @property
    def shown(self):
        """(member, record or None), the others' records only for somebody who is not yet to record alone."""
        if self.hidden_from and self.hidden_from.pk not in self.scores:
            return [(user, None) for user in self.members]
        former = [score.scorer for pk, score in self.scores.items() if pk not in {user.pk for user in self.members}]
        return [(user, self.scores.get(user.pk)) for user in [*self.members, *former]]

    @property
    def is_hidden(self):
        return bool(self.hidden_from and self.hidden_from.pk not in self.scores and self.scores)

    @property
    def is_equal(self):
        """Whether all recorded alike and nothing is left to talk about but to agree."""
        return self.agreed is None and not self.waiting and not self.differs and not self.apart

    @property
    def mark(self):
        """Changes with any record and any agreement: a page that shows it knows whether something has happened since."""
        versions = sorted([score.scorer_id, score.version] for score in self.scores.values())
        return digest([self.agreed.agreed_at.isoformat() if self.agreed else "", versions])[:16]


def members_of(visit):
    return [member.user for member in visit.group.members.select_related("user__organization")]


def findings(visit, viewer=None, item=None):
    """The items of a visit in order (or only `item`), in a constant number of queries. A member who has not recorded an item is not shown the others' records."""
    members = members_of(visit)
    hidden_from = viewer if viewer in members and not visit.is_locked else None
    responses = applying(visit.application) if item is None else applying(visit.application).filter(item=item)
    found = {response.item_id: Finding(response, members, hidden_from=hidden_from) for response in responses}
    rows = {"application": visit.application_id, "stage": Stage.SITE, "item__in": found}
    for score in Score.objects.filter(**rows).select_related("scorer__organization").order_by("scored_at", "pk"):
        found[score.item_id].scores[score.scorer_id] = score
    for agreed in AgreedScore.objects.filter(**rows).select_related("agreed_by"):
        found[agreed.item_id].agreed = agreed
    for photo in visit.photos.present().filter(item__in=found).select_related("blob", "taken_by").order_by("added_at", "pk"):
        found[photo.item_id].photos.append(photo)
    return list(found.values())


def findings_hash(visit, rows=None):
    """SHA-256 over everything that is signed: each member's record, the agreed scores and their reasons, and the photos.

    The one place that says what a signature stands for: signing, locking, the record page and `check_invariants` all ask it.
    """
    rows = findings(visit) if rows is None else rows
    return digest({
        "unit": visit.application.organization.code,
        "campaign": visit.application.campaign.code,
        "on": visit.on.isoformat(),
        "items": [
            {
                "code": row.item.code,
                "maximum": f"{row.maximum:.2f}",
                "agreed": [f"{row.agreed.points:.2f}", row.agreed.reason] if row.agreed else None,
                "records": sorted([score.scorer_id, score.verdict, f"{score.points:.2f}", score.reason] for score in row.scores.values()),
                "photos": sorted(photo.blob_id for photo in row.photos),
            }
            for row in rows
        ],
    })


def site_points(rows):
    """(points, maximum) of what is agreed so far."""
    return sum(row.agreed.points for row in rows if row.agreed), sum(row.maximum for row in rows)


def talk_address(visit, code):
    """Where an item is talked over."""
    return f"{reverse('inspections:talk', args=[visit.pk])}#item-{code}"


def gaps(visit, rows, user=None):
    """What is missing before the group can sign, each with the page where it is mended; a member's own gaps come first."""
    own, others = [], []
    for row in rows:
        code = row.item.code
        if user in row.members and row.of(user) is None:
            own.append(Problem(_("%(item)s：你还没有记录") % {"item": row.item}, reverse("inspections:record", args=[visit.pk, code])))
        elif row.waiting:
            names = _("、").join(str(person) for person in row.waiting)
            others.append(Problem(_("%(item)s：还要等%(people)s记录") % {"item": row.item, "people": names}, talk_address(visit, code)))
        elif row.agreed is None:
            others.append(Problem(_("%(item)s：还没有商定得分") % {"item": row.item}, talk_address(visit, code)))
    return own + others


def locked_site_scores(applications):
    """The agreed scores of locked visits: the only points from a site that count."""
    return AgreedScore.objects.filter(stage=Stage.SITE, application__in=applications, application__visit__locked_at__isnull=False)
