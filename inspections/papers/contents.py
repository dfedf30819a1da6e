"""What stands on 检查验收记录表, as plain data: one function for both kinds of paper, filled in or blank."""

from django.utils import timezone
from django.utils.translation import gettext as _

from applications.papers.contents import moment, points
from applications.papers.text import clean, clean_line
from inspections.rules import visits as rules
from inspections.rules.paper import signatures_of
from inspections.rules.signing import is_tampered

LONG = 700  # characters of one row; a longer one may break between two pages


def content(visit, *, viewer=None, is_blank=False, at):
    rows = rules.findings(visit, viewer)
    # Nobody learns from the paper what the screen still hides.
    shown = [] if is_blank else rows
    photos = [photo_of(photo, row) for row in shown if not row.is_hidden for photo in row.photos]
    before, items = None, []
    for row in rows:
        category = clean_line(row.item.category)
        items.append(item_of(row, is_blank) | {"category": category if category != before else ""})
        before = category
    return facts(visit, rows, is_blank, at) | {"items": items, "photos": photos, "links": []}


def item_of(row, is_blank):
    item = row.item
    agreed = None if is_blank else row.agreed
    found = {
        "code": clean_line(item.code), "title": clean_line(item.title), "text": clean(item.text).strip(), "maximum": points(row.maximum),
        "records": [] if is_blank else records_of(row), "agreed": points(agreed.points) if agreed else "", "reason": clean(agreed.reason).strip() if agreed else "",
    }
    words = len(found["text"]) + len(found["reason"]) + sum(len(record["note"]) for record in found["records"])
    return found | {"long": words > LONG or max(len(found["reason"]), *(len(record["note"]) for record in found["records"]), 0) > LONG // 3}


def records_of(row):
    if row.is_hidden:
        return [{"name": "", "said": _("你记录本项后可见"), "note": ""}]
    found = []
    for person, score in row.shown:
        said = _("%(verdict)s，%(points)s 分") % {"verdict": score.get_verdict_display(), "points": points(score.points)} if score else _("没有记录")
        found.append({
            "name": clean_line(person.name), "said": said + (_("（纸质补录）") if score and score.paper_id else ""), "note": clean(score.reason).strip() if score else "",
        })
    return found


def photo_of(photo, row):
    device = _("，手机时间 %(time)s") % {"time": moment(photo.device_at)} if photo.device_at else ""
    words = _("%(title)s　%(person)s %(time)s 上传%(device)s") % {
        "title": row.item.title, "person": photo.taken_by.name, "time": moment(photo.added_at), "device": device,
    }
    return {"item": clean_line(row.item.code), "title": clean_line(words), "sha256": photo.blob_id, "file": ""}


def member_of_group(member):
    words = _("%(name)s（%(unit)s，组长）") if member.is_leader else _("%(name)s（%(unit)s）")
    return clean_line(words % {"name": member.user.name, "unit": member.user.organization or "–"})


def facts(visit, rows, is_blank, at):
    application = visit.application
    unit, campaign = application.organization, application.campaign
    total, maximum = rules.site_points(rows)
    current = rules.findings_hash(visit, rows)
    members = visit.group.members.select_related("user__organization")
    if is_blank:
        state = _("空白表，现场填写")
    elif is_tampered(visit, current):
        state = _("校验值不一致：签字以后，有人绕过平台改过验收结果。")
    elif visit.is_locked:
        state = ""
    else:
        state = _("尚未锁定，仅供核对")
    return {
        "blank": is_blank, "campaign": clean_line(campaign.title), "unit": clean_line(unit.name), "state": state, "on": visit.on.isoformat(),
        "county": clean_line(unit.county.name) if unit.county and not unit.is_county else "", "track": clean_line(application.track.name),
        "group": clean_line(visit.group.name),
        "people": [member_of_group(member) for member in members],
        "needed": campaign.site_inspectors, "step": points(campaign.score_step), "total": points(total), "maximum": points(maximum),
        "agreed": sum(row.agreed is not None for row in rows), "official": application.standard.official_points,
        "locked": _("%(time)s %(person)s 锁定") % {"time": moment(visit.locked_at), "person": visit.locked_by.name} if visit.is_locked else "",
        "sha256": "" if is_blank else visit.findings_sha256 or current,
        "signatures": [
            {
                "name": clean_line(one.name), "role": clean_line(one.role), "time": moment(one.at) if one.at else "", "void": clean_line(one.void),
                "refusal": clean_line(one.refusal), "strokes": [] if is_blank else one.strokes, "ink": "",
            }
            for one in signatures_of(visit, current)
            if not (is_blank and one.void)
        ],
        "overrides": [] if is_blank else [
            clean_line(_("%(conflict)s理由：%(reason)s（%(person)s批准）") % {"conflict": one.conflict, "reason": one.reason, "person": one.allowed_by.name})
            for one in visit.overrides.select_related("allowed_by")
        ],
        "papers": [] if is_blank else [
            clean_line(
                _("%(time)s 由%(typist)s补录，纸上签名：%(people)s%(reason)s，扫描件 SHA-256 %(sha256)s") % {
                    "time": moment(paper.typed_at), "typist": paper.typed_by.name, "people": _("、").join(person.name for person in paper.inspectors.all()),
                    "reason": _("，晚录的理由：%(reason)s") % {"reason": paper.reason} if paper.reason else "", "sha256": paper.blob_id,
                }
            )
            for paper in visit.paper_records.select_related("typed_by").prefetch_related("inspectors")
        ],
        "printed": moment(timezone.localtime(at)),
    }
