"""A small standard: two categories, three items, the last of them for townships and zones only."""

from decimal import Decimal

from campaigns.tests.factories import moment
from standards.models import Category, Checkpoint, Item, ItemPoints, Standard

SHAPE = {
    "1": ("组织机构健全", [("1.1", "机构健全", "政务公开领导机构和政务公开工作机构健全，配齐必要的专兼职人员。", {"zone": 30, "bureau": 40, "township": 30})]),
    "2": ("信息公开规范", [
        ("2.1", "法定内容公开", "做好法定政府信息常态化公开。", {"zone": 50, "bureau": 60, "township": 50}),
        ("2.2", "村务公开衔接", "指导村（居）民委员会编制公开事项清单。", {"zone": 20, "township": 20}),
    ]),
}


def make_standard(campaign, number=1, **fields):
    standard = Standard.objects.create(campaign=campaign, number=number, created_at=moment(8, 17, year=campaign.year), **fields)
    tracks = {track.key: track for track in campaign.tracks.all()}
    for category_order, (code, (name, items)) in enumerate(SHAPE.items()):
        category = Category.objects.create(standard=standard, code=code, name=name, order=category_order)
        for order, (item_code, title, text, points) in enumerate(items):
            item = Item.objects.create(category=category, code=item_code, title=title, text=text, order=order, evidence_kinds=["document", "url"])
            ItemPoints.objects.bulk_create([ItemPoints(item=item, track=tracks[key], points=Decimal(value)) for key, value in points.items() if key in tracks])
            checkpoint = Checkpoint.objects.create(item=item, code=f"{item_code}-1", text=text, order=0)
            checkpoint.tracks.set(tracks[key] for key in points if key in tracks)
    return standard
