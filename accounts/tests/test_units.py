"""The list of units, one unit, and what the administrator does with it."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.models import AuditEvent, Organization, Role
from accounts.rules import NotAllowed
from accounts.tests.factories import make_organization, make_user, moment

AT = moment(9, 27)
DAY = date(2021, 9, 1)


def rename(unit, administrator, name="桃花潭街道", day=DAY, at=AT):
    return actions.rename_unit(unit, f"泾县{name}办事处", name, day, by=administrator, at=at)


def test_the_list_is_a_tree_by_county(client, administrator, jing, taohuatan, miaoshou, education):
    client.force_login(administrator)

    page = client.get(reverse("accounts:unit_list")).content.decode()

    order = [page.index(f">{name}</a>") for name in ("市教体局", "泾县", "桃花潭镇", "旌德县", "庙首镇")]
    assert order == sorted(order)


def test_the_office_looks_and_changes_nothing(client, officer, taohuatan):
    client.force_login(officer)

    assert "导入单位" not in client.get(reverse("accounts:unit_list")).content.decode()
    assert client.get(taohuatan.get_absolute_url()).status_code == 200
    for name in ("change_unit", "rename_unit", "merge_unit"):
        assert client.get(reverse(f"accounts:{name}", args=[taohuatan.pk])).status_code == 403
        assert client.get(reverse(f"accounts:{name}", args=[0])).status_code == 404


@pytest.mark.parametrize("name", ["unit", "change_unit", "rename_unit", "merge_unit"])
def test_a_unit_is_like_none_to_whom_the_list_is_closed(client, clerk, taohuatan, name):
    client.force_login(clerk)

    assert [client.get(reverse(f"accounts:{name}", args=[pk])).status_code for pk in (taohuatan.pk, 0)] == [404, 404]


@pytest.mark.parametrize("words", ["桃花潭", "341823103", "章渡"])
def test_a_unit_is_found_by_name_code_and_former_name(client, administrator, taohuatan, miaoshou, words):
    taohuatan.former_names.create(name="章渡镇", short_name="章渡镇", until=DAY, changed_at=AT)
    client.force_login(administrator)

    page = client.get(reverse("accounts:unit_list"), {"q": words}).content.decode()

    assert ">桃花潭镇</a>" in page
    assert ">庙首镇</a>" not in page


def test_the_list_of_a_day_shows_the_units_of_that_day(client, administrator, taohuatan):
    Organization.objects.filter(pk=taohuatan.pk).update(valid_until=DAY)
    client.force_login(administrator)

    def listed(day):
        return ">桃花潭镇</a>" in client.get(reverse("accounts:unit_list"), {"day": day}).content.decode()

    assert listed("2021-08-31")
    assert not listed("2021-09-01")


def test_the_list_asks_the_same_for_one_unit_and_many(client, administrator, jing, django_assert_num_queries, django_assert_max_num_queries):
    client.force_login(administrator)
    client.get(reverse("accounts:unit_list"))
    with django_assert_max_num_queries(25) as few:
        client.get(reverse("accounts:unit_list"))
    for n in range(30):
        make_organization(f"第{n}镇", parent=jing)

    with django_assert_num_queries(len(few)):
        client.get(reverse("accounts:unit_list"))


def test_a_renamed_unit_keeps_its_former_name(client, administrator, taohuatan):
    client.force_login(administrator)
    today = timezone.localdate()

    client.post(reverse("accounts:rename_unit", args=[taohuatan.pk]), {"name": "泾县桃花潭街道办事处", "short_name": "桃花潭街道", "day": today.isoformat()})

    taohuatan.refresh_from_db()
    assert (taohuatan.name, taohuatan.name_on(today), taohuatan.name_on(today - timedelta(days=1))) == ("泾县桃花潭街道办事处", "泾县桃花潭街道办事处", "桃花潭镇")
    page = client.get(taohuatan.get_absolute_url()).content.decode()
    assert "名称沿革" in page
    assert f"用到 {today}" in page
    assert AuditEvent.objects.get(action="accounts.rename_unit").detail["before"] == "桃花潭镇"


def test_a_unit_renamed_twice_tells_each_name_of_its_time(administrator, taohuatan):
    rename(taohuatan, administrator, "甲镇", date(2020, 1, 1))
    unit = rename(taohuatan, administrator, "乙镇", date(2021, 1, 1))

    assert [unit.name_on(date(year, 6, 1)) for year in (2019, 2020, 2021)] == ["桃花潭镇", "泾县甲镇办事处", "泾县乙镇办事处"]


@pytest.mark.parametrize(("name", "day", "words"), [
    ("新镇", date(2021, 9, 28), "日期还没有到"), ("新镇", date(2020, 1, 1), "日期要晚于启用日期"), ("新镇", date(2021, 3, 1), "已经改过一次名"), ("桃花潭镇", DAY, "新名称和现在的名称一样"),
])
def test_a_rename_that_cannot_be(administrator, taohuatan, name, day, words):
    Organization.objects.filter(pk=taohuatan.pk).update(valid_from=date(2020, 1, 1), name="泾县桃花潭镇办事处")
    taohuatan.former_names.create(name="章渡镇", short_name="章渡镇", until=date(2021, 3, 1), changed_at=AT)

    with pytest.raises(NotAllowed, match=words):
        rename(taohuatan, administrator, name, day)

    assert taohuatan.former_names.count() == 1


def test_the_day_itself_is_early_enough(administrator, taohuatan):
    assert rename(taohuatan, administrator, day=AT.date()).short_name == "桃花潭街道"


def test_a_merged_unit_is_closed_and_its_people_go_along(client, administrator, taohuatan, yunling):
    person = make_user("汪小桃", taohuatan, [Role.UNIT_CLERK])
    gone = make_user("离小职", taohuatan, is_active=False)
    client.force_login(administrator)

    client.post(reverse("accounts:merge_unit", args=[taohuatan.pk]), {"into": "泾县云岭镇", "day": timezone.localdate().isoformat(), "move_people": "on"})

    for row in (taohuatan, person, gone):
        row.refresh_from_db()
    assert (taohuatan.valid_until, taohuatan.successor) == (timezone.localdate(), yunling)
    assert (person.organization, gone.organization) == (yunling, taohuatan)
    assert AuditEvent.objects.get(action="accounts.merge_unit").detail["moved"] == [person.username]
    assert "由下面的单位承接" in client.get(taohuatan.get_absolute_url()).content.decode()
    assert "并入的单位" in client.get(yunling.get_absolute_url()).content.decode()


def test_people_stay_where_they_are_when_that_is_wanted(administrator, clerk, taohuatan, yunling):
    actions.merge_unit(taohuatan, yunling, DAY, move_people=False, by=administrator, at=AT)

    clerk.refresh_from_db()
    assert clerk.organization == taohuatan


def test_a_merge_that_cannot_be(administrator, jing, taohuatan, yunling):
    def refused(unit, into, day=DAY):
        with pytest.raises(NotAllowed) as refusal:
            actions.merge_unit(unit, into, day, move_people=True, by=administrator, at=AT)
        return str(refusal.value)

    assert "单位不能并入自己" in refused(taohuatan, taohuatan)
    assert "下面还有单位（桃花潭镇、云岭镇）" in refused(jing, None)
    assert "日期还没有到" in refused(taohuatan, yunling, date(2021, 9, 28))
    actions.merge_unit(taohuatan, yunling, DAY, move_people=True, by=administrator, at=AT)
    assert "起已经停用" in refused(taohuatan, yunling)
    assert "不是有效单位" in refused(yunling, taohuatan)


def test_the_database_keeps_successors_for_closed_units(taohuatan, yunling):
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.filter(pk=taohuatan.pk).update(successor=yunling)


def test_predecessors_are_found_however_long_ago(administrator, jing, taohuatan, yunling):
    last = make_organization("新镇", parent=jing)
    actions.merge_unit(taohuatan, yunling, date(2020, 1, 1), move_people=True, by=administrator, at=AT)
    actions.merge_unit(yunling, last, DAY, move_people=True, by=administrator, at=AT)

    assert last.with_predecessors() == {last.pk, yunling.pk, taohuatan.pk}


def test_a_unit_that_is_opened_again_has_no_successor(client, administrator, taohuatan, yunling):
    actions.merge_unit(taohuatan, yunling, DAY, move_people=True, by=administrator, at=AT)
    client.force_login(administrator)

    client.post(reverse("accounts:change_unit", args=[taohuatan.pk]), {"name": "桃花潭镇", "short_name": "桃花潭镇", "kind": taohuatan.kind_id, "parent": "341823", "valid_from": "", "valid_until": "", "source": ""})

    taohuatan.refresh_from_db()
    assert (taohuatan.valid_until, taohuatan.successor) == (None, None)


def test_a_new_unit_stands_below_its_county(client, administrator, jing, taohuatan):
    client.force_login(administrator)
    data = {"code": "341823107", "name": "泾县丁家桥镇人民政府", "short_name": "丁家桥镇", "kind": taohuatan.kind_id, "parent": "泾县", "source": ""}

    client.post(reverse("accounts:new_unit"), data)

    assert Organization.objects.get(code="341823107").county == jing
    assert "单位代码" in client.post(reverse("accounts:new_unit"), data).content.decode()
    assert Organization.objects.filter(code="341823107").count() == 1


def test_a_unit_is_not_put_below_itself(client, administrator, jing, taohuatan):
    client.force_login(administrator)

    page = client.post(reverse("accounts:change_unit", args=[jing.pk]), {"name": "泾县", "short_name": "泾县", "kind": jing.kind_id, "parent": "341823103", "source": ""}).content.decode()

    assert "上级单位绕成了一圈" in page
    jing.refresh_from_db()
    assert jing.parent is None
