"""Evidence to look at: drawn in the background, stepped through one by one and page by page, never waited for."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications import actions, parsing, tasks, uploads
from applications.models import Blob
from applications.tests import corpus
from applications.tests.factories import make_application, make_link
from campaigns.tests.factories import moment

NOW = moment(9, 27, 10, 32)
LATER = moment(9, 27, 10, 33)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def undrawn(settings, tmp_path):
    """No pictures from other tests of the same bytes."""
    empty = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "derived"}}
    settings.STORAGES = settings.STORAGES | {"derived": empty}


@pytest.fixture
def response(campaign, taohuatan, clerk):
    return make_application(taohuatan, campaign, by=clerk).responses.in_order().first()


@pytest.fixture
def attach(response, clerk):
    return lambda name, content: actions.attach_file(response, SimpleUploadedFile(name, content), name, by=clerk, at=NOW)


@pytest.fixture
def document(attach):
    return attach("台账.pdf", corpus.pdf(pages=3))


def address(proof, query=""):
    return reverse("applications:evidence_view", args=[proof.pk]) + query


def blob_of(proof):
    return Blob.objects.get(pk=proof.blob_id)


# In the background.


def test_a_new_file_is_drawn_after_commit_and_never_in_the_request(response, attach, monkeypatch, django_capture_on_commit_callbacks):
    jobs = []
    run = parsing.run
    monkeypatch.setattr(parsing, "run", lambda job, *args, **kwargs: jobs.append(job) or run(job, *args, **kwargs))
    with django_capture_on_commit_callbacks() as callbacks:
        proof = attach("台账.pdf", corpus.pdf(pages=3))
    assert jobs == ["inspect"]
    assert (blob_of(proof).picture_state, blob_of(proof).pages) == ("pending", None)

    for callback in callbacks:
        callback()

    assert sorted(jobs) == ["inspect", "preview", "text"]
    assert (blob_of(proof).picture_state, blob_of(proof).pages) == ("made", 3)


def test_the_same_bytes_are_drawn_once(document, monkeypatch):
    uploads.draw_pictures(document.blob_id)
    monkeypatch.setattr(parsing, "run", lambda *args: pytest.fail("drawn again"))

    uploads.draw_pictures(document.blob_id)


def test_what_the_broker_lost_is_drawn_by_the_sweep(document):
    tasks.sweep_derivatives(NOW)
    assert blob_of(document).picture_state == "pending"  # its own message may still be on the way

    tasks.sweep_derivatives(LATER)

    assert blob_of(document).picture_state == "made"


def test_a_document_of_words_has_a_card_and_is_never_drawn(attach, client, clerk):
    proof = attach("方案.docx", corpus.office())
    client.force_login(clerk)

    assert blob_of(proof).picture_state == "none"
    page = client.get(address(proof)).content.decode()
    assert "这种文件不能在页面里显示，请打开原件查看。" in page
    assert "<img" not in page
    assert client.get(reverse("applications:evidence_preview", args=[proof.pk])).status_code == 404


def test_a_file_that_cannot_be_drawn_is_remembered_and_gets_a_card(document, client, clerk, monkeypatch):
    def refused(*args):
        raise parsing.Rejected("damaged")

    monkeypatch.setattr(parsing, "run", refused)
    uploads.draw_pictures(document.blob_id)
    client.force_login(clerk)

    assert blob_of(document).picture_state == "impossible"
    assert "这种文件不能在页面里显示" in client.get(address(document)).content.decode()
    assert client.get(reverse("applications:evidence_preview", args=[document.pk])).status_code == 404


def test_pictures_lost_with_a_backup_are_drawn_again(document, client, clerk, settings, tmp_path):
    uploads.draw_pictures(document.blob_id)
    empty = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"derived": empty}
    client.force_login(clerk)
    picture = reverse("applications:evidence_preview", args=[document.pk])

    assert client.get(picture).status_code == 202
    tasks.sweep_derivatives(LATER)

    assert client.get(picture).status_code == 200


# The viewer.


def test_while_a_picture_is_drawn_the_page_stands_and_asks_again(document, client, clerk):
    client.force_login(clerk)

    page = client.get(address(document)).content.decode()
    assert 'data-pending="page"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    answer = client.get(reverse("applications:evidence_picture", args=[document.pk, 1]))
    assert (answer.status_code, answer["Content-Type"]) == (202, "image/svg+xml")
    item = client.get(document.response.get_absolute_url()).content.decode()
    assert "data-pending" in item

    uploads.draw_pictures(document.blob_id)
    assert "data-pending" not in client.get(address(document)).content.decode()


def test_pages_are_turned_by_links(document, client, clerk):
    uploads.draw_pictures(document.blob_id)
    client.force_login(clerk)

    first, middle, last = (client.get(address(document, query)).context for query in ("", "?page=2", "?page=3"))

    assert (first["page"], first["pages"], first["previous_page"], first["next_page"]) == (1, 3, "", address(document, "?page=2"))
    assert (middle["previous_page"], middle["next_page"]) == (address(document), address(document, "?page=3"))
    assert (last["previous_page"], last["next_page"]) == (address(document, "?page=2"), "")
    for number in (1, 2, 3):
        picture = client.get(reverse("applications:evidence_picture", args=[document.pk, number]))
        assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
    assert client.get(reverse("applications:evidence_picture", args=[document.pk, 4])).status_code == 404


@pytest.mark.parametrize(("asked", "shown"), [("0", 1), ("4", 3), ("-1", 1), ("x", 1), ("9" * 40, 1), ("", 1)])
def test_a_page_that_does_not_exist_becomes_one_that_does(document, client, clerk, asked, shown):
    uploads.draw_pictures(document.blob_id)
    client.force_login(clerk)

    assert client.get(address(document, f"?page={asked}")).context["page"] == shown


def test_all_evidence_of_the_item_is_stepped_through_in_its_order(response, document, attach, client, clerk):
    photo = attach("公示栏.jpg", corpus.jpg())
    link = make_link(response, by=clerk)  # older than both
    make_link(response.application.responses.in_order()[1], by=clerk)
    client.force_login(clerk)

    first, middle, last = (client.get(address(proof)).context for proof in (link, document, photo))

    assert [context["number"] for context in (first, middle, last)] == [1, 2, 3]
    assert (first["previous"], first["next"], first["first"], first["last"]) == ("", address(document), "", address(photo))
    assert (middle["previous"], middle["next"]) == (address(link), address(photo))
    assert (last["previous"], last["next"], last["last"]) == (address(document), "", "")


def test_what_was_removed_is_still_seen_beside_the_rest(document, attach, client, officer, clerk):
    photo = attach("公示栏.jpg", corpus.jpg())
    actions.remove_evidence(document, by=clerk, at=NOW)
    client.force_login(officer)

    shown = client.get(address(document))
    assert "单位已于 2021-09-27 10:32 移除" in shown.content.decode()
    assert shown.context["total"] == 2
    assert client.get(address(photo)).context["total"] == 1


@pytest.mark.parametrize(
    ("back", "leads_to"), [("/inspections/review/1/?item=1.1", "/inspections/review/1/?item=1.1"), ("https://evil.example/", ""), ("//evil.example/", ""), ("javascript:alert(1)", "")]
)
def test_one_goes_back_to_where_one_came_from_within_the_portal(document, attach, client, officer, back, leads_to):
    attach("公示栏.jpg", corpus.jpg())
    client.force_login(officer)

    context = client.get(address(document), {"back": back}).context

    own = f"{document.response.application.get_absolute_url()}#item-{document.response.item.code}"
    assert context["back"] == (leads_to or own)
    assert ("back=" in context["next"]) == bool(leads_to)


def test_a_link_shows_its_facts_and_opens_elsewhere(response, client, county_clerk, clerk):
    link = make_link(response, by=clerk)
    client.force_login(county_clerk)

    page = client.get(address(link)).content.decode()

    assert link.url in page
    assert "打开网页" in page
    assert 'rel="noopener noreferrer"' in page


def test_the_viewer_asks_as_often_for_many_files_as_for_two(document, attach, client, clerk, django_assert_max_num_queries):
    attach("一.jpg", corpus.jpg(comment=b"1"))
    client.force_login(clerk)
    client.get(address(document))
    with django_assert_max_num_queries(40) as few:
        client.get(address(document))
    for number in range(4):
        attach(f"{number}.png", corpus.saved(corpus.picture(20 + number), "PNG"))

    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(address(document))


# Names, as they travel.


def test_hostile_names_are_labels_on_the_page_and_paths_nowhere(response, client, clerk, settings, monkeypatch, tmp_path):
    """Eighty names in the very words of a request; the bytes lie under their hashes, and nothing lies elsewhere."""
    store = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "store"}}
    settings.STORAGES = settings.STORAGES | {"evidence": store}
    monkeypatch.setattr(parsing, "run", lambda *args: b"")  # what is inside is not what this is about
    before = {path for path in settings.VAR.rglob("*") if path.is_file()}
    client.force_login(clerk)
    names = [f"{name}.pdf" for name in HOSTILE]
    assert len(names) >= 80
    for start in range(0, len(names), 20):
        parts = b"".join(
            b'--x\r\nContent-Disposition: form-data; name="file-files"; filename="%s"\r\nContent-Type: application/pdf\r\n\r\n%s\r\n'
            % (name.encode("utf-8", "surrogatepass").replace(b'"', b"%22").replace(b"\r", b"%0D").replace(b"\n", b"%0A"), corpus.pdf() + b"%% %d" % (start + number))
            for number, name in enumerate(names[start:start + 20])
        )
        address = reverse("applications:add_file", args=[response.application_id, response.item.code])
        assert client.post(address, parts + b"--x--\r\n", content_type="multipart/form-data; boundary=x").status_code in (302, 422)

    titles = list(response.evidence.values_list("title", flat=True))
    assert len(titles) >= 70  # the others hide a program in their name, or lost their name on the way
    stored = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert {path.name for path in stored} >= set(response.evidence.values_list("blob", flat=True))
    assert all(len(path.name) == 64 for path in stored)
    assert {path for path in settings.VAR.rglob("*") if path.is_file()} - before == set()
    page = client.get(response.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in page
    assert all(title == uploads.clean_name(title) for title in titles)
    for proof in response.evidence.all()[:20]:
        answer = client.get(reverse("applications:evidence", args=[proof.pk]))
        b"".join(answer.streaming_content)
        assert answer["Content-Disposition"].startswith("attachment; filename")
        assert "\n" not in answer["Content-Disposition"]


HOSTILE = [
    "../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "C:\\a\\b", "a/b/c", "..", ".", "...", "/x", "\\x", " ", "a\0b", "a\nb", "a\r\nSet-Cookie: x=1",
    "a\tb", "a\x1b[31m", "a\x7fb", "a\x85b", "a\u2028b", "a\u2029b", "a\u202efdp", "a\u2066b\u2069", "a\u200bb", "a\u200fb", "\ufeffa", "a\ue000", "a\uffff", "CON",
    "NUL", "lpt1", "COM9", "a:b", "a:$DATA", 'a"b', "a;b", "a'b", "a<b>", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a|b", "a?b", "a*b",
    "%2e%2e%2fa", "a%00b", "~root", "$(id)", "`id`", "-rf", "=1+1", "+1", "@SUM(1)", "a\u0301", "e\u0301\u0301", "ﬁ", "ｆｕｌｌ", "／etc／passwd", "a" * 149, "a" * 900,
    "长" * 280, "." * 500, "a." + "b" * 400, "👩‍👩‍👧‍👦", "𠮷野家", "مرحبا", "桃花潭镇 2021 年 方案", "桃花潭镇　方案", "{{7*7}}", "{0}%s", "{% load x %}", "a\\", "a.", "a ",
    " a", "a..", "&lt;b&gt;", "a&b", "a#b", "javascript:alert(1)", "data:text/html,x", "a\u00a0b", "\u3000", "０１２", "a\\..\\b", "....//x",
]
