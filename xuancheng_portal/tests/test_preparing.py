"""The screens on which a campaign comes about, from an empty portal to a published one."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent, Message
from accounts.tests.factories import make_kind
from applications.actions import start
from campaigns import schedule
from campaigns.actions import seed_calendar
from campaigns.models import Campaign, Extension, Minimum, Phase
from campaigns.tests.factories import make_campaign, make_county_campaign, moment
from results.models import PaperKind, PaperText
from standards.models import ItemPoints, Standard
from standards.whole import copy_campaign
from xuancheng_portal.tests.urlconf import patterns

NOTICE = Path(__file__).resolve().parents[2] / "standards/data/xuancheng-2021.yaml"
AT = moment(3, 1, year=2022)


@pytest.fixture
def draft(campaign, officer):
    return copy_campaign(campaign, code="xuancheng-2022", year=2022, by=officer, at=AT)


def text_of(response):
    return response.content.decode()


def file_of(text):
    return {"file": SimpleUploadedFile("campaign.yaml", text if isinstance(text, bytes) else text.encode())}


def agreed(page):
    """What the page of a looked-at file sends back."""
    return {"content": page.context["content"], "fingerprint": page.context["changes"].fingerprint}


def fields_of(page):
    """The form of a page as a browser would send it back."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: getattr(value, "pk", value) for name, value in values.items() if value is not None and value is not False}


# An empty portal


@pytest.mark.parametrize("person", ["officer", "lead", "administrator"])
def test_an_empty_portal_leads_to_a_new_campaign(client, db, request, person):
    client.force_login(request.getfixturevalue(person))

    for name in ("campaigns:settings", "campaign_list"):
        assert f'href="{reverse("campaign_new")}"' in text_of(client.get(reverse(name)))
    assert "用它建立草稿" in text_of(client.get(reverse("campaign_new")))
    assert "load_campaign" not in text_of(client.get(reverse("campaigns:settings")))


def test_an_empty_portal_tells_everybody_what_comes_next(client, db, officer, clerk, county_clerk, auditor):
    for person, name, words in [(officer, "overview", "去新建活动"), (clerk, "home", "还没有启用的创建活动"), (county_clerk, "home", "还没有启用的创建活动"), (auditor, "overview", "还没有启用的创建活动")]:
        client.force_login(person)
        page = client.get(reverse(name))
        assert page.status_code == 200
        assert words in text_of(page)
    for name in ("results:ranking_list", "dashboard"):
        client.force_login(officer)
        assert "去准备活动" in text_of(client.get(reverse(name)))
        client.force_login(auditor)
        assert "去准备活动" not in text_of(client.get(reverse(name)))
    client.logout()
    assert client.get(reverse("results:public_home")).status_code == 200
    assert client.get(reverse("standards:standard")).status_code == 200


@pytest.mark.parametrize("person", ["officer", "lead", "administrator", "auditor", "clerk", "county_clerk", "inspector", None])
def test_no_screen_breaks_on_an_empty_portal(client, db, request, person):
    if person:
        client.force_login(request.getfixturevalue(person))

    answers = {name: client.get(reverse(name)).status_code for name, route, _pattern in patterns() if "<" not in route}

    assert {name: status for name, status in answers.items() if status >= 500} == {}


def test_the_campaign_that_came_with_the_portal_becomes_a_draft(client, db, administrator):
    client.force_login(administrator)

    client.post(reverse("campaign_new"))

    campaign = Campaign.objects.get()
    assert (campaign.code, campaign.is_draft) == ("xuancheng-2021", True)
    assert Standard.objects.get().categories.count() == 6
    assert "继续准备" in text_of(client.get(reverse("campaigns:settings")))
    assert client.post(reverse("campaign_new")).status_code == 200
    assert Campaign.objects.count() == 1


# A draft is nobody else's business


@pytest.mark.parametrize("person", ["clerk", "county_clerk", "inspector", "nobody"])
def test_a_draft_is_not_seen_by_units_nor_by_the_public(client, draft, request, person):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("campaigns:campaign", args=[draft.pk])).status_code == 403
    assert client.get(reverse("campaign_export", args=[draft.pk])).status_code == 403
    assert draft.title not in text_of(client.get(reverse("home") + f"?campaign={draft.code}", follow=True))
    client.logout()
    for name in ("results:public_home", "standards:standard", "results:public_named_list"):
        assert draft.title not in text_of(client.get(reverse(name) + f"?campaign={draft.code}"))


