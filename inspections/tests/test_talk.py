"""The group's talk: everybody's records side by side, one score per item, two contents of one person; nothing typed is lost."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent, Role
from accounts.tests.factories import make_user
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from inspections import actions
from inspections.models import AgreedScore, Delivery, DeviceRecord, Score
from inspections.rules.talk import talk_rows
from inspections.tests.factories import make_accepted, make_findings, make_group, make_item, make_sent, make_visit
from inspections.views import visits as views

AT = moment(10, 20, 10)
LATER = moment(10, 20, 11)
State = Delivery.State


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """It is the morning of the visit."""
    monkeypatch.setattr(views.timezone, "now", lambda: AT)


@pytest.fixture
def visit(taohuatan, clerk, campaign, inspector, second_inspector):
    """Items 1.1 (30 points), 2.1 (50) and 2.2 (20)."""
    return make_visit(make_accepted(taohuatan, campaign, by=clerk), make_group(campaign, inspector, second_inspector))


@pytest.fixture
def item(visit):
    return make_item(visit.application, "1.1")


@pytest.fixture
def url(visit):
    return reverse("inspections:talk", args=[visit.pk])


@pytest.fixture
def page(client, inspector, url):
    """What the inspector's browser sends: every field of the page, changed by what is typed."""
    client.force_login(inspector)

    def send(go, shown=None, **typed):
        lines = (shown or client.get(url)).context["lines"]
        data = {"go": go}
        for _row, form, _faults in lines:
            data |= {form[name].html_name: form[name].value() or "" for name in ("points", "reason")}
            data |= {form["seen"].html_name: form.row.mark, form["shown"].html_name: form.shown_before}
        return client.post(url, data | {name.replace("_", "-"): value for name, value in typed.items()})

    return send


def record(visit, item, scorer, points="30", verdict="met", reason="", at=AT):
    return actions.record_site_score(visit, item, scorer=scorer, verdict=verdict, points=Decimal(points), reason=reason, by=scorer, at=at)


def agreed():
    return {one.item.code: (one.points, one.reason) for one in AgreedScore.objects.select_related("item")}


def words(answer):
    return answer.content.decode()


# The page


def test_all_items_stand_on_one_page_with_everybodys_scores_and_differences_marked(visit, item, inspector, second_inspector, client, url):
    make_findings(visit, agreed=False)
    record(visit, item, second_inspector, "20", "partly", "缺台账")
    client.force_login(inspector)

    answer = client.get(url)

    lines = answer.context["lines"]
    assert [row.item.code for row, _form, _faults in lines] == ["1.1", "2.1", "2.2"]
    assert [row.differs for row, _form, _faults in lines] == [True, False, False]
    assert (answer.context["differing"], answer.context["equal"], answer.context["waiting"]) == (1, 2, 0)
    assert words(answer).count('class="is-apart"') == 2
    for text in ("缺台账", "许小收", "胡小验", "一致的 2 项一并商定"):
        assert text in words(answer)


def test_what_others_recorded_is_hidden_until_the_own_record_is_in(visit, item, second_inspector, inspector, client, url):
    record(visit, item, second_inspector, "20", "partly", "缺台账")
    client.force_login(inspector)

    assert "缺台账" not in words(client.get(url))
    assert "先记录你自己的结论" in words(client.get(url))
    record(visit, item, inspector)
    assert "缺台账" in words(client.get(url))


def test_the_number_of_queries_does_not_grow_with_second_contents(visit, item, inspector, second_inspector, client, url, django_assert_num_queries):
    make_findings(visit, agreed=False)
    client.force_login(inspector)
    actions.keep_beside(visit, item, "partly", Decimal(25), "另一份", by=inspector, at=AT)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    actions.keep_beside(visit, make_item(visit.application, "2.1"), "partly", Decimal(45), "另一份", by=inspector, at=AT)
    actions.keep_beside(visit, make_item(visit.application, "2.2"), "partly", Decimal(15), "另一份", by=second_inspector, at=AT)

    with django_assert_num_queries(len(one)):
        client.get(url)


def test_the_summary_leads_to_the_talk(visit, inspector, client, url):
    make_findings(visit, agreed=False)
    client.force_login(inspector)

    answer = words(client.get(reverse("inspections:summary", args=[visit.pk])))

    assert f'href="{url}"' in answer
    for code in ("1.1", "2.1", "2.2"):
        assert f'href="{url}#item-{code}"' in answer


