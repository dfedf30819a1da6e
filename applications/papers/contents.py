"""What stands on the application form, as plain data: one function for both kinds of paper, for a submitted version or the draft."""

from decimal import Decimal
from io import BytesIO

import segno
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from applications import snapshots, uploads
from applications.models import Blob, Evidence, ItemResponse
from applications.papers.text import blocks, clean_line

PHOTO_WIDTH, PHOTO_HEIGHT = 72, 80


def points(value):
    return "–" if value in (None, "") else f"{Decimal(value).normalize():f}"


def moment(at):
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def content(application, submission=None, *, at):
    """Of a submitted version, else of what is written now under the number its submission will get."""
    snapshot = submission.snapshot if submission else snapshots.freeze(application)
    verdicts = dict(ItemResponse.Verdict.choices)
    categories = {
        response.item.code: str(response.item.category) for response in application.responses.select_related("item__category")
    }
    blobs = Blob.objects.in_bulk({proof["sha256"] for item in snapshot["items"] for proof in item.get("evidence", []) if proof["sha256"]})
    items, photos, links, before = [], [], [], None
    for item in snapshot["items"]:
        files = []
        for proof in item.get("evidence", []):
            title = clean_line(proof["title"])
            if proof["kind"] == Evidence.Kind.LINK:
                links.append(link(item["code"], proof, title))
                files.append(_("%(title)s（附件二第 %(n)s 条）") % {"title": title, "n": len(links)})
            elif proof["kind"] == Evidence.Kind.PHOTO:
                photos.append({"item": clean_line(item["code"]), "title": title, "sha256": proof["sha256"], "file": ""})
                files.append(_("%(title)s（附件一第 %(n)s 张）") % {"title": title, "n": len(photos)})
            else:
                files.append(f"{title}（{file_facts(proof, blobs.get(proof['sha256']))}）")
        category = clean_line(categories.get(item["code"], ""))
        items.append({
            "category": category if category != before else "", "code": clean_line(item["code"]), "title": clean_line(item["title"]),
            "verdict": str(verdicts.get(item["verdict"], _("未选择"))), "score": points(item["score"]), "maximum": points(item["maximum"]),
            "narrative": blocks(item["narrative"]), "evidence": files,
        })
        before = category
    return facts(application, submission, snapshot, at) | {"items": items, "photos": photos, "links": links}


def facts(application, submission, snapshot, at):
    scored = [item for item in snapshot["items"] if item["score"] is not None]
    county = application.organization.county if application.goes_through_county else None
    campaign = application.campaign
    return {
        "campaign": clean_line(campaign.title), "year": str(campaign.year), "organizer": clean_line(campaign.organizer),
        "unit": clean_line(snapshot.get("unit") or application.organization.name), "track": clean_line(snapshot.get("track") or application.track.name),
        "county": clean_line(county.name) if county else "", "contact": clean_line(application.contact_name), "phone": clean_line(application.contact_phone),
        "receipt": submission.receipt if submission else snapshots.next_receipt(application),
        "checksum": snapshots.checksum(snapshot), "draft": "" if submission else _("草稿，尚未提交"),
        "received": moment(submission.received_at) if submission else "", "printed": moment(at),
        "score": points(sum(Decimal(item["score"]) for item in scored)) if scored else "–",
        "maximum": points(sum(Decimal(item["maximum"]) for item in snapshot["items"])),
        "official": application.standard.official_points,
    }


def file_facts(proof, blob):
    kind = uploads.KINDS[blob.extension].label if blob and blob.extension in uploads.KINDS else _("文件")
    size = uploads.megabytes(proof["size"]) if proof.get("size") and proof["size"] >= 1024**2 else f"{max(1, (proof.get('size') or 0) // 1024)} KB"
    return f"{kind}，{size}，SHA-256 {proof['sha256'][:10].upper()}"


def link(code, proof, title):
    checked_at = proof.get("checked_at") or ""
    return {
        "item": clean_line(code), "title": title, "url": clean_line(proof["url"]), "check": clean_line(proof.get("check") or _("未检查")),
        "checked_at": clean_line(checked_at)[:16].replace("T", " "), "code": "",
    }


def pictures(found, progress=lambda done, of: None):
    """{name: bytes} of the photos, upright and without metadata, and of the links' QR codes; each entry learns its file's name.

    A photo that cannot be shown keeps its name only.
    """
    drawn, total = {}, len(found["photos"])
    blobs = Blob.objects.in_bulk({photo["sha256"] for photo in found["photos"]})
    for number, photo in enumerate(found["photos"], 1):
        try:
            picture = uploads.picture_now(blobs[photo["sha256"]])
        except (KeyError, FileNotFoundError, uploads.NoPreview):
            photo["file"] = ""
        else:
            photo["file"], photo["size"] = f"photo-{number}.jpg", fitted(picture)
            drawn[photo["file"]] = picture
        progress(number, total)
    for number, entry in enumerate(found["links"], 1):
        if entry["url"].lower().startswith(("http://", "https://")):
            entry["code"] = f"code-{number}.png"
            drawn[entry["code"]] = qr(entry["url"])
    return drawn


def fitted(picture):
    """(width, 0) or (0, height) in mm, so that an upright photo and a wide one both fit a quarter of a page."""
    with Image.open(BytesIO(picture)) as image:
        width, height = image.size
    return (PHOTO_WIDTH, 0) if width * PHOTO_HEIGHT >= height * PHOTO_WIDTH else (0, PHOTO_HEIGHT)


def qr(url):
    file = BytesIO()
    segno.make(url, micro=False).save(file, kind="png", scale=4, border=2)
    return file.getvalue()
