"""The installation has one name, which pages, letters and the administration show; without one it is the demo's."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.core import mail
from django.urls import reverse
from django.utils import timezone, translation

from accounts import inbox
from accounts.models import ChannelCode, SignInLink
from accounts.naming import platform_name, portal_name
from accounts.notices import mail_link
from accounts.sending import sweep, try_out
from accounts.tests.factories import make_user, moment
from accounts.timetable import times

pytestmark = pytest.mark.django_db


@pytest.fixture
def of_hefei(settings):
    settings.PORTAL_NAME = "合肥市政务公开示范创建"


def page(client, name):
    return client.get(reverse(name)).content.decode()


def test_another_citys_name_stands_in_title_head_and_foot(of_hefei, client, officer, campaign):
    client.force_login(officer)

    found = page(client, "accounts:inbox")

    assert "· 合肥市政务公开示范创建</title>" in found
    assert "<span>合肥市政务公开示范创建</span></a>" in found
    assert '<footer class="page-foot">合肥市政务公开示范创建平台' in found
    assert "宣城市政务公开示范创建" not in found


@pytest.mark.parametrize("name", ["results:public_home", "accounts:login", "inspections:phone"])
def test_whoever_is_not_signed_in_reads_it_too(of_hefei, client, campaign, name):
    found = page(client, name)

    assert "合肥市政务公开示范创建" in found
    assert "宣城市政务公开示范创建" not in found


def test_without_a_name_of_its_own_it_is_the_demos(client):
    assert '<a class="site-name" href="/results/public/">宣城市政务公开示范创建</a>' in page(client, "results:public_home")
    assert platform_name() == "宣城市政务公开示范创建平台"


def test_the_administration_and_letters_carry_it(of_hefei):
    person = make_user("汪小桃", email="wang@example.cn")
    assert str(admin.site.site_header) == "合肥市政务公开示范创建 · 系统管理"

    try_out(ChannelCode.MAIL, person.email, person, moment(9, 27, 10))
    for number in range(2):
        inbox.leave([person], "results.named", key=f"k{number}", at=moment(9, 27, 10), words={"unit": "桃花潭镇", "track": "示范点"})
    sweep(ChannelCode.MAIL, times().due(moment(9, 27, 10), urgent=False))

    now = timezone.now()
    mail_link(SignInLink.objects.create(user=person, purpose="invitation", by_mail=True, created_at=now, expires_at=now + timedelta(days=7)), at=now)

    assert [letter.subject for letter in mail.outbox] == ["合肥市政务公开示范创建平台：测试消息", "合肥市政务公开示范创建平台：有 2 条新消息", "邀请你使用合肥市政务公开示范创建平台"]


@pytest.mark.parametrize(("english", "shown"), [("", "合肥市政务公开示范创建"), ("Hefei Open Government", "Hefei Open Government")])
def test_readers_of_english_see_the_english_name_where_there_is_one(of_hefei, settings, english, shown):
    settings.PORTAL_NAME_EN = english

    with translation.override("en"):
        assert portal_name() == shown
    with translation.override("zh-hans"):
        assert portal_name() == "合肥市政务公开示范创建"
