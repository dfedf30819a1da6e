"""A paper record typed in by item number: what its lines become, what is refused at which line, and who may."""

from decimal import Decimal
from functools import partial
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from accounts.models import AuditEvent, Message, Role
from accounts.tests.factories import make_organization, make_user
from applications import uploads
from applications.models import Application
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from inspections import actions, forms
from inspections.models import AgreedScore, PaperRecord, Score
from inspections.rules import visits as visit_rules
from inspections.rules.paper import TypedLine, row_numbered
from inspections.tests.factories import make_accepted, make_findings, make_group, make_item, make_visit

AT = moment(10, 20, 16)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def visit(taohuatan, clerk, campaign, inspector, second_inspector):
    return make_visit(make_accepted(taohuatan, campaign, by=clerk), make_group(campaign, inspector, second_inspector))


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return partial(django_capture_on_commit_callbacks, execute=True)


def picture(colour="white", name="记录表.jpg"):
    file = BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "JPEG")
    return SimpleUploadedFile(name, file.getvalue())


def line(visit, code="1.1", verdict="met", points="30", reason="", place=0):
    row = row_numbered(visit_rules.findings(visit), code)
    return TypedLine(place, row, verdict, Decimal(points), reason)


def type_in(visit, people, *lines, by, at=AT, reason="", for_office=True):
    return actions.type_in(visit, people, list(lines), uploads.take(picture()), reason=reason, for_office=for_office, by=by, at=at)


def refusal(call, *args, **kwargs):
    with pytest.raises(NotAllowed) as refused:
        call(*args, **kwargs)
    assert not PaperRecord.objects.exists()
    return str(refused.value)


def post(client, visit, rows=(), *, people, scan=True, **fields):
    """Rows of (number, verdict, points, reason), as the screen sends them."""
    total = visit.application.responses.count()
    data = {"people": [person.pk for person in people], "lines-TOTAL_FORMS": total, "lines-INITIAL_FORMS": 0} | fields
    for place, row in enumerate(rows):
        data |= {f"lines-{place}-{name}": value for name, value in zip(("number", "verdict", "points", "reason"), row, strict=True)}
    if scan:
        data["scan"] = picture() if scan is True else scan
    return client.post(reverse("inspections:type_in", args=[visit.pk]), data)


# What a line becomes


def test_a_line_becomes_the_record_of_each_who_signed_and_their_agreement(visit, inspector, second_inspector, officer):
    paper = type_in(visit, [inspector, second_inspector], line(visit, verdict="partly", points="28.5", reason="公示栏未更新"), by=officer)

    assert {(score.scorer, score.verdict, score.points, score.reason, score.paper) for score in Score.objects.all()} == {
        (person, "partly", Decimal("28.5"), "公示栏未更新", paper) for person in (inspector, second_inspector)
    }
    agreed = AgreedScore.objects.get()
    assert (agreed.points, agreed.reason, agreed.agreed_by, agreed.paper) == (Decimal("28.5"), "公示栏未更新", officer, paper)
    assert (paper.typed_by, paper.typed_at, set(paper.inspectors.all()), paper.title) == (officer, AT, {inspector, second_inspector}, "记录表.jpg")
    with uploads.open_blob(paper.blob_id) as stored:
        assert stored.read() == picture().read()
    visit.refresh_from_db()
    assert visit.is_started
    assert AuditEvent.objects.get(action="inspections.type_in").detail["inspectors"] == ["胡小验", "许小收"]


def test_nothing_counts_before_they_have_signed_here_too(visit, inspector, second_inspector, officer, committed):
    with committed():
        type_in(visit, [inspector, second_inspector], line(visit), by=officer)

    assert "还差胡小验签字" in " ".join(map(str, visit_rules.lock_problems(visit)))
    assert {message.user for message in Message.objects.filter(key__startswith="paper-")} == {inspector, second_inspector}


def test_the_one_who_typed_is_not_told(visit, inspector, second_inspector, committed):
    with committed():
        type_in(visit, [inspector, second_inspector], line(visit), by=inspector, for_office=False)

    assert [message.user for message in Message.objects.filter(key__startswith="paper-")] == [second_inspector]


def test_a_third_member_is_waited_for(visit, inspector, second_inspector, officer):
    third = make_user("章第三", make_organization("市民政局", kind="bureau"), [Role.INSPECTOR])
    visit.group.members.create(user=third)

    type_in(visit, [inspector, second_inspector], line(visit), by=officer)

    assert Score.objects.count() == 2
    assert not AgreedScore.objects.exists()


