"""The standard is amended while units fill in: whoever is at it moves along with every answer, and looks at what changed before submitting."""

from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from applications import actions, rules
from applications.models import Application, Evidence, ItemResponse, RevisedItem
from applications.snapshots import freeze
from applications.tests.factories import make_application, make_link
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from standards import actions as standard_actions
from standards.actions.drafting import item_base, with_parts
from standards.contents import present_item
from standards.models import Category, Item

pytestmark = pytest.mark.django_db

NOW = moment(9, 27, 10, 32)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def change(draft, code, by, **fields):
    found = with_parts(draft, code)
    points = fields.pop("points", None)
    wanted = present_item(found) | fields
    if points:
        wanted["points"] = {key: Decimal(value) for key, value in points.items()}
        wanted["checkpoints"] = [row | {"tracks": [key for key in row["tracks"] if key in points]} for row in wanted["checkpoints"]]
    return standard_actions.save_item(draft, code, wanted, base=item_base(found), by=by, at=NOW)


def amended(campaign, by):
    """1.1 has other words and points, 2.2 is gone, 2.3 is new; 2.1 stays as it was. Every track still adds up to 100."""
    draft = standard_actions.start_draft(campaign, "按细则修订", by=by, at=NOW)
    change(draft, "1.1", by, text="政务公开领导机构健全。", points={"zone": 25, "bureau": 35, "township": 25})
    standard_actions.remove(Item.objects.get(category__standard=draft, code="2.2"), by=by, at=NOW)
    standard_actions.add_item(Category.objects.get(standard=draft, code="2"), code="2.3", title="政策解读", by=by, at=NOW)
    change(draft, "2.3", by, text="做好政策解读。", points={"zone": 25, "bureau": 5, "township": 25})
    return draft


def publish(campaign, by):
    return actions.publish_standard(amended(campaign, by), by=by, at=NOW)


def codes(application):
    return [response.item.code for response in application.responses.select_related("item").in_order()]


def response(application, code):
    return application.responses.select_related("item__category__standard").get(item__code=code)


def test_a_draft_moves_along_with_every_answer(campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign, done=True)
    kept = response(application, "2.1")

    standard, moved = publish(campaign, officer)

    application.refresh_from_db()
    assert (application.standard, moved) == (standard, [application])
    assert codes(application) == ["1.1", "2.1", "2.3"]
    same = response(application, "2.1")
    assert same.pk == kept.pk
    assert same.item.category.standard == standard
    assert (same.narrative, same.self_verdict, same.is_done, same.evidence.count()) == ("已按要求完成。", "met", True, 1)
    assert standard.is_locked
    assert {(row.code, row.kind) for row in application.revised_items.all()} == {("1.1", "changed"), ("2.2", "removed"), ("2.3", "added")}


def test_an_answer_to_a_removed_item_is_kept_aside_and_readable(client, campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign, done=True)
    ItemResponse.objects.filter(application=application, item__code="2.2").update(narrative="村务公开的说明", self_score=18)
    publish(campaign, officer)
    client.force_login(clerk)

    html = client.get(reverse("applications:revision", args=[application.pk])).content.decode()

    assert html.count("已删除的项</span>") == 2
    assert "村务公开的说明" in html
    assert "政务公开专栏" in html
    assert application.responses.filter(item__code="2.2").count() == 0
    assert ItemResponse.including_removed.get(application=application, item__code="2.2").self_score == 18
    assert [item["code"] for item in freeze(application)["items"]] == ["1.1", "2.1", "2.3"]
    assert rules.progress(application).total == 3
    assert Application.objects.with_progress().get().items_total == 3


def test_nothing_is_written_into_a_removed_answer(campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign)
    removed = response(application, "2.2")
    publish(campaign, officer)

    with pytest.raises(NotAllowed, match="没有这一项"):
        actions.save_response(removed, base_version=0, verdict="met", score=None, narrative="还在写", by=clerk, at=NOW)
    with pytest.raises(NotAllowed, match="没有这一项"):
        actions.attach_link(removed, "https://www.example.gov.cn/2.html", by=clerk, at=NOW)


def test_a_self_score_above_the_new_points_is_taken_off_and_told(client, campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign, done=True)
    publish(campaign, officer)
    client.force_login(clerk)

    html = client.get(response(application, "1.1").get_absolute_url()).content.decode()

    assert response(application, "1.1").self_score is None
    assert response(application, "1.1").maximum == 25
    assert "原来的自评得分 30 分超过新的分值，已清空" in html


def test_a_self_score_of_exactly_the_new_points_stays(campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign, done=True)
    ItemResponse.objects.filter(application=application, item__code="1.1").update(self_score=25)

    publish(campaign, officer)

    assert response(application, "1.1").self_score == 25


