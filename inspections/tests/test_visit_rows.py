"""Past service comes in as rows; groups, visits, exceptions and signatures go out as rows with Chinese headings."""

from datetime import date

import pytest
from django.urls import reverse
from tablib import Dataset

from campaigns.tests.factories import moment
from inspections import actions, resources
from inspections.models import PastService, Signature
from inspections.tests.factories import make_accepted, make_findings, make_group, make_visit


@pytest.fixture
def visit(taohuatan, campaign, inspector, second_inspector):
    return make_findings(make_visit(make_accepted(taohuatan, campaign), make_group(campaign, inspector, second_inspector)))


def test_past_service_is_imported_by_account_and_unit_code(inspector, taohuatan):
    rows = Dataset(["inspector", taohuatan.code, "2019-06-30"], headers=["账号", "曾任职单位代码", "离任日期"])

    for _ in range(2):
        assert not resources.PastServiceResource().import_data(rows, raise_errors=True).has_errors()

    assert list(PastService.objects.values_list("user", "organization", "ended_on")) == [(inspector.pk, taohuatan.pk, date(2019, 6, 30))]


def test_an_unknown_account_saves_nothing(inspector, taohuatan):
    rows = Dataset(
        ["inspector", taohuatan.code, "2019-06-30"], ["unknown", taohuatan.code, "2019-06-30"], headers=["账号", "曾任职单位代码", "离任日期"]
    )

    assert resources.PastServiceResource().import_data(rows).has_errors()
    assert not PastService.objects.exists()


def test_visits_members_and_signatures_go_out_with_chinese_headings(visit, inspector):
    actions.sign_visit(visit, inspector, by=inspector, at=moment(10, 20, 16))

    assert resources.VisitResource().export().dict[0]["申报单位"] == "桃花潭镇"
    assert resources.VisitResource().export().dict[0]["状态"] == "验收中"
    assert [row["验收员"] for row in resources.GroupMemberResource().export().dict] == ["胡小验", "许小收"]
    assert resources.SignatureResource().export().dict[0]["签字时间"] == "2021-10-20 16:00"


def test_signatures_are_not_imported(visit, inspector):
    rows = Dataset(["胡小验"], headers=["签字人"])

    resources.SignatureResource().import_data(rows)

    assert not Signature.objects.exists()


@pytest.mark.parametrize("model", ["pastservice", "groupmember", "visit", "declaredconflict", "conflictoverride", "signature", "unlocking"])
def test_the_administrator_finds_every_table(client, visit, administrator, model):
    client.force_login(administrator)

    assert client.get(reverse(f"admin:inspections_{model}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:inspections_{model}_add")).status_code == (200 if model == "pastservice" else 403)


def test_the_auditor_looks_at_past_service_and_leaves_it_to_the_administrator(client, visit, auditor):
    client.force_login(auditor)

    assert client.get(reverse("admin:inspections_pastservice_changelist")).status_code == 200
    assert client.get(reverse("admin:inspections_pastservice_add")).status_code == 403
    assert client.get(reverse("admin:inspections_pastservice_import")).status_code == 403
