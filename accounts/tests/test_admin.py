"""What roles may do in the admin."""

from io import BytesIO

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from accounts.models import Organization, Role, RoleGrant, User
from inspections.models import PoolEntry


def pages(*kinds):
    """(model, address) of every list, export or import there is in the admin."""
    for model in admin.site._registry:
        for kind in kinds:
            try:
                yield model, reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{kind}")
            except NoReverseMatch:
                continue


@pytest.mark.parametrize(("person", "status"), [("administrator", 200), ("officer", 200), ("auditor", 200), ("clerk", 302), ("inspector", 302)])
def test_who_may_open_the_admin(client, request, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.get("/admin/").status_code == status


@pytest.mark.parametrize("person", ["officer", "lead"])
def test_the_office_finds_the_pool_there_and_nothing_else(client, request, person):
    client.force_login(request.getfixturevalue(person))

    opened = {(model, address) for model, address in pages("changelist", "export", "import") if client.get(address).status_code == 200}

    assert {model for model, _address in opened} == {PoolEntry}
    assert len(opened) == 3
    assert {model["model"] for app in client.get("/admin/").context["app_list"] for model in app["models"]} == {PoolEntry}


def test_the_auditor_looks_at_every_list_and_takes_rows_out_and_brings_none_in(client, auditor):
    client.force_login(auditor)

    assert {address: client.get(address).status_code for _model, address in pages("changelist", "export")} == {address: 200 for _model, address in pages("changelist", "export")}
    assert {client.get(address).status_code for _model, address in pages("import", "add")} == {403}


def test_the_administrator_brings_in_no_rows_of_what_was_decided(client, administrator):
    client.force_login(administrator)

    opened = {model._meta.app_label for model, address in pages("import") if client.get(address).status_code == 200}

    assert opened == {"accounts", "campaigns", "standards", "inspections"}
    assert {model.__name__ for model, address in pages("import") if model._meta.app_label == "inspections" and client.get(address).status_code == 200} == {"PastService", "PoolEntry"}


@pytest.mark.parametrize("person", ["officer", "auditor"])
def test_nobody_becomes_an_administrator_by_a_file_of_roles(client, request, person):
    reader = request.getfixturevalue(person)
    client.force_login(reader)
    file = BytesIO(f"账号,角色,起始日期,终止日期\n{reader.username},admin,,\n".encode())
    file.name = "roles.csv"

    assert client.post(reverse("admin:accounts_rolegrant_import"), {"format": "1", "import_file": file, "resource": ""}).status_code == 403
    assert client.post(reverse("admin:accounts_rolegrant_process_import"), {"format": "1", "import_file_name": "roles.csv", "resource": ""}).status_code == 403
    assert not RoleGrant.objects.filter(user=reader, role=Role.ADMIN).exists()


def test_nobody_reads_the_messages_of_others_there(client, administrator):
    client.force_login(administrator)

    assert client.get("/admin/accounts/message/").status_code == 404


def test_the_administrator_adds_a_unit_and_the_office_may_only_look(client, administrator, officer, jing, taohuatan):
    url = reverse("admin:accounts_organization_add")
    data = {"code": "341823199", "name": "泾县新设乡人民政府", "short_name": "新设乡", "kind": taohuatan.kind_id, "parent": jing.pk}
    client.force_login(officer)
    assert client.post(url, data).status_code == 403

    client.force_login(administrator)
    client.post(url, data)

    assert Organization.objects.get(code="341823199").county == jing


@pytest.mark.parametrize("model", ["accounts_auditevent", "accounts_job"])
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
