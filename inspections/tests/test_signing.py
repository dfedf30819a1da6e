"""The pad, the unit's representative, what a signature stands for, and what shows when somebody changes the findings behind the portal's back."""

import json
import re
from decimal import Decimal
from functools import partial
from io import BytesIO

import pytest
from axes.models import AccessAttempt
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import AuditEvent, Message
from applications import uploads
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from inspections import actions, rules
from inspections.models import Score, Signature, WitnessSignature
from inspections.rules.signing import MOST_POINTS, MOST_STROKES, strokes_problems
from inspections.rules.visits import findings_hash
from inspections.tests.factories import make_accepted, make_findings, make_group, make_item, make_picture, make_visit
from inspections.views import visits as views

AT = moment(10, 20, 10)
LATER = moment(10, 20, 11)
NAME = [[[40, 100], [120, 60], [200, 140]], [[300, 80], [420, 120]]]


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """It is the morning of the visit."""
    monkeypatch.setattr(views.timezone, "now", lambda: AT)


@pytest.fixture
def visit(taohuatan, clerk, campaign, inspector, second_inspector):
    """Recorded and agreed, with five points lost; nobody has signed."""
    return make_findings(make_visit(make_accepted(taohuatan, campaign, by=clerk), make_group(campaign, inspector, second_inspector)), lost=5)


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return partial(django_capture_on_commit_callbacks, execute=True)


def address(name, visit):
    return reverse(f"inspections:{name}", args=[visit.pk])


def words(answer):
    return answer.content.decode()


def everybody_signs(visit, inspector, second_inspector, lock=False):
    actions.sign_visit(visit, inspector, strokes=NAME, by=inspector, at=AT)
    actions.sign_visit(visit, second_inspector, by=second_inspector, at=AT)
    actions.witness_visit(visit, "章小明", "党政办主任", strokes=NAME, by=inspector, at=AT)
    if lock:
        actions.lock_visit(visit, by=inspector, at=AT)


# The pad


def test_the_pad_keeps_its_strokes_and_draws_them(visit, inspector, client):
    client.force_login(inspector)

    client.post(address("sign", visit), {"method": "pad", "strokes": json.dumps(NAME)})

    signature = Signature.objects.get()
    assert (signature.user, signature.method, signature.strokes) == (inspector, "pad", NAME)
    assert signature.findings_sha256 == findings_hash(visit)
    path = "M40 100 L120 60 L200 140 M300 80 L420 120"
    assert signature.path == path
    for name in ("sign", "visit"):
        assert f'<path d="{path}"/>' in words(client.get(address(name, visit)))


def test_the_password_is_the_other_way_and_leaves_no_strokes(visit, inspector, password, client):
    client.force_login(inspector)

    client.post(address("sign", visit), {"password": password})

    assert list(Signature.objects.values_list("method", "strokes")) == [("password", [])]
    assert Signature.objects.get().path == ""


def test_without_script_only_the_password_is_offered(visit, inspector, client):
    client.force_login(inspector)

    page = words(client.get(address("sign", visit)))

    assert 'id="pad-form" class="phone-card stack-sm needs-js"' in page
    assert 'class="btn btn-primary needs-js" form="pad-form"' in page
    assert 'class="btn" form="sign-form"' in page


def test_whoever_has_no_password_here_is_led_to_the_pad(visit, inspector, client):
    """Signs in by an identity provider only: nothing typed here could be right."""
    inspector.set_unusable_password()
    inspector.save()
    client.force_login(inspector)

    page = words(client.get(address("sign", visit)))
    assert "没有本平台的登录密码，请在上面手写签字" in page
    assert "发一个设置密码的链接" in page
    assert 'form="sign-form"' not in page
    assert 'name="password"' not in page

    refused = client.post(address("sign", visit), {"password": "xuancheng-gongkai"})
    assert "你的账号没有本平台的登录密码，没有签字。请在本页手写签字。" in words(refused)
    assert not AccessAttempt.objects.exists()
    assert not Signature.objects.exists()

    client.post(address("sign", visit), {"method": "pad", "strokes": json.dumps(NAME), "seen": seen(client.get(address("sign", visit)))})
    assert Signature.objects.get().method == "pad"


