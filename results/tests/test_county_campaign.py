"""Results of a county's own campaign: its office's alone, and nothing of them for a worker asked by anybody else."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Job, Role
from accounts.tests.factories import make_user, moment
from applications.models import Application
from campaigns.tests.factories import make_county_campaign
from results import actions, exports, notices
from results.models import Naming, Objection
from results.permissions import can_confirm, can_make_papers, can_name, can_publish, can_see_results, can_select
from results.tests.factories import make_confirmed, make_notice, make_objection, make_scored
from standards.tests.factories import make_standard

pytestmark = pytest.mark.django_db
DAYS = {"starts_on": date(2021, 11, 4), "ends_on": date(2021, 11, 10)}


@pytest.fixture
def own(jing):
    campaign = make_county_campaign(jing)
    make_standard(campaign)
    return campaign


@pytest.fixture
def township(own, jing):
    """On a list that was confirmed."""
    application = make_scored("甲镇", own, 90, parent=jing)
    make_confirmed([application])
    return application


def test_rights_over_lists_and_notices_are_the_countys_own(own, campaign, county_officer, county_lead, officer, lead, county_clerk):
    people = (county_officer, county_lead, officer, lead, county_clerk)

    for may in (can_see_results, can_select, can_make_papers):
        assert [may(person, own) for person in people] == [True, True, False, False, False], may
        assert [may(person, campaign) for person in people] == [False, False, True, True, False], may
    for may in (can_confirm, can_publish, can_name):
        assert [may(person, own) for person in people] == [False, True, False, False, False], may
        assert [may(person, campaign) for person in people] == [False, False, False, True, False], may


def test_naming_in_the_county_proposes_and_naming_in_the_city_does_not(own, campaign, township, county_lead, lead):
    bureau = make_scored("甲局", campaign, 90, kind="bureau")
    make_confirmed([bureau])
    for application in (township, bureau):
        make_notice([application], **DAYS)

    actions.name_units(own, by=county_lead, at=moment(11, 11))
    actions.name_units(campaign, by=lead, at=moment(11, 11))

    assert Naming.objects.count() == 2
    assert list(Application.objects.filter(proposed_at__isnull=False)) == [township]


def test_a_workbook_of_a_county_is_made_for_nobody_else(own, township, county_officer, officer, jingde):
    stranger = make_user(organization=jingde, roles=[Role.COUNTY_OFFICE, Role.COUNTY_LEAD])
    parameters = {"workbook": "ranking", "campaign": own.pk, "query": ""}

    def make(owner):
        return exports.make(Job.objects.create(owner=owner, kind=exports.KIND, title="排名表", parameters=parameters, created_at=moment(11, 1)), lambda *_numbers: None)

    name, file = make(county_officer)
    assert own.title in name
    file.close()
    for owner in (officer, stranger):
        with pytest.raises(PermissionDenied):
            make(owner)


def test_an_objection_is_handled_by_the_countys_office(own, township, county_officer, county_lead, officer, lead):
    objection = make_objection(make_notice([township], **DAYS).entries.get())
    of_unit = make_user(organization=township.organization, roles=[Role.COUNTY_OFFICE])

    assert set(notices.handlers_of(objection)) == {county_officer, county_lead}
    seen_by = [person for person in (county_officer, county_lead, of_unit, officer, lead) if Objection.objects.visible_to(person).exists()]
    assert seen_by == [county_officer, county_lead]
