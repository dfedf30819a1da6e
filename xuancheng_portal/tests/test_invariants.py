"""What must always hold: a row that slipped past every guard is found, and people are told once a day."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Message
from applications.models import Application
from applications.tests.factories import make_application
from campaigns.tests.factories import moment
from inspections.actions import announce_photo, receive_piece, receive_record
from inspections.tests.factories import make_group, make_picture, make_sent, make_sent_photo, make_visit
from results.models import Place
from xuancheng_portal.invariants import RULES, audit_quotas, violations

AT = moment(11, 2, 10)


def slipped(sql, parameters=()):
    """Written behind the back of the portal, with the database's own guards out of the way."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        else:
            cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, parameters)
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
        else:
            cursor.execute("SET session_replication_role = DEFAULT")


@pytest.fixture
def application(campaign, taohuatan, clerk, county_clerk):
    application = make_application(taohuatan, campaign, status="accepted", by=clerk, recommended_at=moment(9, 28), recommended_by=county_clerk)
    return application


def broken(*names):
    return {name for name, _sentence, _row in violations()} - {"versions_unchanged"} == set(names)


def test_there_are_at_least_twenty_five_rules():
    assert len(RULES) >= 25


def test_an_ordinary_portal_breaks_none_but_the_factory_made_digest(application):
    assert broken()


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("UPDATE applications_application SET recommended_at = NULL", "townships_came_through_county"),
        ("UPDATE applications_application SET status = 'returned'", "returned_has_open_return"),
        ("UPDATE accounts_organization SET county_id = NULL WHERE code = '341823103'", "county_is_nearest"),
        ("INSERT INTO accounts_audithead (id, number, hash) VALUES (1, 3, 'x')", "audit_chain_whole"),
    ],
)
def test_a_row_changed_behind_the_back_is_found_by_its_rule(application, sql, rule):
    slipped(sql)

    assert rule in {name for name, _sentence, _row in violations()}


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("DELETE FROM inspections_score", "phone_records_entered"),
        ("DELETE FROM inspections_sitephoto", "phone_photos_entered"),
        ("UPDATE inspections_devicerecord SET number = 7", "phone_records_count_newest"),
    ],
)
def test_what_came_from_a_phone_and_its_entry_belong_together(application, inspector, second_inspector, sql, rule):
    visit, at = make_visit(application, make_group(application.campaign, inspector, second_inspector)), moment(10, 20, 10)
    receive_record(make_sent(visit), owner=inspector, by=inspector, at=at)
    sent, pieces = make_sent_photo(visit, make_picture())
    photo = announce_photo(sent, owner=inspector, by=inspector, at=at)
    for number, piece in enumerate(pieces):
        photo = receive_piece(photo, number, piece, by=inspector, at=at)
    assert rule not in {name for name, _sentence, _row in violations()}

    slipped(sql)

    assert rule in {name for name, _sentence, _row in violations()}


def test_a_unit_chosen_though_not_accepted_is_found_and_told_once_a_day(application, officer, administrator, clerk):
    Place.objects.create(track=application.track, slot=1, cap=application.track.quota, application=application, taken_at=AT, taken_by=officer)
    assert "places_are_accepted" not in {name for name, _sentence, _row in violations()}
    Application.objects.filter(pk=application.pk).update(status="submitted")

    audit_quotas(AT)
    audit_quotas(AT)

    assert "places_are_accepted" in {name for name, _sentence, _row in violations()}
    assert Message.objects.filter(user=officer).count() == 1
    assert "入选的申报都已受理" in Message.objects.get(user=administrator).body
    assert not Message.objects.filter(user=clerk).exists()


def test_the_command_names_what_is_broken_and_fails(application, capsys):
    with pytest.raises(CommandError, match="violations of"):
        call_command("check_invariants")  # the factory's digest is no digest

    assert "versions_unchanged" in capsys.readouterr().err


def test_the_audit_command_fails_on_a_broken_chain(application):
    call_command("verify_audit")
    slipped("INSERT INTO accounts_audithead (id, number, hash) VALUES (1, 3, 'x')")

    with pytest.raises(CommandError, match="chain is broken at entry 1"):
        call_command("verify_audit")
