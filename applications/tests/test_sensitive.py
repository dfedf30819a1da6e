"""What looks like personal data or a secret: in texts, in names, in files. Found by rule, masked, decided by the unit."""

import re
from datetime import date
from io import BytesIO

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from docx import Document
from openpyxl import Workbook

from accounts.models import AuditEvent
from applications import actions, rules, tasks, uploads
from applications.models import Evidence, SensitiveFinding
from applications.tests import corpus
from applications.tests.factories import make_application
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment

NOW = moment(9, 27, 10, 32)
ON = date(2021, 9, 27)
IDENTITY = "11010119000101009X"  # nobody: the first day of 1900
CARD = "6222021234567890128"
PHONE = "13800000000"


def kinds(text):
    return [one.kind for one in rules.sensitive_in_text(text, ON)]


def test_the_cards_number_of_these_tests_has_its_check_digit():
    assert kinds(CARD) == ["bank_card"]
    assert kinds(f"{CARD[:-1]}{(int(CARD[-1]) + 1) % 10}") == []


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        (f"身份证号：{IDENTITY}。", "11010119********9X"),
        (f"身份证号{IDENTITY.lower()}", "11010119********9x"),
        ("110101 19000101 009X", "11010119********9X"),
        ("１１０１０１１９０００１０１００９Ｘ", "11010119********9X"),
        ("身份证号码：110101000101009", "11010100*****09"),
    ],
)
def test_an_identity_number_is_found_however_it_is_written_and_masked(text, excerpt):
    (found,) = rules.sensitive_in_text(text, ON)

    assert (found.kind, found.excerpt, found.count) == ("identity", excerpt, 1)


@pytest.mark.parametrize(
    "text",
    [
        "110101190001010091",  # wrong check digit
        "110101190002300094",  # no such day
        "110101202109280011",  # not born yet
        "990101190001010098",  # no such province
        f"订单{IDENTITY}8", f"A{IDENTITY}", f"0.{IDENTITY}",  # part of something longer
        "设备编号 110101000101009",  # fifteen digits that nobody called an identity number
        "身份证号码：110101001301009",  # no thirteenth month
        "统一社会信用代码 11341800003250012X", "110101********009X",
    ],
)
def test_other_numbers_are_no_identity_numbers(text):
    assert "identity" not in kinds(text)


def test_an_identity_number_may_be_as_young_as_today():
    number = "11010120210927" + "001"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    number += "10X98765432"[sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True)) % 11]

    assert [one.kind for one in rules.sensitive_in_text(number, date(2021, 9, 27))] == ["identity"]
    assert rules.sensitive_in_text(number, date(2021, 9, 26)) == []


@pytest.mark.parametrize(
    ("text", "excerpt"), [(f"电话{PHONE}", "138****0000"), ("+86 138-0000-0000", "138****0000"), ("199 0000 0000", "199****0000")]
)
def test_a_mobile_number_is_found(text, excerpt):
    assert [(one.kind, one.excerpt) for one in rules.sensitive_in_text(text, ON)] == [("phone", excerpt)]


@pytest.mark.parametrize("text", ["0563-1234567", "12800000000", "138000000001", "1380000000", "编号A13800000000", "金额 0.13800000000", "138****0000"])
def test_other_numbers_are_no_mobile_numbers(text):
    assert kinds(text) == []


@pytest.mark.parametrize(("text", "excerpt"), [(CARD, "6222***********0128"), ("4111 1111 1111 1111", "4111********1111")])
def test_a_bank_card_is_found_by_its_check_digit(text, excerpt):
    assert [(one.kind, one.excerpt) for one in rules.sensitive_in_text(text, ON)] == [("bank_card", excerpt)]


@pytest.mark.parametrize("text", ["4111111111111112", "6222 0212 3456", "0000000000000000", "4444444444444444", "9111111111111111"])
def test_other_numbers_are_no_bank_cards(text):
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("机密★3年", "机密★"), ("秘密 ★", "秘密 ★"), ("绝密文件", "绝密"), ("机密级", "机密"), ("密级：", "密级:"), ("保密期限：三年", "保密期限:"),
        ("内部资料，注意保存", "内部资料,注意保存"), ("内部文件 严禁外传", "内部文件 严禁外传"), ("此件不予公开", "此件不予公开"), ("公开属性：不予公开", "公开属性:不予公开"),
        ("仅供内部使用", "仅供内部使用"),
    ],
)
def test_words_that_hint_at_a_secret_are_found(text, excerpt):
    assert [(one.kind, one.excerpt) for one in rules.sensitive_in_text(text, ON)] == [("secret", excerpt)]


