"""The folder of public pages: whole, without forms, with no dead link, and with nothing in it that the public must not read."""

import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from PIL import Image

from accounts.models import User
from applications.models import Application, Blob, Return
from applications.tests.factories import make_application
from campaigns.tests.factories import moment
from results import actions
from results.models import Naming, NoticeEntry, PaperText, TypicalCase
from results.tests.factories import make_case, make_confirmed, make_experience, make_naming, make_notice, make_objection
from xuancheng_portal import static_export

MOBILE, IDENTITY, CARD, MAIL = "13905630000", "11010519491231002X", "6222021234567890128", "zhang.san@example.com"
PLANTED = f"{MOBILE} {IDENTITY} {CARD} {MAIL}"


@pytest.fixture
def story(campaign, taohuatan, miaoshou, education, clerk, officer, lead, settings):
    """A notice that has run, an objection to it, three titles of which one is withdrawn, a case that is public and one that is not."""
    settings.PORTAL_URL = "https://portal.example.gov.cn"
    applications = [make_application(unit, campaign, "accepted", by=clerk) for unit in (taohuatan, miaoshou)]
    make_confirmed(applications)
    bureau = make_application(education, campaign, "accepted")
    notice = make_notice(applications, starts_on=moment(11, 4).date(), ends_on=moment(11, 10).date())
    make_objection(notice.entries.first())
    named = [make_naming(application) for application in [*applications, bureau]]
    Naming.objects.filter(pk=named[1].pk).update(withdrawn_at=moment(12, 20), withdrawn_by=lead, withdrawn_reason="弄虚作假", withdrawn_on=moment(12, 20).date(), withdrawn_document="宣政务公开〔2021〕15号")
    experiences = [make_experience(named[0], title="公开的做法"), make_experience(named[2], "sent", title="还没有采用的做法")]
    return {
        "public": make_case(named[0], photos=2, title="公开的案例", by=clerk), "draft": make_case(named[2], "draft", title="还没有公开的案例"),
        "experience": experiences[0],
    }


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.ids, self.tags, self.text = [], set(), set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.add(tag)
        self.ids.add(attributes.get("id"))
        self.links += [(tag, attributes[name]) for name in ("href", "src", "action") if name in attributes]

    def handle_data(self, data):
        self.text.append(data)