# Agreeing


def test_one_button_agrees_everything_that_is_equal_and_leaves_the_rest(visit, item, second_inspector, url, page):
    make_findings(visit, agreed=False)
    record(visit, item, second_inspector, "20", "partly", "缺台账")

    answer = page("equal")

    assert agreed() == {"2.1": (50, ""), "2.2": (20, "")}
    assert answer.url == f"{url}#item-1.1"


def test_equal_scores_below_full_points_keep_every_reason(visit, item, inspector, second_inspector, page):
    record(visit, item, inspector, "20", "partly", "缺台账")
    record(visit, item, second_inspector, "20", "partly", "公示栏是旧的")

    page("equal")

    assert agreed() == {"1.1": (20, "缺台账\n公示栏是旧的")}


def test_what_nobody_has_recorded_yet_is_not_agreed_by_the_button(visit, item, inspector, page):
    record(visit, item, inspector)

    answer = page("equal")

    assert agreed() == {}
    assert answer.status_code == 302


def test_the_button_keeps_what_was_typed_elsewhere(visit, item, second_inspector, page):
    make_findings(visit, agreed=False)
    record(visit, item, second_inspector, "20", "partly", "缺台账")

    answer = page("equal", **{"1.1_reason": "还在商量：台账"})

    assert set(agreed()) == {"2.1", "2.2"}
    assert "还在商量：台账" in words(answer)


def test_an_item_is_agreed_with_a_reason_and_the_next_one_follows(visit, url, page):
    make_findings(visit, agreed=False)

    answer = page("item:1.1", **{"1.1_points": "29.5", "1.1_reason": "更新慢"})

    assert agreed() == {"1.1": (Decimal("29.5"), "更新慢")}
    assert answer.url == f"{url}#item-2.1"


def test_after_the_last_item_the_summary_follows(visit, page):
    make_findings(visit, agreed=False)
    page("equal")

    answer = page("item:2.2", **{"2.2_points": "19.5", "2.2_reason": "更新慢"})

    assert answer.url == reverse("inspections:summary", args=[visit.pk])


@pytest.mark.parametrize(("points", "reason", "sentence"), [
    ("31", "全组一致认为", "超过了该项满分 30 分"), ("29.3", "全组一致认为", "步长"), ("三十", "全组一致认为", "请填写数字"), ("", "全组一致认为", "商定得分"),
])
def test_a_bad_score_is_refused_and_nothing_typed_anywhere_is_lost(visit, page, points, reason, sentence):
    make_findings(visit, agreed=False)

    answer = page("item:1.1", **{"1.1_points": points, "1.1_reason": reason, "2.1_points": "44", "2.1_reason": "另一项也填了"})

    for text in (sentence, reason, "另一项也填了", 'value="44"', f'value="{points}"'):
        assert text in words(answer)
    assert agreed() == {}


def test_lost_points_want_a_reason(visit, page):
    make_findings(visit, agreed=False)

    answer = page("item:1.1", **{"1.1_points": "29", "1.1_reason": ""})
    assert "扣分请写明理由" in words(answer)
    assert 'value="29"' in words(answer)
    page("item:1.1", **{"1.1_points": "30", "1.1_reason": ""})

    assert agreed() == {"1.1": (30, "")}


def test_saving_all_takes_only_what_was_typed_and_keeps_what_is_bad(visit, page):
    make_findings(visit, agreed=False)

    answer = page("all", **{"1.1_points": "29", "1.1_reason": "更新慢", "2.1_points": "60"})

    assert agreed() == {"1.1": (29, "更新慢")}
    assert 'value="60"' in words(answer)
    assert "超过了该项满分 50 分" in words(answer)


def test_saving_all_with_nothing_typed_agrees_nothing(visit, page):
    make_findings(visit, agreed=False)

    answer = page("all")

    assert answer.status_code == 302
    assert agreed() == {}


def test_two_members_see_both_values_and_one_of_them_chooses(visit, item, inspector, second_inspector, client, url, page):
    make_findings(visit, agreed=False)
    shown = client.get(url)
    actions.agree_site_score(visit, item, Decimal(25), "许小收先记的", by=second_inspector, at=AT)

    answer = page("item:1.1", shown, **{"1.1_points": "26", "1.1_reason": "我后记的"})
    assert agreed()["1.1"] == (25, "许小收先记的")
    for text in ("许小收先记的", "我后记的", "记下的商定：25 分", "你填的还在下面"):
        assert text in words(answer)
    page("item:1.1", answer, **{"1.1_points": "26", "1.1_reason": "我后记的"})

    assert agreed()["1.1"] == (26, "我后记的")