@pytest.mark.parametrize(("strokes", "sentence"), [
    ("", "还没有签名"), ("[]", "没有收到笔迹"), ("{}", "没有收到笔迹"), ("不是笔迹", "没有收到笔迹"), ("[" * 90000, "没有收到笔迹"), ("[[[1, 1]," + " " * 100_000 + "[99, 99]]]", "没有收到笔迹"),
    (json.dumps([[[300, 100], [310, 105]]]), "签名太小"),
])
def test_what_is_no_signature_is_refused_with_what_to_do(visit, inspector, client, strokes, sentence):
    client.force_login(inspector)

    answer = client.post(address("sign", visit), {"method": "pad", "strokes": strokes})

    assert sentence in words(answer)
    assert not Signature.objects.exists()


@pytest.mark.parametrize("strokes", [
    [[[0, 0], [601, 0]]], [[[0, 0], [0, 201]]], [[[-1, 0], [100, 0]]], [[[0.5, 0], [100, 0]]], [[[True, 0], [100, 0]]], [[["0", 0], [100, 0]]], [[[0, 0, 0], [100, 0]]],
    [[]], [[0, 0]], [[[0, 0], [100, 0]]] * (MOST_STROKES + 1), [[[0, 0]] * MOST_POINTS + [[100, 0]]], None,
])
def test_only_strokes_within_the_pad_are_strokes(strokes):
    assert [str(problem) for problem in strokes_problems(strokes)] == ["没有收到笔迹，请在签名框里重新签名。"]


@pytest.mark.parametrize("strokes", [[[[0, 0], [600, 200]]], [[[0, 0], [100, 0]]] * MOST_STROKES, [[[0, 0]] * (MOST_POINTS - 1) + [[100, 0]]], [[[0, 0], [30, 0]]]])
def test_up_to_the_limits_they_are(strokes):
    assert strokes_problems(strokes) == []


