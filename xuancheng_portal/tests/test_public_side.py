"""What the public can read (S-35): a reviewed list of fields, and nobody's number, whatever anybody typed anywhere.

Every text field of every row is filled, behind the portal's back, with something that can be recognised, and every page
that needs no login is read. Names that come from the address itself stay as they are.
"""

import re
from datetime import date

import pytest
import time_machine
from django.apps import apps
from django.core.cache import cache
from django.db import models
from django.urls import reverse

from accounts.tests.factories import make_organization
from applications.models import Evidence
from campaigns.tests.factories import moment
from results import actions, middleware
from results.models import Naming, Objection, PublicNotice
from results.tests.factories import (
    make_case,
    make_confirmed,
    make_experience,
    make_naming,
    make_notice,
    make_objection,
    make_scored,
)
from xuancheng_portal.tests.test_every_page_asks_for_login import PUBLIC
from xuancheng_portal.tests.test_invariants import slipped

APPS = ["accounts", "campaigns", "standards", "applications", "inspections", "results"]
AT = moment(11, 9, 9)
# The fields a page without login may show. A field that turns up on one and is not here fails the test: think first.
SHOWN = {
    "accounts.organization.name", "accounts.organization.short_name",
    "campaigns.campaign.title", "campaigns.campaign.organizer", "campaigns.phase.name", "campaigns.track.name",
    "results.publicnotice.title", "results.publicnotice.body", "results.publicnotice.contact", "results.publicnotice.withdrawn_reason",
    "results.naming.document_number", "results.naming.withdrawn_document", "results.objection.reply",
    "results.typicalcase.title", "results.typicalcase.body", "results.casephoto.caption", "results.experience.title", "results.experience.body",
    "standards.category.name", "standards.item.title", "standards.item.text", "standards.item.notes", "standards.checkpoint.text", "standards.standard.points_note",
}
# Keys of addresses and of joins, which stand in addresses anyway: without them the pages would not be found.
KEPT = {
    "accounts.kind.code", "accounts.organization.code", "campaigns.campaign.code", "campaigns.track.key", "campaigns.phase.key",
    "standards.category.code", "standards.item.code", "standards.checkpoint.code", "results.objection.code", "results.objection.phone",
    "accounts.organization.rehearsal", "accounts.user.rehearsal", "accounts.message.rehearsal", "accounts.job.rehearsal", "campaigns.campaign.rehearsal",
}
PERSONAL = {"手机": "13905630000", "身份证": "11010519491231002X", "银行卡": "6222021234567890128", "邮箱": "zhang.san@example.com"}


@pytest.fixture
def world(campaign, officer, second_officer, lead):
    """Named units and one whose title is withdrawn, notices that run, ended and were withdrawn, an objection with its reply, a case,
    an experience, and what lies behind them."""
    campaign.host = officer.organization
    campaign.save()
    county = make_organization("甲县", kind="county")
    units = [make_scored(f"{n}镇", campaign, 90 - n, parent=county) for n in range(4)]
    make_confirmed(units)
    Evidence.objects.create(response=units[0].responses.first(), kind="link", url="https://www.example.gov.cn/", title="专栏", added_at=AT, added_by=officer)
    ended = make_notice(units[:1], starts_on=date(2021, 10, 20), ends_on=date(2021, 10, 26))
    withdrawn = make_notice(units[1:2], starts_on=date(2021, 10, 20), ends_on=date(2021, 10, 26), withdrawn_at=AT, withdrawn_reason="名称有误")
    running = make_notice(units[2:], starts_on=date(2021, 11, 4), ends_on=date(2021, 11, 10))
    actions.name_units(campaign, "12号", by=lead, at=AT)
    objection = actions.answer_objection(make_objection(ended.entries.get()), "rejected", "不属实。", by=officer, at=AT)
    make_objection(running.entries.first())
    draft = make_notice(units[1:2], by=officer)
    actions.review_notice(draft, "returned", remark="改标题", by=second_officer, at=AT)
    named = Naming.objects.get()
    make_naming(
        units[1], withdrawn_at=AT, withdrawn_by=lead, withdrawn_reason="弄虚作假", withdrawn_document="15号", withdrawn_on=AT.date(),
    )
    experience = make_experience(named, by=officer, at=AT)
    case = make_case(named, at=AT)
    for state in ("draft", "offered"):
        make_case(named, state, photos=0, at=AT)
    return {"notices": [ended, withdrawn, running], "objection": objection, "experience": experience, "case": case}


def text_fields():
    """[(label, model, field)] of everything a person, or a program for them, can write words into."""
    for label in APPS:
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.concrete_fields:
                name = f"{model._meta.label_lower}.{field.name}"
                if isinstance(field, (models.CharField, models.TextField)) and not field.choices and name not in KEPT:
                    yield name, model, field