def test_the_administrator_prepares_and_never_decides(client, draft, campaign, administrator):
    client.force_login(administrator)
    phase = draft.phases.first()

    assert client.get(reverse("campaigns:change_phase", args=[phase.pk])).status_code == 200
    assert client.post(reverse("campaign_publish", args=[draft.pk]), {"checked": "1"}).status_code == 403
    assert client.get(reverse("campaigns:change_campaign", args=[campaign.pk])).status_code == 403
    assert client.get(reverse("campaigns:change_phase", args=[campaign.phases.first().pk])).status_code == 403
    assert "核对并启用" not in text_of(client.get(reverse("campaigns:campaign", args=[draft.pk])))
    assert Campaign.objects.drafts().get() == draft


def test_the_auditor_reads_a_draft_and_changes_nothing(client, draft, auditor):
    client.force_login(auditor)

    assert "草稿" in text_of(client.get(reverse("campaigns:campaign", args=[draft.pk])))
    for name in ("campaigns:change_campaign", "campaigns:add_phase", "campaigns:shift_dates", "campaign_add_track", "campaign_delete"):
        assert client.post(reverse(name, args=[draft.pk])).status_code == 403
    assert client.post(reverse("campaign_copy", args=[draft.pk])).status_code == 403


# Next year from last year's


def test_a_countys_own_campaign_is_copied_from_the_citys_without_what_concerns_counties(client, campaign, jing, officer, county_officer):
    client.force_login(officer)
    url = reverse("campaign_copy", args=[campaign.pk])
    offered = fields_of(client.get(url))
    assert "county" not in offered

    response = client.post(url, offered | {"county": jing.pk, "code": "jing-2022"})

    draft = Campaign.objects.drafts().get()
    assert response.url == reverse("campaigns:campaign", args=[draft.pk])
    assert (draft.county, [track.key for track in draft.tracks.all()]) == (jing, ["bureau", "township"])
    assert not Minimum.objects.filter(track__campaign=draft).exists()
    assert (campaign.organizer, draft.organizer, draft.host) == ("市政务公开办", "", None), "whose it was says nothing of whose it is"
    assert jing.short_name in text_of(client.get(reverse("campaign_list")))
    exported = client.get(reverse("campaign_export", args=[draft.pk]))
    assert f"county: '{jing.code}'" in text_of(exported)
    assert "文件与系统中的内容相同，不需要导入" in text_of(client.post(reverse("campaign_import"), file_of(exported.content)))


def test_a_countys_office_sees_its_own_drafts_and_nobody_elses(client, campaign, draft, jing, jingde, officer, county_officer):
    own, other = (copy_campaign(make_county_campaign(county), code=f"next-{county.code}", year=2022, by=officer, at=AT) for county in (jing, jingde))
    client.force_login(county_officer)

    assert {row.county for row, _may_copy in client.get(reverse("campaign_list")).context["rows"]} == {jing}
    for name in ("campaigns:campaign", "campaigns:preview", "campaign_export", "campaign_publish"):
        assert client.get(reverse(name, args=[own.pk])).status_code == 200
        assert {client.get(reverse(name, args=[row.pk])).status_code for row in (draft, other)} == {404}
    assert client.get(reverse("campaign_new")).status_code == 403


@pytest.mark.parametrize("person", ["county_officer", "county_lead"])
def test_a_countys_office_begins_its_next_year_with_its_own_campaign(client, campaign, jing, jingde, request, person):
    own = make_county_campaign(jing)
    PaperText.objects.create(campaign=own, kind=PaperKind.NAMING, text="县里自己的话", saved_at=AT, saved_by=request.getfixturevalue(person))
    client.force_login(request.getfixturevalue(person))
    url = reverse("campaign_copy", args=[own.pk])
    assert f'href="{url}"' in text_of(client.get(reverse("campaign_list")))
    page = client.get(url)
    assert f'href="{reverse("campaign_new")}"' not in text_of(page), "which is not for a county"

    for typed, code in ((jingde.pk, "jing-2022"), ("", "jing-2023")):  # another county's, the city's
        response = client.post(url, fields_of(page) | {"county": typed, "code": code})
        draft = Campaign.objects.drafts().get(code=code)
        assert response.url == reverse("campaigns:campaign", args=[draft.pk])
        assert (draft.county, draft.year, draft.tracks.count(), Minimum.objects.filter(track__campaign=draft).count()) == (jing, 2022, 2, 1)
        assert PaperText.objects.get(campaign=draft).text == "县里自己的话"
        assert client.get(response.url).status_code == 200
    event = AuditEvent.objects.filter(action="campaigns.copy").order_by("number").last()
    assert (event.campaign_code, event.by.username) == ("jing-2023", person)