def test_proofs_follow_their_checkpoint_by_code(campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign, done=True)
    kept, lost = response(application, "2.1").evidence.get(), response(application, "1.1").evidence.get()
    for proof in (kept, lost):
        proof.checkpoint = proof.response.item.checkpoints.get()
        proof.save()
    draft = amended(campaign, officer)
    change(draft, "1.1", officer, checkpoints=[{"code": "1.1-9", "text": "新的检查点", "details": [], "tracks": ["township"]}])

    actions.publish_standard(draft, by=officer, at=NOW)

    kept.refresh_from_db()
    assert kept.checkpoint.item == response(application, "2.1").item
    lost.refresh_from_db()
    assert lost.checkpoint is None
    assert application.revised_items.get(code="1.1").dropped["checkpoints"] == [["政务公开专栏", "1.1-1"]]
    assert Evidence.objects.present().filter(response__application=application).count() == 3


def test_units_are_asked_on_their_home_page_and_by_message_until_they_looked(client, campaign, taohuatan, clerk, officer, django_capture_on_commit_callbacks):
    application = make_application(taohuatan, campaign, done=True)
    with django_capture_on_commit_callbacks(execute=True):
        publish(campaign, officer)
    client.force_login(clerk)

    assert "建设标准已更新，请核对 3 项" in client.get(reverse("home")).content.decode()
    message = clerk.messages.get()
    assert message.title == "建设标准已更新，请核对 3 项"
    assert "修订说明：按细则修订" in message.body

    client.post(reverse("applications:revision", args=[application.pk]), {"code": "2.2"})
    assert "建设标准已更新，请核对 2 项" in client.get(reverse("home")).content.decode()
    client.post(reverse("applications:revision", args=[application.pk]))

    assert "请核对" not in client.get(reverse("home")).content.decode()
    assert set(RevisedItem.objects.values_list("confirmed_by", flat=True)) == {clerk.pk}
    assert [event.detail["codes"] for event in AuditEvent.objects.filter(action="applications.confirm_revised").order_by("number")] == [["2.2"], ["1.1", "2.3"]]


def test_the_difference_stands_at_the_item_until_it_was_looked_at_and_typing_is_kept(client, campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign)
    publish(campaign, officer)
    client.force_login(clerk)
    url = reverse("applications:item", args=[application.pk, "1.1"])
    html = client.get(url).content.decode()
    assert "政务公开领导机构<del>和政务公开工作机构健全，配齐必要的专兼职人员</del><ins>健全</ins>。" in html
    assert "<del>30</del> <ins>25</ins>" in html
    assert 'id="revised"' not in client.get(reverse("applications:item", args=[application.pk, "2.1"])).content.decode()

    client.post(reverse("applications:confirm_revised", args=[application.pk, "1.1"]), {"version": 0, "self_verdict": "met", "self_score": "", "narrative": "看过并改好的说明"})

    assert 'id="revised"' not in client.get(url).content.decode()
    assert response(application, "1.1").narrative == "看过并改好的说明"
    assert not application.revised_items.open().filter(code="1.1").exists()


def test_nothing_is_submitted_before_every_change_was_looked_at(campaign, education, bureau_clerk, officer):
    application = make_application(education, campaign, done=True)
    draft = amended(campaign, officer)
    change(draft, "2.3", officer, points={"zone": 25, "township": 25})
    change(draft, "1.1", officer, points={"zone": 25, "bureau": 40, "township": 25})
    actions.publish_standard(draft, by=officer, at=NOW)
    application.refresh_from_db()
    assert codes(application) == ["1.1", "2.1"]
    assert [str(problem) for problem in rules.submission_problems(application, NOW)] == ["建设标准已更新，还有 1 项没有核对"]

    actions.confirm_revised(application, by=bureau_clerk, at=NOW)

    assert rules.submission_problems(application, NOW) == []
    actions.submit(application, by=bureau_clerk, at=NOW, received_at=NOW)


@pytest.mark.parametrize("status", ["with_county", "submitted", "accepted", "declined", "withdrawn"])
def test_what_was_sent_stays_on_the_version_it_was_sent_under(campaign, taohuatan, clerk, officer, status):
    application = make_application(taohuatan, campaign, status=status)
    before = application.standard

    _standard, moved = publish(campaign, officer)

    application.refresh_from_db()
    assert moved == []
    assert (application.standard, codes(application)) == (before, ["1.1", "2.1", "2.2"])
    assert not application.revised_items.exists()


def test_one_returned_by_the_office_moves_and_what_changed_is_open(campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign, status="returned")
    application.returns.update(returned_at=moment(9, 26))

    publish(campaign, officer)

    application.refresh_from_db()
    opened = rules.open_items(application)
    assert {response.item.code for response in application.responses.select_related("item") if response.item_id in opened} == {"1.1", "2.3"}
    assert application.returns.get().items.get().response.item.category.standard == application.standard


