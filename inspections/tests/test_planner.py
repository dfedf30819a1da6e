"""The planner alone, on invented people and units: what holds whatever comes in, and what is sought."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspections.planner import (
    CONFLICT,
    FULL,
    NO_DAYS,
    NO_TEAM,
    NO_VISITS_LEFT,
    ODD,
    ONLY,
    Booking,
    Inspector,
    Standing,
    Unit,
    bound_of,
    cost_of,
    mend,
    propose,
)

DAYS = [date(2021, 10, 18) + timedelta(n) for n in range(10)]
COUNTIES = [1, 2, 3, 4]
quick = settings(max_examples=40, deadline=None)  # timings are not asserted


@st.composite
def instances(draw):
    """Up to 40 units and 24 people: organizations with several people, people of the units themselves, caps, odd days, groups that stand."""
    unit_keys = range(draw(st.integers(0, 40)))
    units = [Unit(key, 100 + key, draw(st.sampled_from([None, *COUNTIES])), f"{key:03}") for key in unit_keys]
    days = DAYS[: draw(st.integers(1, len(DAYS)))]
    people = []
    for key in range(draw(st.integers(0, 24))):
        at_home = units and draw(st.integers(0, 9)) == 0
        home = draw(st.sampled_from(units)) if at_home else None
        people.append(Inspector(
            key, home.organization if home else draw(st.integers(1, 12)), frozenset(draw(st.sets(st.sampled_from(days), min_size=draw(st.integers(0, len(days)))))),
            home.county if home else draw(st.sampled_from([None, None, *COUNTIES])), draw(st.sampled_from([None, None, 0, 3, 8])),
            frozenset(draw(st.sets(st.sampled_from([100 + unit for unit in unit_keys]), max_size=3))) if units else frozenset(), draw(st.integers(0, 2)),
        ))
    standing = []
    if len(people) >= 6 and draw(st.booleans()):
        standing.append(Standing(7, people[0].key, tuple(person.key for person in people[:3]), tuple(draw(st.lists(st.sampled_from(days), max_size=2)))))
    return units, people, days, {"per_day": draw(st.integers(1, 4)), "size": draw(st.integers(2, 4)), "standing": standing, "seed": draw(st.integers(0, 9))}


def must_stay_away(person, unit):
    return person.organization == unit.organization or (person.county is not None and person.county == unit.county) or unit.organization in person.away


def broken_rules(units, people, days, made, *, per_day, size, standing, **_rest):
    """Every hard rule, asked once more in plain words and by nothing the planner uses."""
    units, people = {unit.key: unit for unit in units}, {person.key: person for person in people}
    teams, found = {team.number: team for team in made.teams}, []
    stands = {group.key: group for group in standing}
    seats = Counter(member for team in made.teams for member in team.members)
    found += [f"{member} sits in {n} teams" for member, n in seats.items() if n > 1]
    for team in made.teams:
        if team.leader not in team.members:
            found.append(f"{team} is led from outside")
        if team.key is None and len({people[member].organization for member in team.members}) < max(size, len(team.members)):
            found.append(f"{team} is too small or has two people of one organization")
        if team.key is not None and set(stands[team.key].members) != set(team.members):
            found.append(f"{team} was to keep its people")
    placed = Counter(stop.unit for stop in made.stops)
    found += [f"unit {unit} is visited {n} times" for unit, n in placed.items() if n > 1]
    if set(placed) | set(made.unplaced) != set(units) or set(placed) & set(made.unplaced):
        found.append("a unit is neither visited nor named as left out, or both")
    if set(seats) | set(made.unused) != set(people) or set(seats) & set(made.unused):
        found.append("a person is neither in a team nor named as left out, or both")
    for stop in made.stops:
        for member in teams[stop.team].members:
            if must_stay_away(people[member], units[stop.unit]):
                found.append(f"{member} has a conflict at {stop.unit}")
            if stop.day not in people[member].days or stop.day not in days:
                found.append(f"{member} cannot come on {stop.day}")
    for member, n in Counter(member for stop in made.stops for member in teams[stop.team].members).items():
        person = people[member]
        if person.cap is not None and person.visits + n > max(person.cap, person.visits):
            found.append(f"{member} has {n} visits on top of {person.visits}, the cap is {person.cap}")
    a_day = Counter((stop.team, stop.day) for stop in made.stops)
    for team in made.teams:
        for day in stands[team.key].visits if team.key is not None else ():
            a_day[team.number, day] += bool(a_day[team.number, day])
    found += [f"team {team} has {n} visits on {day}" for (team, day), n in a_day.items() if n > per_day]
    return found


@quick
@given(instances())
def test_no_proposal_breaks_a_hard_rule(instance):
    units, people, days, options = instance

    made = propose(units, people, days, **options)

    assert broken_rules(units, people, days, made, **options) == []


@quick
@given(instances())
def test_what_is_left_out_is_left_out_for_the_reason_given(instance):
    units, people, days, options = instance
    made = propose(units, people, days, **options)
    by_key, load = {person.key: person for person in people}, Counter(stop.team for stop in made.stops)
    units = {unit.key: unit for unit in units}

    for key, why in made.unplaced.items():
        able = [team for team in made.teams if not any(must_stay_away(by_key[member], units[key]) for member in team.members)]
        assert why == (FULL if able else CONFLICT if made.teams else NO_TEAM)
        for team in able:  # each of them has not one free place more
            shared = set(days).intersection(*(by_key[member].days for member in team.members))
            stands = next((Counter(group.visits) for group in options["standing"] if group.key == team.key), Counter())
            room = sum(max(0, options["per_day"] - stands[day]) for day in shared)
            caps = [max(0, by_key[member].cap - by_key[member].visits) for member in team.members if by_key[member].cap is not None]
            assert load[team.number] == min([room, *caps])
    for key, why in made.unused.items():
        person = by_key[key]
        assert why == (NO_DAYS if not person.days & set(days) else NO_VISITS_LEFT if person.left == 0 else ODD)


@quick
@given(instances(), st.randoms(use_true_random=False))
def test_the_same_seed_gives_the_same_plan_in_whatever_order_people_and_units_come(instance, chance):
    units, people, days, options = instance
    made = propose(units, people, days, **options)

    assert propose(units, people, days, **options) == made
    chance.shuffle(units)
    chance.shuffle(people)
    chance.shuffle(days)
    assert propose(units, people, days, **options) == made


@quick
@given(instances())
def test_other_keys_for_the_same_people_and_units_break_no_rule_either(instance):
    units, people, days, options = instance
    units = [Unit(1000 - unit.key, unit.organization, unit.county, unit.place) for unit in units]

    made = propose(units, people, days, **options)

    assert broken_rules(units, people, days, made, **options) == []


@quick
@given(instances())
def test_the_cost_is_never_below_the_bound(instance):
    units, people, days, options = instance
    made = propose(units, people, days, **options)
    county_of = {unit.key: unit.county for unit in units}
    days_of = defaultdict(set)
    for stop in made.stops:
        days_of[stop.team, stop.day].add(county_of[stop.unit])

    assert made.cost == sum(map(len, days_of.values())) == cost_of(made.stops, county_of)
    assert made.bound == bound_of(made.stops, county_of, options["per_day"])
    assert made.bound <= made.cost <= len(made.stops)


@quick
@given(st.integers(1, 60), st.integers(3, 33), st.integers(0, 10**6))
def test_loads_differ_by_one_at_most_where_nothing_stands_in_the_way(n_units, n_people, seed):
    """Bureaus inspect townships: no conflicts, everybody comes on every day, and the days are enough."""
    units = [Unit(key, 100 + key, COUNTIES[key % 4], f"{key:03}") for key in range(n_units)]
    people = [Inspector(key, key, frozenset(DAYS)) for key in range(n_people)]

    made = propose(units, people, DAYS, per_day=6, seed=seed)

    assert (made.unplaced, made.unused) == ({}, {})
    assert made.spread <= 1


@quick
@given(st.integers(0, 10**6))
def test_loads_are_even_with_conflicts_that_can_be_avoided(seed):
    """People of four counties and of bureaus; each county's people may go to the other three."""
    chance = Random(seed)
    units = [Unit(key, 100 + key, COUNTIES[key % 4], f"{key:03}") for key in range(48)]
    people = [Inspector(key, 200 + key, frozenset(DAYS), chance.choice([None, *COUNTIES]), away=frozenset({100 + chance.randrange(48)})) for key in range(18)]

    made = propose(units, people, DAYS, per_day=3, seed=seed)

    assert made.unplaced == {}
    assert made.spread <= 1


