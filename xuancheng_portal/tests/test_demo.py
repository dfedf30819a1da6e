"""The demo: invented stories played through the real actions, so it never shows a state the portal forbids."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEvent, Delivery, User
from applications.models import Application, CreationPlan, Evidence, LinkCheck, Return
from applications.rules import county_shortfall, pair_rows, plan_due, proposals
from campaigns.models import Campaign
from inspections.models import Visit
from results.models import (
    Bulletin,
    Experience,
    Meeting,
    Naming,
    Objection,
    Recommendation,
    Review,
    TieDecision,
    TypicalCase,
)
from xuancheng_portal.demo import cast
from xuancheng_portal.invariants import violations
from xuancheng_portal.management.commands.up import CAMPAIGN, ORGANIZATIONS


@pytest.fixture
def demo(transactional_db):
    """As `make run` makes it: every action in a transaction of its own."""
    call_command("load_organizations", str(ORGANIZATIONS))
    call_command("load_campaign", str(CAMPAIGN))
    call_command("seed_demo")


def test_both_stories_are_told_and_every_account_finds_its_next_task(demo, client, capsys):
    past, now = Campaign.objects.of_city().order_by("year")

    # 2021: returns, a county short of townships, a tie decided, unused places, an objection, titles, a recommendation.
    assert Return.objects.filter(application__campaign=past, answered_at__isnull=False).count() == 2
    assert "旌德县" in [str(line.county) for line in county_shortfall(past, past.phases.get(key="application").ends_at)]
    assert TieDecision.objects.count() == 1
    assert {track.key: track.places.count() for track in past.tracks.all()} == {"zone": 3, "bureau": 3, "township": 10}
    assert Objection.objects.get().outcome == Objection.Outcome.REJECTED
    assert Naming.objects.of_campaign(past).count() == 16
    assert str(Recommendation.objects.get().naming.application.organization) == "宁国市"
    # After naming: the review of 2022 in which one unit improved and one lost its title, a bulletin, a meeting, a write-up.
    assert [str(naming.application.organization) for naming in Naming.objects.exclude(withdrawn_at=None)] == ["梅林镇"]
    assert {outcome: Review.objects.filter(outcome=outcome, state="settled").count() for outcome in Review.Outcome.values} == {"qualified": 14, "improve": 1, "withdraw": 1}
    assert "全市共收到申报 21 份" in Bulletin.objects.get(campaign=past).body
    assert Meeting.objects.get(campaign=past).invitations.filter(came=True).count() == 14
    assert [one.title for one in Experience.objects.public()] == ["把政务公开专区建在群众办事的路上"]
    assert sorted(str(case.organization) for case in TypicalCase.objects.public()) == ["宁国市", "桃花潭镇"]
    # Nobody from Ningguo inspected Ningguo.
    visits = Visit.objects.filter(application__organization__county__short_name="宁国市")
    assert not visits.filter(group__members__user__organization__short_name="宁国市").exists()

    # A county's own campaign named two townships, which its clerk finds proposed for this year's.
    county = Campaign.objects.get(county__isnull=False)
    assert {str(application.organization) for application in proposals(county.county, now).values()} == {"白地镇", "俞村镇"}

    # This year's is open, and each account has something to do on its home page.
    assert now.is_demo
    assert Application.objects.filter(campaign=now).count() > 8
    plans = CreationPlan.objects.filter(campaign=now)
    assert (plans.count(), plans.filter(filed_at__gte=plan_due(now)).count()) == (16, 2)
    assert not plans.filter(organization__short_name="旌德县").exists()
    for row in cast.accounts():
        client.force_login(User.objects.get(username=row["username"]))
        home = client.get(reverse("home"), follow=True)
        assert home.status_code == 200, row
        if row["role"] not in ("admin", "auditor"):
            assert "todo-title" in home.content.decode() or "phone-card" in home.content.decode(), row

    # Whoever worked here for years finds the newest messages unread, and no advice for the first day.
    unread = {row["username"]: cast.person(row["username"]).messages.unread().count() for row in cast.accounts()}
    assert (unread["office"], max(unread.values())) == (cast.LEFT_UNREAD, cast.LEFT_UNREAD)
    assert cast.person("office").messages.count() > 100
    newest = cast.person("office").messages.all()[:cast.LEFT_UNREAD + 1]
    assert [message.read_at is None for message in newest] == [True] * cast.LEFT_UNREAD + [False]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"skipped"}, "no letter of a story leaves"
    for username in ("office", "lead", "admin"):
        client.force_login(cast.person(username))
        assert reverse("first_day") not in client.get(reverse("home"), follow=True).content.decode(), username

    # Links were looked at by the stories alone: one is gone from each of two units, one interpretation is late, nobody looks again.
    gone = Evidence.objects.filter(health="broken").values_list("response__application__organization__short_name", flat=True)
    assert set(gone) == {"桃花潭镇", "水东镇"}
    unreachable = LinkCheck.objects.get(outcome="not_checked").evidence
    assert (unreachable.health, unreachable.last_check.outcome) == ("ok", "ok")
    draft = Application.objects.get(campaign=now, organization__short_name="桃花潭镇").responses.get(item__code="5.4")
    assert [row.is_late for row in pair_rows(draft)] == [False, False, True]
    assert not Evidence.objects.exclude(check_at=None).exists()

    # And nothing it did is against the rules.
    assert violations() == []
    assert audit.verify() is None
    assert AuditEvent.objects.count() > 3000

    call_command("seed_demo")
    assert "already there" in capsys.readouterr().out


def test_the_demo_is_made_in_demo_mode_only(campaign, settings, monkeypatch):
    monkeypatch.setattr(cast, "is_allowed", lambda: False)

    with pytest.raises(CommandError, match="只能在演示模式下"):
        call_command("seed_demo")

    assert not User.objects.filter(username="taohuatan").exists()


def test_a_demo_that_was_broken_off_says_what_to_do(campaign, taohuatan, clerk):
    Application.objects.create(
        campaign=campaign, track=campaign.tracks.get(key="township"), organization=taohuatan, standard=campaign.standards.get(),
        started_at=campaign.published_at, started_by=clerk,
    )

    with pytest.raises(CommandError, match="请删除数据目录"):
        call_command("seed_demo")


def test_people_csv_keeps_its_columns():
    """Other tools read it."""
    with Path(cast.PEOPLE).open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == ["username", "role", "organization code", "name"]
