"""The campaign of the notice, small: three tracks, three phases, two townships from each county."""

from accounts.tests.factories import make_kind, moment
from campaigns.models import Campaign, Minimum, Opens, Phase, Track

TRACKS = [
    ("zone", "county", "县（市、区）示范区", 3), ("bureau", "bureau", "市直单位示范点", 5), ("township", "township", "乡镇（街道）示范点", 10),
]


def make_county_campaign(county, code=None, year=2021, **fields):
    """A county's own, for its townships and its bureaus."""
    fields = {"title": f"{year}年{county}政务公开示范点创建"} | fields
    return make_campaign(code or f"county-{county.code}", year, county=county, tracks=TRACKS[1:], **fields)


def make_campaign(code="xuancheng-2021", year=2021, tracks=TRACKS, **fields):
    fields = {"title": f"{year}年全市政务公开示范区和示范点创建"} | fields
    campaign = Campaign.objects.create(
        code=code, year=year, city="宣城市", organizer="市政务公开办",
        tie_order=["2", "1"], published_at=moment(8, 17, year=year), **{"plan_days": 0} | fields,
    )
    for order, (key, name, opens, starts_at, ends_at) in enumerate([
        ("application", "自主申报", Opens.SUBMIT, moment(8, 17, year=year), moment(10, 1, year=year)),
        ("guidance", "督促指导", Opens.GUIDE, moment(9, 30, year=year), moment(10, 16, year=year)),
        ("inspection", "检查验收", Opens.INSPECT, moment(10, 15, year=year), moment(11, 1, year=year)),
    ]):
        Phase.objects.create(campaign=campaign, key=key, name=name, opens=opens, starts_at=starts_at, ends_at=ends_at, order=order)
    for order, (key, kind, name, quota) in enumerate(tracks):
        Track.objects.create(campaign=campaign, key=key, kind=make_kind(kind), name=name, quota=quota, order=order)
    Minimum.objects.create(track=campaign.tracks.get(key="township"), per=make_kind("county"), min=2, verbatim="其中每个县（市、区）至少要上报2个乡镇（街道）")
    return campaign
