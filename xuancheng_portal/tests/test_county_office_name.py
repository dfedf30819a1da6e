"""Whom to turn to is named as it is: in a county's own campaign the county's office, in the city's the municipal one."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Message, Role
from accounts.tests.factories import make_user, moment
from applications import rules
from applications.actions import return_items
from applications.actions import submit as submit_application
from applications.tests.factories import make_application
from campaigns.tests.factories import make_county_campaign
from inspections.notices import guidance, visits
from inspections.tests.factories import make_accepted, make_group, make_note, make_visit
from results.tests.factories import make_confirmed, make_notice, make_scored
from standards.tests.factories import make_standard

pytestmark = pytest.mark.django_db
NOW = moment(9, 27, 10)
MUNICIPAL, OF_COUNTY = "市政务公开办", "泾县公开办"
EACH = pytest.mark.parametrize(("held", "office", "other"), [(True, OF_COUNTY, MUNICIPAL), (False, MUNICIPAL, OF_COUNTY)], indirect=["held"])


@pytest.fixture
def held(request, jing, campaign):
    """The county's own campaign, or the city's."""
    if not request.param:
        return campaign
    own = make_county_campaign(jing)
    make_standard(own)
    return own


def page(client, user, url, at=NOW):
    if user:
        client.force_login(user)
    with time_machine.travel(at, tick=False):
        found = client.get(url).content.decode()
    return found[found.index("<main"):found.index("</main>")]


@EACH
def test_submitting_and_its_receipt(client, held, office, other, taohuatan, clerk):
    application = make_application(taohuatan, held, done=True)
    url = f"?campaign={held.code}"

    submitting = page(client, clerk, reverse("applications:submit", args=[application.pk]) + url)
    submission = submit_application(application, by=clerk, at=NOW, received_at=NOW)
    receipt = page(client, clerk, submission.get_absolute_url() + url)

    for shown in (submitting, receipt):
        assert office in shown
        assert other not in shown
    assert f"{office}受理" in receipt


@EACH
def test_what_is_too_late(held, office, other, taohuatan):
    application = make_application(taohuatan, held, done=True)

    told = [str(problem) for problem in rules.submission_problems(application, moment(10, 20))]

    assert f"确有原因的，请联系{office}申请延期。" in told[0]
    assert other not in told[0]


@EACH
def test_a_return(client, held, office, other, taohuatan, clerk, officer, county_officer):
    application = make_application(taohuatan, held, done=True, status="submitted")
    return_items(application, {application.responses.first().pk: "请补充。"}, due_at=moment(10, 10), by=county_officer if held.is_of_county else officer, at=NOW)

    shown = page(client, clerk, application.get_absolute_url() + f"?campaign={held.code}")

    assert f"<b>{office}退回</b>" in shown
    assert other not in shown


@EACH
def test_letters(held, office, other, taohuatan, jing, clerk, officer):
    application = make_accepted(taohuatan, held)
    visit = make_visit(application, make_group(held, *(make_user(organization=jing, roles=[Role.INSPECTOR]) for _number in range(2))))

    guidance.tell_unit_of_guidance(make_note(application, officer).pk)
    visits.tell_unit_of_visit(visit.pk)

    titles = list(Message.objects.filter(user=clerk).order_by("pk").values_list("title", flat=True))
    assert titles == [f"{office}对你单位提出指导意见：总的意见", f"{visit.on.isoformat()} {office}来桃花潭镇现场验收"]


@EACH
def test_the_form_below_a_public_notice(client, held, office, other, jing):
    township = make_scored("甲镇", held, 90, parent=jing)
    make_confirmed([township])
    notice = make_notice([township], starts_on=date(2021, 11, 4), ends_on=date(2021, 11, 10), contact="电话 0563-5020000")

    shown = page(client, None, reverse("results:public_objection", args=[notice.pk]), at=moment(11, 5))

    assert f"由{office}的经办人员查看" in shown
    assert other not in shown


def test_a_countys_tracks_are_offered_to_the_public_once_somebody_was_named(client, campaign, jing):
    own = make_county_campaign(jing)
    own.tracks.update(name="县级示范乡镇")

    assert "县级示范乡镇" not in client.get(reverse("results:public_named_list")).content.decode()
