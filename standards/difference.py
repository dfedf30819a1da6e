"""What two versions of a standard say differently: items that came, went, changed, with both wordings of each."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from standards.contents import items_of


@dataclass
class Names:
    """How the campaign calls its tracks, kinds of evidence and methods."""

    tracks: dict
    evidence: dict
    methods: dict

    @classmethod
    def of(cls, campaign):
        return cls(
            {track.key: track.name for track in campaign.tracks.all()},
            campaign.legend.get("evidence_kinds", {}), campaign.legend.get("inspection_methods", {}),
        )


@dataclass
class CheckpointDifference:
    code: str
    before: str
    after: str


@dataclass
class Difference:
    """`words` and `checkpoints` are compared by character; of `facts` both sides are shown as they are."""

    kind: str  # added, removed, changed
    code: str
    title: str
    words: list = field(default_factory=list)
    facts: list = field(default_factory=list)
    checkpoints: list = field(default_factory=list)

    @property
    def kind_words(self):
        return {"added": _("新增"), "removed": _("删除"), "changed": _("修改")}[self.kind]

    @property
    def colour(self):
        return {"added": "green", "removed": "red", "changed": "violet"}[self.kind]


NOTHING = {
    "code": "", "title": "", "text": "", "notes": "", "points": {}, "evidence_kinds": [], "methods": [], "rules": [], "veto_candidate": False, "checkpoints": [],
}


def joined(codes, names):
    return _("、").join(names.get(code, code) for code in codes)


def shown_points(value):
    """Points may be a Decimal or, out of JSON, its spelling."""
    return "" if value is None else str(value) if isinstance(value, str) else f"{value.normalize():f}"


def checkpoint_text(row, names):
    only = [_("（仅适用于%(tracks)s）") % {"tracks": joined(row["tracks"], names.tracks)}] if len(row.get("tracks", names.tracks)) < len(names.tracks) else []
    return "\n".join([row["text"], *row["details"], *only])


def item_difference(old, new, names, *, places=("", "")):
    """Of one item in two versions, either of which may lack it (None). `places`: the category on each side."""
    kind = "added" if old is None else "removed" if new is None else "changed"
    either, before, after = new or old, old or NOTHING, new or NOTHING
    found = Difference(kind, either["code"], either["title"])
    for label, name in ((_("短标题"), "title"), (_("指标原文"), "text"), (_("说明"), "notes")):
        if before[name] != after[name]:
            found.words.append((label, before[name], after[name]))
    keys = [key for key in names.tracks if key in before["points"] or key in after["points"]]
    for key in keys:
        values = shown_points(before["points"].get(key)), shown_points(after["points"].get(key))
        if values[0] != values[1]:
            found.facts.append((_("%(track)s分值") % {"track": names.tracks[key]}, *values))
    sides = [
        (_("类别"), *places),
        (_("建议的证明材料"), joined(before["evidence_kinds"], names.evidence), joined(after["evidence_kinds"], names.evidence)),
        (_("检查方式"), joined(before["methods"], names.methods), joined(after["methods"], names.methods)),
        (_("时限和要求"), _("；").join(rule.get("summary", "") for rule in before["rules"]), _("；").join(rule.get("summary", "") for rule in after["rules"])),
        (_("一票否决候选"), _("是") if before["veto_candidate"] else "", _("是") if after["veto_candidate"] else ""),
    ]
    found.facts += [side for side in sides if side[1] != side[2]]
    left, right = ({row["code"]: checkpoint_text(row, names) for row in side["checkpoints"]} for side in (before, after))
    found.checkpoints = [
        CheckpointDifference(code, left.get(code, ""), right.get(code, "")) for code in [*right, *(code for code in left if code not in right)]
        if left.get(code) != right.get(code)
    ]
    return found


def differs(found):
    return found.kind != "changed" or bool(found.words or found.facts or found.checkpoints)


def standard_differences(old, new, names):
    """Of two lists of categories, in the order of the newer; what was removed comes last."""
    before, after = items_of(old), items_of(new)
    homes = [{item["code"]: f"{category['code']} {category['name']}" for category in side for item in category["items"]} for side in (old, new)]
    codes = [*after, *(code for code in before if code not in after)]
    found = [
        item_difference(before.get(code), after.get(code), names, places=(homes[0].get(code, ""), homes[1].get(code, ""))) for code in codes
    ]
    return [one for one in found if differs(one)]
