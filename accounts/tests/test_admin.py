"""What roles may do in the admin."""

import pytest
from django.urls import reverse

from accounts.models import Organization, Role, User


@pytest.mark.parametrize(("person", "status"), [("administrator", 200), ("officer", 200), ("auditor", 200), ("clerk", 302), ("inspector", 302)])
def test_who_may_open_the_admin(client, request, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.get("/admin/").status_code == status


def test_the_administrator_adds_a_unit_and_the_office_may_only_look(client, administrator, officer, jing, taohuatan):
    url = reverse("admin:accounts_organization_add")
    data = {"code": "341823199", "name": "泾县新设乡人民政府", "short_name": "新设乡", "kind": taohuatan.kind_id, "parent": jing.pk}
    client.force_login(officer)
    assert client.post(url, data).status_code == 403

    client.force_login(administrator)
    client.post(url, data)

    assert Organization.objects.get(code="341823199").county == jing


@pytest.mark.parametrize("model", ["accounts_auditevent", "accounts_message"])
def test_what_happened_cannot_be_changed_there(client, administrator, model):
    client.force_login(administrator)

    assert client.get(reverse(f"admin:{model}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:{model}_add")).status_code == 403


def test_the_first_administrator_comes_from_createsuperuser(db):
    user = User.objects.create_superuser("root", password="x", name="管理员")

    assert user.roles == {Role.ADMIN}
    assert not user.is_superuser


def test_a_unit_moved_under_another_county_takes_its_units_along(jing, jingde, taohuatan):
    village = Organization.objects.create(code="v1", name="查济村", short_name="查济村", kind=taohuatan.kind, parent=taohuatan)
    assert village.county == jing

    taohuatan.parent = jingde
    taohuatan.save()

    village.refresh_from_db()
    assert (taohuatan.county, village.county) == (jingde, jingde)


def test_a_password_set_by_the_administrator_is_changed_by_its_owner(client, administrator, taohuatan):
    client.force_login(administrator)
    grants = {"grants-TOTAL_FORMS": 1, "grants-INITIAL_FORMS": 0, "grants-0-role": Role.UNIT_CLERK}
    new = {"username": "newcomer", "name": "新来的", "organization": taohuatan.pk, "usable_password": "true", "password1": "set-by-another-1", "password2": "set-by-another-1"}
    client.post(reverse("admin:accounts_user_add"), new | grants)

    newcomer = User.objects.get(username="newcomer")
    assert newcomer.must_change_password
    assert newcomer.roles == {Role.UNIT_CLERK}

    newcomer.must_change_password = False
    newcomer.save()
    client.post(reverse("admin:auth_user_password_change", args=[newcomer.pk]), {"usable_password": "true", "password1": "set-by-another-2", "password2": "set-by-another-2"})
    newcomer.refresh_from_db()
    assert newcomer.must_change_password
    assert newcomer.check_password("set-by-another-2")
