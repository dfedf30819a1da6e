"""Groups, and who visits whom on which day: proposed by pure functions that know neither the database nor the clock.

What holds in every proposal (the hard rules): nobody visits a unit they must stay away from, nobody is in two places on a
day, nobody does more than their cap or comes on a day they did not offer, and every day is one of the days given. A unit
that cannot be placed under these rules is named with the reason.

What is sought, in this order: as many units as possible; loads as even as the conflicts allow; little travel.

* Teams are formed from people of different organizations who share enough days, those with like conflicts together, so
  that a team may go to as many units as possible.
* Units are dealt county by county, the county with the least choice first, in whole days' worth.
* What found no place is placed by moving others along the shortest chain of teams. Then loads are evened along such
  chains until none is left that helps: no other assignment to these teams is more even.
* Whole part-days of a county change teams, or change places with another county's, as long as that saves travel.

Everything is sorted by key before it is looked at and chance comes from the seed alone, so the same people, units and seed
give the same plan in whatever order they are handed over.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from heapq import heapify, heappop, heapreplace
from math import ceil
from random import Random

WINDOW = 150  # how many people are looked at for one seat of a team
RECEIVERS = 40  # how many teams are tried for one part-day
PASSES = 6  # over all part-days
TRIES = 500_000  # exchanges × counties × teams, to open a unit that every team would have to stay away from
SMALL = 40_000  # units × people up to which several proposals are made and the best one is kept
ATTEMPTS = 6
EXCHANGES = 800_000  # units × people × exchanges tried, while a unit is left out or the loads are uneven
LEAST_EXCHANGES, MOST_EXCHANGES = 8, 120


@dataclass(frozen=True)
class Unit:
    """A unit to be visited. `county` is None for units of the city itself; `place` orders units along the road."""

    key: int
    organization: int
    county: int | None = None
    place: str = ""


@dataclass(frozen=True)
class Inspector:
    """`away`: organizations to stay away from besides the own one and the own county's; `visits`: those already planned."""

    key: int
    organization: int | None
    days: frozenset[date]
    county: int | None = None
    cap: int | None = None
    away: frozenset[int] = frozenset()
    visits: int = 0

    @property
    def left(self):
        """How many more visits; None for any number."""
        return None if self.cap is None else max(0, self.cap - self.visits)


@dataclass(frozen=True)
class Standing:
    """A group that already visits: it keeps its people and goes on. `visits` are the days of its visits, one entry each."""

    key: int
    leader: int
    members: tuple[int, ...]
    visits: tuple[date, ...] = ()


@dataclass(frozen=True)
class Team:
    """A proposed group, or one that stands already (`key`)."""

    number: int
    leader: int
    members: tuple[int, ...]
    key: int | None = None


@dataclass(frozen=True)
class Stop:
    """A unit, its team and its day. `able` of the teams may go there at all; `why` is ONLY, TOGETHER or BALANCE."""

    unit: int
    team: int
    day: date
    able: int
    why: str


ONLY, TOGETHER, BALANCE = "only", "together", "balance"
NO_TEAM, CONFLICT, FULL = "no_team", "conflict", "full"
NO_DAYS, NO_VISITS_LEFT, ODD = "no_days", "no_visits_left", "odd"


@dataclass(frozen=True)
class Proposal:
    """`unplaced` is {unit: NO_TEAM, CONFLICT or FULL}, `unused` {inspector: NO_DAYS, NO_VISITS_LEFT or ODD}."""

    teams: tuple[Team, ...]
    stops: tuple[Stop, ...]
    unplaced: dict
    unused: dict
    loads: dict
    cost: int
    bound: int

    @property
    def spread(self):
        """The greatest load of an inspector less the smallest; whoever cannot come at all is left out."""
        loads = [*self.loads.values(), *(0 for why in self.unused.values() if why == ODD)]
        return max(loads) - min(loads) if loads else 0


def cost_of(stops, county_of):
    """Trips into a county: for each team and day, every county it visits on that day counts once (the city is one more county).

    A team that stays in one county all day makes one trip; one more unit there costs nothing, a change of county one more.
    Distances are not known to the portal, so a trip stands for all of them; neighbours are kept together by `Unit.place`.
    """
    return len({(stop.team, stop.day, county_of[stop.unit]) for stop in stops})


