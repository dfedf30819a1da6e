"""The inspectors' app in a real Chromium: without a network, on a bad one, killed in the middle, on two phones and in two tabs.

The portal is a live server of this test, so that its rows can be looked at directly; the phone reaches it through a line that
can be slowed down and cut (weak_network.py).
"""

import json
import os
import random
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from accounts.models import Role
from accounts.tests.factories import make_organization, make_user
from applications import uploads
from applications.models import ItemResponse
from applications.tests.factories import make_application
from campaigns.tests.factories import make_campaign
from inspections import actions
from inspections.models import Delivery, DevicePhoto, DeviceRecord, GroupMember, Quarantine, Score, SitePhoto
from inspections.tests.factories import make_group, make_visit
from standards.models import Category, Item, ItemPoints, Standard
from xuancheng_portal.tests.browser.weak_network import WeakNetwork

PATIENCE = 60_000
ITEMS = 24
CONTROLLED = """new Promise((ok, no) => { const worker = navigator.serviceWorker; if (worker.controller) return ok(1);
  worker.addEventListener('controllerchange', () => ok(2)); setTimeout(() => no('no service worker'), 20000); })"""
PICTURES = os.environ.get("SCREENSHOTS")


def make_open_campaign(at):
    """A campaign whose phases are all open now, with 24 items of four points in three categories."""
    campaign = make_campaign("open", at.year)
    campaign.phases.update(starts_at=at - timedelta(days=30), ends_at=at + timedelta(days=30))
    standard = Standard.objects.create(campaign=campaign, number=1, created_at=at)
    for category in range(3):
        group = Category.objects.create(standard=standard, code=str(category + 1), name=f"第{category + 1}类", order=category)
        for number in range(ITEMS // 3):
            item = Item.objects.create(category=group, code=f"{category + 1}.{number + 1}", title=f"事项{number + 1}", text="按月更新公示栏。", order=number)
            ItemPoints.objects.bulk_create([ItemPoints(item=item, track=track, points=Decimal(4)) for track in campaign.tracks.all()])
    return campaign


class Phones:
    """People with phones on one line to the portal."""

    def __init__(self, new_context, line):
        self.new_context, self.line, self.complaints = new_context, line, []
        expect.set_options(timeout=PATIENCE)

    def phone(self, user, width=360, **options):
        """A phone of this person, signed in; its browser data stays while the context does."""
        context = self.new_context(base_url=self.line.address, viewport={"width": width, "height": 780}, is_mobile=True, has_touch=True, **options)
        context.set_default_timeout(PATIENCE)
        self.sign_in(context, user)
        return context

    def sign_in(self, context, user):
        client = Client()
        client.force_login(user)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": self.line.address}])

    def open(self, context, path=""):
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(reverse("inspections:phone") + path)
        return page

    def taken_along(self, context, visit):
        """The app open on the unit, which was downloaded, with its service worker in charge."""
        page = self.open(context)
        page.evaluate(CONTROLLED)
        page.get_by_role("button", name="下载备用").click()
        expect(page.get_by_text("可离线")).to_be_visible()
        return page


@pytest.fixture
def line(live_server):
    line = WeakNetwork(*urlsplit(live_server.url).netloc.split(":"))
    yield line
    line.close()


@pytest.fixture
def phones(new_context, line):
    phones = Phones(new_context, line)
    yield phones
    assert phones.complaints == []


@pytest.fixture
def now(transactional_db):
    return timezone.now()


@pytest.fixture
def people(now):
    home = make_organization("市司法局", kind="bureau")
    return [make_user(name, home, [Role.INSPECTOR], username=username) for name, username in (("胡小验", "hu"), ("许小收", "xu"))]


@pytest.fixture
def visit(now, people):
    campaign = make_open_campaign(now)
    county = make_organization("泾县", kind="county", code="341823")
    unit = make_organization("桃花潭镇", parent=county, code="341823103")
    application = make_application(unit, campaign, status="accepted", contact_name="汪小桃", contact_phone="0563-5000000")
    ItemResponse.objects.filter(application=application).update(narrative="全年公开 36 条。", self_verdict="met", self_score=4)
    return make_visit(application, make_group(campaign, *people), on=timezone.localdate(now))


def jpeg(seed, size=(48, 36)):
    """A small photo nobody else takes."""
    chance = random.Random(seed)
    image = Image.frombytes("RGB", size, chance.randbytes(3 * size[0] * size[1]))
    content = BytesIO()
    image.save(content, "JPEG", quality=30)
    return {"name": f"{seed}.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def codes():
    return [f"{category}.{number}" for category in (1, 2, 3) for number in range(1, ITEMS // 3 + 1)]


def record(page, verdict, reason="", photos=()):
    """What an inspector does on one item: verdict, a reason that costs half a point, photos. Everything is on the phone at the end."""
    page.get_by_role("radio", name=verdict, exact=True).check()
    if reason:
        page.get_by_label("减分").click()
        page.get_by_label("现场情况").fill(reason)
    if photos:
        page.locator("#camera").set_input_files(list(photos))
        expect(page.locator(".photo")).to_have_count(len(photos))
    expect(page.locator("#saved")).to_contain_text("已存到本机")


def stored(page, name):
    """A store of the phone, as it is on disk; without bytes."""
    return page.evaluate(f"(async () => (await Phone.all('{name}')).map((one) => Object.assign({{}}, one, {{ blob: undefined, thumb: undefined }})))()")


def all_sent(page):
    """The phone has a receipt for everything, and says so."""
    expect(page.locator("#screen > :not(noscript)").first).to_be_visible()
    for _look in range(3000):  # thirty photos take their minutes at 50 kbit/s
        if page.evaluate("(async () => [await Phone.count(), Phone.status.phase])()") == [0, "idle"]:
            break
        page.wait_for_timeout(200)
    expect(page.locator("#pill")).to_contain_text("已联网")


def entered(user):
    return {score.item.code: (score.verdict, score.points, score.reason) for score in Score.objects.filter(scorer=user).select_related("item")}


def test_a_whole_visit_in_flight_mode_arrives_once_over_a_bad_line(phones, line, visit, people):
    """24 items and 30 photos; cold start in flight mode, killed in the middle, then 50 kbit/s with connections that break."""
    context = phones.phone(people[0])
    page = phones.taken_along(context, visit)
    page.close()
    context.set_offline(True)
    taken, page = {}, phones.open(context, f"#/u/{visit.pk}")
    expect(page.get_by_role("heading", name="桃花潭镇")).to_be_visible()
    expect(page.locator("#pill")).to_contain_text("离线")

    for number, code in enumerate(codes()):
        if number == 12:  # the system kills the tab, and the phone restarts the browser's storage
            page.close()
            page = phones.open(context)
            expect(page).to_have_url(f"{line.address}{reverse('inspections:phone')}#/u/{visit.pk}/{codes()[11]}")
            expect(page.get_by_label("现场情况")).to_have_value("第 11 项更新不及时")
        page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/{code}")
        expect(page.locator("#main h2").first).to_contain_text(code)
        photos = [jpeg(number * 10 + one) for one in range(2 if number % 4 == 0 else 1)]
        lost = number % 3 == 2
        record(page, "部分符合" if lost else "符合", f"第 {number} 项更新不及时" if lost else "", photos)
        taken[code] = ("partly", Decimal("3.5"), f"第 {number} 项更新不及时") if lost else ("met", Decimal(4), "")
    kept = stored(page, "photos")
    assert len(kept) == 30
    expect(page.locator("#pill")).to_contain_text("离线 · 待传 54")
    assert not Score.objects.exists()

    line.weaken(50_000, cut_after=9_000, seed=7)
    context.set_offline(False)
    all_sent(page)

    assert line.cuts > 0
    assert entered(people[0]) == taken
    assert {str(photo.pk): photo.blob_id for photo in SitePhoto.objects.all()} == {photo["id"]: photo["sha256"] for photo in kept}
    assert DeviceRecord.objects.count() == ITEMS
    assert {record.state for record in DeviceRecord.objects.all()} == {Delivery.State.ENTERED}


KILLED = """(() => { const step = %d, after = %s, real = window.fetch; let count = 0; window.killed = false;
  const never = () => { window.killed = true; return new Promise(() => {}); };
  window.fetch = async (...asked) => { count += 1; if (count !== step) return real(...asked); if (!after) return never(); await real(...asked); return never(); }; })()"""


@pytest.mark.parametrize("after", [False, True], ids=["request-lost", "answer-lost"])
def test_killed_at_every_step_of_sending_nothing_is_lost_or_doubled(phones, visit, people, after):
    """A record and a photo in several pieces; the page dies before or after each request in turn, and the next one goes on."""
    context = phones.phone(people[0])
    phones.taken_along(context, visit).close()
    steps = 0
    for step, code in enumerate(codes(), start=1):
        context.set_offline(True)
        page = phones.open(context, f"#/u/{visit.pk}/{code}")
        record(page, "符合", photos=[jpeg(step, (600, 450))])
        page.close()
        context.set_offline(False)
        page = context.new_page()
        page.add_init_script(KILLED % (step, json.dumps(after)))
        page.goto(f"{reverse('inspections:phone')}#/sync")
        page.wait_for_function("() => window.killed || document.getElementById('pill-words').textContent === '已联网'", timeout=PATIENCE)
        finished = not page.evaluate("window.killed")
        page.close()
        if finished:
            break
        steps += 1
        page = phones.open(context, "#/sync")
        all_sent(page)
        (photo,) = [photo for photo in stored(page, "photos") if photo["code"] == code]
        assert len(photo["pieces"]) > 1
        assert SitePhoto.objects.get(pk=photo["id"]).blob_id == photo["sha256"]
        assert entered(people[0])[code] == ("met", Decimal(4), "")
        page.close()

    assert finished
    assert steps >= 6  # who is there, the record, the announcement, at least two pieces, what the portal knows
    assert DeviceRecord.objects.count() == SitePhoto.objects.count() == len(codes()[:steps + 1])


def test_two_phones_of_one_person_are_compared_and_one_is_chosen(phones, visit, people):
    first, second = phones.phone(people[0]), phones.phone(people[0])
    one, two = phones.taken_along(first, visit), phones.taken_along(second, visit)
    second.set_offline(True)
    for page in (one, two):
        page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    record(two, "部分符合", "公示栏是旧的")
    record(one, "符合")
    all_sent(one)

    second.set_offline(False)
    two.goto(f"{reverse('inspections:phone')}#/sync")
    two.get_by_role("link", name="比较").click()
    expect(two.get_by_text("公示栏是旧的")).to_be_visible()
    expect(two.get_by_text("符合，4 / 4", exact=True)).to_be_visible()
    assert entered(people[0])["1.1"] == ("met", Decimal(4), "")
    two.get_by_role("button", name="用这一份").first.click()
    expect(two.get_by_label("现场情况")).to_have_value("公示栏是旧的")
    all_sent(two)

    assert entered(people[0])["1.1"] == ("partly", Decimal("3.5"), "公示栏是旧的")
    one.goto(f"{reverse('inspections:phone')}#/sync")
    one.get_by_role("button", name="立即同步").click()
    one.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    expect(one.get_by_label("现场情况")).to_have_value("公示栏是旧的")


def test_two_phones_both_kept_for_the_talk(phones, visit, people):
    first, second = phones.phone(people[0]), phones.phone(people[0])
    one, two = phones.taken_along(first, visit), phones.taken_along(second, visit)
    second.set_offline(True)
    for page in (one, two):
        page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    record(two, "部分符合", "公示栏是旧的")
    record(one, "符合")
    all_sent(one)
    second.set_offline(False)
    two.goto(f"{reverse('inspections:phone')}#/sync")
    two.get_by_role("link", name="比较").click()
    two.get_by_role("button", name="两份都留，留待商定").click()
    expect(two.get_by_label("现场情况")).to_have_value("公示栏是旧的")
    all_sent(two)

    assert entered(people[0])["1.1"] == ("met", Decimal(4), "")
    assert DeviceRecord.objects.filter(state=Delivery.State.KEPT).count() == 1
    page = first.new_page()
    page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1/compare")
    page.goto(page.get_by_role("link", name="联网后去商定页面，全组一起看").get_attribute("href"))
    expect(page.get_by_text("另一份：部分符合，3.5 分")).to_be_visible()


def test_what_was_chosen_in_the_talk_reaches_both_phones(phones, visit, people, now):
    first, second = phones.phone(people[0]), phones.phone(people[0])
    one, two = phones.taken_along(first, visit), phones.taken_along(second, visit)
    second.set_offline(True)
    for page in (one, two):
        page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    record(two, "部分符合", "公示栏是旧的")
    record(one, "符合")
    all_sent(one)
    second.set_offline(False)
    two.goto(f"{reverse('inspections:phone')}#/sync")
    expect(two.get_by_role("link", name="比较")).to_be_visible()
    actions.choose_content(visit, DeviceRecord.objects.get(state=Delivery.State.CONFLICT), by=people[0], at=now)

    two.get_by_role("button", name="立即同步").click()
    expect(two.get_by_role("link", name="比较")).to_have_count(0)
    two.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")

    expect(two.get_by_role("radio", name="符合", exact=True)).to_be_checked()
    expect(two.get_by_label("现场情况")).to_have_value("")
    assert entered(people[0])["1.1"] == ("met", Decimal(4), "")


def test_two_tabs_that_held_different_things_ask_the_person(phones, visit, people):
    context = phones.phone(people[0])
    page = phones.taken_along(context, visit)
    context.set_offline(True)
    page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    record(page, "符合")

    other = phones.open(context, "#/sync")  # this tab still holds what it read before the other one wrote
    other.evaluate(f"Phone.saveRecord({visit.pk}, '1.1', {{ verdict: 'not_met', points: '0', reason: '没有公示栏' }}, 0)")
    context.set_offline(False)
    other.get_by_role("link", name="比较").click()
    expect(other.get_by_text("没有公示栏")).to_be_visible()
    other.get_by_role("button", name="用这一份").last.click()
    expect(other.get_by_label("现场情况")).to_have_value("没有公示栏")
    all_sent(other)

    assert entered(people[0])["1.1"] == ("not_met", Decimal(0), "没有公示栏")
    expect(page.get_by_label("现场情况")).to_have_value("没有公示栏")


def test_somebody_taken_off_the_group_hands_in_to_the_office(phones, visit, people):
    context = phones.phone(people[0])
    page = phones.taken_along(context, visit)
    context.set_offline(True)
    page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    record(page, "部分符合", "公示栏是旧的", [jpeg(1)])
    GroupMember.objects.filter(user=people[0]).delete()
    people[0].grants.all().delete()
    phones.sign_in(context, type(people[0]).objects.get(pk=people[0].pk))  # the change of role ended the session

    page.goto(f"{reverse('inspections:phone')}#/sync")
    context.set_offline(False)
    page.get_by_role("button", name="立即同步").click()
    all_sent(page)

    case = Quarantine.objects.get()
    assert (case.owner, case.visit) == (people[0], visit)
    assert [record.why for record in case.records.all()] == ["reassigned"]
    assert [photo.why for photo in case.photos.all()] == ["reassigned"]
    assert not Score.objects.exists()
    assert not SitePhoto.objects.exists()
    assert stored(page, "units") == stored(page, "records") == stored(page, "photos") == []  # confirmed, so nothing stays


WRONG_CLOCK = """(() => { const Real = Date, by = %d; window.Date = class extends Real {
  constructor(...said) { if (said.length) super(...said); else super(Real.now() + by); } static now() { return Real.now() + by; } }; })()"""


@pytest.mark.parametrize("years", [-2, 2])
def test_a_clock_two_years_off_decides_nothing(phones, visit, people, now, years):
    context = phones.phone(people[0])
    context.add_init_script(WRONG_CLOCK % (years * 365 * 86_400_000))
    page = phones.taken_along(context, visit)
    expect(page.get_by_text("手机的时间和平台差了")).to_be_visible()
    page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    record(page, "符合")
    all_sent(page)

    score = Score.objects.get()
    assert abs((score.device_at - now).days) > 700
    assert abs(score.scored_at - now) < timedelta(hours=1)


def test_signing_out_is_refused_while_something_waits_and_the_next_person_sees_nothing(phones, visit, people):
    context = phones.phone(people[0])
    page = phones.taken_along(context, visit)
    context.set_offline(True)
    page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    record(page, "符合")
    page.goto("about:blank")
    context.set_offline(False)
    page.goto(reverse("accounts:inbox"))
    page.locator(".toptools details.menu summary").last.click()
    page.get_by_role("button", name="退出登录").click()

    expect(page.get_by_text("还有内容没有传完，不能退出登录")).to_be_visible()
    all_sent(page)

    page.goto(reverse("accounts:inbox"))
    page.locator(".toptools details.menu summary").last.click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", name="先登录一次").or_(page.get_by_role("link", name="登录").first)).to_be_visible()
    assert page.evaluate("(async () => (await indexedDB.databases()).map((one) => one.name).filter((name) => name.startsWith('phone-')))()") == []
    phones.sign_in(context, people[1])
    page.goto(reverse("inspections:phone"))
    expect(page.get_by_role("button", name="下载备用")).to_be_visible()
    assert stored(page, "records") == []


def test_another_person_on_the_same_phone_neither_sees_nor_wipes_what_waits(phones, visit, people):
    context = phones.phone(people[0])
    page = phones.taken_along(context, visit)
    context.set_offline(True)
    page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    record(page, "部分符合", "只有我知道")
    page.close()
    context.set_offline(False)
    phones.sign_in(context, people[1])
    page = phones.open(context)
    expect(page.get_by_role("button", name="下载备用")).to_be_visible()
    assert "只有我知道" not in page.content()
    assert stored(page, "records") == []
    page.goto(reverse("accounts:inbox"))
    page.locator(".toptools details.menu summary").last.click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(lambda url: "inbox" not in url)

    phones.sign_in(context, people[0])
    page.goto(reverse("inspections:phone") + "#/sync")
    all_sent(page)
    assert entered(people[0])["1.1"] == ("partly", Decimal("3.5"), "只有我知道")


def test_an_ended_session_keeps_the_queue_and_asks_to_sign_in(phones, visit, people):
    context = phones.phone(people[0])
    page = phones.taken_along(context, visit)
    context.clear_cookies()
    page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    record(page, "符合")
    expect(page.get_by_text("登录已过期，记录没有丢失")).to_be_visible()
    assert not Score.objects.exists()

    phones.sign_in(context, people[0])
    page.goto(f"{reverse('inspections:phone')}#/sync")
    page.get_by_role("button", name="立即同步").click()
    all_sent(page)
    assert entered(people[0])["1.1"] == ("met", Decimal(4), "")


def test_the_backup_package_is_imported_by_the_office_once(phones, visit, people, tmp_path):
    """A broken phone: what already arrived is not doubled, the rest waits for the office."""
    officer = make_user("宋小公", make_organization("市政务公开办", kind="office"), [Role.OFFICE])
    context = phones.phone(people[0])
    page = phones.taken_along(context, visit)
    page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    record(page, "符合", photos=[jpeg(1)])
    all_sent(page)
    context.set_offline(True)
    page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.2")
    record(page, "部分符合", "公示栏是旧的", [jpeg(2)])
    page.goto(f"{reverse('inspections:phone')}#/sync")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出备份包").click()
    package = tmp_path / "package.zip"
    download.value.save_as(package)
    client = Client()
    client.force_login(officer)

    def imported():
        return client.post(reverse("inspections:import_package"), {"package": SimpleUploadedFile("备份.zip", package.read_bytes())}).content.decode()

    assert "新收到 2 项，另有 2 项早已收到" in imported()
    assert "新收到 0 项，另有 4 项早已收到" in imported()
    case = Quarantine.objects.get()
    records, photos = list(case.records.all()), list(case.photos.all())
    assert [(record.item_code, record.why) for record in records] == [("1.2", "imported")]
    actions.decide_quarantine(case, records, photos, "手机坏了，已核实。", enter=True, by=officer, at=timezone.now())
    assert entered(people[0])["1.2"] == ("partly", Decimal("3.5"), "公示栏是旧的")
    assert SitePhoto.objects.count() == 2


def test_on_plain_http_the_phone_still_keeps_and_sends_and_says_what_is_missing(phones, visit, people):
    """Without https there is no service worker, no randomUUID and no subtle digest."""
    context = phones.phone(people[0])
    context.add_init_script(
        "Object.defineProperty(window, 'isSecureContext', { value: false });"
        "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined }); Crypto.prototype.randomUUID = undefined;"
        "Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined });"
    )
    page = phones.open(context)
    expect(page.get_by_text("现在的网址不是 https")).to_be_visible()
    page.get_by_role("button", name="下载备用").click()
    expect(page.get_by_text("可离线")).to_be_visible()
    page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    record(page, "符合", photos=[jpeg(1, (320, 240))])
    all_sent(page)

    assert entered(people[0])["1.1"] == ("met", Decimal(4), "")
    photo = SitePhoto.objects.get()
    assert photo.blob_id == stored(page, "photos")[0]["sha256"]
    for words in ("", "abc", "政务公开" * 40, "x" * 119, "x" * 120):
        assert page.evaluate("(words) => Phone.plainSha256(new TextEncoder().encode(words))", words) == sha256(words.encode()).hexdigest()


def test_in_wechat_it_says_to_use_the_browser(phones, visit, people):
    page = phones.open(phones.phone(people[0], user_agent="Mozilla/5.0 (Linux; Android 12) Chrome/107 Mobile MicroMessenger/8.0"))

    expect(page.get_by_text("请用系统浏览器打开")).to_be_visible()


def test_a_photo_is_made_smaller_and_keeps_its_own_time_and_can_be_taken_back(phones, visit, people):
    context = phones.phone(people[0])
    page = phones.taken_along(context, visit)
    page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    large = Image.new("RGB", (3000, 2000), "#789")
    exif = large.getexif()
    exif.get_ifd(0x8769)[0x9003] = "2026:03:04 05:06:07"
    content = BytesIO()
    large.save(content, "JPEG", exif=exif)
    page.locator("#album").set_input_files([{"name": "大.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}, jpeg(3)])
    expect(page.locator(".photo")).to_have_count(2)
    all_sent(page)

    shrunk = next(photo for photo in DevicePhoto.objects.all() if f"{timezone.localtime(photo.device_at):%m-%d %H:%M:%S}" == "03-04 05:06:07")
    with uploads.open_blob(shrunk.sha256) as file, Image.open(file) as image:
        assert (image.size, dict(image.getexif())) == ((1600, 1067), {})
    page.locator(".photo").first.get_by_role("button", name="删除").click()
    expect(page.locator(".photo").first.get_by_role("button", name="撤销")).to_be_visible()
    page.locator(".photo").first.get_by_role("button", name="撤销").click()
    expect(page.locator(".photo").first.get_by_role("button", name="删除")).to_be_visible()
    page.locator(".photo").first.get_by_role("button", name="删除").click()
    expect(page.locator(".photo")).to_have_count(1)
    page.evaluate("Phone.sync()")
    all_sent(page)
    assert SitePhoto.objects.present().count() == 1


def test_a_photo_deleted_too_late_stays_and_keeps_nobody_from_signing_out(phones, visit, people, now):
    context = phones.phone(people[0])
    page = phones.taken_along(context, visit)
    page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    record(page, "符合", photos=[jpeg(1)])
    all_sent(page)
    context.set_offline(True)
    page.locator(".photo").get_by_role("button", name="删除").click()
    expect(page.locator(".photo")).to_have_count(0, timeout=20_000)
    actions.declare_conflict(people[0], visit.application.organization, visit.application.campaign, "亲属", by=people[0], at=now)

    context.set_offline(False)
    page.goto(f"{reverse('inspections:phone')}#/sync")
    page.get_by_role("button", name="立即同步").click()
    all_sent(page)

    assert SitePhoto.objects.present().count() == 1
    expect(page.get_by_text("申报了回避")).to_be_visible()
    page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    expect(page.locator(".photo")).to_have_count(1)


def findings(page):
    for violation in Axe().run(page).response["violations"]:
        yield f"{violation['id']}: {violation['help']} {[node['html'][:160] for node in violation['nodes'][:3]]}"
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        yield "scrolls sideways"
    yield from page.evaluate("""() => Array.from(document.querySelectorAll('a[href], button, input:not([type=file]), textarea, summary, label.btn, label.choice'))
      .filter((one) => one.offsetParent && !one.closest('.visually-hidden, .skip, label.choice input') && !(one.matches('.choice input')))
      .map((one) => [one, one.getBoundingClientRect()]).map(([one, box]) => { const label = one.matches('.form-check-input') ? one.closest('.form-check').getBoundingClientRect() : box; return [one, label]; })
      .filter(([one, box]) => box.width < 44 || box.height < 44).map(([one, box]) => `small target ${Math.round(box.width)}x${Math.round(box.height)} ${one.outerHTML.slice(0, 120)}`)""")


@contextmanager
def pictured(page, name):
    yield
    if PICTURES:
        page.screenshot(path=Path(PICTURES, f"phone-{name}.png"), full_page=True)


@pytest.mark.parametrize("width", [320, 360, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_clean_by_day_and_by_night(phones, visit, people, width, scheme):
    context = phones.phone(people[0], width=width, color_scheme=scheme)
    page = phones.open(context)
    found = []

    def look(name, path=None):
        if path is not None:
            page.goto(reverse("inspections:phone") + path)
            page.wait_for_timeout(300)
        with pictured(page, f"{name}-{width}-{scheme}"):
            found.extend(f"{name}: {finding}" for finding in findings(page))

    expect(page.get_by_role("button", name="下载备用")).to_be_visible()
    look("before")
    page.get_by_role("button", name="下载备用").click()
    expect(page.get_by_text("可离线")).to_be_visible()
    look("tasks")
    actions.record_site_score(
        visit, Item.objects.get(code="1.1"), scorer=people[1], verdict="met", points=Decimal(4), reason="", by=people[1], at=timezone.now()
    )
    context.set_offline(True)
    page.goto(f"{reverse('inspections:phone')}#/u/{visit.pk}/1.1")
    record(page, "部分符合", "查济村公示栏第三季度没有更新。", [jpeg(1, (200, 200)), jpeg(2, (200, 200))])
    page.get_by_text("看要求和单位填报材料").click()
    look("item")
    look("item-blank", f"#/u/{visit.pk}/1.2")
    look("list", f"#/u/{visit.pk}")
    look("sync-offline", "#/sync")
    context.set_offline(False)
    page.get_by_role("button", name="立即同步").click()
    all_sent(page)
    page.evaluate(f"Phone.saveRecord({visit.pk}, '1.1', {{ verdict: 'met', points: '4', reason: '' }}, 0)")
    page.wait_for_timeout(500)
    look("sync")
    look("compare", f"#/u/{visit.pk}/1.1/compare")
    look("me", "#/me")

    assert found == []