def test_what_was_recorded_alike_before_stays_as_it_was(visit, inspector, second_inspector, officer):
    item = make_item(visit.application, "1.1")
    own = actions.record_site_score(visit, item, scorer=inspector, verdict="met", points=Decimal(30), reason="", by=inspector, at=moment(10, 20, 10))

    type_in(visit, [inspector, second_inspector], line(visit), by=officer)

    own.refresh_from_db()
    assert (own.version, own.paper, own.scored_at) == (1, None, moment(10, 20, 10))
    assert AgreedScore.objects.get().points == 30


def test_a_later_record_online_is_no_longer_from_paper(visit, inspector, second_inspector, officer):
    type_in(visit, [inspector, second_inspector], line(visit), by=officer)

    score = actions.record_site_score(visit, make_item(visit.application, "1.1"), scorer=inspector, verdict="partly", points=Decimal(29), reason="位置", by=inspector, at=AT)

    assert score.paper is None
    assert Score.objects.get(scorer=second_inspector).paper is not None


def test_signatures_given_before_are_void(visit, inspector, second_inspector, officer):
    item = visit.application.responses.in_order()[0].item
    make_findings(visit)
    Score.objects.filter(item=item).delete()
    AgreedScore.objects.filter(item=item).delete()
    visit.signatures.create(user=inspector, findings_sha256="0" * 64, signed_at=AT)

    type_in(visit, [inspector, second_inspector], line(visit, item.code, points=str(visit.application.responses.get(item=item).maximum)), by=officer)

    assert visit.signatures.get().voided_at == AT


def test_a_paper_record_is_never_changed(visit, inspector, second_inspector, officer):
    paper = type_in(visit, [inspector, second_inspector], line(visit), by=officer)

    with pytest.raises(DatabaseError), transaction.atomic():
        PaperRecord.objects.filter(pk=paper.pk).update(title="另一份.jpg")


# What is refused


def test_a_wrong_line_stops_all_of_them_and_is_named(visit, inspector, second_inspector, officer):
    good, bad = line(visit), line(visit, "2.1", "partly", "1", "", place=1)
    with pytest.raises(actions.WrongLines) as refused:
        type_in(visit, [inspector, second_inspector], good, bad, by=officer)

    assert list(refused.value.by_line) == [1]
    assert "扣分请写明理由" in str(refused.value)
    assert not Score.objects.exists()


@pytest.mark.parametrize(("verdict", "points", "reason", "sentence"), [
    ("partly", "30.5", "好", "超过了该项满分 30 分"), ("partly", "29.3", "好", "步长"), ("partly", "29", "", "扣分请写明理由"),
    ("not_met", "30", "情况", "不能是满分"), ("partly", "30", "", "请写明现场情况"), ("", "30", "", "请选择检查结论"),
])
def test_a_line_obeys_the_rules_of_any_record(visit, inspector, second_inspector, officer, verdict, points, reason, sentence):
    assert sentence in refusal(type_in, visit, [inspector, second_inspector], line(visit, "1.1", verdict, points, reason), by=officer)


def test_a_number_twice_is_refused_at_the_second(visit, inspector, second_inspector, officer):
    with pytest.raises(actions.WrongLines) as refused:
        type_in(visit, [inspector, second_inspector], line(visit), line(visit, place=3), by=officer)

    assert list(refused.value.by_line) == [3]
    assert "在第 1 行已经录过" in str(refused.value)


def test_what_somebody_recorded_otherwise_is_not_overwritten_nor_told(visit, inspector, second_inspector, officer):
    item = make_item(visit.application, "1.1")
    actions.record_site_score(visit, item, scorer=inspector, verdict="partly", points=Decimal("20.5"), reason="秘密", by=inspector, at=AT)

    sentence = refusal(type_in, visit, [inspector, second_inspector], line(visit), by=officer)

    assert "胡小验已在平台上记录过本项，和纸上不同" in sentence
    assert "20.5" not in sentence
    assert "秘密" not in sentence
    assert Score.objects.get().points == Decimal("20.5")


def test_what_was_agreed_otherwise_is_not_overwritten(visit, inspector, second_inspector, officer):
    make_findings(visit)
    AgreedScore.objects.filter(item__code="1.1").update(points=29, reason="位置")

    assert "商定的本项得分和纸上不同" in refusal(type_in, visit, [inspector, second_inspector], line(visit), by=officer)


def test_one_name_on_the_paper_is_too_few(visit, inspector, second_inspector, officer):
    assert "至少要有 2 名验收员的签名" in refusal(type_in, visit, [inspector], line(visit), by=officer)
    assert type_in(visit, [inspector, second_inspector], line(visit), by=officer)


def test_only_members_sign(visit, inspector, officer):
    outsider = make_user("外人", roles=[Role.INSPECTOR])

    assert "外人不在第1组里" in refusal(type_in, visit, [inspector, outsider], line(visit), by=officer)