def bound_of(stops, county_of, per_day):
    """No plan for these units makes fewer trips: a trip serves at most `per_day` units of its county, so a county with n of
    them takes at least n / per_day trips, rounded up, and trips of different counties are different trips.

    People, conflicts, days and loads only make it harder, so the bound holds for every plan, the best one included.
    """
    units = Counter(county_of[stop.unit] for stop in stops)
    return sum(ceil(n / per_day) for n in units.values())


def propose(units, inspectors, days, *, per_day=2, size=3, standing=(), seed=0, progress=lambda done, of: None):
    """The plan for these units. `days` are those on which visits may be; `size` people make a team, at least."""
    units = sorted(units, key=lambda unit: unit.key)
    people = {person.key: person for person in sorted(inspectors, key=lambda person: person.key)}
    standing = sorted(standing, key=lambda group: group.key)
    attempts = ATTEMPTS if len(units) * len(people) <= SMALL else 1
    drafts = []
    for number in range(attempts):
        drafts.append(Draft(units, people, sorted(days), per_day, size, standing, f"{seed}-{number}", progress))
        drafts[-1].form_teams()
        drafts[-1].arrange()
    best = min(drafts, key=lambda draft: draft.score)
    best.improve()
    best.save_travel()
    return best.proposal()


def lots(seed):
    """Chance that anybody can draw again from the seed: a secret one would prove nothing."""
    return Random(seed)  # noqa: S311


class Crew:
    """A team while the plan is made: where it may not go, how much it can take, and what it has by county."""

    def __init__(self, number, members, leader, days, key=None, taken=()):
        self.number, self.members, self.leader, self.key = number, members, leader, key
        self.counties = {person.county for person in members if person.county is not None}
        self.away = {organization for person in members for organization in (*person.away, person.organization)}
        shared = set(days).intersection(*(person.days for person in members))
        self.days, self.taken = sorted(shared), Counter(taken)
        self.base = max(person.visits for person in members)
        self.units = defaultdict(list)
        self.n = 0

    def fit(self, per_day):
        """How many units it can take at all."""
        self.room = {day: per_day - self.taken[day] for day in self.days if self.taken[day] < per_day}
        caps = [person.left for person in self.members if person.left is not None]
        self.capacity = min([sum(self.room.values()), *caps])

    @property
    def load(self):
        return self.base + self.n

    @property
    def is_full(self):
        return self.n >= self.capacity

    def may(self, unit):
        return unit.county not in self.counties and unit.organization not in self.away

    def add(self, unit):
        self.units[unit.county].append(unit)
        self.n += 1

    def remove(self, unit):
        self.units[unit.county].remove(unit)
        if not self.units[unit.county]:
            del self.units[unit.county]
        self.n -= 1


