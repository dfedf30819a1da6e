"""Each table of the corpus comes to what it should: rows new, changed, the same and wrong, with the sentences; or one clear refusal."""

import pytest

from accounts import actions, jobs
from accounts.models import Import, Organization, User
from accounts.tests import corpus
from accounts.tests.factories import moment

AT = moment(9, 27)


def test_the_corpus_is_large_and_names_each_case_once():
    assert len(corpus.CASES) >= 60
    assert len({case.name for case in corpus.CASES}) == len(corpus.CASES)


@pytest.fixture
def world(city_office):
    corpus.settle_world()


@pytest.mark.parametrize("case", corpus.CASES, ids=lambda case: case.name)
def test_a_table_as_an_office_makes_it(world, administrator, case):
    before = (Organization.objects.count(), User.objects.count())

    found = actions.begin_import(case.kind, "名单.xlsx", case.make(), by=administrator, at=AT)

    if found.job:  # too large to be read while the person waits
        jobs.run(found.job.pk)
        found.refresh_from_db()
    assert (Organization.objects.count(), User.objects.count()) == before
    if isinstance(case.found, str):
        assert found.state == Import.State.REFUSED
        assert found.refusal.startswith(case.found)
        return
    said = [" ".join((row.outcome, *(f"{cell} {text}" for cell, text in row.said["problems"]), *(f"{what}：{old} → {new}" if old else f"{what}：{new}" for what, old, new in row.said["changes"]), *row.said["notes"])) for row in found.rows.exclude(outcome="left")]
    assert tuple(found.counts[outcome] for outcome in ("new", "changed", "same", "wrong")) == case.found, said
    for words in case.words:
        assert any(words in line for line in said), said
    again(case, found, administrator)


def again(case, found, administrator):
    """What is right comes in, and the same table once more changes nothing."""
    if not found.counts["new"] + found.counts["changed"]:
        return
    actions.ask_import(found, only_good=True, confirmed=True, reason="调动", by=administrator, at=AT)
    found.refresh_from_db()
    assert found.state == Import.State.APPLIED

    second = actions.begin_import(case.kind, "名单.xlsx", case.make(), by=administrator, at=AT)

    assert (second.counts["new"], second.counts["changed"]) == (0, 0), [row.said for row in second.rows.all()]
    for unit in Organization.objects.select_related("kind", "parent", "county"):
        above = unit
        while above is not None and above.kind.code != "county":
            above = above.parent
        assert unit.county == above
