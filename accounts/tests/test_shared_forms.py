"""Two people have the same form open: what one saves, the other does not undo (R-16)."""

import json

import pytest
from django.urls import reverse

from accounts.forms.shared import shown_by
from accounts.models import AuditEvent, Organization, User
from accounts.tests.pages import opened

OVERTAKEN = "你打开这一页以后，别人把这一项改成了“%s”，所以没有保存。"


@pytest.fixture
def person(client, administrator, clerk):
    client.force_login(administrator)
    User.objects.filter(pk=clerk.pk).update(name="汪小桃", phone="0563-1", email="")
    return clerk


@pytest.fixture
def address(person):
    return reverse("accounts:change_person", args=[person.pk])


def changes():
    return [event.detail["changes"] for event in AuditEvent.objects.filter(action="accounts.change_user").order_by("number")]


def test_different_fields_both_survive_and_each_is_logged_as_its_own(client, person, address):
    first, second = opened(client, address), opened(client, address)

    client.post(address, first | {"phone": "0563-2"})
    answer = client.post(address, second | {"email": "wang@example.com"})

    assert answer.status_code == 302
    person.refresh_from_db()
    assert (person.phone, person.email) == ("0563-2", "wang@example.com")
    assert changes() == [{"phone": ["0563-1", "0563-2"]}, {"email": ["", "wang@example.com"]}]


def test_the_same_field_is_refused_with_both_values_until_it_is_meant(client, person, address):
    first, second = opened(client, address), opened(client, address)
    client.post(address, first | {"phone": "0563-2", "email": "wang@example.com"})

    answer = client.post(address, second | {"phone": "0563-3", "employee_number": "A-17"})

    assert answer.status_code == 409
    page = answer.content.decode()
    assert OVERTAKEN % "0563-2" in page
    assert 'value="0563-3"' in page
    assert 'value="A-17"' in page
    assert 'value="wang@example.com"' in page
    person.refresh_from_db()
    assert (person.phone, person.employee_number) == ("0563-2", "")

    form = answer.context["form"]
    again = {name: form[name].value() for name in form.fields} | {"shown": json.dumps({name: form.stored(name) for name in form.fields})}
    assert client.post(address, again).status_code == 302

    person.refresh_from_db()
    assert (person.phone, person.email, person.employee_number) == ("0563-3", "wang@example.com", "A-17")


def test_the_same_change_twice_is_no_quarrel(client, person, address):
    first, second = opened(client, address), opened(client, address)

    client.post(address, first | {"phone": "0563-2"})

    assert client.post(address, second | {"phone": " 0563-2 "}).status_code == 302
    assert changes() == [{"phone": ["0563-1", "0563-2"]}]


def test_a_mistake_in_another_field_loses_nothing_either(client, person, address):
    first, second = opened(client, address), opened(client, address)
    client.post(address, first | {"phone": "0563-2"})

    answer = client.post(address, second | {"email": "wang@"})

    assert answer.status_code == 200
    assert 'value="0563-2"' in answer.content.decode()
    assert 'value="wang@"' in answer.content.decode()


@pytest.mark.parametrize("shown", ["", "x", "[]", "{}", '{"phone": 7}', '{"nothing": "x"}', "[" * 100_000])
def test_a_page_that_carries_nothing_is_saved_as_it_is(client, person, address, shown):
    answer = client.post(address, {"name": "汪小桃", "phone": "0563-4", "email": "", "employee_number": "", "shown": shown})

    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.phone == "0563-4"


def test_what_is_no_text_is_not_shown():
    assert shown_by('{"phone": 7, "name": "x"}') == {"name": "x"}


def test_a_name_may_hold_anything(client, person, address):
    User.objects.filter(pk=person.pk).update(name="""汪"小'桃<b>{{ x }}""")

    assert json.loads(opened(client, address)["shown"])["name"] == """汪"小'桃<b>{{ x }}"""


def test_units_are_corrected_by_two_people(client, administrator, taohuatan, jing):
    client.force_login(administrator)
    address = reverse("accounts:change_unit", args=[taohuatan.pk])
    first, second, third = (opened(client, address) for _person in range(3))

    client.post(address, first | {"parent": "", "source": "皖政〔2021〕1号"})
    assert client.post(address, second | {"short_name": "桃花潭"}).status_code == 302
    refused = client.post(address, third | {"source": "皖政〔2021〕2号", "valid_from": "2020-01-01"})

    found = Organization.objects.get(pk=taohuatan.pk)
    assert (found.parent, found.source, found.short_name, found.valid_from) == (None, "皖政〔2021〕1号", "桃花潭", None)
    assert refused.status_code == 409
    assert OVERTAKEN % "皖政〔2021〕1号" in refused.content.decode()
    assert "皖政〔2021〕2号" in refused.content.decode()
    assert 'value="2020-01-01"' in refused.content.decode()