def test_one_sent_back_by_the_county_or_taken_back_moves_then(campaign, taohuatan, yunling, clerk, county_clerk, officer):
    sent, taken = make_application(taohuatan, campaign, status="with_county"), make_application(yunling, campaign, status="with_county")
    standard, _moved = publish(campaign, officer)

    actions.return_to_unit(sent, {}, "请按新标准修改", by=county_clerk, at=NOW)
    actions.take_back(taken, by=taken.started_by, at=NOW)

    for application in (sent, taken):
        application.refresh_from_db()
        assert application.standard == standard
        assert application.revised_items.open().count() == 3


def test_one_the_office_returns_afterwards_stays_on_its_version(campaign, education, bureau_clerk, officer):
    application = make_application(education, campaign, status="submitted")
    before = application.standard
    publish(campaign, officer)

    actions.return_items(application, {application.responses.first().pk: "请补充"}, by=officer, at=NOW, due_at=moment(10, 9))

    application.refresh_from_db()
    assert application.standard == before


def test_an_application_begun_afterwards_begins_with_the_new_version(campaign, taohuatan, clerk, officer):
    publish(campaign, officer)

    application = actions.start(taohuatan, campaign, by=clerk, at=NOW)

    assert codes(application) == ["1.1", "2.1", "2.3"]
    assert not application.revised_items.exists()


def test_an_item_that_comes_back_has_its_old_answer(campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign)
    ItemResponse.objects.filter(application=application, item__code="2.2").update(narrative="村务公开的说明")
    first = campaign.standards.in_force()
    publish(campaign, officer)
    draft = standard_actions.start_draft(campaign, "恢复 2.2", by=officer, at=NOW)
    standard_actions.add_item(Category.objects.get(standard=draft, code="2"), code="2.2", title="村务公开衔接", by=officer, at=NOW)
    change(draft, "2.2", officer, text="指导村（居）民委员会编制公开事项清单。", points={"zone": 20, "township": 20})
    change(draft, "1.1", officer, points={"zone": 5, "bureau": 35, "township": 5})

    actions.publish_standard(draft, by=officer, at=NOW)

    assert response(application, "2.2").narrative == "村务公开的说明"
    assert response(application, "2.2").item.category.standard.number == 3
    assert first.number == 1


def test_two_amendments_are_one_task_with_one_difference(client, campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign)
    publish(campaign, officer)
    draft = standard_actions.start_draft(campaign, "", by=officer, at=NOW)
    change(draft, "1.1", officer, text="机构健全。")
    actions.publish_standard(draft, by=officer, at=NOW)
    client.force_login(clerk)

    assert "请核对 3 项" in client.get(reverse("home")).content.decode()
    found = next(one for one in rules.revised(application) if one.code == "1.1")
    assert [words[1:] for words in found.difference.words if words[0] == "指标原文"] == [("政务公开领导机构和政务公开工作机构健全，配齐必要的专兼职人员。", "机构健全。")]


def test_a_refused_publication_moves_nobody(campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign)
    draft = amended(campaign, officer)
    change(draft, "2.1", officer, points={"zone": 1, "bureau": 60, "township": 50})

    with pytest.raises(NotAllowed):
        actions.publish_standard(draft, by=officer, at=NOW)

    application.refresh_from_db()
    assert application.standard.number == 1


@pytest.mark.parametrize(("person", "get", "post"), [("clerk", 200, 302), ("county_clerk", 200, 403), ("officer", 200, 403), ("other_clerk", 404, 404), ("nobody", 404, 404)])
def test_only_the_unit_says_that_it_looked(request, client, campaign, taohuatan, clerk, officer, person, get, post):
    application = make_application(taohuatan, campaign)
    publish(campaign, officer)
    client.force_login(request.getfixturevalue(person))
    url = reverse("applications:revision", args=[application.pk])

    assert client.get(url).status_code == get
    assert client.post(url).status_code == post
    assert application.revised_items.open().exists() == (post != 302)


def test_a_link_of_a_removed_item_asks_nobody_for_anything(campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign)
    link = make_link(response(application, "2.2"))
    Evidence.objects.filter(pk=link.pk).update(health=Evidence.Health.BROKEN)
    assert list(rules.broken_links(application)) == [link]

    publish(campaign, officer)

    assert list(rules.broken_links(application)) == []


def test_the_page_asks_as_often_for_many_changes_as_for_few(client, campaign, taohuatan, clerk, officer, django_assert_num_queries):
    application = make_application(taohuatan, campaign, done=True)
    publish(campaign, officer)
    client.force_login(clerk)
    url = reverse("applications:revision", args=[application.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    row = application.revised_items.get(code="1.1")
    for n in range(10):
        RevisedItem.objects.create(application=application, standard=row.standard, response=row.response, code=f"9.{n}", kind="changed", before=row.before, after=row.after, revised_at=NOW)

    with django_assert_num_queries(len(few)):
        client.get(url)