def test_the_database_wants_strokes_of_a_pad_and_none_of_a_password(visit, inspector):
    for method, strokes in (("pad", []), ("password", NAME)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Signature.objects.create(visit=visit, user=inspector, method=method, strokes=strokes, findings_sha256="0" * 64, signed_at=AT)


def test_a_signature_is_not_rewritten(visit, inspector):
    actions.sign_visit(visit, inspector, strokes=NAME, by=inspector, at=AT)

    for change in ({"strokes": [[[0, 0], [600, 200]]]}, {"findings_sha256": "0" * 64}, {"signed_at": LATER}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Signature.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.all().delete()


# The unit's representative


def witness_fields(**fields):
    return {"name": "章小明", "duty": "党政办主任", "strokes": json.dumps(NAME), "refusal": "", "go": "sign"} | fields


def seen(page):
    (sha256,) = set(re.findall(r'name="seen" value="([0-9a-f]{64})"', words(page)))
    return sha256


@pytest.mark.parametrize(("name", "model"), [("sign", Signature), ("witness", WitnessSignature)])
def test_nobody_signs_what_has_changed_since_the_page_was_opened(visit, inspector, second_inspector, client, name, model):
    client.force_login(inspector)
    fields = witness_fields(method="pad", seen=seen(client.get(address(name, visit))))
    actions.agree_site_score(visit, make_item(visit.application, "1.1"), Decimal(20), "公示栏是旧的", by=second_inspector, at=AT)

    answer = client.post(address(name, visit), fields)

    assert "你打开本页以后，验收结果有了改动，还没有签字" in words(answer)
    assert not model.objects.exists()
    assert seen(answer) == findings_hash(visit)

    client.post(address(name, visit), fields | {"seen": seen(answer)})
    assert model.objects.get().findings_sha256 == findings_hash(visit)


def test_the_representative_signs_without_an_account_on_a_members_device(visit, inspector, client):
    client.force_login(inspector)
    page = words(client.get(address("witness", visit)))
    assert "更新不及时" in page
    assert findings_hash(visit) in page

    answer = client.post(address("witness", visit), witness_fields(), follow=True)

    witness = WitnessSignature.objects.get()
    assert (witness.name, witness.duty, witness.strokes, witness.taken_by, witness.refusal) == ("章小明", "党政办主任", NAME, inspector, "")
    assert witness.findings_sha256 == findings_hash(visit)
    assert "章小明已在场签字" in words(answer)
    assert AuditEvent.objects.filter(action="inspections.witness_visit").get().detail["person"] == "章小明"


def test_a_refusal_is_written_down_with_its_reason(visit, inspector, client):
    client.force_login(inspector)

    answer = client.post(address("witness", visit), witness_fields(go="refuse", refusal="", strokes=""))
    assert "请写明拒签的理由" in words(answer)
    assert "党政办主任" in words(answer)
    client.post(address("witness", visit), witness_fields(go="refuse", refusal="不认可 1.1 的扣分", strokes=json.dumps(NAME)))

    witness = WitnessSignature.objects.get()
    assert (witness.refusal, witness.strokes, witness.has_refused) == ("不认可 1.1 的扣分", [], True)
    for name in ("sign", "visit"):
        assert "不认可 1.1 的扣分" in words(client.get(address(name, visit)))


@pytest.mark.parametrize(("fields", "sentence"), [
    ({"strokes": ""}, "还没有签名"), ({"name": " "}, "请填写在场人员的姓名"), ({"duty": ""}, "请填写在场人员的职务"), ({"refusal": "不服"}, "请点“登记拒签”"),
])
def test_a_bad_form_keeps_what_was_typed_and_drawn(visit, inspector, client, fields, sentence):
    client.force_login(inspector)

    page = words(client.post(address("witness", visit), witness_fields(**fields)))

    assert sentence in page
    assert not WitnessSignature.objects.exists()
    for name, value in ({"name": "章小明", "duty": "党政办主任"} | {"strokes": json.dumps(NAME)}).items():
        if name not in fields:
            assert value in page


def test_the_same_person_is_written_down_once(visit, inspector, client):
    client.force_login(inspector)
    client.post(address("witness", visit), witness_fields())

    answer = client.post(address("witness", visit), witness_fields(go="refuse", refusal="反悔"))

    assert "章小明已经登记过" in words(answer)
    assert WitnessSignature.objects.count() == 1


def test_nobody_of_the_unit_signs_before_all_is_agreed_or_after_the_lock(visit, inspector, second_inspector, client):
    client.force_login(inspector)
    visit.application.agreed_scores.filter(item__code="2.1").delete()
    assert "还没有商定得分" in words(client.post(address("witness", visit), witness_fields()))
    actions.agree_equal(visit, by=inspector, at=AT)
    everybody_signs(visit, inspector, second_inspector, lock=True)

    assert "已经锁定" in words(client.post(address("witness", visit), witness_fields(name="后来的人")))
    assert WitnessSignature.objects.count() == 1


def test_the_lock_does_not_wait_for_the_unit(visit, inspector, second_inspector):
    for user in (inspector, second_inspector):
        actions.sign_visit(visit, user, by=user, at=AT)

    assert actions.lock_visit(visit, by=inspector, at=AT).is_locked


def test_the_database_wants_either_strokes_or_a_refusal(visit, inspector):
    for fields in ({"strokes": []}, {"strokes": NAME, "refusal": "不服"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WitnessSignature.objects.create(visit=visit, name="甲", duty="乙", findings_sha256="0" * 64, signed_at=AT, taken_by=inspector, **fields)


# What undoes a signature


def test_a_change_voids_the_representatives_signature_too_and_says_so(visit, inspector, second_inspector, clerk, committed):
    everybody_signs(visit, inspector, second_inspector)

    with committed():
        actions.agree_site_score(visit, make_item(visit.application, "2.1"), Decimal(45), "补扣", by=second_inspector, at=LATER)

    assert set(WitnessSignature.objects.values_list("voided_at", "void_reason")) == {(LATER, "签字后验收结果有改动，请核对后重新签字。")}
    assert Signature.objects.valid().count() == 0
    assert Message.objects.filter(user=inspector, title="章小明（桃花潭镇）的在场签字已作废").count() == 1
    assert Message.objects.filter(user=clerk, title__contains="章小明在现场验收记录上的在场签字已作废").count() == 1
    assert AuditEvent.objects.get(action="inspections.void_signatures").detail["signatures"] == 3
    actions.witness_visit(visit, "章小明", "党政办主任", strokes=NAME, by=inspector, at=LATER)


def test_unlocking_voids_everybody(visit, inspector, second_inspector, officer, committed):
    everybody_signs(visit, inspector, second_inspector, lock=True)

    with committed():
        actions.unlock_visit(visit, "1.1 得分抄错", by=officer, at=LATER)

    assert not Signature.objects.valid().exists()
    assert not WitnessSignature.objects.valid().exists()
    assert Message.objects.get(user=second_inspector, title__contains="已作废").body == "市政务公开办解锁：1.1 得分抄错"


def test_a_photo_added_later_voids_too(visit, inspector, second_inspector):
    everybody_signs(visit, inspector, second_inspector)

    actions.add_photo(visit, make_item(visit.application, "1.1"), uploads.take(BytesIO(make_picture()), "公示栏.jpg"), by=inspector, at=LATER)

    assert not Signature.objects.valid().exists()
    assert not WitnessSignature.objects.valid().exists()
    assert not rules.is_tampered(visit)


# Behind the portal's back


def slipped(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


TAMPERING = [
    "UPDATE inspections_agreedscore SET points = 29.5 WHERE points = 25",
    "UPDATE inspections_agreedscore SET reason = '更新不及峕' WHERE reason = '更新不及时'",  # one character, next to the one it was
    "UPDATE inspections_score SET verdict = 'not_met' WHERE verdict = 'partly'",
    "DELETE FROM inspections_agreedscore WHERE points = 25",
]


@pytest.mark.parametrize("sql", TAMPERING)
def test_a_tampered_finding_is_shown_as_a_mismatch(visit, inspector, second_inspector, officer, client, sql):
    everybody_signs(visit, inspector, second_inspector, lock=True)
    client.force_login(officer)
    assert "校验值不一致" not in words(client.get(address("visit", visit)))
    signed = findings_hash(visit)

    slipped(sql)

    page = words(client.get(address("visit", visit)))
    assert "校验值不一致" in page
    assert page.count("与现在的结果不一致") == 3
    assert signed in page
    assert findings_hash(visit) in page
    assert rules.is_tampered(visit)


def test_one_bit_is_enough(visit, inspector, second_inspector):
    everybody_signs(visit, inspector, second_inspector)
    score = Score.objects.filter(reason="更新不及时").first()

    Score.objects.filter(pk=score.pk).update(reason=score.reason[:-1] + chr(ord(score.reason[-1]) ^ 1))

    assert rules.is_tampered(visit)


def test_signers_of_what_was_tampered_with_are_asked_again(visit, inspector, second_inspector, client):
    everybody_signs(visit, inspector, second_inspector)
    slipped(TAMPERING[2])
    client.force_login(inspector)
    assert "与签字时的校验值不一致" in words(client.get(address("sign", visit)))
    with pytest.raises(NotAllowed, match="还差"):
        actions.lock_visit(visit, by=inspector, at=LATER)

    actions.sign_visit(visit, inspector, strokes=NAME, by=inspector, at=LATER)

    assert Signature.objects.valid().get().user == inspector
    assert Signature.objects.filter(voided_at=LATER).count() == 2
    assert not rules.is_tampered(visit)


# For the printed record


def test_the_signatures_of_a_visit_are_given_in_order_with_all_a_paper_needs(visit, inspector, second_inspector, officer):
    actions.witness_visit(visit, "章小明", "党政办主任", refusal="不服", by=inspector, at=AT)
    actions.sign_visit(visit, second_inspector, by=second_inspector, at=AT)
    actions.sign_visit(visit, inspector, strokes=NAME, by=inspector, at=LATER)

    found = rules.visit_signatures(visit)

    assert [(one.name, one.role, one.method, one.at, bool(one.path), one.is_void, one.refusal) for one in found] == [
        ("胡小验", "组长", "手写签名", LATER, True, False, ""), ("许小收", "验收员", "登录密码", AT, False, False, ""),
        ("章小明", "单位在场人员", "拒绝签字", AT, False, False, "不服"),
    ]
    assert {one.sha256 for one in found} == {findings_hash(visit)}
    assert not any(one.is_mismatch for one in found)
    assert found[0].view_box == "0 0 600 200"
    actions.agree_site_score(visit, make_item(visit.application, "2.1"), Decimal(45), "补扣", by=second_inspector, at=LATER)
    assert [(one.is_void, one.void_reason != "") for one in rules.visit_signatures(visit)] == [(True, True)] * 3