def test_a_countys_office_copies_nobody_elses_and_others_of_the_county_copy_nothing(client, campaign, draft, jing, jingde, county_officer, county_clerk, clerk, auditor):
    own, other = make_county_campaign(jing), make_county_campaign(jingde)
    before = set(Campaign.objects.values_list("pk", flat=True))
    typed = {"year": "2022", "title": "明年", "code": "next", "how": "years"}

    def asked(person):
        client.force_login(person)
        return [getattr(client, method)(reverse("campaign_copy", args=[row.pk]), typed).status_code for row in (own, other, campaign, draft) for method in ("get", "post")]

    assert asked(county_officer)[2:] == [404] * 6
    Campaign.objects.filter(code="next").delete()
    for person in (county_clerk, clerk, auditor):
        assert asked(person) == [403] * 8
    assert set(Campaign.objects.values_list("pk", flat=True)) == before
    assert "照此新建" not in text_of(client.get(reverse("campaign_list"))), "the auditor looks, and copies nothing"


def test_the_next_campaign_of_a_county_is_the_countys_again(client, jing, officer):
    source = make_county_campaign(jing)
    client.force_login(officer)
    url = reverse("campaign_copy", args=[source.pk])

    client.post(url, fields_of(client.get(url)) | {"code": "jing-2022"})

    draft = Campaign.objects.drafts().get()
    assert (draft.county, draft.tracks.count(), Minimum.objects.filter(track__campaign=draft).count()) == (jing, 2, 1)


def test_last_years_campaign_is_copied_with_its_dates_moved(client, campaign, officer):
    client.force_login(officer)
    url = reverse("campaign_copy", args=[campaign.pk])
    offered = fields_of(client.get(url))

    response = client.post(url, offered)

    draft = Campaign.objects.drafts().get()
    assert response.url == reverse("campaigns:campaign", args=[draft.pk])
    assert (draft.code, draft.year, draft.phases.first().starts_at) == ("xuancheng-2022", 2022, moment(8, 17, year=2022))
    assert "已照" in text_of(client.get(response.url))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"code": "xuancheng-2021"}, "已经有活动使用"),
        ({"how": "day", "first_day": ""}, "请填写第一天"),
        ({"how": "day", "first_day": "2350-01-01"}, "2000 年至 2099 年"),
        ({"year": "1"}, "2000"),
        ({"code": "a b"}, ""),
    ],
)
def test_a_copy_that_cannot_be_says_why(client, campaign, officer, typed, sentence):
    client.force_login(officer)
    url = reverse("campaign_copy", args=[campaign.pk])

    page = client.post(url, fields_of(client.get(url)) | typed)

    assert page.status_code == 200
    assert sentence in text_of(page)
    assert Campaign.objects.count() == 1


def test_a_draft_is_edited_freely_and_without_a_reason(client, draft, officer):
    client.force_login(officer)
    url = reverse("campaigns:change_campaign", args=[draft.pk])
    page = client.get(url)
    assert "reason" not in page.context["form"].fields

    client.post(url, fields_of(page) | {"title": "新名称", "code": "xuan-22", "year": "2023", "organizer": "市政府", "pass_mark": "70"})

    draft.refresh_from_db()
    assert (draft.title, draft.code, draft.year, draft.organizer, draft.pass_mark) == ("新名称", "xuan-22", 2023, "市政府", 70)
    assert not Message.objects.exists()


def test_a_phase_is_added_in_its_place_and_removed_again(client, draft, officer):
    client.force_login(officer)

    client.post(reverse("campaigns:add_phase", args=[draft.pk]), {"name": "动员部署", "starts_on": "2022-08-01", "last_on": "2022-08-16", "opens": "", "text": ""})

    assert [phase.name for phase in draft.phases.all()] == ["动员部署", "自主申报", "督促指导", "检查验收"]
    assert [phase.order for phase in draft.phases.all()] == [0, 1, 2, 3]
    client.post(reverse("campaigns:change_phase", args=[draft.phases.first().pk]), {"remove": "1"})
    assert draft.phases.count() == 3


