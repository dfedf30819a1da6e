"""What is frozen at a submission, and what differs between two of them."""

from dataclasses import dataclass, field

from django.db.models import Max

from applications.models import Evidence
from applications.models.sending import checksum as checksum


def freeze(application):
    """The whole application as JSON: what the unit claimed, item by item, with the hash of every file."""
    evidence = {}
    for proof in (
        Evidence.objects.present().filter(response__application=application).select_related("blob", "checkpoint").order_by("added_at", "pk")
    ):
        evidence.setdefault(proof.response_id, []).append({
            "id": proof.pk,
            "kind": proof.kind,
            "title": proof.title,
            "url": proof.url,
            "sha256": proof.blob_id or "",
            "size": proof.blob.size if proof.blob else None,
            "checkpoint": proof.checkpoint.code if proof.checkpoint else "",
        })
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
            }
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


@dataclass
class ItemDifference:
    """What changed in one item: pairs of (before, after) where they differ, and the proofs that came and went."""

    code: str
    title: str
    verdict: tuple | None = None
    score: tuple | None = None
    narrative: tuple | None = None
    added: list = field(default_factory=list)
    removed: list = field(default_factory=list)

    def __bool__(self):
        return any([self.verdict, self.score, self.narrative, self.added, self.removed])

    @property
    def count(self):
        return sum(map(bool, [self.verdict, self.score, self.narrative])) + len(self.added) + len(self.removed)


def _pair(old, new, name):
    before, after = old.get(name), new.get(name)
    return (before, after) if before != after else None


def _proof(entry):
    return entry["sha256"] or entry["url"]


def item_difference(old, new):
    """Of one item in two snapshots; either may be missing ({}): an empty one was not there."""
    before = {_proof(entry): entry for entry in old.get("evidence", [])}
    after = {_proof(entry): entry for entry in new.get("evidence", [])}
    either = new or old
    return ItemDifference(
        code=either["code"], title=either["title"],
        verdict=_pair(old, new, "verdict"), score=_pair(old, new, "score"), narrative=_pair(old, new, "narrative"),
        added=[entry for proof, entry in after.items() if proof not in before],
        removed=[entry for proof, entry in before.items() if proof not in after],
    )


def differences(old, new):
    """The items that differ between two snapshots, in the order of the newer one."""
    before = {item["code"]: item for item in old["items"]}
    codes = {item["code"] for item in new["items"]}
    compared = [item_difference(before.get(item["code"], {}), item) for item in new["items"]]
    compared += [item_difference(item, {}) for code, item in before.items() if code not in codes]
    return [difference for difference in compared if difference]