def test_conflicts_outrank_even_loads():
    """Everybody but one team comes from the only county with units: that team goes everywhere, the others nowhere."""
    units = [Unit(key, 100 + key, 1) for key in range(6)]
    people = [Inspector(key, key, frozenset(DAYS), 1 if key < 6 else None) for key in range(9)]

    made = propose(units, people, DAYS, per_day=2)

    assert len(made.stops) == 6
    assert all(stop.why == ONLY and stop.able == 1 for stop in made.stops)
    assert sorted(made.loads.values()) == [0] * 6 + [6] * 3


def test_a_team_stays_in_one_county_for_the_day_where_it_can():
    units = [Unit(key, 100 + key, COUNTIES[key % 4], f"{key % 4}{key:03}") for key in range(24)]
    people = [Inspector(key, key, frozenset(DAYS)) for key in range(6)]

    made = propose(units, people, DAYS, per_day=3)

    assert (made.cost, made.bound) == (8, 8)


def test_a_seed_is_a_draw_of_lots():
    units = [Unit(key, 100 + key, COUNTIES[key % 4], f"{key:03}") for key in range(24)]
    people = [Inspector(key, key, frozenset(DAYS)) for key in range(12)]

    assert len({propose(units, people, DAYS, seed=seed).teams for seed in range(5)}) > 1