def test_a_phase_that_ends_before_it_begins_is_refused(client, draft, officer):
    client.force_login(officer)

    page = client.post(reverse("campaigns:add_phase", args=[draft.pk]), {"name": "动员", "starts_on": "2022-08-10", "last_on": "2022-08-09"})

    assert "结束日期早于开始日期" in text_of(page)
    assert draft.phases.count() == 3


def test_a_track_is_added_with_the_points_of_another_and_removed_again(client, draft, officer):
    client.force_login(officer)
    bureau, kind = draft.tracks.get(key="bureau"), make_kind("school")

    client.post(reverse("campaign_add_track", args=[draft.pk]), {"name": "示范学校", "kind": kind.pk, "quota": 2, "like": bureau.pk})

    track = draft.tracks.get(name="示范学校")
    assert (track.quota, track.total_points) == (2, 100)
    assert ItemPoints.objects.filter(track=track).count() == ItemPoints.objects.filter(track=bureau).count() > 0
    taken = client.post(reverse("campaign_add_track", args=[draft.pk]), {"name": "又一个", "kind": kind.pk, "quota": 2})
    assert "一种单位只能申报一个类别" in text_of(taken)
    client.post(reverse("campaigns:change_track", args=[track.pk]), {"remove": "1"})
    assert not draft.tracks.filter(name="示范学校").exists()


def test_a_minimum_is_added_changed_and_removed(client, draft, officer):
    client.force_login(officer)
    bureau, present = draft.tracks.get(key="bureau"), Minimum.objects.get(track__campaign=draft)

    client.post(reverse("campaigns:add_minimum", args=[draft.pk]), {"track": bureau.pk, "per": present.per_id, "min": 1, "max": 3})
    twice = client.post(reverse("campaigns:add_minimum", args=[draft.pk]), {"track": bureau.pk, "per": present.per_id, "min": 1})
    wrong = client.post(reverse("campaigns:change_minimum", args=[present.pk]), {"min": 3, "max": 2})
    client.post(reverse("campaigns:change_minimum", args=[present.pk]), {"min": 3, "max": 3})

    assert "数量要求已经有了" in text_of(twice)
    assert "上限 2 小于下限 3" in text_of(wrong)
    present.refresh_from_db()
    assert (present.min, present.max) == (3, 3)
    client.post(reverse("campaigns:change_minimum", args=[present.pk]), {"remove": "1"})
    assert [minimum.track for minimum in Minimum.objects.filter(track__campaign=draft)] == [bureau]


def test_all_dates_of_a_draft_move_at_once(client, draft, officer):
    client.force_login(officer)

    client.post(reverse("campaigns:shift_dates", args=[draft.pk]), {"how": "day", "first_day": "2022-09-01"})
    assert draft.phases.first().starts_at == moment(9, 1, year=2022)
    client.post(reverse("campaigns:shift_dates", args=[draft.pk]), {"how": "years", "years": "1"})

    assert draft.phases.first().starts_at == moment(9, 1, year=2023)


def test_a_draft_is_deleted_and_a_published_campaign_is_not(client, draft, campaign, officer):
    client.force_login(officer)

    client.post(reverse("campaign_delete", args=[campaign.pk]))
    client.post(reverse("campaign_delete", args=[draft.pk]))

    assert list(Campaign.objects.all()) == [campaign]
    assert AuditEvent.objects.get(action="campaigns.delete_draft").target_label == str(draft)


# The calendar


def test_the_last_day_for_a_notice_is_counted_back_over_the_working_days(campaign):
    seed_calendar()

    notice = schedule.last_notice(campaign, list(campaign.phases.all()))

    assert (notice.publish, notice.first, notice.last) == (date(2021, 10, 22), date(2021, 10, 25), date(2021, 10, 29))


def test_a_longer_notice_goes_back_over_the_national_day(campaign):
    seed_calendar()
    campaign.publicity_days = 17

    notice = schedule.last_notice(campaign, list(campaign.phases.all()))

    assert (notice.publish, notice.first, notice.last) == (date(2021, 9, 30), date(2021, 10, 8), date(2021, 10, 29))


