"""经验材料: written by the named unit, sent with its consent, accepted by the office, then public until the consent or the title goes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Message, Role
from accounts.tests.factories import make_user
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from results import actions, rules, tasks
from results.models import Experience
from results.rules.exchange import EXPERIENCE_LEAST
from results.tests.factories import make_named

AT = moment(3, 1, year=2022)
BODY = "群众看得懂、找得到、用得上。" * 20


@pytest.fixture
def naming(campaign):
    return make_named("甲县", campaign)


@pytest.fixture
def unit_clerk(naming):
    return make_user("县里的人", naming.application.organization, [Role.COUNTY_CLERK])


@pytest.fixture
def draft(naming, unit_clerk):
    return actions.write_experience(naming, title="把公开做到村口", body=BODY, by=unit_clerk, at=AT)


@pytest.fixture
def sent(draft, unit_clerk):
    return actions.send_experience(draft, consents=True, by=unit_clerk, at=AT)


def public(client, experience):
    listed = experience.title in client.get(reverse("results:public_experience_list")).content.decode()
    status = client.get(reverse("results:public_experience", args=[experience.pk])).status_code
    assert (status == 200) == listed
    return listed


def test_the_unit_writes_sends_with_consent_and_the_office_accepts(client, naming, unit_clerk, officer, django_capture_on_commit_callbacks):
    client.force_login(unit_clerk)
    client.post(reverse("results:write_experience", args=[naming.pk]), {"title": "把公开做到村口", "body": BODY})
    made = Experience.objects.get()
    send = reverse("results:send_experience", args=[made.pk])
    assert "请先同意公开，再报送" in client.post(send, {}).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(send, {"consents": "on"})
    made.refresh_from_db()
    assert (made.state, made.consented_by, made.sent_by) == (Experience.State.SENT, unit_clerk, unit_clerk)
    assert Message.objects.filter(user=officer, title="甲县报送了经验材料：把公开做到村口").count() == 1
    assert not public(client, made)

    client.force_login(officer)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("results:accept_experience", args=[made.pk]))

    client.logout()
    assert public(client, made)
    page = client.get(reverse("results:public_experience", args=[made.pk])).content.decode()
    assert "甲县" in page
    assert "县里的人" not in page
    assert Message.objects.filter(user=unit_clerk, title="经验材料已采用，并已公开：把公开做到村口").count() == 1


def test_a_draft_is_the_units_own(client, draft, officer, unit_clerk):
    client.force_login(officer)
    assert client.get(draft.get_absolute_url()).status_code == 404
    client.force_login(unit_clerk)
    assert client.get(draft.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(("length", "fine"), [(EXPERIENCE_LEAST - 1, False), (EXPERIENCE_LEAST, True)])
def test_what_is_sent_says_enough(draft, length, fine):
    draft.body = "字" * length

    assert (rules.send_experience_problems(draft, True) == []) == fine


def test_personal_data_is_not_sent(draft, unit_clerk):
    draft = actions.change_experience(draft, title="找得到人", body=f"{BODY}电话 13800138000", version=0, by=unit_clerk, at=AT)

    with pytest.raises(NotAllowed, match="手机号码"):
        actions.send_experience(draft, consents=True, by=unit_clerk, at=AT)
    assert Experience.objects.get().state == Experience.State.DRAFT


def test_a_colleagues_change_is_not_overwritten(client, draft, unit_clerk):
    client.force_login(unit_clerk)
    client.post(draft.get_absolute_url(), {"title": "同事改的", "body": BODY, "version": 0})

    page = client.post(draft.get_absolute_url(), {"title": "我改的", "body": BODY, "version": 0}).content.decode()

    assert "同事刚刚改过这份材料" in page
    assert "我改的" in page
    assert Experience.objects.get().title == "同事改的"


def test_a_returned_one_is_mended_and_sent_again(campaign, sent, officer, unit_clerk, django_capture_on_commit_callbacks):
    with pytest.raises(NotAllowed, match="要怎么修改"):
        actions.return_experience(sent, " ", by=officer, at=AT)
    with pytest.raises(NotAllowed, match="退回后才能修改"):
        actions.change_experience(sent, title="改", body=BODY, version=0, by=unit_clerk, at=AT)

    with django_capture_on_commit_callbacks(execute=True):
        actions.return_experience(sent, "请补充成效。", by=officer, at=AT)

    assert Message.objects.get(user=unit_clerk).body == "请补充成效。"
    assert "修改经验材料" in [todo.title for todo in rules.todos(unit_clerk, campaign, AT)]
    mended = actions.change_experience(sent, title="改好了", body=BODY, version=0, by=unit_clerk, at=AT)
    again = actions.send_experience(mended, consents=True, by=unit_clerk, at=AT)
    assert (again.state, again.decided_at) == (Experience.State.SENT, None)
    assert [todo.title for todo in rules.todos(officer, campaign, AT)][0] == "看甲县的经验材料"


def test_without_consent_or_title_it_is_not_public(client, sent, naming, officer, lead, unit_clerk):
    actions.accept_experience(sent, by=officer, at=AT)
    assert public(client, sent)

    client.force_login(unit_clerk)
    client.post(reverse("results:withdraw_consent", args=[sent.pk]))
    client.logout()
    assert not public(client, sent)

    Experience.objects.update(consented_at=AT, consented_by=unit_clerk)
    assert public(client, sent)
    naming.withdrawn_at, naming.withdrawn_by, naming.withdrawn_reason = AT, lead, "弄虚作假"
    naming.save()
    assert not public(client, sent)
    with pytest.raises(NotAllowed, match="命名已经撤销"):
        actions.write_experience(naming, title="再写", body=BODY, by=unit_clerk, at=AT)


def test_consent_taken_back_before_the_answer_keeps_it_from_being_accepted(sent, officer, unit_clerk):
    actions.withdraw_consent(sent, by=unit_clerk, at=AT)

    with pytest.raises(NotAllowed, match="收回了公开的同意"):
        actions.accept_experience(sent, by=officer, at=AT)


@pytest.mark.parametrize("accepted", [False, True])
def test_after_its_consent_is_taken_back_the_unit_writes_on_and_sends_anew(client, sent, officer, unit_clerk, accepted):
    if accepted:
        actions.accept_experience(sent, by=officer, at=AT)
    with pytest.raises(NotAllowed, match="已经报送"):
        actions.send_experience(sent, consents=True, by=unit_clerk, at=AT)
    actions.withdraw_consent(sent, by=unit_clerk, at=AT)

    changed = actions.change_experience(sent, title="改过的标题", body=BODY, version=sent.version, by=unit_clerk, at=AT)
    assert not public(client, sent)
    again = actions.send_experience(changed, consents=True, by=unit_clerk, at=AT)
    assert (again.state, again.consented_by, again.decided_at) == (Experience.State.SENT, unit_clerk, None)
    assert not public(client, sent)

    actions.accept_experience(again, by=officer, at=AT)
    assert public(client, again)


@pytest.mark.parametrize(("person", "status"), [("officer", 403), ("auditor", 403), ("clerk", 404), ("nobody", 404)])
def test_only_the_unit_writes(client, request, naming, sent, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.post(reverse("results:write_experience", args=[naming.pk]), {"title": "x", "body": BODY}).status_code == status
    assert client.post(reverse("results:withdraw_consent", args=[sent.pk])).status_code == status
    assert Experience.objects.get().consented_at == AT


@pytest.mark.parametrize(("person", "status"), [("unit_clerk", 403), ("auditor", 403), ("clerk", 404), ("nobody", 404)])
def test_only_the_office_accepts_and_returns(client, request, sent, person, status):
    client.force_login(request.getfixturevalue(person))

    for name in ("accept_experience", "return_experience"):
        assert client.post(reverse(f"results:{name}", args=[sent.pk]), {"remark": "x"}).status_code == status
    assert Experience.objects.get().state == Experience.State.SENT


def test_the_lists_ask_as_many_questions_for_many_as_for_one(client, campaign, sent, officer, unit_clerk, django_assert_num_queries):
    actions.accept_experience(sent, by=officer, at=AT)
    client.force_login(officer)
    addresses = [reverse("results:experience_list"), reverse("results:public_experience_list")]
    counts = []
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as one:
            client.get(address)
        counts.append(len(one))
    for slot, name in enumerate(["市甲局", "市乙局", "市丙局"], 1):
        naming = make_named(name, campaign, kind="bureau", slot=slot)
        by = make_user(organization=naming.application.organization, roles=[Role.UNIT_CLERK])
        more = actions.write_experience(naming, title=f"{name}的做法", body=BODY, by=by, at=AT)
        actions.accept_experience(actions.send_experience(more, consents=True, by=by, at=AT), by=officer, at=AT)

    for address, count in zip(addresses, counts, strict=True):
        with django_assert_num_queries(count):
            client.get(address)


def test_lost_messages_are_sent_by_the_sweep_once(sent, officer, unit_clerk):
    actions.return_experience(sent, "请补充。", by=officer, at=AT)

    for _twice in range(2):
        tasks.sweep_lost_messages(AT)

    assert Message.objects.filter(user=unit_clerk, key__startswith="experience-decided-").count() == 1
    assert Message.objects.filter(user=officer, key__startswith="experience-").count() == 1