@pytest.mark.parametrize("text", ["涉及国家秘密、商业秘密、个人隐私的，不予公开", "商业机密文件", "依法不予公开的应当告知理由", "内部资料整理", "保密审查已通过"])
def test_what_regulations_say_about_secrets_is_no_hint(text):
    assert kinds(text) == []


def test_each_kind_is_counted_and_nothing_is_taken_for_two_things():
    text = f"{IDENTITY}，{PHONE}，{PHONE}，{CARD}。机密★"

    assert [(one.kind, one.count) for one in rules.sensitive_in_text(text, ON)] == [("identity", 1), ("phone", 2), ("bank_card", 1), ("secret", 1)]


def test_no_excerpt_gives_a_number_away():
    for one in rules.sensitive_in_text(f"{IDENTITY} {PHONE} {CARD}", ON):
        assert max(len(run) for run in re.findall(r"\d+", one.excerpt)) <= 8
        assert "*" * 4 in one.excerpt


def test_in_a_file_the_first_place_is_told_and_all_are_counted():
    found = rules.sensitive_in_file(f"{PHONE}的材料.pdf", [(1, "无"), (3, IDENTITY), (4, f"{IDENTITY} {PHONE}")], ON)

    assert [(one.kind, one.in_name, one.page, one.count) for one in found] == [("phone", True, None, 2), ("identity", False, 3, 2)]


# Files.


def document(*lines):
    paper = Document()
    for line in lines:
        paper.add_paragraph(line)
    file = BytesIO()
    paper.save(file)
    return file


def sheet(*cells):
    book = Workbook()
    book.active.append(list(cells))
    file = BytesIO()
    book.save(file)
    return file


def slide(text):
    part = f'<a:t xmlns:a="x">{text}</a:t>'.encode()
    return BytesIO(corpus.office("pptx", corpus.Entry("ppt/slides/slide7.xml", part)))


def pdf(text):
    """A PDF whose second page says this."""
    content = corpus.pdf(pages=2)
    old, line = b"BT /F1 48 Tf 72 700 Td (Page 2) Tj ET", f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode()
    before, after = content.split(b"<< /Length %d >>\nstream\n%s" % (len(old), old))
    return BytesIO(before + b"<< /Length %d >>\nstream\n%s" % (len(line), line) + after)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def response(campaign, taohuatan, clerk):
    return make_application(taohuatan, campaign, by=clerk).responses.in_order().first()


@pytest.fixture
def attach(response, clerk):
    def attached(file, name):
        evidence = actions.attach_file(response, file, name, by=clerk, at=NOW)
        actions.search_evidence(evidence.pk)
        evidence.refresh_from_db()
        return evidence

    return attached


@pytest.mark.parametrize(
    ("make", "name", "page"),
    [
        (lambda: document("名单", f"示例甲 {IDENTITY}"), "名单.docx", None),
        (lambda: document("名单", f"示例甲 {IDENTITY}"), "名单.wps", None),
        (lambda: sheet("示例甲", IDENTITY), "名单.xlsx", None),
        (lambda: slide(IDENTITY), "名单.pptx", 7),
        (lambda: pdf(IDENTITY), "名单.pdf", 2),
    ],
    ids=["docx", "wps", "xlsx", "pptx", "pdf"],
)
def test_a_number_is_found_in_each_kind_of_document(attach, make, name, page):
    evidence = attach(make(), name)

    finding = evidence.findings.get()
    assert (finding.kind, finding.excerpt, finding.page, finding.in_name) == ("identity", "11010119********9X", page, False)
    assert evidence.searched_at == NOW


def test_a_number_kept_as_a_number_in_a_sheet_is_found_too(attach):
    evidence = attach(sheet(int(PHONE)), "联系人.xlsx")

    assert evidence.findings.get().excerpt == "138****0000"


