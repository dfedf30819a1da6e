"""The public home and the named units: found by year, track, county and name; large letters and contrast without script."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import make_organization
from applications.tests.factories import make_application
from campaigns.tests.factories import make_campaign, moment
from results.display import Display
from results.searching import initial, sounds_like
from results.tests.factories import make_case, make_naming
from standards.tests.factories import make_standard


@pytest.fixture
def named(campaign, taohuatan, miaoshou, education, jing, lead):
    """Four units of 2021, one title withdrawn; one unit again in 2026."""
    later = make_campaign("xuancheng-2026", 2026)
    make_standard(later)
    found = {}
    for unit in (taohuatan, miaoshou, education, jing):
        decision = {"withdrawn_on": moment(12, 19).date(), "withdrawn_document": "宣政务公开〔2021〕15号"}
        withdrawn = {"withdrawn_at": moment(12, 20), "withdrawn_by": lead, "withdrawn_reason": "弄虚作假"} | decision if unit == miaoshou else {}
        found[unit.short_name] = make_naming(make_application(unit, campaign, "accepted"), **withdrawn)
    found["2026"] = make_naming(make_application(taohuatan, later, "accepted"), named_at=moment(11, 12, year=2026))
    return found


def units(client, **query):
    page = client.get(reverse("results:public_named_list"), query)
    return [(naming.application.organization.short_name, naming.place.track.campaign.year) for naming in page.context["namings"]]


@pytest.mark.parametrize(("query", "found"), [
    ({}, [("桃花潭镇", 2026), ("泾县", 2021), ("市教体局", 2021), ("桃花潭镇", 2021), ("庙首镇", 2021)]),
    ({"year": "2021", "track": "township"}, [("桃花潭镇", 2021), ("庙首镇", 2021)]),
    ({"county": "341823"}, [("桃花潭镇", 2026), ("泾县", 2021), ("桃花潭镇", 2021)]),
    ({"county": "341825"}, [("庙首镇", 2021)]),
    ({"q": "桃花"}, [("桃花潭镇", 2026), ("桃花潭镇", 2021)]),
    ({"q": "thtz"}, [("桃花潭镇", 2026), ("桃花潭镇", 2021)]),
    ({"q": "THT", "year": "2021"}, [("桃花潭镇", 2021)]),
    ({"q": "sjtj"}, [("市教体局", 2021)]),
    ({"q": "jx"}, [("泾县", 2021)]),  # 泾 is rare, 县 is not
    ({"q": "zz"}, []), ({"year": "1999"}, []), ({"year": "9" * 60}, [("桃花潭镇", 2026), ("泾县", 2021), ("市教体局", 2021), ("桃花潭镇", 2021), ("庙首镇", 2021)]),
    ({"county": "nowhere"}, []), ({"track": "nothing"}, []),
])
def test_units_are_found_by_year_track_county_name_and_initials(client, named, query, found):
    assert units(client, **query) == found


def test_a_withdrawn_title_stays_visible_as_withdrawn(client, named):
    page = client.get(reverse("results:public_named_list"), {"q": "庙首"}).content.decode()

    assert "已撤销命名（2021-12-19）" in page  # the day of the decision, not of the entry
    assert "宣政务公开〔2021〕15号" in page
    assert "庙首镇" in page
    assert "弄虚作假" not in page  # the reason is the decision's, not the list's
    assert "撤销命名" not in client.get(reverse("results:public_named_list"), {"q": "桃花潭"}).content.decode()
    assert "已撤销命名" in client.get(reverse("results:public_home"), {"campaign": "xuancheng-2021"}).content.decode()


def test_the_list_asks_as_much_for_many_as_for_one(client, campaign, taohuatan, jing):
    make_naming(make_application(taohuatan, campaign, "accepted"))
    with CaptureQueriesContext(connection) as one:
        assert len(units(client, q="zhen")) == 0
        assert len(units(client)) == 1
    for number in range(2, 7):
        make_naming(make_application(make_organization(f"镇{number}", parent=jing), campaign, "accepted"))

    with CaptureQueriesContext(connection) as many:
        assert len(units(client, q="zhen")) == 0
        assert len(units(client)) == 6

    assert len(many) == len(one)


@pytest.mark.parametrize(("sign", "letter"), [
    ("啊", "a"), ("澳", "a"), ("芭", "b"), ("潭", "t"), ("桃", "t"), ("花", "h"), ("镇", "z"), ("座", "z"), ("局", "j"), ("泾", ""), ("A", "a"), ("㐀", ""), ("。", ""),
])
def test_the_letter_of_a_character(sign, letter):
    assert initial(sign) == letter


def test_initials_may_begin_anywhere_and_never_match_rare_characters_alone():
    assert sounds_like("hl", "桃花路")
    assert not sounds_like("thl", "桃花潭")
    assert not sounds_like("ab", "泾濉")


def test_home_shows_the_newest_cases_and_a_search(client, named):
    for number in range(4):
        make_case(named["桃花潭镇"], title=f"做法 {number}", at=moment(11, 20 + number))

    page = client.get(reverse("results:public_home")).content.decode()

    assert [f"做法 {number}" in page for number in range(4)] == [False, True, True, True]


PAGES = [
    "results:public_home", "results:public_notice_list", "results:public_named_list", "results:public_case_list", "results:public_track", "standards:standard",
]


@pytest.mark.parametrize("name", PAGES)
def test_a_choice_of_letters_and_contrast_lasts_on_every_public_page(client, campaign, name):
    answer = client.post(reverse("results:display"), {"turn": "large", "next": reverse(name) + "?q=1"})
    assert answer["Location"] == reverse(name) + "?q=1"
    assert answer.cookies["display"]["max-age"] == 365 * 24 * 3600
    assert answer.cookies["display"]["httponly"]

    page = client.get(reverse(name)).content.decode()
    assert '<html lang="zh-Hans" class="large-text">' in page
    assert 'value="large" aria-pressed="true"' in page
    assert 'value="contrast" aria-pressed="false"' in page

    client.post(reverse("results:display"), {"turn": "contrast"})
    assert 'class="high-contrast large-text"' in client.get(reverse(name)).content.decode()
    client.post(reverse("results:display"), {"turn": "large"})
    client.post(reverse("results:display"), {"turn": "contrast"})
    assert '<html lang="zh-Hans">' in client.get(reverse(name)).content.decode()


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "", "javascript:alert(1)"])
def test_the_switch_leads_nowhere_else(client, campaign, back):
    assert client.post(reverse("results:display"), {"turn": "<script>", "next": back})["Location"] == reverse("results:public_home")
    assert client.cookies["display"].value == ""


def test_a_cookie_that_somebody_made_up_counts_nothing(client, campaign):
    client.cookies["display"] = 'x" onload="alert(1)-large'

    assert '<html lang="zh-Hans" class="large-text">' in client.get(reverse("results:public_home")).content.decode()
    assert Display.named("large-large-x").name == "large"


def test_the_foot_shows_the_records_an_installation_has_and_nothing_of_those_it_lacks(client, campaign, settings):
    page = client.get(reverse("results:public_home")).content.decode()
    assert "beian." not in page
    assert "网站标识码" not in page

    settings.ICP_RECORD, settings.POLICE_RECORD, settings.SITE_CODE = "皖ICP备12345678号-1", "皖公网安备34180002000001号", "3418000001"

    page = client.get(reverse("results:public_home")).content.decode()
    assert '<a href="https://beian.miit.gov.cn/" rel="noopener noreferrer">皖ICP备12345678号-1</a>' in page
    assert '<a href="https://beian.mps.gov.cn/#/query/webSearch?code=34180002000001" rel="noopener noreferrer">皖公网安备34180002000001号</a>' in page
    assert "网站标识码 3418000001" in page