def test_people_of_one_organization_alone_form_no_team():
    people = [Inspector(key, 1 + key % 2, frozenset(DAYS)) for key in range(8)]

    made = propose([Unit(1, 100, 1)], people, DAYS)

    assert made.teams == ()
    assert made.unplaced == {1: NO_TEAM}
    assert set(made.unused.values()) == {ODD}


@pytest.mark.parametrize(("sizes", "teams"), [([3, 3, 3], 3), ([1, 1, 1, 5], 1), ([4, 4, 2, 2], 4), ([2, 2, 2, 2, 1], 3), ([5, 2, 2, 1], 2)])
def test_no_team_is_lost_by_an_unlucky_choice_of_organizations(sizes, teams):
    organizations = [organization for organization, n in enumerate(sizes) for _person in range(n)]
    people = [Inspector(key, organization, frozenset(DAYS)) for key, organization in enumerate(organizations)]

    for seed in range(10):
        assert len(propose([Unit(1, 100, 1)], people, DAYS, seed=seed).teams) == teams


def test_progress_is_told_and_never_goes_over_the_whole():
    told = []
    units, people = [Unit(key, 100 + key, COUNTIES[key % 4]) for key in range(24)], [Inspector(key, key, frozenset(DAYS)) for key in range(12)]

    propose(units, people, DAYS, progress=lambda done, of: told.append((done, of)))

    assert told
    assert all(0 <= done <= of == 24 for done, of in told)


# Repair


def booked(made, units):
    units = {unit.key: unit for unit in units}
    return [Booking(units[stop.unit], stop.team, stop.day) for stop in made.stops]


