"""A draft of the standard: copied, changed without losing what was typed, compared, published."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from standards import actions, rules
from standards.actions.drafting import item_base, with_parts
from standards.contents import items_of, present_item, present_standard
from standards.difference import Names, item_difference, standard_differences
from standards.models import Category, Item, ItemPoints, Standard

pytestmark = pytest.mark.django_db

AT = moment(8, 20)


@pytest.fixture
def draft(campaign, officer):
    return actions.start_draft(campaign, "按细则调整", by=officer, at=AT)


def item(draft, code):
    return Item.objects.get(category__standard=draft, code=code)


def change(draft, code, by, **fields):
    found = with_parts(draft, code)
    return actions.save_item(draft, code, present_item(found) | fields, base=item_base(found), by=by, at=AT)


def grid(client, draft, **changes):
    """What the page of the draft would send."""
    return sent(client.get(reverse("standards:draft", args=[draft.pk]))) | changes


def sent(page):
    form = page.context["form"]
    shown = {form[name].html_initial_name: form[name].initial or "" for name, field in form.fields.items() if field.show_hidden_initial}
    return shown | {name: form[name].value() or "" for name in form.fields}


def item_page(client, draft, code, /, **changes):
    page = client.get(reverse("standards:draft_item", args=[draft.pk, code]))
    data = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    rows = page.context["checkpoints"]
    data |= {f"checkpoints-{name}": value for name, value in (("TOTAL_FORMS", rows.total_form_count()), ("INITIAL_FORMS", rows.initial_form_count()))}
    for row in rows:
        data |= {row.add_prefix(name): row[name].value() for name in row.fields}
    data |= {"base": page.context["base"]} | changes
    return {name: value for name, value in data.items() if value not in (None, False)}


# Copied


def test_a_draft_says_what_the_version_in_force_says(campaign, draft):
    present = campaign.standards.in_force()

    assert present_standard(draft)[1] == present_standard(present)[1]
    assert (draft.is_draft, draft.number, draft.based_on, draft.note) == (True, 2, present, "按细则调整")
    assert AuditEvent.objects.get(action="standards.start_draft").detail["number"] == 2


def test_only_one_draft_at_a_time(campaign, draft, officer):
    with pytest.raises(NotAllowed, match="已有一份草稿"):
        actions.start_draft(campaign, "", by=officer, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Standard.objects.create(campaign=campaign, number=9, is_draft=True, created_at=AT)


def test_before_the_first_version_a_draft_is_empty(campaign, officer):
    campaign.standards.all().delete()

    draft = actions.start_draft(campaign, "", by=officer, at=AT)

    assert present_standard(draft)[1] == []
    assert "还没有指标" in str(rules.publishing_problems(draft)[0])


def test_nobody_meets_a_draft_outside_the_office(client, campaign, draft, officer):
    change(draft, "1.1", officer, text="只在草稿里的话")

    assert "只在草稿里的话" not in client.get(reverse("standards:standard")).content.decode()
    assert campaign.standards.in_force().number == 1


def test_a_draft_can_be_thrown_away(campaign, draft, officer):
    actions.discard_draft(draft, by=officer, at=AT)

    assert campaign.standards.get().number == 1
    with pytest.raises(NotAllowed, match="已经启用"):
        actions.discard_draft(campaign.standards.get(), by=officer, at=AT)


# Changed


def test_points_of_the_whole_draft_are_saved_at_once(client, draft, officer):
    client.force_login(officer)
    first = item(draft, "1.1")

    client.post(reverse("standards:draft", args=[draft.pk]), grid(client, draft, **{f"points-{first.pk}-zone": "29.5", f"points-{first.pk}-bureau": ""}))

    assert {row.track.key: row.points for row in first.points.all()} == {"zone": Decimal("29.5"), "township": 30}
    assert AuditEvent.objects.filter(action="standards.change_draft").get().detail["changes"] == {"1.1 zone": ["30.00", "29.5"], "1.1 bureau": ["40.00", ""]}


@pytest.mark.parametrize("typed", ["三十", "-1", "0", "1000.5", "0.3", "99999", "1e3"])
def test_what_is_no_number_of_points_is_refused_and_kept_on_the_page(client, draft, officer, typed):
    client.force_login(officer)
    first = item(draft, "1.1")
    name = f"points-{first.pk}-zone"

    answer = client.post(reverse("standards:draft", args=[draft.pk]), grid(client, draft, **{name: typed, "new_category_name": "还没保存的名称"}))

    assert answer.status_code == (302 if typed == "1e3" else 422)
    if typed != "1e3":
        html = answer.content.decode()
        assert f'value="{typed}"' in html
        assert 'value="还没保存的名称"' in html
        assert first.points.get(track__key="zone").points == 30


def stored(draft):
    return {f"{row.item.code} {row.track.key}": row.points for row in ItemPoints.objects.filter(item__category__standard=draft).select_related("item", "track")}


def test_two_people_at_one_draft_do_not_overwrite_each_other(client, draft, officer, second_officer):
    client.force_login(officer)
    url = reverse("standards:draft", args=[draft.pk])
    before = stored(draft)
    one, other = (f"points-{item(draft, code).pk}-zone" for code in ("1.1", "2.1"))
    mine = grid(client, draft, **{one: "28"})
    client.force_login(second_officer)
    client.post(url, grid(client, draft, **{one: "27", other: "51.5"}))
    client.force_login(officer)

    answer = client.post(url, mine)

    html = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="28"' in html
    assert f"现在是 27，{second_officer.name}（" in html
    assert html.count("现在是") == 1, "only beside what both changed"
    assert stored(draft) == before | {"1.1 zone": 27, "2.1 zone": Decimal("51.5")}
    again = sent(answer)
    assert again[other] == "51.5"
    assert client.post(url, again).status_code == 302
    assert stored(draft) == before | {"1.1 zone": 28, "2.1 zone": Decimal("51.5")}, "the colleague's other cells survive"


def test_two_people_at_different_cells_both_keep_theirs(client, draft, officer):
    client.force_login(officer)
    url = reverse("standards:draft", args=[draft.pk])
    before = stored(draft)
    category = Category.objects.get(standard=draft, code="1")
    mine = grid(client, draft, **{f"points-{item(draft, '1.1').pk}-zone": "28", f"category-{category.pk}-name": "机构"})
    client.post(url, grid(client, draft, **{f"points-{item(draft, '1.1').pk}-bureau": "", f"category-{category.pk}-code": "A"}))

    assert client.post(url, mine).status_code == 302

    assert stored(draft) == {cell: points for cell, points in before.items() if cell != "1.1 bureau"} | {"1.1 zone": 28}
    category.refresh_from_db()
    assert (category.code, category.name) == ("A", "机构")


def test_the_name_that_another_gave_meanwhile_is_shown_beside_ones_own(client, draft, officer, second_officer):
    client.force_login(officer)
    category = Category.objects.get(standard=draft, code="1")
    mine = grid(client, draft, **{f"category-{category.pk}-name": "我的名称"})
    actions.save_category(category, code="1", name="别人的名称", by=second_officer, at=AT)

    answer = client.post(reverse("standards:draft", args=[draft.pk]), mine)

    assert answer.status_code == 409
    assert f"现在是 别人的名称，{second_officer.name}" in answer.content.decode()
    assert Category.objects.get(pk=category.pk).name == "别人的名称"


def test_points_of_an_item_that_went_meanwhile_are_not_lost_in_silence(client, draft, officer):
    client.force_login(officer)
    url = reverse("standards:draft", args=[draft.pk])
    gone = item(draft, "2.2")
    untouched, mine = grid(client, draft), grid(client, draft, **{f"points-{gone.pk}-zone": "19"})
    actions.remove(gone, by=officer, at=AT)

    answer = client.post(url, mine)

    assert answer.status_code == 409
    assert "有的已被别人删除" in answer.content.decode()
    assert client.post(url, sent(answer)).status_code == 302
    assert client.post(url, untouched).status_code == 302


def test_the_sum_of_each_track_stands_on_the_page(client, draft, officer):
    client.force_login(officer)
    first = item(draft, "1.1")
    data = grid(client, draft, **{f"points-{first.pk}-zone": "31"})

    client.post(reverse("standards:draft", args=[draft.pk]), data)
    html = client.get(reverse("standards:draft", args=[draft.pk])).content.decode()

    assert '<span data-value>101</span> / 100' in html
    assert "多 1 分" in html
    assert html.count("合计正确</span>") == 2


def test_categories_and_items_are_added_moved_and_removed(client, draft, officer):
    client.force_login(officer)
    url = reverse("standards:draft", args=[draft.pk])

    client.post(url, grid(client, draft, new_category_code="3", new_category_name="平台", action="add-category"))
    third = Category.objects.get(standard=draft, code="3")
    answer = client.post(url, grid(client, draft, **{f"new-{third.pk}-code": "3.1", f"new-{third.pk}-title": "网站", "action": f"add-item-{third.pk}"}))
    assert answer.url == reverse("standards:draft_item", args=[draft.pk, "3.1"])
    client.post(url, grid(client, draft, action=f"up-category-{third.pk}"))
    client.post(url, grid(client, draft, action=f"down-item-{item(draft, '2.1').pk}"))
    client.post(reverse("standards:remove_item", args=[draft.pk, "1.1"]))
    first = Category.objects.get(standard=draft, code="1")
    client.post(url, grid(client, draft, action=f"remove-category-{first.pk}"))

    assert [(category["code"], [row["code"] for row in category["items"]]) for category in present_standard(draft)[1]] == [("3", ["3.1"]), ("2", ["2.2", "2.1"])]


def test_a_category_with_items_is_not_removed(draft, officer):
    with pytest.raises(NotAllowed, match="下面还有指标"):
        actions.remove(Category.objects.get(standard=draft, code="1"), by=officer, at=AT)


@pytest.mark.parametrize(("code", "sentence"), [("", "请填写编号"), ("1.1", "已经用过"), ("2 2", "不能用的字符"), ("2/2", "不能用的字符")])
def test_a_code_is_written_once_and_plainly(draft, officer, code, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        actions.add_item(Category.objects.get(standard=draft, code="2"), code=code, title="又一项", by=officer, at=AT)


def test_an_item_is_changed_with_its_checkpoints(client, draft, officer):
    client.force_login(officer)
    data = item_page(client, draft, "1.1", **{
        "text": "新的原文", "points-zone": "25", "evidence_kinds": ["document"], "veto_candidate": "on",
        "checkpoints-1-code": "1.1-2", "checkpoints-1-text": "第二点", "checkpoints-1-details": "甲\n\n乙", "checkpoints-1-tracks": ["zone"],
    })

    answer = client.post(reverse("standards:draft_item", args=[draft.pk, "1.1"]), data | {"action": "next"})

    assert answer.url == reverse("standards:draft_item", args=[draft.pk, "2.1"])
    saved = present_item(with_parts(draft, "1.1"))
    assert (saved["text"], saved["points"]["zone"], saved["evidence_kinds"], saved["veto_candidate"]) == ("新的原文", 25, ["document"], True)
    assert saved["checkpoints"][1] == {"code": "1.1-2", "text": "第二点", "details": ["甲", "乙"], "tracks": ["zone"]}


def test_checkpoints_change_places_and_go(client, draft, officer):
    client.force_login(officer)
    url = reverse("standards:draft_item", args=[draft.pk, "1.1"])
    client.post(url, item_page(client, draft, "1.1", **{"checkpoints-1-code": "1.1-2", "checkpoints-1-text": "第二点", "checkpoints-1-tracks": ["zone"]}))

    client.post(url, item_page(client, draft, "1.1", action="down-0"))
    assert [row["code"] for row in present_item(with_parts(draft, "1.1"))["checkpoints"]] == ["1.1-2", "1.1-1"]
    client.post(url, item_page(client, draft, "1.1", **{"checkpoints-0-gone": "on", "checkpoints-0-text": ""}))

    assert [row["code"] for row in present_item(with_parts(draft, "1.1"))["checkpoints"]] == ["1.1-1"]


@pytest.mark.parametrize(
    "wrong", [{"code": "2.1"}, {"code": ""}, {"points-zone": "很多"}, {"checkpoints-0-code": ""}, {"checkpoints-1-text": "没有编号", "checkpoints-1-tracks": ["zone"]}],
)
def test_a_refused_item_keeps_everything_that_was_typed(client, draft, officer, wrong):
    client.force_login(officer)
    before = present_standard(draft)

    answer = client.post(reverse("standards:draft_item", args=[draft.pk, "1.1"]), item_page(client, draft, "1.1", text="写了很久的原文", **wrong))

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "写了很久的原文" in html
    assert all(value in html for value in wrong.values() if isinstance(value, str))
    assert present_standard(draft) == before


def test_an_item_changed_by_another_meanwhile_shows_both(client, draft, officer, second_officer):
    client.force_login(officer)
    mine = item_page(client, draft, "1.1", text="我写的原文")
    change(draft, "1.1", second_officer, text="别人写的原文")

    answer = client.post(reverse("standards:draft_item", args=[draft.pk, "1.1"]), mine)

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "<del>别人</del><ins>我</ins>写的原文" in html
    assert item(draft, "1.1").text == "别人写的原文"
    client.post(reverse("standards:draft_item", args=[draft.pk, "1.1"]), mine | {"base": answer.context["base"]})
    assert item(draft, "1.1").text == "我写的原文"


def test_the_version_in_force_takes_no_change(campaign, officer):
    present = campaign.standards.in_force()

    for act in (
        lambda: change(present, "1.1", officer, text="偷改"),
        lambda: actions.remove(item(present, "1.1"), by=officer, at=AT),
        lambda: actions.move(item(present, "2.1"), False, by=officer, at=AT),
        lambda: actions.add_category(present, code="9", name="新", by=officer, at=AT),
        lambda: actions.save_facts(present, note="", points_note="", official_points=True, by=officer, at=AT),
    ):
        with pytest.raises(NotAllowed, match="已经启用"):
            act()


# Compared


def test_two_versions_are_compared_by_character(client, draft, officer):
    change(draft, "1.1", officer, title="机构与人员", points={"zone": Decimal(31), "bureau": Decimal(40), "township": Decimal(30)})
    actions.remove(item(draft, "2.2"), by=officer, at=AT)
    actions.add_item(Category.objects.get(standard=draft, code="2"), code="2.3", title="新的一项", by=officer, at=AT)
    client.force_login(officer)

    page = client.get(reverse("standards:compare"))

    assert [(found.kind, found.code) for found in page.context["differences"]] == [("changed", "1.1"), ("added", "2.3"), ("removed", "2.2")]
    html = page.content.decode()
    assert "机构<del>健全</del><ins>与人员</ins>" in html
    assert "<del>30</del> <ins>31</ins>" in html
    assert "新增 1 项，修改 1 项，删除 1 项" in html


def test_the_same_twice_differs_in_nothing(campaign, draft):
    old, new = present_standard(campaign.standards.in_force())[1], present_standard(draft)[1]

    assert standard_differences(old, new, Names.of(campaign)) == []


def test_an_item_that_changed_its_category_says_so(campaign):
    content = items_of(present_standard(campaign.standards.in_force())[1])["1.1"]

    found = item_difference(content, content, Names.of(campaign), places=("1 甲", "2 乙"))

    assert found.facts == [("类别", "1 甲", "2 乙")]


# Published


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda draft: ItemPoints.objects.filter(item=item(draft, "1.1"), track__key="zone").update(points=29), "县（市、区）示范区各项分值合计 99 分，应为 100 分（少 1 分）"),
        (lambda draft: ItemPoints.objects.filter(item=item(draft, "1.1"), track__key="zone").update(points=31), "多 1 分"),
        (lambda draft: ItemPoints.objects.filter(item=item(draft, "1.1")).delete(), "1.1 在哪个申报类别都没有分值"),
        (lambda draft: ItemPoints.objects.filter(item=item(draft, "1.1"), track__key="bureau").delete(), "检查点 1.1-1 适用于市直单位示范点，但 1.1 在市直单位示范点没有分值"),
        (lambda draft: Item.objects.filter(pk=item(draft, "2.1").pk).update(code="1.1"), "指标编号“1.1”用了 2 次"),
        (lambda draft: Item.objects.filter(pk=item(draft, "2.1").pk).update(text=" "), "2.1 没有指标原文"),
        (lambda draft: item(draft, "2.1").checkpoints.update(text=""), "检查点 2.1-1 没有文字"),
        (lambda draft: item(draft, "2.1").checkpoints.get().tracks.clear(), "检查点 2.1-1 没有适用的申报类别"),
        (lambda draft: Category.objects.filter(standard=draft, code="1").update(name=""), "类别 1 没有名称"),
        (lambda draft: item(draft, "1.1").delete(), "类别“组织机构健全”下没有指标"),
        (lambda draft: Category.objects.filter(standard=draft, code="1").update(code="9"), "同分比较要用类别 1"),
        (lambda draft: ItemPoints.objects.filter(item=item(draft, "1.1"), track__key="zone").update(points=Decimal("29.75")), "不是 0.5 的整数倍"),
    ],
)
def test_what_keeps_a_draft_from_coming_into_force(draft, officer, spoil, sentence):
    assert rules.publishing_problems(draft) == []
    spoil(draft)

    problems = rules.publishing_problems(draft)

    assert sentence in "".join(map(str, problems))
    with pytest.raises(NotAllowed):
        actions.publish(draft, by=officer, at=AT)
    assert Standard.objects.get(pk=draft.pk).is_draft


def test_published_it_is_in_force_and_says_by_whom(client, campaign, draft, officer):
    change(draft, "1.1", officer, text="新的原文")

    actions.publish(draft, by=officer, at=AT)

    assert campaign.standards.in_force() == draft
    assert "新的原文" in client.get(reverse("standards:standard")).content.decode()
    old = client.get(reverse("standards:standard"), {"version": 1}).content.decode()
    assert "新的原文" not in old
    assert "这是第1版，现在执行的是第2版" in old
    assert AuditEvent.objects.get(action="standards.publish").by == officer


def test_a_version_that_a_file_brought_meanwhile_stays_below(campaign, draft, officer):
    Standard.objects.create(campaign=campaign, number=3, created_at=AT)

    published = actions.publish(draft, by=officer, at=AT)

    assert published.number == 4
    assert campaign.standards.in_force() == published


# Who


@pytest.mark.parametrize(("person", "get", "post"), [("officer", 200, 302), ("lead", 200, 302), ("administrator", 200, 302), ("auditor", 200, 403), ("clerk", 403, 403), ("nobody", 403, 403)])
def test_who_reads_and_who_changes_a_draft(request, client, draft, officer, person, get, post):
    client.force_login(officer)
    data = item_page(client, draft, "1.1", text="改过的")
    client.force_login(request.getfixturevalue(person))
    url = reverse("standards:draft_item", args=[draft.pk, "1.1"])

    assert client.get(url).status_code == get
    assert client.post(url, data).status_code == post
    assert (item(draft, "1.1").text == "改过的") == (post == 302)


def fill(draft, n):
    """So many items more, in a category of their own."""
    category = Category.objects.create(standard=draft, code="8", name="更多", order=8)
    for place in range(n):
        found = Item.objects.create(category=category, code=f"8.{place}", title="又一项", text="又一项", order=place)
        for track in draft.campaign.tracks.all():
            ItemPoints.objects.create(item=found, track=track, points=1)
        found.checkpoints.create(code=f"8.{place}-1", text="一点", order=0).tracks.set(draft.campaign.tracks.all())


@pytest.mark.parametrize("page", ["standards:draft", "standards:draft_item", "standards:compare", "publish_standard", "standard_versions"])
def test_pages_ask_as_often_for_many_items_as_for_few(client, draft, officer, django_assert_num_queries, page):
    client.force_login(officer)
    url = reverse(page, args={"standards:draft_item": [draft.pk, "1.1"], "standards:compare": [], "standard_versions": []}.get(page, [draft.pk]))
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    fill(draft, 20)

    with django_assert_num_queries(len(few)):
        client.get(url)


@pytest.mark.parametrize("data", [{}, {"base": "x"}, {"action": "up-item-999"}, {"action": "add-item-abc"}, {"action": "down--"}, {"checkpoints-TOTAL_FORMS": "99999"}])
def test_hostile_posts_do_no_harm(client, draft, officer, data):
    client.force_login(officer)
    before = present_standard(draft)

    for url in (reverse("standards:draft", args=[draft.pk]), reverse("standards:draft_item", args=[draft.pk, "1.1"])):
        assert client.post(url, data).status_code in (302, 409, 422)

    assert present_standard(draft) == before