def test_the_whole_number_is_nowhere_in_the_database(attach):
    evidence = attach(document(IDENTITY), "名单.docx")

    assert IDENTITY not in str(list(SensitiveFinding.objects.values())) + str(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert evidence.findings.get().count == 1


def test_a_name_is_looked_at_where_the_content_cannot_be(attach):
    photo = attach(BytesIO(corpus.jpg()), f"{PHONE}.jpg")
    old = attach(BytesIO(corpus.wps()), f"{PHONE}.wps")

    assert photo.findings.get().in_name
    assert old.findings.get().in_name


def test_a_clean_file_is_looked_at_once(attach, monkeypatch):
    evidence = attach(document("没有号码"), "方案.docx")
    assert evidence.searched_at == NOW
    assert not evidence.findings.exists()

    monkeypatch.setattr(uploads, "words", lambda blob: pytest.fail("looked at again"))
    actions.search_evidence(evidence.pk)


def test_what_the_broker_lost_is_looked_at_by_the_sweep(response, clerk):
    evidence = actions.attach_file(response, document(IDENTITY), "名单.docx", by=clerk, at=NOW)

    tasks.sweep_unsearched(NOW)
    assert not evidence.findings.exists()  # its own message may still be on the way
    tasks.sweep_unsearched(moment(9, 27, 10, 33))
    tasks.sweep_unsearched(moment(9, 27, 10, 34))

    assert evidence.findings.count() == 1


# The unit decides.


@pytest.fixture
def finding(attach):
    return attach(document(f"示例甲 {IDENTITY}"), "名单.docx").findings.get()


def decide(client, finding, decision, reason="", **fields):
    return client.post(reverse("applications:decide_finding", args=[finding.pk]), {"decision": decision, f"reason-{finding.pk}": reason} | fields)


def test_the_warning_stands_at_the_file_and_is_answered_with_a_reason(client, clerk, finding):
    client.force_login(clerk)
    page = client.get(finding.evidence.response.get_absolute_url()).content.decode()
    assert "疑似身份证号" in page
    assert "11010119********9X" in page
    assert IDENTITY not in page

    decide(client, finding, "publishable", "号码是编造的示例")

    finding.refresh_from_db()
    assert (finding.decision, finding.reason, finding.decided_by, finding.decided_at) == ("publishable", "号码是编造的示例", clerk, NOW)
    assert AuditEvent.objects.get(action="applications.decide_finding").detail["reason"] == "号码是编造的示例"
    assert "号码是编造的示例" in client.get(finding.evidence.response.get_absolute_url()).content.decode()


def test_without_a_reason_nothing_is_decided(client, clerk, finding):
    client.force_login(clerk)

    answer = decide(client, finding, "publishable", " ")

    assert answer.status_code == 422
    assert "请写明为什么可以公开" in answer.content.decode()
    finding.refresh_from_db()
    assert not finding.is_decided


def test_to_be_masked_takes_the_file_out_and_bringing_it_back_asks_again(client, clerk, finding):
    client.force_login(clerk)

    decide(client, finding, "replace")
    finding.refresh_from_db()
    assert finding.decision == "replace"
    assert Evidence.objects.get().removed_by == clerk

    actions.restore_evidence(finding.evidence, by=clerk, at=NOW)
    finding.refresh_from_db()
    assert not finding.is_decided


def test_the_text_typed_beside_a_decision_is_saved_with_it(client, clerk, finding):
    client.force_login(clerk)
    response = finding.evidence.response
    response.refresh_from_db()

    decide(client, finding, "publishable", "公开的号码", version=response.version, self_verdict="met", narrative="边写边定。", self_score="")

    response.refresh_from_db()
    assert response.narrative == "边写边定。"


def test_a_decision_is_made_once(finding, clerk, colleague):
    actions.decide_finding(finding, "publishable", "公开的号码", by=clerk, at=NOW)

    with pytest.raises(NotAllowed, match="已经处理过"):
        actions.decide_finding(finding, "replace", by=colleague, at=NOW)


def test_what_was_sent_is_not_taken_away_but_may_still_be_explained(campaign, taohuatan, clerk, finding):
    application = finding.evidence.response.application
    application.status = "with_county"
    application.save(update_fields=["status"])

    with pytest.raises(NotAllowed, match="待县级审核"):
        actions.decide_finding(finding, "replace", by=clerk, at=NOW)
    actions.decide_finding(finding, "publishable", "公开的号码", by=clerk, at=NOW)

    assert finding.evidence.findings.get().is_decided
    assert Evidence.objects.get().removed_at is None


@pytest.mark.parametrize(("person", "status"), [("county_clerk", 403), ("officer", 403), ("auditor", 403), ("other_clerk", 404), ("inspector", 404), ("nobody", 404)])
def test_only_the_unit_decides(person, status, request, client, finding):
    client.force_login(request.getfixturevalue(person))

    assert decide(client, finding, "publishable", "我说可以").status_code == status
    finding.refresh_from_db()
    assert not finding.is_decided


def test_the_database_keeps_no_decision_without_a_person_and_none_to_publish_without_a_reason(finding, clerk):
    for wrong in (
        {"decision": "publishable", "reason": "是"}, {"decided_at": NOW, "decided_by": clerk}, {"decision": "publishable", "decided_at": NOW, "decided_by": clerk},
        {"reason": "是"}, {"decision": "perhaps", "decided_at": NOW, "decided_by": clerk},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            SensitiveFinding.objects.filter(pk=finding.pk).update(**wrong)


def test_before_sending_all_that_is_open_is_shown_and_blocks_nothing(client, clerk, finding):
    application = finding.evidence.response.application
    second = application.responses.in_order()[1]
    second.narrative = f"联系人示例乙，{PHONE}"
    second.save()
    client.force_login(clerk)

    page = client.get(reverse("applications:submit", args=[application.pk])).content.decode()

    assert "有 2 处疑似个人信息或涉密内容" in page
    assert "文件“名单.docx”里有 11010119********9X" in page
    assert "工作情况说明里有 138****0000" in page
    assert not any("疑似" in str(problem) for problem in rules.submission_problems(application, NOW))

    actions.decide_finding(finding, "publishable", "编造的", by=clerk, at=NOW)
    assert [warning.kind for warning in rules.sensitive_warnings(application, ON)] == ["phone"]


def test_what_is_typed_is_warned_about_on_its_page_and_when_it_is_marked_done(client, clerk, response):
    client.force_login(clerk)
    fields = {"version": 0, "self_verdict": "not_met", "narrative": f"请找示例乙，{PHONE}。", "self_score": "", "action": "done"}

    after = client.post(response.get_absolute_url(), fields, follow=True).content.decode()

    assert "工作情况说明里有疑似手机号码（138****0000）" in after
    assert "工作情况说明里有疑似手机号码（138****0000）" in client.get(response.get_absolute_url()).content.decode()
    response.refresh_from_db()
    assert response.is_done


def test_those_who_review_read_the_warning_and_the_decision_and_decide_nothing(client, county_clerk, clerk, finding):
    client.force_login(county_clerk)
    address = finding.evidence.response.application.get_absolute_url()
    page = client.get(address).content.decode()
    assert "填报单位还没有处理" in page
    assert "finding-form" not in page

    actions.decide_finding(finding, "publishable", "编造的示例", by=clerk, at=NOW)

    assert "编造的示例" in client.get(address).content.decode()


def test_the_page_of_an_item_asks_as_often_for_many_findings_as_for_one(client, clerk, response, attach, django_assert_max_num_queries):
    client.force_login(clerk)
    attach(document(IDENTITY), "一.docx")
    client.get(response.get_absolute_url())
    with django_assert_max_num_queries(60) as one:
        client.get(response.get_absolute_url())
    for number in range(5):
        attach(document(IDENTITY, str(number)), f"{number}.docx")

    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(response.get_absolute_url())


@pytest.mark.parametrize("name", ["item", "submit", "detail"])
def test_that_the_portal_is_not_for_secrets_stands_where_people_type(client, clerk, response, name):
    client.force_login(clerk)
    about = [response.application_id, response.item.code] if name == "item" else [response.application_id]

    assert "本系统为非涉密系统，严禁上传、处理涉密信息" in client.get(reverse(f"applications:{name}", args=about)).content.decode()
