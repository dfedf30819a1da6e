"""The chain of the audit log, and the triggers that hold it."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import audit
from accounts.models import AuditEvent, AuditHead
from accounts.tests.factories import moment


@pytest.fixture
def three_events(clerk):
    for hour in range(3):
        audit.record("accounts.login", clerk, by=clerk, at=moment(9, 1, hour), n=hour)


def without_triggers(sql, parameters=()):
    """What somebody with the database file in hand could do."""
    with connection.cursor() as cursor:
        for event in ("update", "delete"):
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER accounts_auditevent_{event}_refused")
            else:
                cursor.execute(f"DROP TRIGGER accounts_auditevent_{event}_refused ON accounts_auditevent")
        cursor.execute(sql, parameters)


def test_an_entry_says_who_when_what_and_about_whom(clerk, taohuatan):
    event = audit.record("accounts.login", clerk, by=clerk, at=moment(9, 1), reason="早")

    assert (event.number, event.by, event.at) == (1, clerk, moment(9, 1))
    assert event.by_label == "汪小桃（桃花潭镇）"
    assert event.organization == taohuatan
    assert event.detail == {"reason": "早"}


def test_an_unknown_event_is_refused(clerk):
    with pytest.raises(ValueError, match=r"accounts\.nonsense"):
        audit.record("accounts.nonsense", clerk, by=clerk, at=moment(9, 1))


def test_a_whole_chain_verifies(three_events):
    assert audit.verify() is None
    assert AuditHead.objects.get().number == 3


@pytest.mark.parametrize("sql", ["UPDATE accounts_auditevent SET by_label = 'x'", "DELETE FROM accounts_auditevent"])
def test_the_database_refuses_to_change_or_delete_entries(three_events, sql):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert audit.verify() is None


@pytest.mark.parametrize(
    ("sql", "first_bad"),
    [
        ("UPDATE accounts_auditevent SET by_label = 'x' WHERE number = 2", 2),
        ("UPDATE accounts_auditevent SET at = '2020-01-01 00:00:00+00' WHERE number = 3", 3),
        ("DELETE FROM accounts_auditevent WHERE number = 1", 1),
        ("DELETE FROM accounts_auditevent WHERE number = 2", 2),
        ("DELETE FROM accounts_auditevent WHERE number = 3", 3),
        ("DELETE FROM accounts_auditevent", 1),
        ("UPDATE accounts_auditevent SET number = 9 WHERE number = 2", 2),
    ],
)
def test_verify_names_the_first_bad_entry(three_events, sql, first_bad):
    without_triggers(sql)

    assert audit.verify() == first_bad


def test_a_rolled_back_action_leaves_no_entry(clerk):
    @transaction.atomic
    def record_and_fail():
        audit.record("accounts.login", clerk, by=clerk, at=moment(9, 1))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        record_and_fail()

    assert not AuditEvent.objects.exists()
    assert audit.verify() is None
