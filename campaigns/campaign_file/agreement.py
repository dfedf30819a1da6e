"""Does it agree with itself? A part of the wrong shape is passed over here; the look at the shape reports it."""

from decimal import Decimal
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from accounts.loading import Finding
from accounts.models import Organization, OrganizationKind
from accounts.rehearsing import PREFIX, current
from campaigns.campaign_file.meaning import DEFAULT_OPENS, DEFAULT_TIMEZONE, applied_tracks, merged_legend
from campaigns.campaign_file.parts import as_day, fields, is_number, rows, words
from campaigns.campaign_file.shape import part


class Check:
    def __init__(self, document, kinds):
        self.document = document
        self.findings = []
        self.campaign = fields(document.get("campaign"))
        self.tracks = [row["key"] for n, row in rows(self.campaign.get("tracks")) if isinstance(row.get("key"), str)]
        self.kinds = kinds | {row["code"] for n, row in rows(document.get("kinds")) if isinstance(row.get("code"), str)}
        self.legend = merged_legend(document)

    def wrong(self, path, text, **names):
        self.findings.append(Finding(path, text % names if names else text))

    def all(self):
        self.codes()
        self.dates()
        self.references()
        self.county()
        self.scoring()
        self.points()
        return self.findings

    def unique(self, entries, sentence):
        """`entries` are (path, value); each value may stand once."""
        first = {}
        for path, value in entries:
            if isinstance(value, str | tuple) and first.setdefault(value, path) != path:
                shown = value if isinstance(value, str) else " / ".join(map(str, value))
                self.wrong(path, sentence, value=shown, first=first[value])

    def codes(self):
        twice = _("“%(value)s”已经在 %(first)s 用过，请换一个。")
        campaign, categories = self.campaign, rows(self.document.get("categories"))
        if str(campaign.get("code", "")).startswith(PREFIX) and not current():
            self.wrong("campaign.code", _("代码不能以“%(prefix)s”开头，那是演练用的，请换一个。"), prefix=PREFIX)
        self.unique([(f"kinds[{n}].code", row.get("code")) for n, row in rows(self.document.get("kinds"))], twice)
        for name, key in (("tracks", "key"), ("phases", "key")):
            self.unique([(f"campaign.{name}[{n}].{key}", row.get(key)) for n, row in rows(campaign.get(name))], twice)
        self.unique(
            [(f"campaign.tracks[{n}].kind", row.get("kind")) for n, row in rows(campaign.get("tracks"))],
            _("“%(value)s”已经在 %(first)s 用过：一种单位只能申报一个类别。"),
        )
        self.unique([(f"campaign.minimums[{n}]", (row.get("track"), row.get("per"))) for n, row in rows(campaign.get("minimums"))], twice)
        self.unique([(f"categories[{n}].code", row.get("code")) for n, row in categories], twice)
        items = [(f"categories[{n}].items[{m}]", item) for n, row in categories for m, item in rows(row.get("items"))]
        self.unique([(f"{path}.code", item.get("code")) for path, item in items], twice)
        checkpoints = [(f"{path}.checkpoints[{n}].code", row.get("code")) for path, item in items for n, row in rows(item.get("checkpoints"))]
        self.unique(checkpoints, twice)
        for n, row in categories:
            count, found = row.get("item_count"), len(row["items"]) if isinstance(row.get("items"), list) else None
            if is_number(count) and found is not None and count != found:
                self.wrong(f"categories[{n}].item_count", _("写的是 %(count)s 项，实际有 %(found)s 项。"), count=count, found=found)

    def day(self, path, value):
        """The day a text says; reported when there is no such day."""
        day = as_day(value)
        if isinstance(value, str) and day is None:
            self.wrong(path, _("“%(value)s”不是有效的日期，请写成 2021-09-30 这样。"), value=value)
        return day

    def dates(self):
        self.day("campaign.issued_on", self.campaign.get("issued_on"))
        zone = self.campaign.get("timezone", DEFAULT_TIMEZONE)
        if isinstance(zone, str) and zone not in available_timezones():
            self.wrong("campaign.timezone", _("没有时区“%(zone)s”，请写成 Asia/Shanghai 这样。"), zone=zone)
        for n, phase in rows(self.campaign.get("phases")):
            path = f"campaign.phases[{n}]"
            start, end = self.day(f"{path}.start", phase.get("start")), self.day(f"{path}.end", phase.get("end"))
            if start and end and end < start:
                self.wrong(f"{path}.end", _("结束日期 %(end)s 早于开始日期 %(start)s。"), end=end, start=start)
            day = self.day(f"{path}.deadline.date", fields(phase.get("deadline")).get("date"))
            if day and start and end and not start <= day <= end:
                self.wrong(f"{path}.deadline.date", _("截止日期 %(day)s 不在本阶段之内。"), day=day)
        opens = [phase.get("opens", DEFAULT_OPENS.get(phase.get("key"))) for n, phase in rows(self.campaign.get("phases"))]
        if opens and "submit" not in opens:
            self.wrong("campaign.phases", _("没有一个阶段开放申报，请给一个阶段写上 opens: submit。"))

    def known(self, path, value, names, sentence):
        if isinstance(value, str) and value not in names:
            self.wrong(path, sentence, value=value)

    def known_track(self, path, value):
        self.known(path, value, self.tracks, _("没有“%(value)s”这个申报类别。"))

    def known_kind(self, path, value):
        self.known(path, value, self.kinds, _("没有“%(value)s”这种单位，请在 kinds 中写明，或先导入单位。"))

    def references(self):
        for n, track in rows(self.campaign.get("tracks")):
            self.known_kind(f"campaign.tracks[{n}].kind", track.get("kind"))
        for n, minimum in rows(self.campaign.get("minimums")):
            path = f"campaign.minimums[{n}]"
            self.known_track(f"{path}.track", minimum.get("track"))
            self.known_kind(f"{path}.per", minimum.get("per"))
            least, most = minimum.get("min", 0), minimum.get("max")
            if is_number(least) and is_number(most) and most < least:
                self.wrong(f"{path}.max", _("上限 %(most)s 小于下限 %(least)s。"), most=most, least=least)
        for n, key in words(fields(self.campaign.get("recommendation")).get("applies_to")):
            self.known_track(f"campaign.recommendation.applies_to[{n}]", key)
        for key in fields(fields(self.document.get("legend")).get("tracks")):
            self.known_track(f"legend.tracks.{key}", key)
        for path, item in self.items():
            applies = fields(item.get("tracks")).get("applies_to")
            for n, key in words(applies):
                self.known_track(f"{path}.tracks.applies_to[{n}]", key)
            for n, kind in words(fields(item.get("evidence")).get("kinds")):
                self.known(f"{path}.evidence.kinds[{n}]", kind, self.legend["evidence_kinds"], _("legend 中没有“%(value)s”这种证明材料。"))
            for n, kind in words(fields(item.get("inspection_methods")).get("kinds")):
                self.known(f"{path}.inspection_methods.kinds[{n}]", kind, self.legend["inspection_methods"], _("legend 中没有“%(value)s”这种检查方式。"))
            for m, checkpoint in rows(item.get("checkpoints")):
                for n, key in words(checkpoint.get("tracks")):
                    place = f"{path}.checkpoints[{m}].tracks[{n}]"
                    self.known_track(place, key)
                    if key in self.tracks and key not in applied_tracks(item, self.tracks):
                        self.wrong(place, _("所属的指标不适用于“%(key)s”，检查点不能单独适用。"), key=key)

    def county(self):
        """A county's own campaign: the county exists, and only units below it apply."""
        code = self.campaign.get("county")
        if not isinstance(code, str):
            return
        if not Organization.objects.of_kind(OrganizationKind.COUNTY).filter(code=code).exists():
            self.wrong("campaign.county", _("没有代码为“%(code)s”的县（市、区），请核对单位代码；全市的活动不写这一项。"), code=code)
        for n, track in rows(self.campaign.get("tracks")):
            if track.get("kind") == OrganizationKind.COUNTY:
                self.wrong(f"campaign.tracks[{n}].kind", _("县级活动由县里组织，县本身不能申报，请改为县以下的单位种类。"))
        if fields(self.campaign.get("recommendation")).get("applies_to"):
            self.wrong("campaign.recommendation.applies_to", _("县级活动命名的单位由县里推荐参加全市的活动，不直接向省里推荐，请删去。"))

    def items(self):
        for n, category in rows(self.document.get("categories")):
            for m, item in rows(category.get("items")):
                yield f"categories[{n}].items[{m}]", item

    def scoring(self):
        scoring = fields(self.campaign.get("scoring"))
        weights = fields(scoring.get("weights"))
        desk, site = weights.get("desk"), weights.get("site")
        if is_number(desk) and is_number(site) and desk + site != 100:
            self.wrong("campaign.scoring.weights", _("材料审核 %(desk)s 与现场验收 %(site)s 相加应为 100。"), desk=desk, site=site)
        scale, mark = scoring.get("scale_to", 100), scoring.get("pass_mark")
        if is_number(scale) and is_number(mark) and mark > scale:
            self.wrong("campaign.scoring.pass_mark", _("合格线 %(mark)s 高于总分 %(scale)s。"), mark=mark, scale=scale)
        codes = [row.get("code") for n, row in rows(self.document.get("categories"))]
        for n, code in words(scoring.get("tie_order")):
            self.known(f"campaign.scoring.tie_order[{n}]", code, codes, _("没有编号为“%(value)s”的类别。"))

    def points(self):
        own = set(part()["properties"])
        sums = dict.fromkeys(self.tracks, Decimal(0))
        whole_sums = True
        for n, category in rows(self.document.get("categories")):
            within = dict.fromkeys(self.tracks, Decimal(0))
            for m, item in rows(category.get("items")):
                path = f"categories[{n}].items[{m}]"
                points, applies = fields(item.get("default_points")), applied_tracks(item, self.tracks)
                for key in points:
                    if key not in own:
                        self.known_track(f"{path}.default_points.{key}", key)
                for key in self.tracks:
                    value = points.get(key)
                    if key in applies and value is None:
                        self.wrong(f"{path}.default_points.{key}", _("本项适用于“%(key)s”，却没有分值。"), key=key)
                        whole_sums = False
                    elif key not in applies and value is not None:
                        self.wrong(f"{path}.default_points.{key}", _("本项不适用于“%(key)s”，不应有分值。"), key=key)
                    elif is_number(value):
                        within[key] += value
            wanted = fields(category.get("default_points"))
            for key in wanted:
                if key not in own:
                    self.known_track(f"categories[{n}].default_points.{key}", key)
            for key in self.tracks:
                sums[key] += within[key]
                if is_number(wanted.get(key)) and wanted[key] != within[key]:
                    self.wrong(
                        f"categories[{n}].default_points.{key}", _("写的是 %(wanted)s 分，各项相加是 %(found)s 分。"), wanted=wanted[key], found=within[key],
                    )
        total = fields(self.document.get("points")).get("total_per_track", 100)
        if isinstance(total, dict):
            for key in total:
                self.known_track(f"points.total_per_track.{key}", key)
        for key in self.tracks:
            place = f"points.total_per_track.{key}" if isinstance(total, dict) else "points.total_per_track"
            wanted = total.get(key) if isinstance(total, dict) else total
            if isinstance(total, dict) and wanted is None:
                self.wrong(place, _("缺少这一项，请补上。"))
            elif is_number(wanted) and wanted != sums[key] and whole_sums:
                self.wrong(place, _("“%(key)s”各项分值相加是 %(found)s，应为 %(wanted)s。"), key=key, found=sums[key], wanted=wanted)