def crawl(folder):
    """Every file that index.html leads to, and what is wrong with a link on the way."""
    seen, wrong, portal, waiting = {}, [], set(), [folder / "index.html"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen[path] = page = Page(path) if path.suffix == ".html" else None
        links = page.links if page else [("css", link) for link in re.findall(r'url\("?(?!data:)([^")]+)', path.read_text())] if path.suffix == ".css" else []
        for tag, link in links:
            parts = urlsplit(link)
            if parts.netloc:
                portal.add(link)
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_relative_to(folder.resolve()) or not target.is_file() or link.startswith("/"):
                wrong.append(f"{path.name}: {tag} {link}")
                continue
            waiting.append(target)
            if parts.fragment and target.suffix == ".html" and parts.fragment not in Page(target).ids:
                wrong.append(f"{path.name}: {tag} {link} leads to no place")
    return seen, wrong, portal


@pytest.fixture
def folder(story, tmp_path, capsys):
    call_command("export_public", str(tmp_path / "public"))
    return tmp_path / "public"


def test_every_page_is_reached_from_the_first_and_no_link_is_dead(folder):
    seen, wrong, portal = crawl(folder)

    assert wrong == []
    assert {path.resolve() for path in seen} == {path.resolve() for path in folder.rglob("*") if path.is_file()} - {(folder / "README.txt").resolve()}
    assert {"index.html", "notices.html", "named.html", "named-track-township.html", "cases.html", "experiences.html", "accessibility.html", "standard.html", "standard-track-zone.html"} <= {path.name for path in seen}
    assert all(link.startswith("https://portal.example.gov.cn/") or link == "https://portal.example.gov.cn" for link in portal)
    assert "https://portal.example.gov.cn/results/public/track/" in portal


def test_nothing_in_it_needs_a_script_or_a_server(folder):
    for path in folder.rglob("*.html"):
        page = Page(path)
        assert not page.tags & {"form", "script", "input", "dialog", "iframe"}, path
        assert "csrf" not in path.read_text().lower(), path
    assert not list(folder.rglob("*.js"))


def test_a_drawing_lies_in_the_page_itself(folder):
    """A page that is opened from a disk may take none from another file."""
    page = (folder / "index.html").read_text()

    used = set(re.findall(r'<use href="#([\w-]+)"', page))
    assert used
    assert used <= set(re.findall(r'<symbol id="([\w-]+)"', page))
    assert "icons.svg" not in page


def test_the_choice_of_letters_and_contrast_holds_from_page_to_page(folder):
    for name, classes in [("large", "large-text"), ("contrast", "high-contrast"), ("contrast-large", "high-contrast large-text")]:
        pages = list((folder / name).glob("*.html"))
        assert {path.name for path in pages} == {path.name for path in folder.glob("*.html")}
        for path in pages:
            text = path.read_text()
            assert f'<html lang="zh-Hans" class="{classes}">' in text
            assert 'href="notices.html"' in text  # the next page is of the same copy
    assert 'href="large/index.html"' in (folder / "index.html").read_text()
    assert 'href="../contrast-large/cases.html"' in (folder / "large/cases.html").read_text()
    assert 'href="../cases.html"' in (folder / "large/cases.html").read_text()


def test_named_units_and_the_withdrawn_title_stand_in_it(folder):
    page = (folder / "named-county-341825.html").read_text()

    assert "庙首镇" in page
    assert "已撤销命名（2021-12-20）" in page
    assert "宣政务公开〔2021〕15号" in page
    assert "桃花潭镇" not in page
    assert "桃花潭镇" in (folder / "named.html").read_text()


def test_photos_are_drawn_anew_and_what_was_not_published_stays_out(folder, story):
    photos = sorted((folder / "files").glob("photo-*.jpg"))

    assert len(photos) == 2 + 1  # both as they are viewed, the first also small on the cards
    for path in photos:
        assert not Image.open(BytesIO(path.read_bytes())).getexif()
        assert b"Phonemaker" not in path.read_bytes()
    everything = "".join(path.read_text() for path in folder.rglob("*.html"))
    assert "公开的案例" in everything
    assert "还没有公开的案例" not in everything


def test_an_experience_is_read_in_the_folder_until_its_consent_is_taken_back(folder, story, clerk):
    experience = story["experience"]
    page = folder / f"experience-{experience.pk}.html"

    assert "把公开做到村口。" in page.read_text()
    assert f'href="{page.name}"' in (folder / "experiences.html").read_text()
    assert "还没有采用的做法" not in "".join(each.read_text() for each in folder.rglob("*.html"))

    actions.withdraw_consent(experience, by=clerk, at=moment(11, 25))
    call_command("export_public", str(folder))

    assert not list(folder.rglob(page.name))
    assert crawl(folder)[1] == []


def test_a_case_whose_consent_was_withdrawn_is_gone_from_the_next_export(folder, story, clerk):
    case = story["public"]
    assert (folder / f"case-{case.pk}.html").exists()

    actions.withdraw_case_consent(case, by=clerk, at=moment(11, 25))
    call_command("export_public", str(folder))

    assert not list(folder.rglob(f"case-{case.pk}.html"))
    assert not list(folder.rglob("photo-*"))
    assert crawl(folder)[1] == []


def test_personal_values_that_are_planted_everywhere_do_not_come_along(story, tmp_path, officer, lead):
    """In every text that people write and the public must not read (S-35)."""
    User.objects.update(name=f"某人 {MOBILE}", phone=MOBILE, email=MAIL)
    Application.objects.update(contact_name=PLANTED[:20], contact_phone=MOBILE)
    for application in Application.objects.all():
        application.responses.update(narrative=PLANTED)
        Return.objects.create(application=application, level="office", note=PLANTED, due_at=moment(10, 9), returned_at=moment(10, 2), returned_by=officer)
    for entry in NoticeEntry.objects.all():
        entry.objections.update(name="张三", phone=MOBILE, facts=PLANTED)
    Naming.objects.filter(withdrawn_at__isnull=False).update(withdrawn_reason=PLANTED)
    TypicalCase.objects.filter(state="draft").update(title=MOBILE, body=PLANTED, remark=PLANTED)

    static_export.export(tmp_path / "public", at=moment(12, 25))

    for path in (tmp_path / "public").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [value for value in (MOBILE, IDENTITY, CARD, MAIL) if value.encode() in content], path


def test_the_folder_is_refused_when_a_page_shows_personal_data(story, tmp_path):
    """Written behind the back of the rules; nothing is left half."""
    TypicalCase.objects.filter(state="published").update(body=f"联系 {MOBILE}")

    with pytest.raises(CommandError, match="手机号码") as refusal:
        call_command("export_public", str(tmp_path / "public"))

    assert MOBILE not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_leaves_the_earlier_export_as_it_was(folder):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    Blob.objects.update(scan_state="infected", scan_tried_at=moment(11, 21))

    with pytest.raises(CommandError, match="现在不能公开"):
        call_command("export_public", str(folder))

    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["public"]


def test_a_folder_with_other_things_in_it_is_left_alone(story, tmp_path):
    (tmp_path / "thesis.txt").write_text("work of years")

    with pytest.raises(CommandError, match="不能覆盖"):
        call_command("export_public", str(tmp_path))

    assert (tmp_path / "thesis.txt").read_text() == "work of years"


def test_an_empty_portal_has_a_folder_too(db, tmp_path):
    call_command("export_public", str(tmp_path / "public"))

    assert "创建活动还没有开始" in (tmp_path / "public/index.html").read_text()
    assert crawl(tmp_path / "public")[1] == []


@pytest.mark.parametrize(("address", "name"), [
    ("results:public_home", "index.html"), ("results:public_case_list", "cases.html"), ("results:public_experience_list", "experiences.html"),
    ("results:public_track", None), ("home", None),
])
def test_which_addresses_the_folder_holds(address, name):
    assert static_export.file_of(reverse(address)) == name


def test_two_pages_never_share_a_file_and_a_search_is_left_to_the_portal():
    named = reverse("results:public_named_list")

    assert static_export.file_of(f"{named}?year=2021&track=a/b") == static_export.file_of(f"{named}?track=a/b&year=2021")
    assert Path(static_export.file_of(f"{named}?track=../../x")).name == static_export.file_of(f"{named}?track=../../x")
    assert static_export.file_of(f"{named}?q=桃花") is None
    assert static_export.file_of(f"{named}?year=") == "named.html"


def test_a_notice_lies_beside_its_page_as_word_and_pdf(folder):
    page = Page(next(folder.glob("notice-*.html")))
    files = sorted(link for tag, link in page.links if tag == "a" and link.startswith("files/notice-"))

    assert [Path(link).suffix for link in files] == [".docx", ".pdf"]
    assert [(folder / link).read_bytes()[:4] for link in files] == [b"PK\x03\x04", b"%PDF"]
    assert ("a", f"../{files[0]}") in Page(next((folder / "large").glob("notice-*.html"))).links


def test_a_paper_that_cannot_be_made_refuses_the_folder(story, tmp_path, campaign, officer):
    PaperText.objects.create(campaign=campaign, kind="notice", text="【标题】{{ 没有 }}", saved_at=moment(11, 1), saved_by=officer)

    with pytest.raises(CommandError, match="文件不能生成：文本里有认不出的名字“没有”"):
        call_command("export_public", str(tmp_path / "public"))
    assert not (tmp_path / "public").exists()