def test_a_member_with_a_conflict_cannot_be_named(visit, inspector, second_inspector, officer, taohuatan):
    actions.declare_conflict(inspector, taohuatan, visit.application.campaign, "亲属", by=inspector, at=AT)

    assert "申报了回避" in refusal(type_in, visit, [inspector, second_inspector], line(visit), by=officer)


@pytest.mark.parametrize(("at", "for_office", "reason", "sentence"), [
    (moment(10, 19, 23, 59), True, "", "到那天才能记录"),
    (moment(10, 20), False, "", ""),
    (moment(10, 31, 23, 59), False, "", ""),
    (moment(11, 1), False, "有理由", "不在检查验收期内"),
    (moment(11, 1), True, "", "请写明晚录的理由"),
    (moment(11, 1), True, "寄回来晚了", ""),
])
def test_from_the_day_on_and_after_the_phase_by_the_office_with_a_reason(visit, inspector, second_inspector, officer, at, for_office, reason, sentence):
    call = partial(type_in, visit, [inspector, second_inspector], line(visit), by=officer if for_office else inspector, at=at, for_office=for_office, reason=reason)

    if sentence:
        assert sentence in refusal(call)
    else:
        assert call().reason == (reason if at == moment(11, 1) else "")


def test_a_locked_record_takes_no_paper(visit, inspector, second_inspector, officer):
    make_findings(visit)
    for person in (inspector, second_inspector):
        actions.sign_visit(visit, person, by=person, at=AT)
    actions.lock_visit(visit, by=inspector, at=AT)

    assert "已经锁定" in refusal(type_in, visit, [inspector, second_inspector], line(visit), by=officer)


def test_a_withdrawn_unit_takes_no_paper(visit, inspector, second_inspector, officer):
    Application.objects.update(status=Application.Status.WITHDRAWN, withdrawn_at=AT, withdrawn_by=officer)

    assert "已撤回" in refusal(type_in, visit, [inspector, second_inspector], line(visit), by=officer)


# The screen


def test_lines_are_typed_by_number_in_any_spelling(visit, inspector, second_inspector, officer, client):
    client.force_login(officer)
    maximum = visit.application.responses.get(item__code="2.1").maximum

    answer = post(client, visit, [("１．１", "1", "", ""), ("", "", "", ""), ("21", "部分符合", f"{maximum - 1}", "缺一项"), ("9.9", "", "", "")], people=[inspector, second_inspector])

    assert answer.status_code == 302
    assert {(score.item.code, score.verdict, score.points) for score in Score.objects.filter(scorer=inspector)} == {
        ("1.1", "met", Decimal(30)), ("2.1", "partly", maximum - 1),
    }


@pytest.mark.parametrize(("row", "sentence"), [
    (("", "1", "", ""), "请填写编号"), (("9.9", "1", "", ""), "没有编号为 9.9 的指标"), (("1.1", "4", "", ""), "结论填 1（符合）"),
    (("1.1", "2", "x", ""), "得分请填写数字"), (("1.1", "2", "", "情况"), "请填写得分"), (("1.1", "1", "31", ""), "超过了该项满分"),
])
def test_a_bad_line_keeps_everything_and_says_why_at_the_line(visit, inspector, second_inspector, officer, client, row, sentence):
    client.force_login(officer)

    answer = post(client, visit, [("2.1", "3", "0", "没有目录"), row], people=[inspector, second_inspector])

    page = answer.content.decode()
    assert answer.status_code == 422
    assert not Score.objects.exists()
    assert 'value="没有目录"' in page
    at_line = page.partition('id="line-2"')[2].partition("</tr>")[0]
    assert sentence in at_line
    assert "data-problem hidden" in page.partition('id="line-1"')[2].partition("</tr>")[0]
    for value in filter(None, row):
        assert f'value="{value}"' in at_line


def test_the_scan_need_not_be_chosen_again(visit, inspector, second_inspector, officer, client):
    client.force_login(officer)
    answer = post(client, visit, [("1.1", "2", "", "情况")], people=[inspector, second_inspector])
    assert "“记录表.jpg”已经上传，不用再选" in answer.content.decode()
    kept = answer.context["form"]["kept"].value()

    answer = post(client, visit, [("1.1", "2", "29", "情况")], people=[inspector, second_inspector], scan=False, kept=kept)

    assert answer.status_code == 302
    assert PaperRecord.objects.get().title == "记录表.jpg"


@pytest.mark.parametrize("kept", ["", "x:y"])
def test_without_a_scan_nothing_is_typed_in(visit, inspector, second_inspector, officer, client, kept):
    client.force_login(officer)

    answer = post(client, visit, [("1.1", "1", "", "")], people=[inspector, second_inspector], scan=False, kept=kept)

    assert "请选择纸质记录的扫描件" in answer.content.decode()
    assert not PaperRecord.objects.exists()


