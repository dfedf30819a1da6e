"""Comparing a submitted version with the others; a reviewer's word that a likeness is none."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.db import transaction

from accounts.audit import digest, record
from applications import rules
from applications.actions.locking import refuse
from applications.likeness import Text, number, share
from applications.models import Comparison, ItemResponse, Likeness, Mark, Submission
from campaigns.models import Campaign
from standards.models import Checkpoint, Item

Kind = Likeness.Kind

# A likeness below this is not even kept: no campaign may ask for less (campaigns.Campaign.likeness_percent).
LEAST_SHARE = 10
# The same passage is entered for so many answers at most. A later one is still found against these, and no look-up grows
# with the number of units: an answer costs its own marks times this, whether 120 units take part or 44,000.
MOST_ANSWERS = 40
# Of the answers found, those with the most marks in common are read and compared exactly.
MOST_CANDIDATES = 20
# How many keys one question to the database names: below what SQLite takes.
AT_ONCE = 500


@dataclass(frozen=True)
class Answer:
    """One item of a submitted version, made ready for comparing."""

    response: int
    campaign: int
    code: str
    narrative: str
    text: Text
    files: frozenset

    @cached_property
    def marks(self):
        return self.text.marks(f"{self.campaign}/{self.code}") | {number(f"{self.campaign}/{sha256}") for sha256 in self.files}


def official_texts(items):
    """{key of an item: what the standard says of it, down to the details of its checkpoints}."""
    found = {pk: [title, text] for pk, title, text in Item.objects.filter(pk__in=items).order_by().values_list("pk", "title", "text")}
    for item, text, details in Checkpoint.objects.filter(item__in=found).order_by("item", "order").values_list("item", "text", "details"):
        found[item] += [text, *details]
    return {pk: "\n".join(lines) for pk, lines in found.items()}


def answers_of(responses):
    """These answers as they stand in the newest submitted version; what was never submitted is left out."""
    rows = list(responses.order_by().values_list("pk", "application", "application__campaign", "item", "item__code"))
    newest = Submission.objects.newest().filter(application__in={application for _pk, application, *_more in rows})
    entries = {
        (application, entry["code"]): entry for application, snapshot in newest.order_by().values_list("application", "snapshot") for entry in snapshot["items"]
    }
    official, found = official_texts({item for *_more, item, _code in rows}), []
    for pk, application, campaign, item, code in rows:
        if entry := entries.get((application, code)):
            text = Text.of(entry["narrative"], official[item])
            files = frozenset(proof["sha256"] for proof in entry["evidence"] if proof["sha256"])
            found.append(Answer(pk, campaign, code, entry["narrative"], text, files))
    return found


@transaction.atomic
def compare(submission, *, at):
    """Find what of an application's newest version stands in other units' too, or in the unit's own of other years of the city, or of its county.

    Drafts are nobody's business: only submitted versions are ever read. Returns how many likenesses there are now.
    """
    application = submission.application
    Campaign.objects.select_for_update(no_key=True).get(pk=application.campaign_id)  # two at once would not see each other
    Mark.objects.filter(response__application=application).delete()
    mine = answers_of(application.responses.all())
    looked_up, room = look_up({mark for answer in mine for mark in answer.marks})
    found = {}
    others = {answer.response: answer for answer in answers_of(ItemResponse.objects.filter(pk__in=candidates(mine, looked_up)))}
    for answer in mine:
        near = {response for mark in answer.marks for response in looked_up.get(mark, ())}
        for other in (others[response] for response in near if response in others):
            found |= likenesses(answer, other, same_item=answer.code == other.code)
    level = application.campaign.county_id  # what a unit told its county is not held against what it tells the city
    own = ItemResponse.objects.filter(application__organization=application.organization_id, application__campaign__county=level).exclude(application=application)
    for other in answers_of(own.filter(application__submitted_at__isnull=False)):
        for answer in mine:
            found |= likenesses(answer, other, same_item=True)
    settle(application, found, at=at)
    Mark.objects.bulk_create(Mark(number=mark, response_id=answer.response) for answer in mine for mark in answer.marks if mark in room)
    Comparison.objects.get_or_create(submission=submission, defaults={"compared_at": at})
    return len(found)


def look_up(marks):
    """({mark: answers that have it}, the marks under which there is still room)."""
    found, ordered = defaultdict(list), sorted(marks)
    for start in range(0, len(ordered), AT_ONCE):
        for mark, response in Mark.objects.filter(number__in=ordered[start:start + AT_ONCE]).values_list("number", "response"):
            found[mark].append(response)
    return found, {mark for mark in marks if len(found.get(mark, ())) < MOST_ANSWERS}


def candidates(mine, looked_up):
    """Keys of the answers worth an exact look: for each of mine those with the most in common."""
    chosen = set()
    for answer in mine:
        common = Counter(response for mark in answer.marks for response in looked_up.get(mark, ()))
        chosen |= {response for response, _n in common.most_common(MOST_CANDIDATES)}
    return chosen


def likenesses(answer, other, *, same_item):
    """{(kind, later, earlier, file): (share, digest of the texts)} of a pair."""
    pair = max(answer.response, other.response), min(answer.response, other.response)
    found = {(Kind.FILE, *pair, sha256): (100, "") for sha256 in answer.files & other.files}
    percent = share(answer.text, other.text) if same_item else 0
    if percent >= LEAST_SHARE:
        texts = [text for _response, text in sorted([(answer.response, answer.narrative), (other.response, other.narrative)])]
        found[Kind.TEXT, *pair, None] = percent, digest(texts)
    return found


def settle(application, found, *, at):
    """Make the rows about this application those that were found. What a reviewer said holds while nothing it was said of changes."""
    standing = set()
    for row in Likeness.objects.about(application):
        key = (Kind(row.kind), row.response_id, row.other_id, row.blob_id)
        if key in found and found[key] == (row.share, row.of_texts):
            standing.add(key)
        else:
            row.delete()
    fresh = [
        Likeness(kind=kind, response_id=later, other_id=earlier, share=percent, blob_id=sha256, of_texts=of_texts, found_at=at)
        for (kind, later, earlier, sha256), (percent, of_texts) in found.items() if (kind, later, earlier, sha256) not in standing
    ]
    if fresh:
        take_over(application, fresh)
    Likeness.objects.bulk_create(fresh)


def take_over(application, fresh):
    """What was said of a file goes for every further unit that has it."""
    settled = {row.blob_id: row for row in templates_of(application.campaign_id)}
    responses = {row.response_id for row in fresh} | {row.other_id for row in fresh}
    campaigns = dict(ItemResponse.objects.filter(pk__in=responses).values_list("pk", "application__campaign"))
    for row in fresh:
        known = settled.get(row.blob_id)
        if known and campaigns[row.response_id] == campaigns[row.other_id]:
            row.dismissed_at, row.dismissed_by_id, row.dismiss_reason = known.dismissed_at, known.dismissed_by_id, known.dismiss_reason


def templates_of(campaign):
    """Files of which a reviewer said that every unit of the campaign uses them."""
    return Likeness.objects.between_units().filter(response__application__campaign=campaign, kind=Kind.FILE, dismissed_at__isnull=False)


def concerned(likeness):
    """The rows that one word of a reviewer settles: of a file all pairs of the campaign, since it is one and the same for everybody."""
    if likeness.kind == Kind.FILE and likeness.is_between_units:
        everybodys = Likeness.objects.between_units().filter(response__application__campaign=likeness.response.application.campaign_id)
        return everybodys.filter(kind=Kind.FILE, blob=likeness.blob_id)
    return Likeness.objects.filter(pk=likeness.pk)


@transaction.atomic
def dismiss_likeness(likeness, reason, *, by, at):
    """Looked at, and none: a form that all must use, a text that the city asked all to take over."""
    refuse(rules.dismissal_problems(reason))
    rows = concerned(likeness).filter(dismissed_at=None)
    settled = rows.update(dismissed_at=at, dismissed_by=by, dismiss_reason=reason.strip())
    if settled:
        say("applications.dismiss_likeness", likeness, by=by, at=at, reason=reason.strip(), settled=settled)
    return settled


@transaction.atomic
def restore_likeness(likeness, *, by, at):
    """It is one after all."""
    restored = concerned(likeness).exclude(dismissed_at=None).update(dismissed_at=None, dismissed_by=None, dismiss_reason="")
    if restored:
        say("applications.restore_likeness", likeness, by=by, at=at, restored=restored)
    return restored


def say(action, likeness, *, by, at, **detail):
    record(
        action, likeness, by=by, at=at, campaign=likeness.response.application.campaign, kind=likeness.kind, share=likeness.share,
        response=likeness.response_id, other=likeness.other_id, sha256=likeness.blob_id or "", **detail,
    )