def as_standing(made):
    return [Standing(team.number, team.leader, team.members) for team in made.teams]


@quick
@given(instances(), st.randoms(use_true_random=False))
def test_a_repair_breaks_no_rule_and_touches_nothing_it_need_not(instance, chance):
    """Somebody learns of a conflict at a unit of theirs: only that unit's visit, or one chain from it, changes."""
    units, people, days, options = instance
    options["standing"] = []
    made = propose(units, people, days, **options)
    if not made.stops:
        return
    stop = chance.choice(made.stops)
    unit = next(unit for unit in units if unit.key == stop.unit)
    who = chance.choice(next(team.members for team in made.teams if team.number == stop.team))
    people = [person if person.key != who else Inspector(**{**vars(person), "away": person.away | {unit.organization}}) for person in people]

    repair = mend(booked(made, units), [unit.key], as_standing(made), people, days, per_day=options["per_day"])

    after = {booking.unit.key: booking for booking in booked(made, units)} | {moved.unit.key: moved for moved in repair.moves}
    by_key, teams = {person.key: person for person in people}, {team.number: team for team in made.teams}
    for booking in after.values():
        if booking.unit.key in repair.stuck:
            continue
        for member in teams[booking.group].members:
            assert not must_stay_away(by_key[member], booking.unit)
            assert booking.day in by_key[member].days
    assert bool(repair.moves) != bool(repair.stuck)
    if repair.moves:
        assert max(Counter((booking.group, booking.day) for booking in after.values()).values()) <= options["per_day"]
        free = [  # had there been a free place for the unit itself, nothing else would have changed
            (team.number, day) for team in made.teams if not any(must_stay_away(by_key[member], unit) for member in team.members)
            for day in set(days).intersection(*(by_key[member].days for member in team.members))
            if sum((other.team, other.day) == (team.number, day) and other.unit != unit.key for other in made.stops) < options["per_day"]
            and all(by_key[m].left is None or sum(other.team == team.number and other.unit != unit.key for other in made.stops) < by_key[m].left for m in team.members)
        ]
        assert (len(repair.moves) == 1) == bool(free)


def test_a_free_place_on_the_same_day_is_taken_first():
    people = [Inspector(key, key, frozenset(DAYS), away=frozenset({101}) if key == 1 else frozenset()) for key in range(6)]
    groups = [Standing(1, 0, (0, 1, 2)), Standing(2, 3, (3, 4, 5))]
    bookings = [Booking(Unit(1, 101, 1), 1, DAYS[3]), Booking(Unit(2, 102, 2), 2, DAYS[3]), Booking(Unit(3, 103, 1), 2, DAYS[1])]

    repair = mend(bookings, [1], groups, people, DAYS)

    assert repair.moves == [Booking(Unit(1, 101, 1), 2, DAYS[3])]


def test_two_visits_change_places_when_there_is_no_free_place():
    people = [Inspector(key, key, frozenset(DAYS[:1]), away=frozenset({101}) if key == 1 else frozenset()) for key in range(6)]
    groups = [Standing(1, 0, (0, 1, 2)), Standing(2, 3, (3, 4, 5))]
    bookings = [Booking(Unit(1, 101, 1), 1, DAYS[0]), Booking(Unit(2, 102, 2), 2, DAYS[0])]

    repair = mend(bookings, [1], groups, people, DAYS[:1], per_day=1)

    assert {(moved.unit.key, moved.group) for moved in repair.moves} == {(1, 2), (2, 1)}


def test_a_unit_that_nobody_may_visit_any_more_is_named():
    people = [Inspector(key, key, frozenset(DAYS), away=frozenset({101})) for key in range(3)]

    repair = mend([Booking(Unit(1, 101, 1), 1, DAYS[0])], [1], [Standing(1, 0, (0, 1, 2))], people, DAYS)

    assert (repair.moves, repair.stuck) == ([], {1: CONFLICT})