def test_the_preview_draws_the_months_and_warns(client, draft, officer, time_machine):
    time_machine.move_to(moment(10, 1, year=2022))
    seed_calendar()
    client.force_login(officer)
    url = reverse("campaigns:preview", args=[draft.pk])

    html = text_of(client.get(url))

    assert "公示 5 个工作日：10月24日（周一）以后发布的公示" in html
    assert "“自主申报”阶段已经过去" in html
    assert "还没有填写批准依据" in html
    assert "“自主申报”和“督促指导”在" in html
    assert "2022-08" in html
    assert "2022-10" in html


def test_gaps_rest_days_old_years_and_unknown_years_are_told(draft):
    Phase.objects.filter(campaign=draft, key="inspection").update(opens="", starts_at=moment(10, 20, year=2022))
    Phase.objects.filter(campaign=draft, key="application").update(ends_at=moment(10, 2, year=2022), text="于2021年9月30日前")

    told = "\n".join(map(str, schedule.warnings(draft, AT)))

    assert "“检查验收”之前有 4 天不属于任何阶段（10月16日（周日）至 10月19日（周三））" in told
    assert "没有一个阶段开放验收" in told
    assert "“自主申报”的最后一天 10月1日（周六）是休息日" in told
    assert "“自主申报”的通知原文里还写着 2021 年" in told
    assert "2022 年的节假日安排还没有导入" in told


@pytest.mark.parametrize("name", ["campaign_list", "campaign_new"])
def test_the_lists_ask_as_often_for_many_campaigns_as_for_one(client, campaign, officer, name, django_assert_num_queries):
    client.force_login(officer)
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse(name))
    for n in range(5):
        make_campaign(code=f"another-{n}", year=2010 + n)

    with django_assert_num_queries(len(one)):
        client.get(reverse(name))


