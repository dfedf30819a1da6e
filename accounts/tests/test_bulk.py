"""Rows written by one statement run again and again are the rows that Django would have written."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import bulk
from accounts.models import Import, ImportRow, Organization, RoleGrant, User
from accounts.tests.factories import make_organization, make_user, moment


def test_people_are_written_with_all_they_have(taohuatan):
    people = [
        User(username=f"person-{number}", name="方小敏", organization=taohuatan, channels_off=["mail"], leaves_on=date(2021, 9, 30), date_joined=moment(9, 1 + number))
        for number in range(3)
    ]

    bulk.insert(people, known_by="username")

    stored = User.objects.filter(username__startswith="person-").order_by("pk")
    assert [[getattr(user, field.attname) for field in User._meta.concrete_fields] for user in stored] == [
        [getattr(user, field.attname) for field in User._meta.concrete_fields] for user in people
    ]


def test_cells_and_sentences_are_kept_as_json(administrator):
    table = Import.objects.create(owner=administrator, kind="units", title="名单", digest="0" * 64, created_at=moment(9, 1))

    bulk.insert([ImportRow(table=table, number=number, cells=cells, said={"problems": [["A1", "“错”"]]}) for number, cells in enumerate([["泾县", 1, None], [], "字"])])

    assert list(table.rows.order_by("number").values_list("cells", flat=True)) == [["泾县", 1, None], [], "字"]
    assert table.rows.first().said == {"problems": [["A1", "“错”"]]}


def test_fields_that_were_named_are_saved_and_no_others(taohuatan):
    yunling = make_organization("云岭镇")
    people = [make_user("方小敏", taohuatan), make_user("章小明", taohuatan)]
    for person in people:
        person.organization, person.phone, person.name = yunling, "13800000007", "不保存"

    bulk.update(people, ["organization", "phone"])

    assert list(User.objects.filter(pk__in=[person.pk for person in people]).order_by("pk").values_list("organization", "phone", "name")) == [
        (yunling.pk, "13800000007", "方小敏"), (yunling.pk, "13800000007", "章小明"),
    ]


def test_a_constraint_holds_and_nothing_of_the_rest_stays(clerk):
    grants = [RoleGrant(user=clerk, role="inspector"), RoleGrant(user=clerk, role="nobody")]

    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(grants)

    assert not clerk.grants.filter(role="inspector").exists()


def test_however_many_rows_it_is_one_statement(db):
    kind = make_organization("泾县").kind

    def asked(n):
        with CaptureQueriesContext(connection) as queries:
            bulk.insert([Organization(code=f"T-{n}-{number}", name="镇", short_name="镇", kind=kind) for number in range(n)])
        return len(queries)

    assert asked(1) == asked(500)
    assert bulk.insert([]) is None
    assert bulk.update([], ["name"]) is None