def test_or_takes_what_the_other_one_saved(visit, item, second_inspector, client, url, page):
    make_findings(visit, agreed=False)
    shown = client.get(url)
    actions.agree_site_score(visit, item, Decimal(25), "许小收先记的", by=second_inspector, at=AT)

    answer = page("take:1.1", shown, **{"1.1_points": "26", "1.1_reason": "我后记的"})

    assert answer.url == f"{url}#item-1.1"
    assert agreed() == {"1.1": (25, "许小收先记的")}


def test_what_another_member_agreed_meanwhile_is_not_saved_over_by_saving_all(visit, item, second_inspector, client, url, page):
    make_findings(visit, agreed=False)
    shown = client.get(url)
    actions.agree_site_score(visit, item, Decimal(25), "许小收先记的", by=second_inspector, at=AT)

    page("all", shown, **{"2.1_points": "49", "2.1_reason": "更新慢"})

    assert agreed() == {"1.1": (25, "许小收先记的"), "2.1": (49, "更新慢")}


def test_a_locked_visit_is_read_and_not_changed(visit, inspector, second_inspector, client, url):
    make_findings(visit)
    for user in (inspector, second_inspector):
        actions.sign_visit(visit, user, by=user, at=AT)
    actions.lock_visit(visit, by=inspector, at=AT)
    client.force_login(inspector)

    assert "已经锁定" in words(client.get(url))
    answer = client.post(url, {"go": "item:1.1", "1.1-points": "20", "1.1-reason": "改分"})

    assert "已经锁定" in words(answer)
    assert agreed()["1.1"] == (30, "")
    assert "已经锁定" in words(client.post(url, {"go": "equal"}))


def test_somebody_with_a_conflict_takes_no_part(visit, inspector, campaign, client, url):
    make_findings(visit, agreed=False)
    actions.declare_conflict(inspector, visit.application.organization, campaign, "亲属", by=inspector, at=AT)
    client.force_login(inspector)

    assert "申报了回避" in words(client.post(url, {"go": "equal"}))
    assert agreed() == {}


# Two contents of one person


def on_two_phones(visit, inspector):
    """Entered is 30; the second phone, which did not know of it, says 20."""
    actions.receive_record(make_sent(visit), owner=inspector, by=inspector, at=AT)
    second = make_sent(visit, verdict="partly", points="20", reason="内容不全")
    return second, actions.receive_record(second, owner=inspector, by=inspector, at=LATER)


def test_both_contents_are_shown_with_who_and_when_and_the_summary_asks(visit, inspector, client, url):
    on_two_phones(visit, inspector)
    client.force_login(inspector)

    answer = words(client.get(url))

    for text in ("胡小验在两处记得不一样，还没有选", "已入账的：符合，30 分", "另一份：部分符合，20 分", "内容不全"):
        assert text in answer
    assert "1.1 机构健全：请比较后选一份，或者两份都留" in words(client.get(reverse("inspections:summary", args=[visit.pk])))


@pytest.mark.parametrize(("choice", "points", "state"), [("other", 20, State.ENTERED), ("entered", 30, State.ENTERED), ("both", 30, State.KEPT)])
def test_one_is_chosen_or_both_are_kept(visit, inspector, url, page, choice, points, state):
    _sent, device = on_two_phones(visit, inspector)
    picked = device.revisions.get().pk if choice == "other" else choice

    answer = page(f"choose:{device.pk}:{picked}")

    device.refresh_from_db()
    assert answer.url == f"{url}#item-1.1"
    assert (Score.objects.get().points, device.state) == (points, state)
    assert AuditEvent.objects.filter(action="inspections.choose_content").count() == 1
    assert bool(talk_rows(visit, inspector)[0].apart) is (choice == "both")


def test_what_was_kept_on_the_phone_ends_in_the_talk_and_may_still_be_chosen(visit, inspector, page):
    second, device = on_two_phones(visit, inspector)
    actions.receive_record(replace(second, number=2, keep=True), owner=inspector, by=inspector, at=LATER)
    revision = DeviceRecord.objects.get(state=State.KEPT).current[0]

    page(f"choose:{device.pk}:{revision.pk}")

    assert Score.objects.get().points == 20
    assert not talk_rows(visit, inspector)[0].apart