def test_the_preview_asks_as_often_for_many_phases_as_for_few(client, draft, officer, django_assert_num_queries):
    client.force_login(officer)
    url = reverse("campaigns:preview", args=[draft.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for n in range(6):
        Phase.objects.create(campaign=draft, key=f"more-{n}", name="又", order=9 + n, starts_at=moment(9, 1, year=2022), ends_at=moment(9, 3, year=2022))

    with django_assert_num_queries(len(few)):
        client.get(url)


# Publishing


def test_publishing_takes_two_steps_and_then_units_see_it(client, draft, officer, clerk):
    client.force_login(officer)
    url = reverse("campaign_publish", args=[draft.pk])
    assert "启用后不能退回草稿" in text_of(client.get(url))

    assert "请勾选" in text_of(client.post(url))
    assert Campaign.objects.get(pk=draft.pk).is_draft
    client.post(url, {"checked": "1"})

    draft.refresh_from_db()
    assert draft.published_by == officer
    client.force_login(clerk)
    assert draft.title in text_of(client.get(reverse("home")))


def test_the_check_before_publishing_names_the_year_of_the_points(client, campaign, officer):
    Standard.objects.update(official_points=True)
    coming = copy_campaign(campaign, code="xuancheng-2022", year=2022, by=officer, at=AT)
    client.force_login(officer)

    html = text_of(client.get(reverse("campaign_publish", args=[coming.pk])))

    assert "建设标准的分值说明里还写着 2021 年，请核对分值。" in html


def test_a_draft_without_a_standard_is_not_published(client, draft, officer):
    draft.standards.all().delete()
    client.force_login(officer)

    page = client.post(reverse("campaign_publish", args=[draft.pk]), {"checked": "1"})

    assert "还没有建设标准" in text_of(page)
    assert Campaign.objects.get(pk=draft.pk).is_draft


def test_a_published_track_is_neither_added_nor_removed(client, campaign, officer):
    client.force_login(officer)

    added = client.post(reverse("campaign_add_track", args=[campaign.pk]), {"name": "学校", "kind": make_kind("school").pk, "quota": 1, "reason": "改"})
    removed = client.post(reverse("campaigns:change_track", args=[campaign.tracks.first().pk]), {"remove": "1"})

    assert "不能增加申报类别" in text_of(added)
    assert "申报类别不能删除" in text_of(removed)
    assert campaign.tracks.count() == 3


def test_what_already_runs_or_was_extended_stays(client, campaign, officer, jing, time_machine):
    client.force_login(officer)
    application, inspection = campaign.phases.get(key="application"), campaign.phases.get(key="inspection")
    Extension.objects.create(phase=inspection, organization=jing, until=moment(11, 9), reason="洪灾", granted_at=moment(9, 1), granted_by=officer)
    time_machine.move_to(moment(9, 10))

    begun = text_of(client.post(reverse("campaigns:change_phase", args=[application.pk]), {"remove": "1", "reason": "改"}))
    extended = text_of(client.post(reverse("campaigns:change_phase", args=[inspection.pk]), {"remove": "1", "reason": "改"}))
    without = text_of(client.post(reverse("campaigns:change_phase", args=[campaign.phases.get(key="guidance").pk]), {"remove": "1"}))

    assert "已经开始，不能删除" in begun
    assert "唯一开放申报的阶段" in begun
    assert "已经批准过延期" in extended
    assert "请填写理由" in without
    assert campaign.phases.count() == 3


# Those concerned are told


def told_to(django_capture_on_commit_callbacks, client, name, row, **data):
    with django_capture_on_commit_callbacks(execute=True):
        url = reverse(name, args=[row.pk] if row else [])
        client.post(url, fields_of(client.get(url)) | {"reason": "会议决定"} | data)
    return set(Message.objects.values_list("user__username", flat=True))


@pytest.fixture
def everybody(clerk, bureau_clerk, county_clerk, inspector, lead, nobody, auditor, administrator):
    return {"clerk", "bureau_clerk", "county_clerk"}


def test_a_moved_phase_is_told_to_units_counties_and_the_office(client, campaign, officer, everybody, django_capture_on_commit_callbacks, time_machine):
    time_machine.move_to(moment(9, 10))
    client.force_login(officer)

    told = told_to(django_capture_on_commit_callbacks, client, "campaigns:change_phase", campaign.phases.get(key="application"), last_on="2021-10-08")

    assert told == everybody | {"officer", "lead"}
    message = Message.objects.first()
    assert "修改阶段（自主申报）" in message.title
    assert "结束（不含）：9月30日（周四）24:00 → 10月8日（周五）24:00" in message.body
    assert "理由：会议决定" in message.body


def test_the_inspectors_hear_of_the_phase_of_inspection(client, campaign, officer, everybody, django_capture_on_commit_callbacks, time_machine):
    time_machine.move_to(moment(9, 10))
    client.force_login(officer)

    told = told_to(django_capture_on_commit_callbacks, client, "campaigns:change_phase", campaign.phases.get(key="inspection"), last_on="2021-11-05")

    assert told == everybody | {"officer", "lead", "inspector"}


def test_a_quota_is_told_to_the_office_and_the_counties(client, campaign, officer, everybody, django_capture_on_commit_callbacks):
    client.force_login(officer)

    assert told_to(django_capture_on_commit_callbacks, client, "campaigns:change_track", campaign.tracks.get(key="bureau"), quota="6") == {"officer", "lead", "county_clerk"}


def test_a_minimum_is_told_to_the_office_and_the_counties(client, campaign, officer, everybody, django_capture_on_commit_callbacks):
    client.force_login(officer)

    assert told_to(django_capture_on_commit_callbacks, client, "campaigns:change_minimum", Minimum.objects.get(), min="3") == {"officer", "lead", "county_clerk"}


def test_scoring_is_told_to_all_who_work_by_it(client, campaign, officer, everybody, django_capture_on_commit_callbacks):
    client.force_login(officer)

    assert told_to(django_capture_on_commit_callbacks, client, "campaigns:change_settings", None, pass_mark="85") == everybody | {"officer", "lead", "inspector"}


# A file


def test_every_finding_is_shown_with_its_line_and_nothing_is_saved(client, db, officer):
    client.force_login(officer)
    text = NOTICE.read_text().replace("quota: 5", "quota: x").replace('end: "2021-10-31"', 'end: "2021-02-30"')

    page = client.post(reverse("campaign_import"), file_of(text))

    assert [(finding.path, finding.line > 0) for finding in page.context["findings"]] == [("campaign.tracks[1].quota", True), ("campaign.phases[2].end", True)]
    assert "应为整数" in text_of(page)
    assert "campaign.phases[2].end" in text_of(page)
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "文件是空的"), (b"\n", "文件是空的"), ("campaign: 宣城".encode("gb18030"), "不是 UTF-8"), (b"a: &a [x]\nb: [*a, *a]\n", "不接受引用"),
        (b"[" * 3000, "层次太深"), (b"x" * (1024**2 + 1), "超过 1 MB"), (b"\x00\x01", "控制字符"),
    ],
)
def test_a_file_that_is_none_gets_a_sentence(client, db, officer, data, sentence):
    client.force_login(officer)

    page = client.post(reverse("campaign_import"), file_of(data))

    assert page.status_code == 200
    assert sentence in text_of(page)