class Draft:
    def __init__(self, units, people, days, per_day, size, standing, seed, progress):
        self.units, self.people, self.days, self.per_day, self.size = units, people, days, per_day, size
        self.seed, self.rng = seed, lots(seed)
        self.standing, self.progress = standing, progress
        self.by_county = defaultdict(list)
        for unit in sorted(units, key=lambda unit: (unit.place, unit.key)):
            self.by_county[unit.county].append(unit)
        self.organizations = {unit.organization for unit in units}
        self.unused, self.standing_crews, self.teams = {}, [], []

    def arrange(self):
        """Who goes where, with the teams as they are; for the same teams always the same."""
        self.rng = lots(f"{self.seed}-arrange")
        chosen = [(team, self.rng.choice(sorted(team, key=lambda person: person.key))) for team in self.teams]
        self.crews = [Crew(number, *rest) for number, rest in enumerate(self.standing_crews, 1)]
        for team, leader in chosen:
            members = [leader, *sorted((person for person in team if person is not leader), key=lambda person: person.key)]
            self.crews.append(Crew(len(self.crews) + 1, members, leader.key, self.days))
        for crew in self.crews:
            crew.fit(self.per_day)
        self.unplaced, self.dead = {}, set()
        self.deal()
        self.even()
        loads = self.loads().values()
        idle = [0] * sum(why == ODD for why in self.unused.values())
        spread = max([*loads, *idle], default=0) - min([*loads, *idle], default=0)
        self.score = (len(self.unplaced), max(1, spread), sum(load * load for load in loads))

    def loads(self):
        return {person.key: crew.n + person.visits for crew in self.crews for person in crew.members}

    def improve(self):
        """While a unit is left out or the loads are uneven, two people change places, and stay there unless that was worse.
        Every other time one of the two is of the team with least to do.
        """
        tries, chance = min(MOST_EXCHANGES, EXCHANGES // max(1, len(self.units) * len(self.people))), lots(f"{self.seed}-improve")
        if not self.unplaced:
            tries = max(tries, LEAST_EXCHANGES)
        for number in range(tries if len(self.teams) > 1 else 0):
            if self.score[:2] <= (0, 1):
                return
            before, score = [team[:] for team in self.teams], self.score
            one, other = chance.sample(self.teams, 2)
            if number % 2 == 0:
                idle = min(self.crews[len(self.standing_crews):], key=lambda crew: (crew.load, crew.number))
                one = self.teams[idle.number - 1 - len(self.standing_crews)]
                other = chance.choice([team for team in self.teams if team is not one])
            place, seat = chance.randrange(len(one)), chance.randrange(len(other))
            one[place], other[seat] = other[seat], one[place]
            if all(len({person.organization for person in team}) == len(team) for team in (one, other)):
                self.arrange()
                if self.score <= score:
                    continue
            self.teams = before
            if self.score != score:
                self.arrange()

    def proposal(self):
        self.able = {county: sum(county not in crew.counties for crew in self.crews) for county in self.by_county}
        self.barring = defaultdict(list)  # by organization, the teams with somebody who must stay away from just this one
        for crew in self.crews:
            for organization in crew.away & self.organizations:
                self.barring[organization].append(crew)
        stops = [stop for crew in self.crews for stop in self.schedule(crew)]
        county_of = {unit.key: unit.county for unit in self.units}
        return Proposal(
            teams=tuple(Team(crew.number, crew.leader, tuple(person.key for person in crew.members), crew.key) for crew in self.crews),
            stops=tuple(stops), unplaced=self.unplaced, unused=self.unused, loads=self.loads(),
            cost=cost_of(stops, county_of), bound=bound_of(stops, county_of, self.per_day),
        )

    # Teams

    def form_teams(self):
        """Standing groups first, then teams from everybody who is in none and can come."""
        engaged, free = set(), []
        for group in self.standing:
            self.standing_crews.append(([self.people[key] for key in group.members], group.leader, self.days, group.key, group.visits))
            engaged.update(group.members)
        for person in self.people.values():
            if person.key in engaged:
                continue
            if not person.days.intersection(self.days):
                self.unused[person.key] = NO_DAYS
            elif person.left == 0:
                self.unused[person.key] = NO_VISITS_LEFT
            else:
                free.append(person)
        target = ceil(len(self.units) / max(1, len(free) // self.size + len(self.standing)))
        self.enough = min(len(self.days), ceil(target / self.per_day) + 2)
        self.teams, odd = self.pick_teams(free)
        self.strengthen(self.teams, ceil(target / self.per_day))
        self.open_up(self.teams, [Crew(0, *rest) for rest in self.standing_crews])
        for person in odd:
            if not self.join(person, self.teams):
                self.unused[person.key] = ODD

    def pick_teams(self, free):
        """As many teams as people of different organizations can form, and who is left over.

        With q teams still to form, an organization with q people or more has one in every team, or wastes one. `spare` of
        these may be passed over before a team would be lost.
        """
        self.rng.shuffle(free)
        masks = {person.key: frozenset(person.days.intersection(self.days)) for person in free}
        waiting = sorted(free, key=lambda person: (len(masks[person.key]), sorted(masks[person.key]), person.county or 0))
        counts = Counter(person.organization for person in free)
        q = max((n for n in range(len(free) // self.size + 1) if sum(min(n, many) for many in counts.values()) >= n * self.size), default=0)
        if q == 0:
            return [], waiting
        most, teams = max(counts.values()), []
        while q:
            tight, spare = set(), self.size
            if q <= most:
                tight = {organization for organization, many in counts.items() if many >= q}
                spare = sum(min(many, q) for many in counts.values()) - q * self.size
            team, places = [], self.size
            while places:
                owed = sum(organization not in {person.organization for person in team} for organization in tight) - spare
                chosen = self.best_partner(waiting, team, masks, tight if owed >= places else None)
                team.append(waiting.pop(chosen))
                counts[team[-1].organization] -= 1
                places -= 1
            teams.append(team)
            q -= 1
        return teams, waiting

    def best_partner(self, waiting, team, masks, only):
        """The place in `waiting` of the person who shares most days with the team, up to enough, and closes the fewest units to it."""
        taken = {person.organization for person in team}
        best, found, seen = None, None, 0
        shared = frozenset.intersection(*(masks[person.key] for person in team)) if team else None
        for place, person in enumerate(waiting):
            if person.organization in taken or (only is not None and person.organization not in only):
                continue
            if not team:
                return place
            days = len(shared & masks[person.key])
            rank = (-min(days, self.enough), self.closed([*team, person]), -days, abs((person.cap or 10**6) - (team[0].cap or 10**6)))
            if best is None or rank < best:
                best, found = rank, place
            seen += 1
            if seen == WINDOW:
                break
        return found

    def strengthen(self, teams, needed):
        """Where the people of a team share too few days, one of them changes places with somebody of another team, if that helps both."""
        shared = [self.shared(team) for team in teams]
        for weak in range(len(teams)):
            others = self.rng.sample(range(len(teams)), min(len(teams), WINDOW)) if len(shared[weak]) < needed else []
            for other, place, seat in ((other, place, seat) for other in others for place in range(self.size) for seat in range(self.size)):
                if other == weak or len(shared[weak]) >= needed:
                    continue
                ours, theirs = teams[weak][:], teams[other][:]
                ours[place], theirs[seat] = theirs[seat], ours[place]
                if any(len({person.organization for person in team}) < self.size for team in (ours, theirs)):
                    continue
                after = self.shared(ours), self.shared(theirs)
                if len(after[0]) > len(shared[weak]) and len(after[1]) >= min(needed, len(shared[other])):
                    teams[weak], teams[other], (shared[weak], shared[other]) = ours, theirs, after

    def open_up(self, teams, standing):
        """Where every team has somebody who must stay away from a unit, people change teams until one of these may go, as far
        as that closes no other unit and costs no days that are needed."""
        tries = TRIES // max(1, len(self.by_county) * len(teams))
        shut = self.shut(teams, standing)
        for unit in shut[:]:
            for first, second in self.swaps_for(unit, teams):
                if unit not in shut or not tries:
                    break
                (team, place), (other, seat) = first, second
                ours, theirs = teams[team][:], teams[other][:]
                ours[place], theirs[seat] = theirs[seat], ours[place]
                if any(len({person.organization for person in members}) < self.size for members in (ours, theirs)):
                    continue
                if any(len(self.shared(new)) < min(self.enough, len(self.shared(old))) for new, old in ((ours, teams[team]), (theirs, teams[other]))):
                    continue
                tries -= 1
                after = teams[:]
                after[team], after[other] = ours, theirs
                now = self.shut(after, standing)
                barred = sum(self.is_barred(person, unit) for person in ours) < sum(self.is_barred(person, unit) for person in teams[team])
                if len(now) < len(shut) or (len(now) == len(shut) and unit in now and barred):
                    teams[:], shut = after, now

    def swaps_for(self, unit, teams):
        """Exchanges that bring the team with the fewest people barred from the unit nearer to going: ((team, place), (team, place))."""
        ranked = sorted(range(len(teams)), key=lambda team: (sum(self.is_barred(person, unit) for person in teams[team]), team))
        for team in ranked[:5]:
            for other in ranked:
                for place in range(self.size):
                    for seat in range(self.size):
                        if other != team and self.is_barred(teams[team][place], unit) and not self.is_barred(teams[other][seat], unit):
                            yield (team, place), (other, seat)

    @staticmethod
    def is_barred(person, unit):
        return unit.organization == person.organization or unit.organization in person.away or (person.county is not None and person.county == unit.county)

    def shut(self, teams, standing):
        """The units that none of the teams may visit."""
        crews = [Crew(0, team, team[0].key, self.days) for team in teams] + standing
        able = {county: [crew for crew in crews if county not in crew.counties] for county in self.by_county}
        away = Counter(organization for crew in crews for organization in crew.away & self.organizations)
        return [
            unit for unit in self.units
            if not able[unit.county] or (away[unit.organization] and all(unit.organization in crew.away for crew in able[unit.county]))
        ]

    def shared(self, people):
        return frozenset(self.days).intersection(*(person.days for person in people))

    def closed(self, people):
        """How many of the units these people together must stay away from."""
        counties = {person.county for person in people if person.county is not None}
        others = {organization for person in people for organization in (*person.away, person.organization)} & self.organizations
        return sum(len(self.by_county[county]) for county in counties if county in self.by_county) + len(others)

    def join(self, person, teams):
        """One more member for a team, where that costs the team neither the days it needs nor many units."""
        best = None
        for team in teams[:WINDOW]:
            if person.organization in {member.organization for member in team}:
                continue
            days, before = len(self.shared([*team, person])), len(self.shared(team))
            if min(days, self.enough) < min(before, self.enough):
                continue
            rank = (len(team), self.closed([*team, person]) - self.closed(team))
            if best is None or rank < best[0]:
                best = (rank, team)
        if best:
            best[1].append(person)
        return best is not None

    # Who goes where

    def targets(self):
        """How many units each team should get: filled like water from the lowest, nobody above the capacity."""
        left, level = len(self.units), {crew.number: 0 for crew in self.crews}
        heap = [(crew.base, self.rng.random(), crew.number) for crew in self.crews if crew.capacity]
        heapify(heap)
        capacity = {crew.number: crew.capacity for crew in self.crews}
        while left and heap:
            height, chance, number = heap[0]
            level[number] += 1
            left -= 1
            if level[number] < capacity[number]:
                heapreplace(heap, (height + 1, chance, number))
            else:
                heappop(heap)
        return level

    def deal(self):
        target = self.targets()
        open_to = {county: [crew for crew in self.crews if county not in crew.counties] for county in self.by_county}
        choice = {county: sum(target[crew.number] for crew in crews) / len(self.by_county[county]) for county, crews in open_to.items()}
        left, dealt = [], 0
        for county in sorted(self.by_county, key=lambda county: (choice[county], county is not None, county or 0)):
            pending = self.by_county[county][::-1]
            heap = [(crew.n - target[crew.number], self.rng.random(), crew.number, crew) for crew in open_to[county] if crew.n < target[crew.number]]
            heapify(heap)
            while pending and heap:
                lack, chance, number, crew = heap[0]
                wanted, passed = min(self.per_day, -lack), []
                before = crew.n
                while pending and wanted:
                    unit = pending.pop()
                    if crew.may(unit):
                        crew.add(unit)
                        wanted -= 1
                    else:
                        passed.append(unit)
                pending += passed[::-1]
                if crew.n == target[number] or crew.n == before:
                    heappop(heap)
                else:
                    heapreplace(heap, (crew.n - target[number], chance, number, crew))
            left += pending[::-1]
            dealt += len(self.by_county[county])
            self.progress(dealt // 2, len(self.units))
        for unit in left:
            self.place(unit)

    def place(self, unit):
        """Find room for a unit, moving others along the shortest chain; name the reason when there is none."""
        may = [crew for crew in self.crews if crew.may(unit)]
        chain = self.chain([crew for crew in may if crew.number not in self.dead], lambda crew: not crew.is_full)
        if chain:
            self.shift(chain)
            chain[0].add(unit)
        else:
            self.unplaced[unit.key] = FULL if may else CONFLICT if self.crews else NO_TEAM

    def chain(self, starts, is_end):
        """The shortest row of teams from one of `starts` to one where `is_end`: each can hand a unit to the next. None: what was
        reached is dead, nothing in it can give way any more."""
        came, reached = {crew.number: None for crew in starts}, {crew.number: crew for crew in starts}
        layer, others = list(starts), [crew for crew in self.crews if crew.number not in came and crew.number not in self.dead]
        while layer:
            ends = [crew for crew in layer if is_end(crew)]
            if ends:
                end = min(ends, key=lambda crew: (crew.load, crew.number))
                row = [end]
                while (before := came[row[-1].number]) is not None:
                    row.append(before)
                return row[::-1]
            following = []
            for crew in layer:
                rest = []
                for other in others:
                    if self.best_gift(crew, other) is not None:
                        came[other.number], reached[other.number] = crew, other
                        following.append(other)
                    else:
                        rest.append(other)
                others = rest
            layer = following
        self.dead.update(reached)
        return None

    def shift(self, chain):
        """Hand one unit on from each team of the row to the next."""
        for giver, taker in reversed(list(zip(chain, chain[1:], strict=False))):
            unit = self.best_gift(giver, taker)
            giver.remove(unit)
            taker.add(unit)

    def best_gift(self, giver, taker):
        """The unit whose move costs least travel; None when the taker may visit none of the giver's."""
        best = None
        for county, units in giver.units.items():
            if county in taker.counties:
                continue
            unit = next((unit for unit in reversed(units) if unit.organization not in taker.away), None)
            if unit is not None:
                price = self.price(giver, county, -1) + self.price(taker, county, 1)
                if best is None or price < best[0]:
                    best = (price, unit)
        return best and best[1]

    def price(self, crew, county, by):
        """Trips more (or fewer) when the team has `by` units more in the county."""
        n = len(crew.units.get(county, ()))
        return ceil((n + by) / self.per_day) - ceil(n / self.per_day)

    def even(self):
        """Hand units from the most to the less loaded until no chain of teams makes the loads more even."""
        self.dead = set()
        while True:
            alive = [crew for crew in self.crews if crew.number not in self.dead]
            takers = [crew.load for crew in alive if not crew.is_full]
            if not takers:
                return
            top = max(alive, key=lambda crew: (crew.load, -crew.number))
            if top.load - min(takers) < 2:
                return
            chain = self.chain([top], lambda crew, most=top.load - 2: crew.load <= most and not crew.is_full)
            if chain:
                self.shift(chain)

    # Little travel

    def save_travel(self):
        """A part-day of a county goes where that county has a part-day too, against as many units back where loads must stay."""
        for number in range(PASSES):
            saved = 0
            parts = defaultdict(list)
            for crew in self.crews:
                for county, units in crew.units.items():
                    if len(units) % self.per_day:
                        parts[county].append(crew)
            counties = sorted(parts, key=lambda county: (county is not None, county or 0))
            for county in counties:
                givers = parts[county][:]
                self.rng.shuffle(givers)
                for giver in givers:
                    saved += self.hand_over_part(giver, county, parts[county])
            self.progress(len(self.units) // 2 + len(self.units) * (number + 1) // (2 * PASSES + 2), len(self.units))
            if not saved:
                return

    def hand_over_part(self, giver, county, crews):
        part = len(giver.units.get(county, ())) % self.per_day
        if not part:
            return 0
        first, tried = self.rng.randrange(len(crews)), 0
        for number in range(len(crews)):
            taker = crews[(first + number) % len(crews)]
            there = len(taker.units.get(county, ())) % self.per_day
            if taker is giver or not there or there + part > self.per_day:
                continue
            tried += 1
            if tried > RECEIVERS:
                return 0
            gift = [unit for unit in giver.units[county] if taker.may(unit)][-part:]
            if len(gift) < part:
                continue
            if part <= giver.load - taker.load and taker.n + part <= taker.capacity:
                back = []
            elif (back := self.something_back(giver, taker, county, part)) is None:
                continue
            for unit in gift:
                giver.remove(unit)
                taker.add(unit)
            for unit in back:
                taker.remove(unit)
                giver.add(unit)
            return 1
        return 0

    def something_back(self, giver, taker, besides, n):
        """As many units of one other county, that cost no more travel with the giver than with the taker."""
        for county, units in taker.units.items():
            if county == besides or county in giver.counties or len(units) < n:
                continue
            if self.price(taker, county, -n) + self.price(giver, county, n) <= 0:
                back = [unit for unit in units if giver.may(unit)][-n:]
                if len(back) == n:
                    return back
        return None

    # Days

    def schedule(self, crew):
        """Whole days of a county first, then the part-days into the smallest room that holds them; split only where none does."""
        room, plan = dict(crew.room), []
        counties = sorted(crew.units, key=lambda county: (-len(crew.units[county]), county is not None, county or 0))
        parts = []
        for county in counties:
            units = sorted(crew.units[county], key=lambda unit: (unit.place, unit.key))
            whole = [day for day, free in room.items() if free == self.per_day]
            while len(units) >= self.per_day and whole:
                day = whole.pop(0)
                plan += [(unit, day) for unit in units[: self.per_day]]
                units, room[day] = units[self.per_day :], 0
            if units:
                parts.append(units)
        parts.sort(key=lambda units: -len(units))
        for units in parts:
            while units:
                holding = [day for day, free in room.items() if free >= len(units)]
                day = min(holding, key=lambda day: (room[day], day)) if holding else max(room, key=lambda day: (room[day], -day.toordinal()))
                n = min(room[day], len(units))
                plan += [(unit, day) for unit in units[:n]]
                units, room[day] = units[n:], room[day] - n
        together = Counter((day, unit.county) for unit, day in plan)
        return [
            Stop(unit.key, crew.number, day, able, ONLY if able == 1 else TOGETHER if together[day, unit.county] > 1 else BALANCE)
            for unit, day in sorted(plan, key=lambda stop: (stop[1], stop[0].place, stop[0].key))
            for able in [self.how_many_may(unit)]
        ]

    def how_many_may(self, unit):
        """Teams that may visit this unit."""
        return self.able[unit.county] - sum(unit.county not in crew.counties for crew in self.barring[unit.organization])


# Repair


@dataclass(frozen=True)
class Booking:
    """A visit as it stands: its unit, its group (by key) and its day."""

    unit: Unit
    group: int
    day: date


@dataclass
class Repair:
    """`moves` are the bookings that change, as they are to be; `stuck` {unit: CONFLICT or FULL} those for which nothing was found."""

    moves: list = field(default_factory=list)
    stuck: dict = field(default_factory=dict)


def mend(bookings, broken, groups, inspectors, days, *, per_day=2):
    """New places for the `broken` units (keys), with as few other visits changed as possible.

    A broken unit takes a free place where there is one: then nothing else changes. Otherwise it takes another visit's place,
    which takes a third one's, and so on to a free place; the search goes breadth first, so no chain for this unit is
    shorter. Several broken units are mended one after another, the one with the least choice first.
    """
    people = {person.key: person for person in inspectors}
    crews = {}
    for group in sorted(groups, key=lambda group: group.key):
        crews[group.key] = crew = Crew(group.key, [people[key] for key in group.members], group.leader, days, group.key, group.visits)
        crew.fit(per_day)
    here = {booking.unit.key: booking for booking in sorted(bookings, key=lambda booking: booking.unit.key)}
    lost = {key: here.pop(key) for key in sorted(broken)}
    repair = Repair()

    def choice(booking):
        return sum(crew.may(booking.unit) for crew in crews.values()), booking.unit.key

    for booking in sorted(lost.values(), key=choice):
        chain = shortest_chain(booking, here, crews, per_day)
        for moved in chain:
            here[moved.unit.key] = moved
        repair.moves += chain
        if not chain:
            repair.stuck[booking.unit.key] = FULL if choice(booking)[0] else CONFLICT
    final = {moved.unit.key: moved for moved in repair.moves}  # a visit moved twice changes once
    before = {booking.unit.key: booking for booking in bookings}
    repair.moves = [moved for key, moved in final.items() if moved != before[key]]
    return repair


def shortest_chain(lost, here, crews, per_day):
    """The bookings that change, the lost one first; empty when there is no way."""
    at = defaultdict(list)
    for booking in here.values():
        at[booking.group, booking.day].append(booking)
    loads = Counter(booking.group for booking in here.values())

    def free_place(booking):
        """The best free place for this unit: the same day, where its county is visited, a day near, a team with little to do."""
        found = [
            (
                day != booking.day, all(other.unit.county != booking.unit.county for other in at[key, day]), abs((day - booking.day).days),
                crew.base + loads[key], day, key,
            )
            for key, crew in crews.items() if crew.may(booking.unit) and loads[key] < crew.capacity
            for day, room in crew.room.items() if len(at[key, day]) < room
        ]
        return min(found)[-2:] if found else None

    came, layer = {lost.unit.key: None}, [lost]
    while layer:
        for booking in layer:
            if place := free_place(booking):
                chain = [Booking(booking.unit, place[1], place[0])]
                while (before := came[booking.unit.key]) is not None:
                    chain.append(Booking(before.unit, booking.group, booking.day))
                    booking = before
                return chain[::-1]
        following = []
        for booking in layer:
            for other in here.values():
                crew = crews.get(other.group)
                if other.unit.key not in came and crew and other.day in crew.room and crew.may(booking.unit):
                    came[other.unit.key] = booking
                    following.append(other)
        layer = following
    return []