@pytest.mark.parametrize(("file", "sentence"), [
    (SimpleUploadedFile("a.exe", b"MZ"), "“a.exe”没有上传"), (SimpleUploadedFile("a.txt", b"words"), "“a.txt”没有上传"),
])
def test_a_scan_of_another_kind_is_refused(visit, inspector, second_inspector, officer, client, file, sentence):
    client.force_login(officer)

    answer = post(client, visit, [("1.1", "1", "", "")], people=[inspector, second_inspector], scan=file)

    assert sentence in answer.content.decode()
    assert not PaperRecord.objects.exists()


def test_a_form_without_anything_is_answered(visit, officer, client):
    client.force_login(officer)

    answer = client.post(reverse("inspections:type_in", args=[visit.pk]))

    assert answer.status_code == 422
    assert "请选择纸质记录的扫描件" in answer.content.decode()


def test_an_empty_sheet_and_no_names_are_refused(visit, inspector, second_inspector, officer, client):
    client.force_login(officer)

    assert "还没有录入任何一行" in post(client, visit, people=[inspector, second_inspector]).content.decode()
    assert "请勾选在纸上签名的验收员" in post(client, visit, [("1.1", "1", "", "")], people=[]).content.decode()


@pytest.mark.parametrize(("person", "status"), [
    ("officer", 200), ("inspector", 200), ("auditor", 403), ("clerk", 404), ("county_clerk", 404), ("administrator", 404), ("nobody", 404),
])
def test_who_may_type_in(visit, request, client, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("inspections:type_in", args=[visit.pk])).status_code == status


def test_an_officer_does_not_type_in_for_their_own_unit(campaign, city_office, visit, officer, client):
    Application.objects.filter(pk=visit.application_id).update(organization=city_office)
    client.force_login(officer)

    assert client.get(reverse("inspections:type_in", args=[visit.pk])).status_code == 403


def test_the_reason_is_asked_for_once_the_phase_is_over(visit, officer, inspector, client, clock):
    client.force_login(officer)
    assert "晚录的理由" not in client.get(reverse("inspections:type_in", args=[visit.pk])).content.decode()
    clock.move_to(moment(11, 1))
    client.force_login(officer)

    assert "晚录的理由" in client.get(reverse("inspections:type_in", args=[visit.pk])).content.decode()
    client.force_login(inspector)
    page = client.get(reverse("inspections:type_in", args=[visit.pk])).content.decode()
    assert "不在检查验收期内" in page
    assert "data-typing-in" not in page


def test_the_record_says_who_typed_it_from_whose_paper(visit, inspector, second_inspector, officer, client):
    paper = type_in(visit, [inspector, second_inspector], line(visit), by=officer, at=moment(11, 1), reason="寄回来晚了")
    client.force_login(inspector)

    page = client.get(visit.get_absolute_url()).content.decode()

    assert "由宋小公录入，纸上签名 胡小验、许小收" in page
    assert "晚录的理由：寄回来晚了" in page
    assert reverse("inspections:paper_record", args=[paper.pk]) in page


@pytest.mark.parametrize(("person", "status"), [("officer", 200), ("second_inspector", 200), ("auditor", 200), ("clerk", 404), ("nobody", 404)])
def test_the_scan_is_for_those_who_see_the_visit(visit, inspector, second_inspector, officer, request, client, person, status):
    paper = type_in(visit, [inspector, second_inspector], line(visit), by=officer)
    client.force_login(request.getfixturevalue(person))

    answer = client.get(reverse("inspections:paper_record", args=[paper.pk]))

    assert answer.status_code == status
    if status == 200:
        assert b"".join(answer.streaming_content) == picture().read()


def test_the_screen_asks_no_more_for_a_bigger_group(visit, officer, client):
    client.force_login(officer)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("inspections:type_in", args=[visit.pk])).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for number in range(5):
        visit.group.members.create(user=make_user(f"第{number}员", roles=[Role.INSPECTOR]))

    assert queries() == few


def test_dots_may_be_left_out_only_where_that_is_clear():
    class Row:
        def __init__(self, code):
            self.item = type("Item", (), {"code": code})

    rows = [Row("1.11"), Row("11.1"), Row("54"), Row("5.4")]
    assert row_numbered(rows, "111") is None
    assert row_numbered(rows, "54").item.code == "54"
    assert row_numbered(rows, " 5。4 ").item.code == "5.4"
    assert row_numbered(rows, "") is None


def test_the_verdicts_are_numbered_as_on_the_paper():
    assert [(number, str(label)) for number, label in forms.VERDICT_NUMBERS] == [("1", "符合"), ("2", "部分符合"), ("3", "不符合")]
