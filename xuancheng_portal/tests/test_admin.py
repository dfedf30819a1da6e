"""What roles may do in the admin."""

from io import BytesIO

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from accounts.models import AuditEvent, Organization, OrganizationKind, Role, RoleGrant, User
from campaigns.models import CalendarDay
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

    assert {client.get(address).status_code for _model, address in pages("changelist", "export")} == {200}
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


HAVE_SCREENS = [
    "accounts_organization", "accounts_user", "accounts_rolegrant", "campaigns_calendarday", "campaigns_campaign", "campaigns_phase", "campaigns_track", "campaigns_minimum",
    "standards_standard", "standards_category", "standards_item", "standards_itempoints", "standards_checkpoint",
]


@pytest.mark.parametrize("name", HAVE_SCREENS)
def test_what_has_a_screen_is_changed_there_and_not_in_the_admin(client, campaign, administrator, name):
    CalendarDay.objects.create(date="2021-10-01", is_workday=False, name="国庆节", source="国务院办公厅")
    row = apps.get_model(*name.split("_")).objects.first()
    client.force_login(administrator)

    assert client.get(reverse(f"admin:{name}_add")).status_code == 403
    assert client.post(reverse(f"admin:{name}_add"), {}).status_code == 403
    assert client.get(reverse(f"admin:{name}_change", args=[row.pk])).status_code == 200
    assert client.post(reverse(f"admin:{name}_change", args=[row.pk]), {}).status_code == 403
    assert client.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    client.post(reverse(f"admin:{name}_changelist"), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
    assert type(row).objects.filter(pk=row.pk).exists()


def test_what_has_none_is_changed_there_and_recorded(client, administrator, taohuatan):
    client.force_login(administrator)
    new = {"organization": taohuatan.pk, "name": "泾县章渡镇人民政府", "short_name": "章渡镇", "until": "2019-03-01"}

    client.post(reverse("admin:accounts_formername_add"), new)
    former = taohuatan.former_names.get()
    client.post(reverse("admin:accounts_formername_change", args=[former.pk]), new | {"short_name": "章渡"})
    client.post(reverse("admin:accounts_formername_changelist"), {"action": "delete_selected", "_selected_action": former.pk, "post": "yes"})

    assert not taohuatan.former_names.exists()
    added, changed, deleted = AuditEvent.objects.filter(target_type="accounts.formername", by=administrator, organization=taohuatan).order_by("number")
    assert (added.action, added.detail["changes"]["name"]) == ("accounts.add_row", ["", "泾县章渡镇人民政府"])
    assert (changed.action, changed.detail["changes"]) == ("accounts.change_row", {"short_name": ["章渡镇", "章渡"]})
    assert (deleted.action, deleted.detail["before"]["short_name"]) == ("accounts.delete_row", "章渡")


def test_a_single_row_deleted_there_is_recorded(client, administrator, taohuatan):
    kind = OrganizationKind.objects.create(code="school", name="学校")
    client.force_login(administrator)

    client.post(reverse("admin:accounts_organizationkind_delete", args=[kind.pk]), {"post": "yes"})

    assert not OrganizationKind.objects.filter(code="school").exists()
    assert AuditEvent.objects.get(action="accounts.delete_row").detail["before"] == {"code": "school", "name": "学校", "order": "0"}


@pytest.mark.parametrize("model", ["accounts_auditevent", "accounts_job"])
def test_what_happened_cannot_be_changed_there(client, administrator, model):
    client.force_login(administrator)

    assert client.get(reverse(f"admin:{model}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:{model}_add")).status_code == 403


def test_a_waiting_is_ended_on_the_person_s_page_where_it_is_recorded(client, administrator, clerk):
    attempt = AccessAttempt.objects.create(username=clerk.username, ip_address="10.0.0.1", failures_since_start=5)
    client.force_login(administrator)

    assert client.get(reverse("admin:axes_accessattempt_changelist")).status_code == 200
    assert client.post(reverse("admin:axes_accessattempt_delete", args=[attempt.pk]), {"post": "yes"}).status_code == 403
    assert AccessAttempt.objects.exists()


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