def plant(value_of):
    """Write `value_of(label, field)` into every row of every such field, with the row's key where a field must be unique."""
    for name, model, field in text_fields():
        value = value_of(name, field)
        if value is None:
            continue
        table, column, key = model._meta.db_table, field.column, model._meta.pk.column
        if key == column:
            continue
        unique = field.unique or any(field.name in constraint.fields for constraint in model._meta.constraints if isinstance(constraint, models.UniqueConstraint))
        words = f"%s || CAST({key} AS text)" if unique else "%s"
        slipped(f'UPDATE {table} SET "{column}" = {words}', [value])  # noqa: S608  (the names are our own models')


def pages(client, world):
    """{name: the pages that need no login}, each with every object it can be asked about."""
    notice = [[each.pk] for each in world["notices"]]
    arguments = {
        "results:public_notice": notice, "results:public_objection": notice,
        "results:public_objection_received": [[world["objection"].code]],
        "results:public_case": [[world["case"].pk]], "results:public_experience": [[world["experience"].pk]],
    }
    # No words of ours, or a step to another page
    left_out = {"service_worker", "set_language", "healthz", "home", "results:display", "results:public_case_photo", "results:public_notice_paper"}
    # Providers that nobody set up, and links that open nothing
    left_out |= {"accounts:cas", "accounts:cas_back", "accounts:oidc", "accounts:oidc_back", "accounts:first_administrator", "accounts:sign_in_link"}
    found = {}
    for name in sorted(PUBLIC - left_out):
        answers = [client.get(reverse(name, args=each)) for each in arguments.get(name, [[]])]
        assert {answer.status_code for answer in answers} == {200}, name
        found[name] = [answer.content.decode() for answer in answers]
    code = world["objection"].code
    found["results:public_track POST"] = [client.post(reverse("results:public_track"), {"code": code, "phone_tail": "1234"}).content.decode()]
    return found


@pytest.fixture
def at_that_time():
    cache.clear()
    with time_machine.travel(AT, tick=False):
        yield


def test_the_public_reads_the_fields_of_the_list_and_no_others(client, world, at_that_time):
    labels = [name for name, _model, _field in text_fields()]
    marks = {name: f"Q{number:03}Z" for number, name in enumerate(labels)}
    plant(lambda name, field: marks[name] if (field.max_length or 99) >= 9 else None)

    text = "\n".join(page for each in pages(client, world).values() for page in each)

    names = {mark: name for name, mark in marks.items()}
    shown = {names[mark] for mark in re.findall(r"Q\d{3}Z", text)}
    assert shown - SHOWN == set(), "think before the public reads more"
    assert SHOWN - shown == set(), "no longer shown: take it from the list"


@pytest.mark.parametrize("kind", PERSONAL)
def test_nobodys_number_is_on_any_public_page_whatever_was_typed(client, world, at_that_time, kind):
    """Even into the very fields that the public reads. Only a notice's words, which passed a review, may hold a telephone."""
    value = PERSONAL[kind]
    plant(lambda name, field: value if (field.max_length or 99) >= len(value) + 6 and not name.startswith("results.publicnotice.") else None)

    found = pages(client, world)

    assert "\n".join(page for name, each in found.items() for page in each if "POST" not in name).count(value) == 0
    assert all(value[:3] in page for page in found["results:public_home"]), "the rest of the page stays"


def test_without_the_guard_they_would_be_found(client, world, at_that_time, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(middleware, "guard", lambda response, name: None)
    plant(lambda name, field: PERSONAL["手机"] if name == "campaigns.track.name" else None)

    assert PERSONAL["手机"] in pages(client, world)["results:public_home"][0]


def test_what_a_review_let_pass_stays_on_the_notice_and_nothing_else_does(client, world, at_that_time, caplog):
    notice = world["notices"][2]
    PublicNotice.objects.filter(pk=notice.pk).update(contact="值班手机 139-0563-0000")
    Naming.objects.filter(withdrawn_at=None).update(document_number="12号，13800000000")

    assert "139-0563-0000" in client.get(notice.get_absolute_url()).content.decode()
    page = client.get(reverse("results:public_named_list")).content.decode()

    assert "138******00" in page
    assert "results:public_named_list would have shown personal data in 1 places" in caplog.text
    assert "13800000000" not in caplog.text


def test_the_workbench_behind_the_same_address_as_the_public_home_is_left_as_it_is(client, world, clerk, at_that_time):
    client.force_login(clerk)
    plant(lambda name, field: PERSONAL["手机"] if name == "campaigns.campaign.title" else None)

    assert PERSONAL["手机"] in client.get(reverse("home")).content.decode()


def test_what_somebody_typed_is_shown_back_as_it_was(client, world, at_that_time):
    address = reverse("results:public_objection", args=[world["notices"][2].pk])

    page = client.post(address, {"facts": "太短", "name": "张三", "phone": "13905630000"}).content.decode()

    assert "13905630000" in page
    assert Objection.objects.count() == 2
