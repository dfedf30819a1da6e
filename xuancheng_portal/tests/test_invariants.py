"""What must always hold: a row that slipped past every guard is found, and people are told once a day."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Message
from applications.models import (
    Application,
    Blob,
    Evidence,
    InterpretationPair,
    Likeness,
    LinkCheck,
    SensitiveFinding,
    SignedForm,
    Upload,
)
from applications.tests.factories import make_application
from applications.uploads import take
from campaigns.tests.factories import make_campaign, moment
from inspections.actions import announce_photo, receive_piece, receive_record, sign_visit, type_in, witness_visit
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
from inspections.rules.paper import TypedLine
from inspections.rules.visits import findings
from inspections.tests.factories import make_findings, make_group, make_picture, make_sent, make_sent_photo, make_visit
from results.actions import confirm_withdrawal, review_title
from results.models import Place
from results.tests.factories import make_named
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
            # A table is altered only when no deferred foreign key of this transaction is left to check.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND conrelid <> 0")
            for table, name in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, parameters)
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
        else:
            cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.parametrize("sql", ["UPDATE inspections_agreedscore SET reason = '另一个理由' WHERE reason <> ''", "DELETE FROM inspections_score WHERE points < maximum"])
@pytest.mark.parametrize("witness_only", [True, False])
def test_findings_changed_under_a_signature_are_found(application, inspector, second_inspector, sql, witness_only):
    visit, at = make_findings(make_visit(application, make_group(application.campaign, inspector, second_inspector)), lost=5), moment(10, 20, 10)
    if witness_only:
        witness_visit(visit, "章小明", "党政办主任", refusal="不服", by=inspector, at=at)
    else:
        sign_visit(visit, inspector, by=inspector, at=at)
    assert broken()

    slipped(sql)

    assert broken("signed_findings_unchanged")
    assert "signed_findings_unchanged" not in {name for name, _sentence, _row in violations(hashes=False)}


@pytest.fixture
def application(campaign, taohuatan, clerk, county_clerk):
    application = make_application(taohuatan, campaign, status="accepted", by=clerk, recommended_at=moment(9, 28), recommended_by=county_clerk)
    return application


def broken(*names):
    return {name for name, _sentence, _row in violations()} - {"versions_unchanged", "versions_as_recorded"} == set(names)


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
        ("UPDATE applications_evidence SET health = 'broken'", "broken_links_failed"),
        ("INSERT INTO applications_linksnapshot (sha256, text, stored_at) VALUES ('x', 'y', '2021-09-27')", "page_snapshots_unchanged"),
    ],
)
def test_a_row_changed_behind_the_back_is_found_by_its_rule(application, sql, rule):
    slipped(sql)

    assert rule in {name for name, _sentence, _row in violations()}


def test_what_was_typed_from_paper_belongs_to_those_who_signed_it(application, inspector, second_inspector, officer):
    visit = make_visit(application, make_group(application.campaign, inspector, second_inspector))
    row = findings(visit)[0]
    scan = take(SimpleUploadedFile("a.jpg", make_picture()))
    paper = type_in(
        visit, [inspector, second_inspector], [TypedLine(0, row, "met", row.maximum, "")], scan, for_office=True, by=officer, at=moment(10, 20, 10),
    )
    assert "paper_signed_by_its_scorers" not in {name for name, _sentence, _row in violations()}

    paper.inspectors.remove(inspector)

    assert "paper_signed_by_its_scorers" in {name for name, _sentence, _row in violations()}


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


@pytest.mark.parametrize("facts", [{}, {"size": 8}, {"sha256": "1" * 64}])
def test_a_file_that_became_something_else_than_was_sent_is_found(application, clerk, facts):
    response = application.responses.first()
    blob = Blob.objects.create(sha256="0" * 64, size=9, media_type="image/png", extension="png", stored_at=AT)
    proof = Evidence.objects.create(response=response, kind="photo", title="照片.png", blob=blob, added_at=AT, added_by=clerk)
    Upload.objects.create(**{
        "pk": uuid4(), "response": response, "name": "照片.png", "size": 9, "sha256": "0" * 64, "piece_size": 9, "started_at": AT, "started_by": clerk,
        "touched_at": AT, "finished_at": AT, "finished_by": clerk, "evidence": proof,
    } | facts)

    assert ("uploads_became_what_was_sent" in {name for name, _sentence, _row in violations()}) == bool(facts)


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("UPDATE applications_blob SET picture_state = 'made', pages = NULL", "drawn_files_have_pages"),
        ("UPDATE applications_sensitivefinding SET reason = ''", "decided_findings_explained"),
        ("UPDATE applications_sensitivefinding SET decided_by_id = NULL", "decided_findings_explained"),
        ("UPDATE applications_sensitivefinding SET excerpt = '13800000000'", "findings_are_masked"),
        ("UPDATE applications_sensitivefinding SET decision = 'replace'", "masked_files_removed"),
    ],
)
def test_a_warning_changed_behind_the_back_is_found_by_its_rule(application, clerk, sql, rule):
    blob = Blob.objects.create(sha256="a" * 64, size=3, media_type="image/jpeg", extension="jpg", stored_at=AT)
    proof = Evidence.objects.create(response=application.responses.first(), kind="photo", title="照片.jpg", blob=blob, added_at=AT, added_by=clerk)
    SensitiveFinding.objects.create(
        evidence=proof, kind="phone", excerpt="138****0000", found_at=AT, decision="publishable", reason="公开的号码", decided_at=AT, decided_by=clerk
    )
    assert rule not in {name for name, _sentence, _row in violations()}

    slipped(sql)

    assert rule in {name for name, _sentence, _row in violations()}


def test_checks_and_pairs_that_name_what_is_not_theirs_are_found(application, clerk, officer):
    first, second = application.responses.in_order()[:2]
    link = second.evidence.get()
    InterpretationPair.objects.create(response=first, document_on=AT.date(), reading_on=AT.date(), reading_link=link, added_at=AT, added_by=clerk)
    LinkCheck.objects.create(evidence=link, checked_at=AT, outcome="ok")
    assert broken("pairs_name_own_links")
    slipped("UPDATE applications_evidence SET kind = 'file'")

    assert {"pairs_name_own_links", "checks_of_links"} <= {name for name, _sentence, _row in violations()}


def test_a_likeness_within_one_application_or_across_units_and_years_is_found(application, miaoshou):
    other_year = make_campaign(code="next", year=2022)
    theirs = make_application(miaoshou, other_year, status="submitted")
    mine, also_mine = application.responses.order_by("pk")[:2]
    facts = {"kind": "text", "share": 60, "of_texts": "0" * 64, "found_at": AT}
    wrong = [
        Likeness.objects.create(response=also_mine, other=mine, **facts), Likeness.objects.create(response=theirs.responses.latest("pk"), other=mine, **facts),
    ]
    right = make_application(miaoshou, application.campaign, status="submitted")
    Likeness.objects.create(response=right.responses.latest("pk"), other=mine, **facts)

    found = {row for name, _sentence, row in violations() if name == "likeness_between_units_or_years"}

    assert found == {str(row) for row in wrong}


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


def test_words_carried_in_are_the_units_own(application, campaign, miaoshou, other_clerk):
    other = make_application(miaoshou, campaign, by=other_clerk)
    other.responses.filter(item__code="1.1").update(carried_from=application.responses.first())

    assert broken("carried_from_own_unit")


@pytest.mark.sqlite  # PostgreSQL has no way past a check constraint
def test_what_waits_to_be_renewed_is_not_done(application):
    slipped("UPDATE applications_itemresponse SET carried_from_id = id")

    assert broken("done_is_not_carried")


def test_a_scan_belongs_to_a_version_of_its_own_application(application, campaign, miaoshou, other_clerk, clerk):
    other = make_application(miaoshou, campaign, by=other_clerk)
    blob = Blob.objects.create(sha256="ab" * 32, size=1, media_type="application/pdf", extension="pdf", stored_at=AT)
    SignedForm.objects.create(
        application=other, submission=application.submissions.get(), checksum="0123456789", blob=blob, title="盖章.pdf", uploaded_at=AT, uploaded_by=clerk,
    )

    assert broken("scans_of_own_version")


def test_a_scan_that_was_submitted_is_still_there(application):
    slipped("UPDATE applications_submission SET signed_sha256 = 'ab'")

    assert broken("versions_have_their_scan")


def test_a_title_withdrawn_without_a_decision_is_found(campaign, lead):
    naming = make_named("甲县", campaign)
    naming.withdrawn_at, naming.withdrawn_by, naming.withdrawn_reason = AT, lead, "弄虚作假"
    naming.save()

    assert "withdrawn_by_decision" in {name for name, _sentence, _row in violations()}


def test_a_title_withdrawn_by_two_persons_is_fine(campaign, officer, lead):
    naming, at = make_named("甲县", campaign), moment(12, 1)
    review = review_title(naming, year=2021, outcome="withdraw", finding="弄虚作假", decision_number="9号", decided_on=at.date(), by=officer, at=at)
    confirm_withdrawal(review, by=lead, at=at)

    assert "withdrawn_by_decision" not in {name for name, _sentence, _row in violations()}
