"""A unit of its own for the tests of typing: two clerks who share one draft, and a look into the database at what arrived."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from xuancheng_portal.tests.browser.browsing import manage

MAKE = """
import json
from accounts.models import Organization, RoleGrant, User
from applications import actions
from applications.models import Application
from campaigns.models import Campaign
from django.utils import timezone
from xuancheng_portal.demo.cast import PASSWORD
unit = Organization.objects.get(short_name={unit!r})
people = []
for username, name in {people!r}:
    person = User.objects.filter(username=username).first()
    if person is None:
        person = User.objects.create_user(username, password=PASSWORD, name=name, organization=unit, phone="0563-5000000")
        RoleGrant.objects.create(user=person, role={role!r})
    people.append(person)
campaign = Campaign.objects.filter(county=None).exclude(year=2021).get()
application = Application.objects.filter(campaign=campaign, organization=unit).first()
if application is None:
    application = actions.start(unit, campaign, by=people[0], at=timezone.now())
print(json.dumps([application.pk, [response.item.code for response in application.responses.in_order().select_related("item")]]))
"""
STORED = """
SELECT item.code, response.narrative, self_verdict AS verdict, self_score AS score, narrative_version AS version, person.username AS by
FROM applications_itemresponse response JOIN standards_item item ON item.id = response.item_id LEFT JOIN accounts_user person ON person.id = response.updated_by_id
WHERE application_id = ?
"""
EMPTY = """
UPDATE applications_itemresponse SET narrative = '', self_verdict = '', self_score = NULL, updated_at = NULL, updated_by_id = NULL,
    version = 0, narrative_version = 0, self_verdict_version = 0, self_score_version = 0
WHERE application_id = ? AND item_id IN (SELECT id FROM standards_item WHERE code = ?)
"""


class Desk:
    def __init__(self, environment, unit, people, role="unit_clerk"):
        self.environment, self.unit = environment, unit
        self.application, self.codes = json.loads(self.shell(MAKE.format(unit=unit, people=people, role=role)))

    def shell(self, code):
        return manage(self.environment, "shell", "-v0", "-c", code)

    def stored(self, *codes):
        """What the database holds of these items; of one, that one. Read past the portal, so that nothing but the file is believed."""
        found = {row["code"]: dict(row) for row in self.database(STORED, self.application) if row["code"] in codes}
        return found[codes[0]] if len(codes) == 1 else found

    def empty(self, code):
        """An item as nobody has touched it, for the next test."""
        self.database(EMPTY, self.application, code)

    def end_session(self, page):
        """On the server, as the clock or the administrator ends it."""
        key = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid")
        self.database("DELETE FROM django_session WHERE session_key = ?", key)

    def database(self, question, *values):
        with closing(sqlite3.connect(Path(self.environment["VAR"], "db.sqlite3"), timeout=20)) as connection, connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(question, values).fetchall()
