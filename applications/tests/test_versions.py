"""Returns and versions: the reviewer's words on each item, what was changed since, and every version as it was."""

import re

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEvent
from applications import actions, rules, snapshots
from applications.models import Application, Evidence, Return
from applications.tests.factories import make_application, make_link
from applications.tests.test_likeness import paper
from campaigns.tests.factories import moment

NOW = moment(9, 27, 10)
DUE = moment(10, 9)
S = Application.Status


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def page(application, name="detail", *more, query=""):
    return reverse(f"applications:{name}", args=[application.pk, *more]) + query


def text(answer):
    """What a reader reads: no tags, single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def answer(application, code, by, at=NOW, *, narrative=None, verdict=None, score=None):
    response = application.responses.get(item__code=code)
    response.application = application
    actions.save_response(
        response, base_version=response.version, verdict=verdict or response.self_verdict, score=response.self_score if score is None else score,
        narrative=narrative or response.narrative, by=by, at=at,
    )
    return response


def done(application, code, by):
    response = application.responses.get(item__code=code)
    actions.mark_done(response, by=by, at=NOW)


def send_again(application, by, at=NOW):
    application.refresh_from_db()
    return actions.submit(application, by=by, at=at, received_at=at)


@pytest.fixture
def codes(filed):
    return [response.item.code for response in filed.responses.select_related("item").in_order()]


@pytest.fixture
def filed(campaign, jing, county_clerk):
    """Submitted to the office with a link for every item, and a file in the first."""
    application = make_application(jing, campaign, done=True)
    first = application.responses.in_order().first()
    Evidence.objects.create(response=first, kind="photo", title="公示栏.png", blob=paper("old"), added_at=NOW, added_by=county_clerk)
    actions.submit(application, by=county_clerk, at=moment(9, 20), received_at=moment(9, 20))
    application.refresh_from_db()
    return application


@pytest.fixture
def returned(filed, officer, codes):
    """The first two items came back."""
    reasons = {filed.responses.get(item__code=code).pk: f"请补充 {code} 的材料。" for code in codes[:2]}
    actions.return_items(filed, reasons, "请一并核对。", DUE, by=officer, at=moment(9, 25, 9, 14))
    filed.refresh_from_db()
    return filed


# On the item


def test_the_remark_stands_on_its_item_with_who_when_and_until_when(client, returned, county_clerk, codes):
    client.force_login(county_clerk)

    read = text(client.get(page(returned, "item", codes[0])))

    assert "市政务公开办 退回意见" in read
    assert "2021-09-25 09:14 · 宋小公" in read
    assert "补正期限 10 月 8 日（周五）24:00" in read
    assert f"请补充 {codes[0]} 的材料。" in read
    assert "请一并核对。" in read
    assert "已修改，下一项" in read
    assert "标记完成，下一项" not in read
    assert "以前的退回意见" not in read
    other = text(client.get(page(returned, "item", codes[2])))
    assert "退回意见" not in other


def test_earlier_remarks_are_kept_in_a_fold(client, returned, county_clerk, officer, codes):
    for code in codes[:2]:
        done(returned, code, county_clerk)
    send_again(returned, county_clerk, moment(9, 26, 8))
    returned.refresh_from_db()
    actions.return_items(returned, {returned.responses.get(item__code=codes[0]).pk: "还缺一页。"}, "", DUE, by=officer, at=moment(9, 26, 9))
    client.force_login(county_clerk)

    html = client.get(page(returned, "item", codes[0])).content.decode()

    now, _fold, before = html.partition("<details")
    fold = html.partition("以前的退回意见（1 条）")[2].partition("</details>")[0]
    assert "还缺一页。" in html.partition("以前的退回意见")[0]
    assert f"请补充 {codes[0]} 的材料。" in fold
    assert "2021-09-26 08:00 重新提交" in fold


def test_everything_changed_since_is_shown_on_the_item(client, returned, county_clerk, codes):
    returned.responses.get(item__code=codes[0]).evidence.filter(kind="link").update(removed_at=NOW, removed_by=county_clerk)
    answer(returned, codes[0], county_clerk, narrative="已按规定完成。", verdict="partly", score=1)
    response = returned.responses.get(item__code=codes[0])
    response.evidence.filter(kind="photo").update(removed_at=NOW, removed_by=county_clerk)
    Evidence.objects.create(response=response, kind="photo", title="公示栏.png", blob=paper("newer"), added_at=NOW, added_by=county_clerk)
    make_link(response, "https://www.example.gov.cn/2.html", "新的专栏", county_clerk)
    client.force_login(county_clerk)

    html = client.get(page(returned, "item", codes[0])).content.decode()

    assert "与退回前相比，你已修改：" in html
    assert "<del>达到</del> <ins>部分达到</ins>" in html
    assert "已按<del>要求</del><ins>规定</ins>完成。" in html
    read = text(client.get(page(returned, "item", codes[0])))
    assert "已按意见修改 6 处" in read  # verdict, score, text, a file for another, a link gone, a link new
    for word in ("新增", "已替换", "已移除"):
        assert word in read


def test_a_paper_under_the_same_name_takes_the_others_place():
    def snapshot(*evidence):
        return {"items": [{"code": "1.1", "title": "机构", "evidence": [dict(zip(("kind", "title", "sha256", "url"), proof, strict=True)) for proof in evidence]}]}

    old = snapshot(("file", "方案.pdf", "a", ""), ("file", "名单.pdf", "b", ""), ("link", "专栏", "", "https://a.cn/"))
    new = snapshot(("file", "方案.pdf", "c", ""), ("photo", "名单.pdf", "d", ""), ("link", "专栏", "", "https://b.cn/"))

    [difference] = snapshots.differences(old, new)

    assert [(before["sha256"] or before["url"], after["sha256"] or after["url"]) for before, after in difference.replaced] == [("a", "c"), ("https://a.cn/", "https://b.cn/")]
    assert [entry["sha256"] for entry in difference.added] == ["d"]
    assert [entry["sha256"] for entry in difference.removed] == ["b"]
    assert difference.count == 4
    assert not snapshots.differences(new, new)


# What is not sent again yet


@pytest.mark.parametrize("name", ["detail", "item", "submit", "history", "compare", "receipt", "version"])
def test_what_is_not_submitted_yet_stays_in_sight_on_every_page(client, returned, county_clerk, officer, codes, name):
    more = {"item": [codes[2]], "receipt": [1], "version": [1]}.get(name, [])
    client.force_login(county_clerk)
    assert "退回 2 项：已修改 0 项，还有 2 项没有修改。改好后要重新提交，补正期限 10 月 8 日（周五）24:00。" in text(client.get(page(returned, name, *more)))

    answer(returned, codes[0], county_clerk, narrative="已按规定完成。")
    html = client.get(page(returned, name, *more)).content.decode()

    assert "strip-sticky" in html
    assert "退回 2 项：已修改 1 项，还有 1 项没有修改。" in html
    client.force_login(officer)
    if name != "item" and name != "submit":
        assert "修改尚未提交" not in client.get(page(returned, name, *more)).content.decode()
    for code in codes[:2]:
        done(returned, code, county_clerk)
    send_again(returned, county_clerk)
    client.force_login(county_clerk)
    assert "修改尚未提交" not in client.get(page(returned, name, *more), follow=True).content.decode()


def test_what_the_county_sent_back_is_not_forgotten_either(client, campaign, taohuatan, clerk, county_clerk):
    application = make_application(taohuatan, campaign, done=True)
    actions.submit(application, by=clerk, at=NOW, received_at=NOW)
    application.refresh_from_db()
    actions.return_to_unit(application, {}, "请写得具体些。", by=county_clerk, at=NOW)
    code = application.responses.in_order().first().item.code
    application.refresh_from_db()
    answer(application, code, clerk, narrative="今年开会三次。")
    client.force_login(clerk)

    read = text(client.get(page(application)))

    assert "修改尚未提交。 县里退回后，已修改 1 项。" in read
    assert "尚未报送。" not in read


def test_before_sending_one_is_told_what_was_left_as_it_was(client, returned, county_clerk, codes):
    answer(returned, codes[0], county_clerk, narrative="已按规定完成。")
    for code in codes[:2]:
        done(returned, code, county_clerk)
    client.force_login(county_clerk)

    read = text(client.get(page(returned, "submit")))

    assert "有 1 项退回后没有修改。" in read
    assert "退回后没有修改" in read
    assert "已按意见修改 1 处" in read
    assert client.get(page(returned, "submit")).context["problems"] == []


# Only what changed


def shown(answer):
    return [response.item.code for category in answer.context["progress"].categories for response in category.responses]


@pytest.mark.parametrize("name", ["detail", "submit"])
def test_the_unit_looks_at_its_changes_only(client, returned, county_clerk, codes, name):
    client.force_login(county_clerk)
    assert shown(client.get(page(returned, name, query="?only=changed"))) == codes  # nothing to leave out yet
    answer(returned, codes[1], county_clerk, narrative="已按规定完成。")

    whole, only = client.get(page(returned, name)), client.get(page(returned, name, query="?only=changed"))

    assert "只看修改（1 处）" in text(whole)
    assert (shown(whole), shown(only)) == (codes, [codes[1]])
    assert only.context["progress"].total == len(codes)


def test_after_sending_again_both_sides_look_at_the_same_changes(client, returned, county_clerk, officer, codes):
    answer(returned, codes[1], county_clerk, narrative="已按规定完成。")
    for code in codes[:2]:
        done(returned, code, county_clerk)
    send_again(returned, county_clerk)

    for person in (county_clerk, officer):
        client.force_login(person)
        assert shown(client.get(page(returned, query="?only=changed"))) == [codes[1]]
    review = client.get(reverse("inspections:review", args=[returned.pk]) + "?only=changed")
    assert review.context["item"].code == codes[1]
    html = review.content.decode()
    assert "已按<del>要求</del><ins>规定</ins>完成。" in html
    assert "已按意见修改 1 处" in text(review)
    left = client.get(reverse("inspections:review", args=[returned.pk]) + f"?item={codes[0]}")
    assert "退回后没有修改" in text(left)
    assert "2021-09-25 09:14 · 宋小公" in text(left)


def test_what_is_typed_and_not_sent_is_no_change_for_others(client, returned, county_clerk, officer, codes):
    answer(returned, codes[1], county_clerk, narrative="已按规定完成。")
    client.force_login(officer)

    assert "只看修改" not in text(client.get(page(returned)))
    assert rules.changes_for(returned, own=False) == {}
    assert set(rules.changes_for(returned, own=True)) == {codes[1]}


def test_the_county_sees_what_changed_since_it_sent_the_file_back(client, campaign, taohuatan, clerk, county_clerk):
    application = make_application(taohuatan, campaign, done=True)
    actions.submit(application, by=clerk, at=moment(9, 20), received_at=moment(9, 20))
    application.refresh_from_db()
    code = application.responses.in_order().first().item.code
    actions.return_to_unit(application, {application.responses.get(item__code=code).pk: "写明次数。"}, by=county_clerk, at=moment(9, 21))
    application.refresh_from_db()
    answer(application, code, clerk, narrative="已开会三次。")
    done(application, code, clerk)
    send_again(application, clerk)
    client.force_login(county_clerk)

    checked = client.get(page(application, "county_check", query="?only=changed"))

    assert shown(checked) == [code]
    assert "已按意见修改 1 处" in text(checked)
    assert "以前的退回意见（1 条）" in text(checked)


# Versions


@pytest.fixture
def twice(returned, county_clerk, codes):
    """Sent again with another text and another photo in the first item."""
    answer(returned, codes[0], county_clerk, narrative="已按规定完成。")
    response = returned.responses.get(item__code=codes[0])
    response.application = returned
    actions.remove_evidence(response.evidence.get(kind="photo"), by=county_clerk, at=NOW)
    Evidence.objects.create(response=response, kind="photo", title="新公示栏.png", blob=paper("newest"), added_at=NOW, added_by=county_clerk)
    for code in codes[:2]:
        done(returned, code, county_clerk)
    send_again(returned, county_clerk)
    returned.refresh_from_db()
    return returned


def test_a_version_is_read_as_it_was(client, twice, county_clerk, codes):
    client.force_login(county_clerk)

    first, second = client.get(page(twice, "version", 1)), client.get(page(twice, "version", 2))

    assert "已按要求完成。" in text(first)
    assert "已按规定完成。" not in text(first)
    assert "公示栏.png" in text(first)
    assert "新公示栏.png" not in text(first)
    assert f"请补充 {codes[0]} 的材料。" in text(first)  # that is what it was sent back for
    assert "后来又提交过" in text(first)
    assert "它是最近提交的一版" in text(second)
    assert "有修改 3 处" in text(second)
    assert [entry["item"]["code"] for entry in client.get(page(twice, "version", 2, query="?only=changed")).context["entries"]] == [codes[0]]
    assert "<form" not in first.content.decode().partition("<main")[2].partition("</main>")[0]
    assert client.get(page(twice, "version", 3)).status_code == 404


def test_a_file_of_an_old_version_still_opens_for_those_who_may_see_the_application(client, twice, request):
    gone = Evidence.objects.get(title="公示栏.png")
    assert gone.removed_at
    link = reverse("applications:evidence", args=[gone.pk])

    for person, status in (("county_clerk", 200), ("officer", 200), ("auditor", 200), ("clerk", 404), ("other_clerk", 404), ("inspector", 404), ("nobody", 404)):
        client.force_login(request.getfixturevalue(person))
        answer = client.get(link)
        assert answer.status_code == status, person
        answer.getvalue()
    client.force_login(request.getfixturevalue("officer"))
    assert link in client.get(page(twice, "compare")).content.decode()
    assert link in client.get(page(twice, "version", 1)).content.decode()


@pytest.mark.parametrize(("query", "words"), [("", "第 1 版 → 第 2 版，改了 3 处"), ("?old=2&new=1", "第 2 版 → 第 1 版，改了 3 处"), ("?old=2&new=2", "两个版本的内容相同"), ("?old=x&new=99", "第 1 版 → 第 2 版，改了 3 处")])
def test_any_two_versions_can_be_compared_and_both_pickers_work_without_script(client, twice, officer, query, words):
    client.force_login(officer)

    html = client.get(page(twice, "compare", query=query)).content.decode()

    assert words in html
    assert html.count("<option") == 4
    history = client.get(page(twice, "history")).content.decode()
    assert history.count('type="radio" name="old"') == history.count('type="radio" name="new"') == 2
    assert "比较所选的两版" in history


def test_the_timeline_is_newest_first_in_full_with_the_version_of_then(client, twice, county_clerk, officer):
    actions.seal(twice, by=officer, at=NOW)
    client.force_login(county_clerk)

    html = client.get(page(twice, "history")).content.decode()
    told = html.partition('<ol class="timeline">')[2]

    assert told.index("补正后重新提交") < told.index("公开办退回补正") < told.index("报送申报")
    assert "2021-09-25 09:14</time>" in told
    assert page(twice, "version", 2) in told
    assert "封存材料" not in told
    client.force_login(officer)
    assert "封存材料" in client.get(page(twice, "history")).content.decode()


def test_the_timeline_tells_nobody_of_scores_or_looks(client, twice, county_clerk, officer):
    client.force_login(officer)
    client.get(reverse("applications:evidence", args=[Evidence.objects.get(title="公示栏.png").pk])).getvalue()
    assert AuditEvent.objects.filter(action="applications.download").exists()

    told = client.get(page(twice, "history")).content.decode().partition('<ol class="timeline">')[2]

    assert "下载证明材料" not in told


def test_the_record_of_returns_says_until_when_and_whether_it_was_answered(client, twice, county_clerk):
    client.force_login(county_clerk)

    read = text(client.get(page(twice)))

    assert "补正期限 10 月 8 日（周五）24:00" in read
    assert "吴小泾于 2021-09-27 10:00 重新提交" in read


def test_the_basket_shows_the_words_before_they_are_sent(client, filed, officer, codes):
    client.force_login(officer)
    client.post(reverse("inspections:collect_return", args=[filed.pk, codes[0]]), {"reason": "请补充会议纪要。"})

    read = text(client.get(reverse("inspections:review", args=[filed.pk])))

    assert "已选 1 项待退回：" in read
    assert "请补充会议纪要。" in read
    assert not Return.objects.exists()


def test_the_pages_ask_no_more_for_many_returns_than_for_one(client, returned, county_clerk, officer, codes, django_assert_num_queries, django_assert_max_num_queries):
    client.force_login(county_clerk)
    client.get(page(returned))
    with django_assert_max_num_queries(45) as few:
        client.get(page(returned))
    for day in (1, 2):
        for code in codes[:2]:
            done(returned, code, county_clerk)
        send_again(returned, county_clerk, moment(9, 26, day))
        returned.refresh_from_db()
        actions.return_items(returned, {response.pk: "再看。" for response in returned.responses.all()[:5]}, "", DUE, by=officer, at=moment(9, 26, day, 30))
        for response in returned.responses.filter(done_at=None):
            actions.mark_done(response, by=county_clerk, at=NOW)

    with django_assert_num_queries(len(few)):
        client.get(page(returned))
