"""Every screen has its help, every text its screen and its chapter; the handbooks are pages; the first day counts its steps."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Delivery, Message, Role
from accounts.tests.factories import make_user
from xuancheng_portal import first_day, handbooks
from xuancheng_portal.help import panel
from xuancheng_portal.help_texts import HELP
from xuancheng_portal.rehearsals.copying import create_rehearsal
from xuancheng_portal.rehearsals.deleting import delete_rehearsal
from xuancheng_portal.tests.test_authorization import (
    LEFT_OUT,
    OBJECTS,
    ROLES,
    table,
    world,  # noqa: F401 — a fixture
)
from xuancheng_portal.tests.urlconf import patterns

# Whole pages that a test's world does not reach, because they need more of a story: each is seen in its own tests.
NOT_REACHED = {
    "accounts:login", "home", "applications:offline_preview", "applications:start", "applications:submit", "results:recommend", "results:tie_decision", "results:frozen_list",
    "accounts:invite", "accounts:verify", "campaigns:campaign", "campaign_publish", "rehearsal",
}
# Whole pages that are no screens of their own: what a form answers when something was wrong with it.
NO_SCREENS = set()
HEADINGS = {name: set(handbooks.headings(name)) for name in handbooks.HANDBOOKS}


@pytest.fixture
def pages(world, campaign):  # noqa: F811
    """{address name: a page} of every address that answers with a whole page to somebody."""
    found, reviewed = {}, table()
    clients = {}
    for name, route, _pattern in patterns():
        if name in LEFT_OUT:
            continue
        row = reviewed[name, "GET"]
        for role in ROLES:
            if "+" not in row[role]:
                continue
            if role not in clients:
                clients[role] = Client()
                clients[role].force_login(world.people[role])
            which = OBJECTS[row[role].index("+")]
            response = clients[role].get(reverse(name, kwargs=world.arguments(name, route, role, which)))
            is_page = response.status_code == 200 and not response.streaming and b"<!doctype html" in response.content[:200].lower()
            for close in response._resource_closers:
                close()
            if is_page:
                found[name] = response.content.decode()
            if response.status_code != 302:  # who is sent on may be the only one
                break
    return found


def test_every_screen_has_its_help_and_every_help_its_screen(pages):
    missing = set(pages) - set(HELP) - NO_SCREENS
    silent = {name for name, page in pages.items() if name in HELP and str(HELP[name].words) not in page.replace("&quot;", '"')}
    without_screen = set(HELP) - set(pages) - NOT_REACHED

    assert missing == set(), "write their help in xuancheng_portal/help_texts.py"
    assert silent == set(), "these pages have a help text but no panel"
    assert without_screen == set(), "these help texts belong to no screen"


def test_what_the_world_does_not_reach_is_a_screen_all_the_same():
    assert NOT_REACHED <= {name for name, _route, _pattern in patterns()}
    assert NOT_REACHED <= set(HELP)


@pytest.mark.parametrize("name", HELP)
def test_each_help_is_short_and_leads_to_a_section_that_is_there(name):
    entry = HELP[name]

    assert 1 <= str(entry.words).count("。") <= 4
    assert len(str(entry.words)) <= 160
    for handbook, chapter in entry.chapters.items():
        assert chapter in HEADINGS[handbook] | {""}, f"{handbook}: {chapter}"


def test_help_speaks_to_the_role_that_reads_it(client, campaign, clerk, county_clerk, officer, auditor):
    def words(person):
        return " ".join([*map(str, panel("home", person).sentences), str(panel("home", person).ask)])

    assert "只有在期限内由你同意推荐的才算数" in words(county_clerk)
    assert "只有在期限内由你同意推荐的才算数" not in words(clerk)
    assert "先问县级审核员" in words(clerk)
    assert panel("inspections:review", officer).url == f"/help/office/#{handbooks.anchor('材料评分')}"
    assert panel("inspections:review", auditor).url == "/help/auditor/"
    assert panel("results:public_track", AnonymousUser()).url == f"/help/public/#{handbooks.anchor('查进度')}"
    assert panel("results:public_home", AnonymousUser()).url == "/help/public/"
    assert panel("nowhere", clerk) is None


def test_the_panel_works_without_script(client, clerk, campaign):
    client.force_login(clerk)

    page = client.get(reverse("home")).content.decode()

    assert re.search(r'<details class="menu help no-print"><summary>', page)
    assert 'href="/help/unit-clerk/#' in page
    assert f'href="{reverse("help")}"' in page


# The handbooks


def test_a_countys_lead_reads_what_only_the_lead_decides(client, county_lead, county_officer):
    client.force_login(county_lead)
    assert [handbook.name for handbook in client.get(reverse("help")).context["own"]] == ["county-lead", "county-office"]
    assert panel("results:naming", county_lead).url == f"/help/county-lead/#{handbooks.anchor('命名和撤销')}"
    assert "由本县经办的人说明" in str(panel("results:naming", county_lead).ask)
    assert panel("results:naming", county_officer).url == "/help/county-office/"


def test_the_index_puts_ones_own_handbooks_first(client, clerk, officer, lead):
    client.force_login(lead)

    page = client.get(reverse("help"))

    assert [handbook.name for handbook in page.context["own"]] == ["office-lead", "office"]
    assert "第一天上手" in page.content.decode()
    client.force_login(clerk)
    page = client.get(reverse("help"))
    assert [handbook.name for handbook in page.context["own"]] == ["unit-clerk"]
    assert "第一天上手" not in page.content.decode()


@pytest.mark.parametrize("name", sorted(set(handbooks.HANDBOOKS)))
def test_a_handbook_is_a_page_with_contents_pictures_and_links(client, clerk, name):
    client.force_login(clerk)
    page = client.get(handbooks.HANDBOOKS[name].get_absolute_url()).content.decode()

    for level, anchor, words in handbooks.page(name).contents:
        assert f'<h{level} id="{anchor}">' in page, words
        assert f'href="#{anchor}"' in page
    text = str(handbooks.page(name).html)
    assert ".md" not in re.sub(r"<code>.*?</code>", "", text)
    for picture in re.findall(r'<img src="([^"]+)"', text):
        assert (settings.BASE_DIR / "docs/images" / picture.rpartition("/")[2]).exists()
        assert picture.startswith("/static/handbook/")
    for link in re.findall(r'href="(/help/[^"#]+)"', text):
        assert client.get(link).status_code == 200


def test_anchors_of_a_handbook_are_not_alike():
    for name in handbooks.HANDBOOKS:
        anchors = [anchor for _level, anchor, _words in handbooks.page(name).contents]
        assert len(anchors) == len(set(anchors)), name


def test_script_in_a_handbook_would_be_cleaned_away(monkeypatch, tmp_path):
    (tmp_path / "office.md").write_text("# 题\n\n## 节\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror=alert(1)>\n", encoding="utf-8")
    monkeypatch.setattr(handbooks, "FOLDER", tmp_path)

    html = handbooks.page.__wrapped__("office").html

    assert '<h2 id="节">节</h2>' in html
    assert not any(bad in html for bad in ("<script", 'href="javascript:', "onerror"))


def test_a_stranger_reads_the_publics_handbook_only(client, db):
    page = client.get(reverse("handbook_public"))

    assert page.status_code == 200
    assert "查询码" in page.content.decode()
    for name in set(handbooks.HANDBOOKS) - {"public"}:
        assert client.get(f"/help/{name}/").status_code == 302
    assert client.get(reverse("help")).status_code == 302


def test_a_handbook_that_does_not_exist_is_not_found(client, clerk):
    client.force_login(clerk)

    assert client.get("/help/architecture/").status_code == 404


# The first day


def facts(user):
    return [(step.is_done, step.fact) for step in first_day.steps(user)]


def test_in_an_empty_portal_no_step_is_done_and_each_has_its_button(client, administrator):
    client.force_login(administrator)

    page = client.get(reverse("first_day"))

    assert [step.is_done for step in page.context["steps"]] == [False] * 5
    for step in page.context["steps"]:
        assert f'href="{reverse(step.screen)}"' in page.content.decode()
        assert client.get(reverse(step.screen)).status_code == 200
    assert "五步中已完成 0 步" in page.content.decode()


def test_each_step_is_done_once_the_portal_is_so(officer, campaign, clerk, taohuatan, jing, settings):  # noqa: F811
    assert facts(officer) == [
        (True, "3 个单位，1 名填报员"), (True, "第1版，3 项指标"), (True, "2021年全市政务公开示范区和示范点创建，3 个阶段"),
        (False, "0 名填报员登录过，没有设置邮箱服务器，已发出 0 条站内消息"), (False, "还没有演练过"),
    ]

    Client().force_login(clerk)
    assert facts(officer)[3] == (False, "1 名填报员登录过，没有设置邮箱服务器，已发出 0 条站内消息")
    message = Message.objects.create(user=clerk, key="k", title="欢迎", created_at=timezone.now())

    assert facts(officer)[3][0] is True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert facts(officer)[3] == (False, "1 名填报员登录过，已发出 0 封邮件")
    Delivery.objects.create(message=message, channel="mail", due_at=timezone.now(), state=Delivery.State.SENT, sent_at=timezone.now())
    assert facts(officer)[3] == (True, "1 名填报员登录过，已发出 1 封邮件")


def test_a_rehearsal_counts_also_when_it_is_thrown_away_since(officer, lead, campaign, taohuatan):
    rehearsal = create_rehearsal(campaign, day=date(2021, 9, 28), by=officer, at=timezone.now())
    assert facts(officer)[4] == (True, "演练过 1 次")

    delete_rehearsal(rehearsal, typed=rehearsal.title, by=officer, at=timezone.now())

    assert facts(officer)[4] == (True, "演练过 1 次")


def test_the_steps_stand_at_home_until_they_are_put_away(client, officer, administrator, auditor, campaign):
    client.force_login(officer)
    assert "打开五步说明" in client.get(reverse("overview")).content.decode()
    client.force_login(auditor)
    assert "打开五步说明" not in client.get(reverse("overview")).content.decode()
    client.force_login(administrator)
    assert "打开五步说明" in client.get(reverse("status")).content.decode()

    client.post(reverse("dismiss_first_day"))

    assert "打开五步说明" not in client.get(reverse("status")).content.decode()
    assert AuditEvent.objects.filter(action="accounts.dismiss_first_day", by=administrator).exists()
    assert client.get(reverse("first_day")).status_code == 200
    client.force_login(officer)
    assert "打开五步说明" in client.get(reverse("overview")).content.decode()


def test_the_steps_leave_home_when_all_are_done(client, officer, campaign, clerk, taohuatan):
    create_rehearsal(campaign, day=date(2021, 9, 28), by=officer, at=timezone.now())
    Client().force_login(clerk)
    Message.objects.create(user=clerk, key="k", title="欢迎", created_at=timezone.now())
    client.force_login(officer)

    assert "打开五步说明" not in client.get(reverse("overview")).content.decode()
    assert "五步都已完成" in client.get(reverse("first_day")).content.decode()


@pytest.mark.parametrize("role", [Role.UNIT_CLERK, Role.COUNTY_CLERK, Role.INSPECTOR, Role.AUDITOR])
def test_nobody_else_takes_the_tour(client, taohuatan, role):
    client.force_login(make_user(organization=taohuatan, roles=[role]))

    assert client.get(reverse("first_day")).status_code == 403
    assert client.post(reverse("dismiss_first_day")).status_code == 403

