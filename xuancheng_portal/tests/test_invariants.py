"""What must always hold: a row that slipped past every guard is found, and people are told once a day."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Message
from applications.models import Application
from applications.tests.factories import make_application
from campaigns.tests.factories import moment
from inspections.models import (
    AssignmentAnswer,
    Challenge,
    ConflictOverride,
    DeclaredConflict,
    Plan,
    PlannedGroup,
    PlannedVisit,
    Visit,
)
from inspections.tests.factories import make_group, make_visit
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


@pytest.fixture
def published(application, officer, inspector, second_inspector):
    """A visit of a published plan."""
    group = make_group(application.campaign, inspector, second_inspector)
    visit = make_visit(application, group, by=officer)
    plan = Plan.objects.create(
        campaign=application.campaign, state="published", seed=1, made_at=AT, made_by=officer, applied_at=AT, applied_by=officer, published_at=AT, published_by=officer,
    )
    planned = PlannedGroup.objects.create(plan=plan, number=1, name="第1组", group=group)
    PlannedVisit.objects.create(plan=plan, application=application, group=planned, on=visit.on, why="balance", able=1, visit=visit)
    return visit


def rules_broken():
    return {name for name, _sentence, _row in violations(hashes=False)}


def test_a_conflict_that_was_known_before_a_plan_was_published_is_found_and_a_later_one_is_a_thing_to_repair(published, inspector, officer, lead):
    declared = DeclaredConflict.objects.create(
        campaign=published.application.campaign, user=inspector, organization=published.application.organization, reason="亲属", declared_at=moment(11, 2, 11), declared_by=officer,
    )
    assert rules_broken() == set()

    DeclaredConflict.objects.update(declared_at=moment(11, 2, 9))
    assert rules_broken() == {"published_visits_without_conflict"}

    ConflictOverride.objects.create(visit=published, user=inspector, conflict=declared.reason, reason="业务需要", allowed_at=AT, allowed_by=lead)
    assert rules_broken() == set()


def test_somebody_planned_for_their_own_unit_is_found(published, inspector):
    type(inspector).objects.filter(pk=inspector.pk).update(organization=published.application.organization)

    assert rules_broken() == {"published_visits_without_conflict"}


def test_somebody_in_two_places_on_a_day_is_found(published, campaign, miaoshou, officer, inspector, bureau_clerk, county_clerk, other_county_clerk):
    other = make_application(miaoshou, campaign, status="accepted", recommended_at=moment(9, 28), recommended_by=other_county_clerk)
    group = make_group(campaign, bureau_clerk, inspector, name="第2组")
    second = make_visit(other, group, on=date(2021, 10, 21), by=officer)
    assert "nobody_in_two_places" not in rules_broken()

    Visit.objects.filter(pk=second.pk).update(on=published.on)

    assert "nobody_in_two_places" in rules_broken()


def test_a_visit_that_nobody_can_see_belongs_to_a_plan_that_is_not_published_yet(published):
    Visit.objects.update(is_published=False)
    assert rules_broken() == {"visits_of_a_published_plan_are_published"}

    Plan.objects.update(state="applied", published_at=None, published_by=None)
    assert rules_broken() == set()


def test_an_answer_by_somebody_else_and_an_upheld_challenge_without_its_conflict_are_found(published, inspector, officer, clerk):
    AssignmentAnswer.objects.create(visit=published, user=inspector, group=published.group, on=published.on, answer="accepted", answered_at=AT, answered_by=officer)
    Challenge.objects.create(
        campaign=published.application.campaign, organization=published.application.organization, user=inspector, reason="纠纷", state="upheld",
        declared_at=AT, declared_by=clerk, reply="同意", decided_at=AT, decided_by=officer,
    )

    assert rules_broken() == {"answers_by_members", "upheld_challenges_are_declared"}


def test_the_command_names_what_is_broken_and_fails(application, capsys):
    with pytest.raises(CommandError, match="violations of"):
        call_command("check_invariants")  # the factory's digest is no digest

    assert "versions_unchanged" in capsys.readouterr().err


def test_the_audit_command_fails_on_a_broken_chain(application):
    call_command("verify_audit")
    slipped("INSERT INTO accounts_audithead (id, number, hash) VALUES (1, 3, 'x')")

    with pytest.raises(CommandError, match="chain is broken at entry 1"):
        call_command("verify_audit")
