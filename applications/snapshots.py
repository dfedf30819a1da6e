"""What is frozen at a submission, and what differs between two of them."""

from dataclasses import dataclass, field

from django.db.models import Max

from applications import rules
from applications.models import Evidence, ItemResponse, latest_checks
from applications.models.sending import checksum as checksum


def freeze(application):
    """The whole application as JSON: what the unit claimed, item by item, with the hash of every file."""
    evidence = {}
    for proof in (
        Evidence.objects.present().filter(response__application=application).select_related("blob", "checkpoint")
        .prefetch_related(latest_checks()).order_by("added_at", "pk")
    ):
        evidence.setdefault(proof.response_id, []).append({
            "id": proof.pk,
            "kind": proof.kind,
            "title": proof.title,
            "url": proof.url,
            "sha256": proof.blob_id or "",
            "size": proof.blob.size if proof.blob else None,
            "checkpoint": proof.checkpoint.code if proof.checkpoint else "",
        } | _check(proof))
    return {
        "unit": application.organization.name,
        "track": application.track.name,
        "items": [
            {
                "code": response.item.code,
                "title": response.item.title,
                "maximum": str(response.maximum),
                "verdict": response.self_verdict,
                "score": None if response.self_score is None else str(response.self_score),
                "narrative": response.narrative,
                "evidence": evidence.get(response.pk, []),
            } | _pairs(response)
            for response in application.responses.select_related("item").in_order()
        ],
    }


def next_number(application):
    return (application.submissions.aggregate(last=Max("number"))["last"] or 0) + 1


def receipt_of(application, number):
    return f"{application.campaign.year}-{application.pk:04}-{number}"


def next_receipt(application):
    """The number that the next submission will get, for what is printed before it."""
    return receipt_of(application, next_number(application))


def _check(proof):
    """What was last found at a link; nothing for files, and nothing where nobody has looked."""
    check = proof.last_check
    if check is None:
        return {}
    return {"check": {
        "id": check.pk, "outcome": check.outcome, "status": check.http_status, "checked_at": check.checked_at.isoformat(), "title": check.title,
        "sha256": check.snapshot_id or "", "published_on": check.published_on.isoformat() if check.published_on else "",
    }}


def _pairs(response):
    """Documents and interpretations side by side, for the items that set a limit."""
    limit = rules.interpretation_limit(response.item)
    if limit is None:
        return {}
    return {"interpretation_limit": limit, "pairs": [rules.frozen_pair(row) for row in rules.pair_rows(response)]}


VERDICTS = dict(ItemResponse.Verdict.choices)


@dataclass
class ItemDifference:
    """What changed in one item: pairs of (before, after) where they differ, and the proofs that came, went, or took another's place."""

    code: str
    title: str
    verdict: tuple | None = None
    score: tuple | None = None
    narrative: tuple | None = None
    added: list = field(default_factory=list)
    removed: list = field(default_factory=list)
    pairs_added: list = field(default_factory=list)
    pairs_removed: list = field(default_factory=list)
    replaced: list = field(default_factory=list)

    def __bool__(self):
        return self.count > 0

    @property
    def count(self):
        changed = sum(map(bool, [self.verdict, self.score, self.narrative]))
        return changed + sum(map(len, [self.added, self.removed, self.replaced, self.pairs_added, self.pairs_removed]))

    @property
    def verdict_words(self):
        """The verdicts as people read them; an empty one was not chosen."""
        return self.verdict and tuple(VERDICTS.get(verdict, "") for verdict in self.verdict)


def _pair(old, new, name):
    before, after = old.get(name), new.get(name)
    return (before, after) if before != after else None


def _proof(entry):
    return entry["sha256"] or entry["url"]


def _said(pair):
    """What the unit claims in a row. What the linked pages state is found by us, and no change of the unit's."""
    return {name: value for name, value in pair.items() if not name.endswith("_stated")}


def _stand_ins(added, removed):
    """Pairs of (removed, added) under one name: the same paper with other contents, the same page at another address."""
    places = {}
    for entry in removed:
        places.setdefault((entry["kind"], entry["title"]), entry)
    pairs = []
    for entry in added:
        if before := places.pop((entry["kind"], entry["title"]), None):
            pairs.append((before, entry))
    return pairs


def item_difference(old, new):
    """Of one item in two snapshots; either may be missing ({}): an empty one was not there."""
    before = {_proof(entry): entry for entry in old.get("evidence", [])}
    after = {_proof(entry): entry for entry in new.get("evidence", [])}
    added = [entry for proof, entry in after.items() if proof not in before]
    removed = [entry for proof, entry in before.items() if proof not in after]
    replaced = _stand_ins(added, removed)
    either = new or old
    return ItemDifference(
        code=either["code"], title=either["title"],
        verdict=_pair(old, new, "verdict"), score=_pair(old, new, "score"), narrative=_pair(old, new, "narrative"),
        added=[entry for entry in added if all(entry is not after for _before, after in replaced)],
        removed=[entry for entry in removed if all(entry is not before for before, _after in replaced)],
        replaced=replaced,
        pairs_added=[pair for pair in map(_said, new.get("pairs", [])) if pair not in map(_said, old.get("pairs", []))],
        pairs_removed=[pair for pair in map(_said, old.get("pairs", [])) if pair not in map(_said, new.get("pairs", []))],
    )


def differences(old, new):
    """The items that differ between two snapshots, in the order of the newer one."""
    before = {item["code"]: item for item in old["items"]}
    codes = {item["code"] for item in new["items"]}
    compared = [item_difference(before.get(item["code"], {}), item) for item in new["items"]]
    compared += [item_difference(item, {}) for code, item in before.items() if code not in codes]
    return [difference for difference in compared if difference]