def test_a_new_file_is_looked_at_first_and_then_becomes_a_draft(client, db, administrator):
    client.force_login(administrator)

    page = client.post(reverse("campaign_import"), file_of(NOTICE.read_text()))
    assert "会新建“2021年全市政务公开示范区和示范点创建”的草稿" in text_of(page)
    assert not Campaign.objects.exists()
    client.post(reverse("campaign_import"), agreed(page))

    assert Campaign.objects.get().is_draft
    assert Standard.objects.get().categories.count() == 6
    assert AuditEvent.objects.get(action="campaigns.load").by == administrator


def test_the_file_of_a_published_campaign_shows_its_changes_and_asks_for_a_reason(client, db, officer):
    client.force_login(officer)
    text = NOTICE.read_text()
    client.post(reverse("campaign_import"), agreed(client.post(reverse("campaign_import"), file_of(text))))
    campaign = Campaign.objects.get()
    client.post(reverse("campaign_publish", args=[campaign.pk]), {"checked": "1"})

    page = client.post(reverse("campaign_import"), file_of(text.replace("quota: 5", "quota: 6")))
    assert page.context["changes"].rows == [("申报类别 bureau 名额", "5", "6")]
    refused = client.post(reverse("campaign_import"), agreed(page))
    assert "请填写理由" in text_of(refused)
    assert campaign.tracks.get(key="bureau").quota == 5
    client.post(reverse("campaign_import"), agreed(page) | {"reason": "市政府同意"})

    assert campaign.tracks.get(key="bureau").quota == 6


def test_a_file_moves_the_phases_of_a_published_campaign_by_the_same_rules(client, campaign, officer, time_machine):
    time_machine.move_to(moment(9, 10))
    client.force_login(officer)
    data = client.get(reverse("campaign_export", args=[campaign.pk])).content

    page = client.post(reverse("campaign_import"), file_of(data.replace(b"end: '2021-09-30'", b"end: '2021-09-05'")))

    assert "已经过去，请选择将来的时间" in text_of(page)


def test_lines_typed_on_a_page_come_back_from_the_file(client, draft, officer):
    client.force_login(officer)
    url = reverse("campaigns:change_campaign", args=[draft.pk])

    client.post(url, fields_of(client.get(url)) | {"goal": "第一行\r\n第二行\x0b", "addressed_to": "各县"})

    page = client.post(reverse("campaign_import"), file_of(client.get(reverse("campaign_export", args=[draft.pk])).content))
    draft.refresh_from_db()
    assert draft.goal == "第一行\n第二行"
    assert "文件与系统中的内容相同" in text_of(page)


def test_what_changed_since_the_look_is_looked_at_again(client, draft, officer):
    client.force_login(officer)
    data = client.get(reverse("campaign_export", args=[draft.pk])).content
    page = client.post(reverse("campaign_import"), file_of(data.replace(b"quota: 5", b"quota: 6")))
    draft.tracks.filter(key="zone").update(quota=9)

    again = client.post(reverse("campaign_import"), agreed(page))

    assert "在你查看之后又有改动" in text_of(again)
    assert draft.tracks.get(key="bureau").quota == 5


def test_the_administrator_brings_no_file_into_a_published_campaign(client, campaign, administrator, officer):
    client.force_login(officer)
    data = client.get(reverse("campaign_export", args=[campaign.pk])).content
    client.force_login(administrator)

    page = client.post(reverse("campaign_import"), file_of(data.replace(b"quota: 5", b"quota: 6")))

    assert "只有办公室可以修改" in text_of(page)
    assert client.post(reverse("campaign_import"), agreed(page) | {"reason": "改"}).status_code == 403
    assert campaign.tracks.get(key="bureau").quota == 5


def test_the_file_handed_out_changes_nothing(client, draft, officer):
    client.force_login(officer)

    response = client.get(reverse("campaign_export", args=[draft.pk]))
    page = client.post(reverse("campaign_import"), file_of(response.content))

    assert response["Content-Disposition"] == 'attachment; filename="xuancheng-2022.yaml"'
    assert "文件与系统中的内容相同，不需要导入" in text_of(page)


