"""Many at once for the last place (R-14): never one unit too many, never one too few, and no error that nobody expected.

The negative control takes the same verb without its lock and the same table without its constraints: then it must go wrong.
"""

import os
import threading
from contextlib import suppress
from queue import SimpleQueue

import pytest
from django.db import connection, connections

from accounts.models import Organization, OrganizationKind
from applications.models import Application
from campaigns.models import Track
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from results import actions
from results.actions import lists
from results.models import Place
from standards.models import Standard

THREADS = 200
# Waiting for SQLite is sleeping, three seconds a round: .ci/run asks for a hundred, beside other work.
ROUNDS = int(os.environ.get("RACE_ROUNDS", 4))
NOW = moment(11, 2, 9)


def make_crowd(campaign, track, by):
    """One application for each of the crowd, without the answers that the ranking would look at."""
    kind = OrganizationKind.objects.get(pk=track.kind_id)
    units = Organization.objects.bulk_create(
        Organization(name=f"{track.key}{number}", short_name=f"{track.key}{number}", code=f"{track.key}-{number}", kind=kind) for number in range(THREADS)
    )
    standard = Standard.objects.get(campaign=campaign)
    return Application.objects.bulk_create(
        Application(
            campaign=campaign, track=track, organization=unit, standard=standard, status="accepted",
            started_at=NOW, started_by=by, submitted_at=NOW, submitted_by=by, decided_at=NOW, decided_by=by,
        )
        for unit in units
    )


class Crowd:
    """So many people, each with a unit of their own, who all press the button at the same moment, round after round."""

    def __init__(self, track, applications, by):
        self.track, self.applications, self.by = track, applications, by
        self.ready, self.done = threading.Barrier(THREADS + 1), threading.Barrier(THREADS + 1)
        self.outcomes, self.going = SimpleQueue(), True
        self.people = [threading.Thread(target=self.press, args=[application]) for application in applications]
        for person in self.people:
            person.start()

    def press(self, application):
        while True:
            self.ready.wait()
            if not self.going:
                connections.close_all()
                return
            try:
                actions.take_place(self.track, application, by=self.by, at=NOW)
                self.outcomes.put("taken")
            except NotAllowed as refusal:
                self.outcomes.put(str(refusal))
            except Exception as error:
                self.outcomes.put(repr(error))
            if connection.vendor == "postgresql":  # back to the pool, which is smaller than the crowd
                connection.close()
            self.done.wait()

    def round(self):
        """What became of each press."""
        self.ready.wait()
        self.done.wait()
        return [self.outcomes.get() for _press in range(THREADS)]

    def go_home(self):
        self.going = False
        self.ready.wait()
        for person in self.people:
            person.join()


@pytest.fixture
def crowd(campaign, officer, request):
    track = campaign.tracks.get(key=request.param)
    crowd = Crowd(Track.objects.get(pk=track.pk), make_crowd(campaign, track, officer), officer)
    yield crowd
    crowd.go_home()
    connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("crowd", ["zone", "bureau", "township"], indirect=True)
def test_two_hundred_people_fill_the_places_and_not_one_more(crowd):
    quota = crowd.track.quota
    slots = list(range(1, quota + 1))

    for number in range(ROUNDS):
        outcomes = crowd.round()

        assert outcomes.count("taken") == quota, f"round {number}: {set(outcomes)}"
        assert outcomes.count("名额已满，先取消一个再选。") == THREADS - quota, f"round {number}: {set(outcomes)}"
        assert sorted(Place.objects.filter(track=crowd.track).values_list("slot", flat=True)) == slots
        Place.objects.filter(track=crowd.track).delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("crowd", ["zone"], indirect=True)
def test_without_lock_and_constraints_the_same_crowd_takes_too_many(crowd, monkeypatch):
    """Or the test above could not fail."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("CREATE TABLE unguarded_place AS SELECT * FROM results_place WHERE 0")
        else:
            cursor.execute("CREATE TABLE unguarded_place (LIKE results_place INCLUDING DEFAULTS INCLUDING IDENTITY)")
    monkeypatch.setattr(Place._meta, "db_table", "unguarded_place")
    monkeypatch.setattr(lists, "locked", lambda track: (track, None))
    monkeypatch.setattr(actions, "take_place", lists.take_place.__wrapped__)

    one_too_many, create = threading.Barrier(crowd.track.quota + 1), Place.objects.create

    def create_together(**facts):
        """Nobody writes before one too many has counted, which the lock would not allow."""
        with suppress(threading.BrokenBarrierError):
            one_too_many.wait(timeout=1)
        return create(**facts)

    monkeypatch.setattr(Place.objects, "create", create_together)

    taken = crowd.round().count("taken")

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE unguarded_place")
    assert taken > crowd.track.quota