def test_the_phone_learns_the_choice_by_sending_again(visit, inspector, page):
    second, device = on_two_phones(visit, inspector)

    page(f"choose:{device.pk}:both")

    assert actions.receive_record(second, owner=inspector, by=inspector, at=LATER).state == State.KEPT


def test_two_contents_are_not_agreed_by_the_button_for_equal_ones(visit, item, inspector, second_inspector, page):
    on_two_phones(visit, inspector)
    record(visit, item, second_inspector)

    page("equal")

    assert agreed() == {}


def test_nobody_chooses_for_somebody_else(visit, inspector, second_inspector, item, client, url):
    _sent, device = on_two_phones(visit, inspector)
    record(visit, item, second_inspector)
    client.force_login(second_inspector)

    assert f"choose:{device.pk}" not in words(client.get(url))
    assert "只有胡小验本人能选择" in words(client.post(url, {"go": f"choose:{device.pk}:both"}))

    device.refresh_from_db()
    assert device.state == State.CONFLICT


@pytest.mark.parametrize("choice", ["entered", "both"])
def test_what_is_not_entered_cannot_be_chosen(visit, inspector, page, choice):
    """Two phones sent two unfinished contents of one record under the same number."""
    first = make_sent(visit, verdict="partly", points="")
    for sent in (first, replace(first, reason="内容不全")):
        device = actions.receive_record(sent, owner=inspector, by=inspector, at=AT)

    assert "这一项还没有入账，请选其中一份。" in words(page(f"choose:{device.pk}:{choice}"))

    device.refresh_from_db()
    assert (device.state, Score.objects.count()) == (State.CONFLICT, 0)


@pytest.mark.parametrize("about", ["nothing", "{device}", "{device}:7", "6d0f5c1e-52a4-4a8b-9b0e-3f2d7c9a1e55:both"])
def test_a_choice_of_what_is_not_there_is_not_found(visit, inspector, page, about):
    _sent, device = on_two_phones(visit, inspector)

    assert page(f"choose:{about.format(device=device.pk)}").status_code == 404


def test_a_stale_record_page_shows_both_values_and_keeps_both_on_demand(visit, item, inspector, client, url):
    record(visit, item, inspector)
    client.force_login(inspector)
    record_url = reverse("inspections:record", args=[visit.pk, "1.1"])
    typed = {"verdict": "partly", "points": "20", "reason": "旧页面上填的", "version": "0"}

    answer = client.post(record_url, typed | {"go": "next"})
    for text in ("比较后选一份", "符合，30 分", "旧页面上填的", 'name="version" value="1"'):
        assert text in words(answer)
    assert Score.objects.get().points == 30
    answer = client.post(record_url, typed | {"go": "keep"})

    assert answer.url == f"{url}#item-1.1"
    assert Score.objects.get().points == 30
    (apart,) = talk_rows(visit, inspector)[0].apart
    assert [revision.reason for revision in apart.revisions] == ["旧页面上填的"]
    client.post(record_url, typed | {"go": "keep"})
    assert DeviceRecord.objects.count() == 1


def test_or_the_stale_page_wins_when_the_person_says_so(visit, item, inspector, client):
    record(visit, item, inspector)
    client.force_login(inspector)

    client.post(reverse("inspections:record", args=[visit.pk, "1.1"]), {"verdict": "partly", "points": "20", "reason": "新", "version": "1", "go": "stay"})

    assert Score.objects.get().points == 20


def test_what_was_never_stored_is_not_kept_beside_anything(visit, item, inspector):
    with pytest.raises(NotAllowed, match="还没有存过"):
        actions.keep_beside(visit, item, "partly", Decimal(20), "理由", by=inspector, at=AT)
    with pytest.raises(NotAllowed, match="超过"):
        actions.keep_beside(visit, item, "partly", Decimal(31), "理由", by=inspector, at=AT)


def test_a_new_member_sees_agreed_items_only_after_recording(visit, inspector, second_inspector, campaign, client, url):
    make_findings(visit, lost=5)
    visit.group.members.create(user=(new := make_user("新人", None, [Role.INSPECTOR])))
    client.force_login(new)

    assert "更新不及时" not in words(client.get(url))