def amending_file(client, campaign):
    """The file of a campaign with one word of its standard changed."""
    data = client.get(reverse("campaign_export", args=[campaign.pk])).content.decode()
    return data.replace("title: 机构健全\n", "title: 机构齐全\n", 1)


def titles(standard):
    return list(standard.categories.get(code="1").items.values_list("title", flat=True))


def test_a_file_amends_the_standard_of_a_published_campaign_by_a_draft_and_the_look_says_so(client, campaign, officer, everybody, django_capture_on_commit_callbacks):
    present = campaign.standards.in_force()
    client.force_login(officer)

    page = client.post(reverse("campaign_import"), file_of(amending_file(client, campaign)))
    assert page.context["changes"].rows == [("指标 1.1 短标题", "机构健全", "机构齐全")]
    assert "建设标准的变化写入第2版草稿，现行版不变；核对并启用草稿以后才生效" in text_of(page)
    assert "建设标准的变化等草稿启用才生效" in text_of(page)
    assert not campaign.standards.drafts().exists()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("campaign_import"), agreed(page) | {"reason": "按省里要求"})

    draft = campaign.standards.drafts().get()
    assert answer.url == reverse("standards:draft", args=[draft.pk])
    assert (draft.number, draft.based_on, draft.note, draft.created_by, titles(draft)) == (2, present, "按省里要求", officer, ["机构齐全"])
    assert (campaign.standards.in_force(), titles(present)) == (present, ["机构健全"])
    assert not Message.objects.exists(), "nothing is in force yet"
    event = AuditEvent.objects.get(action="standards.load_draft")
    assert (event.by, event.detail["reason"]) == (officer, "按省里要求")
    followed = text_of(client.get(answer.url))
    assert "还没有生效。请点“核对并启用”" in followed
    assert reverse("publish_standard", args=[draft.pk]) in followed


def test_what_is_filled_in_moves_when_the_draft_of_the_file_comes_into_force(client, campaign, officer, clerk, taohuatan, time_machine):
    time_machine.move_to(moment(8, 20))
    application = start(taohuatan, campaign, by=clerk, at=moment(8, 20))
    client.force_login(officer)
    page = client.post(reverse("campaign_import"), file_of(amending_file(client, campaign)))

    client.post(reverse("campaign_import"), agreed(page) | {"reason": "改"})
    application.refresh_from_db()
    assert application.standard.number == 1
    client.post(reverse("publish_standard", args=[campaign.standards.drafts().get().pk]))

    application.refresh_from_db()
    assert application.standard.number == 2
    assert list(application.revised_items.open().values_list("code", flat=True)) == ["1.1"]


def test_both_halves_of_a_file_are_brought_into_a_published_campaign_or_neither(client, campaign, officer):
    client.force_login(officer)
    data = amending_file(client, campaign).replace("quota: 5", "quota: 6")
    page = client.post(reverse("campaign_import"), file_of(data))
    client.post(reverse("standards:start_draft"), {"note": "另一份"})

    refused = client.post(reverse("campaign_import"), agreed(page) | {"reason": "改"})

    assert "已有一份草稿（第2版），请先启用或删除它" in text_of(refused)
    assert campaign.tracks.get(key="bureau").quota == 5
    campaign.standards.drafts().delete()
    client.post(reverse("campaign_import"), agreed(page) | {"reason": "改"})
    assert campaign.tracks.get(key="bureau").quota == 6
    assert titles(campaign.standards.drafts().get()) == ["机构齐全"]


def test_the_same_file_again_finds_its_draft_waiting_and_the_export_says_what_is_in_force(client, campaign, officer):
    client.force_login(officer)
    before = client.get(reverse("campaign_export", args=[campaign.pk])).content
    data = amending_file(client, campaign)
    client.post(reverse("campaign_import"), agreed(client.post(reverse("campaign_import"), file_of(data))) | {"reason": "改"})

    again = client.post(reverse("campaign_import"), file_of(data))

    assert "文件中的建设标准与第2版草稿相同，正等待核对并启用" in text_of(again)
    assert again.context["changes"].rows == []
    assert client.get(reverse("campaign_export", args=[campaign.pk])).content == before
    campaign.refresh_from_db()
    assert [row["code"] for row in campaign.document["categories"]] == ["1", "2"]
