"""内容杜绝雷同: what stands in two applications alike is pointed out to the office, and to nobody else."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from PIL import Image

from accounts.models import AuditEvent, Message
from accounts.tests.factories import make_organization
from applications import actions, likeness, uploads
from applications.actions import likeness as comparing
from applications.models import Application, Blob, Comparison, Evidence, Likeness, Mark, Submission
from applications.rules import todos
from applications.snapshots import freeze
from applications.tasks import compare_application, sweep_likeness
from applications.tests.factories import make_application
from campaigns.rules import NotAllowed
from campaigns.tests.factories import make_campaign, moment
from standards.tests.factories import make_standard

NOW = moment(9, 29, 10)
S = Application.Status
# Two lines that nobody writes by chance, and others around them.
SHARED = "镇里把群众问得最多的低保评定、危房改造、耕地补贴三件事做成明白卡，由驻村干部逐户讲清政策从哪里来、谁能享受、怎样申请。"
OWN = ["今年桃花潭镇共召开会议九次，逐村核对公开目录，清理过期内容两百余条，并把结果张贴在村口。", "庙首镇设立公开体验员十二名，每月随机抽查各村公示栏，发现问题当场拍照上传并限期改正。"]


def text_of(words):
    return likeness.Text.of(words)


# The comparison itself


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SHARED, SHARED.replace("、", "，").replace("。", " ")),
        (SHARED, SHARED.replace("低保", "低 保\n")),
        ("ＡＢＣ政务公开2021年第１期简报刊发各地经验做法二十三条供学习借鉴参考", "abc政务公开２０２１年第1期简报，刊发各地经验做法二十三条供学习借鉴参考"),
    ],
)
def test_width_case_punctuation_and_breaks_do_not_count(one, other):
    assert likeness.share(text_of(one), text_of(other)) == 100


def test_a_paragraph_in_a_longer_text_is_measured_by_the_shorter():
    short, long = text_of(SHARED), text_of(OWN[0] + SHARED + OWN[1])

    assert likeness.share(short, long) == likeness.share(long, short) == 100
    assert 30 < likeness.share(text_of(OWN[0] + SHARED), text_of(SHARED + OWN[1])) < 70
    assert likeness.share(text_of(OWN[0]), text_of(OWN[1])) == 0


@pytest.mark.parametrize(("letters", "found"), [(likeness.LEAST_LETTERS - 1, False), (likeness.LEAST_LETTERS, True)])
def test_a_common_passage_is_told_of_from_two_lines_on(letters, found):
    common = likeness.normalise(SHARED)[0][:letters]
    one, other = text_of(OWN[0] + common), text_of(common + OWN[1])

    assert bool(likeness.share(one, other)) == found
    if found:  # and what is told of is certain to be looked up
        assert one.marks("x") & other.marks("x")


def test_what_the_standard_says_is_nobodys_own():
    one, other = (likeness.Text.of(f"{words}{SHARED}", SHARED) for words in OWN)

    assert likeness.share(one, other) == 0
    assert not one.marks("x") & other.marks("x")


def test_passages_are_found_in_any_order_and_their_places_are_those_of_the_texts():
    first, second = SHARED[:34], SHARED[34:]
    one, other = f"（一）{first}{OWN[0]}{second}", f"{second}{OWN[1]}　{first}"

    left, right = likeness.side_by_side(one, other)

    assert "".join(piece for piece, _number in left) == one
    assert "".join(piece for piece, _number in right) == other
    told = {number: piece for piece, number in left if number}
    assert {number: piece for piece, number in right if number} == told
    assert "".join(told.values()).replace("，", "") in (first + second).replace("，", "")
    assert len(told) == 2


@pytest.mark.parametrize("words", ["", "一", "。，、 \n", "一" * 20000, "\ud83c\udf89" * 100, "ﷺ" * 50])
def test_any_text_can_be_compared(words):
    left, right = likeness.side_by_side(words, words + SHARED)

    assert "".join(piece for piece, _number in left) == words
    assert "".join(piece for piece, _number in right) == words + SHARED


# What is compared with what


def paper(words="card"):
    picture = BytesIO()
    Image.new("RGB", (8, len(words)), "white").save(picture, "PNG")
    picture.seek(0)
    stored = uploads.store(picture)
    return Blob.objects.get_or_create(sha256=stored.sha256, defaults={"size": stored.size, "media_type": "image/png", "extension": "png", "stored_at": NOW})[0]


def submitted(unit, campaign, words="", file=None, *, code="1.1", status=S.SUBMITTED, number=2, at=NOW):
    """An application whose item says these words, frozen as its newest version."""
    application = Application.objects.filter(organization=unit, campaign=campaign).first() or make_application(unit, campaign, status, done=True)
    response = application.responses.get(item__code=code)
    response.narrative = words
    response.save()
    if file:
        Evidence.objects.get_or_create(
            response=response, blob=file, defaults={"kind": "photo", "title": "明白卡.png", "added_at": NOW, "added_by": application.started_by}
        )
    return version(application, number, at=at)


def version(application, number, at=NOW):
    return Submission.objects.create(
        application=application, number=number, receipt=f"{application.pk}-{number}", received_at=at, submitted_at=at,
        submitted_by=application.started_by, snapshot=freeze(application), sha256="0" * 64,
    )


def compare(*submissions):
    return [actions.compare(submission, at=NOW) for submission in submissions]


def test_a_paragraph_and_a_file_of_another_unit_are_found(campaign, taohuatan, miaoshou):
    file = paper()
    one = submitted(taohuatan, campaign, OWN[0] + SHARED, file)
    other = submitted(miaoshou, campaign, SHARED + OWN[1], file)

    assert compare(one, other) == [0, 2]

    text, same = Likeness.objects.get(kind="text"), Likeness.objects.get(kind="file")
    assert (text.response.application, text.other.application) == (other.application, one.application)
    assert 30 <= text.share < 70
    assert (same.blob, same.share) == (file, 100)
    assert list(Likeness.objects.open()) == [same, text]
    assert Comparison.objects.count() == 2


def test_the_order_in_which_they_are_compared_does_not_matter(campaign, taohuatan, miaoshou):
    one, other = submitted(taohuatan, campaign, SHARED), submitted(miaoshou, campaign, SHARED)

    compare(other, one, other, one)

    assert Likeness.objects.get().share == 100


def test_the_same_words_under_another_item_are_another_matter(campaign, taohuatan, miaoshou):
    compare(submitted(taohuatan, campaign, SHARED, code="1.1"), submitted(miaoshou, campaign, SHARED, code="2.1"))

    assert not Likeness.objects.exists()


def test_last_years_words_and_files_of_the_same_unit_are_found_wherever_they_stood(campaign, taohuatan, miaoshou):
    next_year = make_campaign(code="next", year=2022)
    make_standard(next_year)
    file = paper()
    compare(submitted(taohuatan, campaign, SHARED, file), submitted(miaoshou, campaign, SHARED))
    Likeness.objects.all().delete()

    compare(submitted(taohuatan, next_year, SHARED, file, code="2.1"))

    found = {(row.kind, row.other.application.campaign, row.other.item.code) for row in Likeness.objects.all()}
    assert found == {("text", campaign, "1.1"), ("file", campaign, "1.1")}  # and nothing of another unit's year
    assert not Likeness.objects.first().is_between_units


def test_drafts_and_what_the_county_still_has_are_nobodys_business(campaign, taohuatan, miaoshou, yunling, clerk):
    arrived = submitted(taohuatan, campaign, SHARED)
    draft = make_application(miaoshou, campaign, done=True)
    draft.responses.filter(item__code="1.1").update(narrative=SHARED)
    with_county = submitted(yunling, campaign, SHARED, status=S.WITH_COUNTY, number=1)

    assert sweep_likeness(NOW) == 0

    assert [row.submission for row in Comparison.objects.all()] == [arrived]
    assert not Likeness.objects.exists()
    Application.objects.filter(pk=with_county.application_id).update(submitted_at=NOW, submitted_by=clerk, status=S.SUBMITTED)
    sweep_likeness(NOW)
    assert Likeness.objects.get().response.application == with_county.application


def test_what_is_typed_after_a_submission_is_not_looked_at(campaign, taohuatan, miaoshou):
    one = submitted(taohuatan, campaign, OWN[0])
    one.application.responses.filter(item__code="1.1").update(narrative=SHARED)

    compare(one, submitted(miaoshou, campaign, SHARED))

    assert not Likeness.objects.exists()


def test_a_text_written_anew_is_no_longer_pointed_out(campaign, taohuatan, miaoshou):
    file = paper()
    compare(submitted(taohuatan, campaign, SHARED, file), submitted(miaoshou, campaign, SHARED, file))
    assert Likeness.objects.count() == 2

    compare(submitted(miaoshou, campaign, OWN[1], number=3))

    assert Likeness.objects.get().kind == "file"


def test_every_submission_is_compared_by_itself_and_once(campaign, education, bureau_clerk, jing, county_clerk, django_capture_on_commit_callbacks):
    submitted(jing, campaign, SHARED)
    application = make_application(education, campaign, done=True)
    application.responses.filter(item__code="1.1").update(narrative=SHARED)
    sweep_likeness(NOW)

    with django_capture_on_commit_callbacks(execute=True):
        actions.submit(application, by=bureau_clerk, at=NOW, received_at=NOW)

    assert Likeness.objects.get().response.application == application
    found = Likeness.objects.get().found_at
    compare_application(application.pk)
    sweep_likeness(NOW + timedelta(days=1))
    assert Likeness.objects.get().found_at == found


def test_the_countys_recommendation_makes_it_compared(campaign, taohuatan, county_clerk, miaoshou, in_time, django_capture_on_commit_callbacks):
    compare(submitted(miaoshou, campaign, SHARED))
    township = submitted(taohuatan, campaign, SHARED, status=S.WITH_COUNTY, number=1).application

    with django_capture_on_commit_callbacks(execute=True):
        actions.recommend(township, by=county_clerk, at=in_time)

    assert Likeness.objects.get().response.application == township


def test_one_bad_version_stops_no_other(campaign, taohuatan, miaoshou, jingde, caplog):
    submitted(taohuatan, campaign, SHARED)
    broken = make_application(jingde, campaign, S.SUBMITTED).submissions.get()
    Comparison.objects.all().delete()
    Submission.objects.bulk_create([Submission(
        application=broken.application, number=2, receipt="broken", received_at=NOW, submitted_at=NOW, submitted_by=broken.submitted_by, snapshot={}, sha256="0" * 64,
    )])
    submitted(miaoshou, campaign, SHARED)

    sweep_likeness(NOW)

    assert Likeness.objects.get().share == 100
    assert "A duty failed" in caplog.text


def test_an_often_copied_passage_fills_the_index_only_so_far_and_is_found_all_the_same(campaign, jing, monkeypatch):
    monkeypatch.setattr(comparing, "MOST_ANSWERS", 3)
    units = [make_organization(f"镇{number}", parent=jing) for number in range(6)]

    compare(*(submitted(unit, campaign, SHARED) for unit in units))

    per_mark = [Mark.objects.filter(number=number).count() for number in set(Mark.objects.values_list("number", flat=True))]
    assert max(per_mark) == 3
    assert all(Likeness.objects.filter(response__application__organization=unit).exists() for unit in units[1:])


def test_comparing_asks_as_much_among_many_as_among_few(campaign, jing, django_assert_num_queries, django_assert_max_num_queries):
    units = [make_organization(f"镇{number}", parent=jing) for number in range(9)]
    compare(*(submitted(unit, campaign, f"{unit}{number}{OWN[number % 2][number:]}") for number, unit in enumerate(units[:2])))
    last = submitted(units[8], campaign, SHARED)
    compare(last)
    with django_assert_max_num_queries(25) as few:
        compare(last)
    compare(*(submitted(unit, campaign, "".join(chr(0x4E00 + (number * 211 + place * 17) % 5000) for place in range(400))) for number, unit in enumerate(units[2:8])))

    with django_assert_num_queries(len(few)):
        compare(last)


def test_the_campaign_says_from_when_on_a_text_is_told_of(campaign, taohuatan, miaoshou):
    compare(submitted(taohuatan, campaign, OWN[0] + SHARED), submitted(miaoshou, campaign, SHARED + OWN[1]))
    share = Likeness.objects.get().share

    for percent, told in ((share, True), (share + 1, False)):
        campaign.likeness_percent = percent
        campaign.save()
        assert Likeness.objects.open().exists() == told


# A reviewer's word


@pytest.fixture
def pair(campaign, taohuatan, miaoshou, clerk, other_clerk):
    """Two townships of two counties that share a paragraph and a file."""
    file = paper()
    compare(submitted(taohuatan, campaign, OWN[0] + SHARED, file), submitted(miaoshou, campaign, SHARED + OWN[1], file))
    return {row.kind: row for row in Likeness.objects.all()}


def test_a_form_that_all_must_use_is_settled_once_for_the_campaign(pair, campaign, officer, yunling, jingde):
    third = submitted(yunling, campaign, "", pair["file"].blob)
    compare(third)
    assert Likeness.objects.open().filter(kind="file").count() == 3

    settled = actions.dismiss_likeness(pair["file"], " 全市统一的表格 ", by=officer, at=NOW)

    assert settled == 3
    assert [row.kind for row in Likeness.objects.open()] == ["text"]
    compare(third, submitted(jingde, campaign, "", pair["file"].blob))
    assert {row.dismiss_reason for row in Likeness.objects.filter(kind="file")} == {"全市统一的表格"}
    assert Likeness.objects.filter(kind="file").count() == 6
    event = AuditEvent.objects.get(action="applications.dismiss_likeness")
    assert (event.detail["reason"], event.detail["settled"], event.organization) == ("全市统一的表格", 3, None)


def test_a_text_is_settled_until_one_of_both_changes(pair, campaign, officer, miaoshou):
    actions.dismiss_likeness(pair["text"], "同一份市里的通知", by=officer, at=NOW)
    compare(*Submission.objects.newest())
    assert Likeness.objects.get(kind="text").dismissed_by == officer

    compare(submitted(miaoshou, campaign, SHARED + "。" + OWN[1] + "又添了一句。", number=3))

    assert Likeness.objects.get(kind="text").dismissed_at is None


def test_a_word_taken_back_brings_the_hint_back(pair, officer):
    actions.dismiss_likeness(pair["file"], "统一表格", by=officer, at=NOW)

    assert actions.restore_likeness(pair["file"], by=officer, at=NOW) == 1

    assert Likeness.objects.open().filter(kind="file").exists()
    assert AuditEvent.objects.filter(action="applications.restore_likeness").count() == 1


def test_without_a_reason_nothing_is_settled(pair, client, officer):
    with pytest.raises(NotAllowed, match="请写明为什么不是雷同"):
        actions.dismiss_likeness(pair["text"], "  ", by=officer, at=NOW)
    client.force_login(officer)
    answer = client.post(pair["text"].get_absolute_url(), {"reason": " "})

    assert answer.status_code == 422
    assert "请写明为什么不是雷同" in answer.content.decode()
    assert not Likeness.objects.exclude(dismissed_at=None).exists()


# The page


def test_both_stand_side_by_side_with_the_passages_marked(client, pair, officer):
    client.force_login(officer)

    html = client.get(pair["text"].get_absolute_url()).content.decode()

    assert html.count('<mark class="shared">') == 2
    assert html.count(f"{SHARED[:-1]}<sup>1</sup></mark>") == 2
    assert "<h2>桃花潭镇</h2>" in html
    assert "<h2>庙首镇</h2>" in html
    files = client.get(pair["file"].get_absolute_url()).content.decode()
    assert files.count("明白卡.png") == 2


def test_what_the_units_wrote_stays_text(client, campaign, taohuatan, miaoshou, officer):
    compare(submitted(taohuatan, campaign, f"<b>{SHARED}"), submitted(miaoshou, campaign, f"<b>{SHARED}"))
    client.force_login(officer)

    assert "<b>" not in client.get(Likeness.objects.get().get_absolute_url()).content.decode().partition('class="alike"')[2].partition("核对后不是雷同")[0]


def test_the_reviewer_settles_it_on_the_page_and_takes_it_back(client, pair, officer):
    client.force_login(officer)
    page = pair["file"].get_absolute_url()

    said = client.post(page, {"reason": "统一表格"}, follow=True).content.decode()
    assert "共 1 条提示不再显示" in said
    assert "统一表格" in said
    assert "恢复提示" in said
    client.post(page, {"action": "restore"})

    assert Likeness.objects.open().filter(kind="file").exists()


@pytest.mark.parametrize(("person", "get", "post"), [
    ("officer", 200, 302), ("lead", 200, 302), ("auditor", 200, 403), ("clerk", 404, 404), ("other_clerk", 404, 404), ("county_clerk", 404, 404),
    ("other_county_clerk", 404, 404), ("inspector", 404, 404), ("administrator", 404, 404), ("nobody", 404, 404),
])
def test_who_sees_a_likeness_and_who_settles_it(client, pair, request, person, get, post):
    client.force_login(request.getfixturevalue(person))

    assert client.get(pair["text"].get_absolute_url()).status_code == get
    assert client.post(pair["text"].get_absolute_url(), {"reason": "统一表格"}).status_code == post
    assert Likeness.objects.exclude(dismissed_at=None).exists() == (post == 302)


def test_somebody_of_one_of_the_units_does_not_settle_it(client, pair, officer, taohuatan):
    officer.organization = taohuatan
    officer.save()
    client.force_login(officer)

    assert client.post(pair["text"].get_absolute_url(), {"reason": "统一表格"}).status_code == 403


@pytest.mark.parametrize(("person", "own", "other"), [("clerk", "桃花潭镇", "庙首镇"), ("other_clerk", "庙首镇", "桃花潭镇"), ("county_clerk", "桃花潭镇", "庙首镇"), ("other_county_clerk", "庙首镇", "桃花潭镇")])
def test_no_page_download_message_or_task_of_a_unit_or_county_carries_it(client, pair, campaign, request, person, own, other, officer):
    actions.dismiss_likeness(pair["file"], "秘密理由", by=officer, at=NOW)
    user = request.getfixturevalue(person)
    client.force_login(user)
    application = Application.objects.get(organization__short_name=own)
    proof = Evidence.objects.get(blob=pair["file"].blob, response__application=application)
    about = [
        ("detail", []), ("receipt", [1]), ("receipt", [2]), ("history", []), ("compare", []), ("version", [2]), ("item", ["1.1"]), ("submit", []), ("county_check", []),
    ]
    pages = [reverse(f"applications:{name}", args=[application.pk, *more]) for name, more in about]
    pages += [reverse(name) for name in ("home", "accounts:inbox", "accounts:downloads", "inspections:rectification_list", "applications:list", "applications:county_list")]
    pages += [reverse("inspections:guidance", args=[application.pk]), reverse("applications:evidence", args=[proof.pk])]
    seen = 0
    for page in pages:
        answer = client.get(page, follow=True)
        body = answer.getvalue().decode(errors="replace")
        seen += answer.status_code == 200
        for word in ("雷同", "重合", "秘密理由", other, "likeness"):
            assert word not in body, (page, word)
    assert seen >= 9
    assert client.get(reverse("inspections:review", args=[application.pk])).status_code in (403, 404)
    assert not Message.objects.filter(title__contains="雷同").exists()
    assert not [todo for todo in todos(user, campaign, NOW) if "雷同" in todo.title]


def test_an_earlier_year_is_not_told_of_a_later_one(client, campaign, taohuatan, officer):
    next_year = make_campaign(code="next", year=2022)
    make_standard(next_year)
    earlier, later = submitted(taohuatan, campaign, SHARED), submitted(taohuatan, next_year, SHARED)
    compare(earlier, later)
    client.force_login(officer)

    for submission, told in ((earlier, False), (later, True)):
        application = submission.application
        page = client.get(reverse("inspections:review", args=[application.pk]) + f"?campaign={application.campaign.code}").content.decode()
        assert ("本单位 2021 年的 1.1" in page) == told
        assert ("雷同 1" in page) == told


def test_the_list_of_units_and_the_item_show_it_and_the_list_can_be_narrowed_to_it(client, pair, campaign, jing, officer, auditor):
    submitted(jing, campaign, "别的内容")
    listing = reverse("inspections:review_list")
    for person in (officer, auditor):
        client.force_login(person)
        assert [unit.alike for unit in client.get(listing).context["page"]].count(2) == 2
        narrowed = client.get(listing, {"state": "alike"}).context["page"]
        assert {str(unit.organization) for unit in narrowed} == {"桃花潭镇", "庙首镇"}
        item = client.get(reverse("inspections:review", args=[pair["text"].response.application_id]) + "?item=1.1").content.decode()
        assert "桃花潭镇的 1.1" in item
        assert pair["text"].get_absolute_url() in item
        other = client.get(reverse("inspections:review", args=[pair["text"].response.application_id]) + "?item=2.1").content.decode()
        assert pair["text"].get_absolute_url() not in other
        assert "雷同提示" in other  # and where it is, is said on every item

    actions.dismiss_likeness(pair["text"], "统一口径", by=officer, at=NOW)
    actions.dismiss_likeness(pair["file"], "统一表格", by=officer, at=NOW)

    assert list(client.get(listing, {"state": "alike"}).context["page"]) == []
    settled = client.get(reverse("inspections:review", args=[pair["text"].response.application_id]) + "?item=1.1").content.decode()
    assert "已核对，不是雷同：统一口径" in settled


def test_the_list_of_units_asks_as_much_for_many_likenesses_as_for_few(client, campaign, jing, officer, django_assert_num_queries, django_assert_max_num_queries):
    units = [make_organization(f"镇{number}", parent=jing) for number in range(6)]
    compare(*(submitted(unit, campaign, SHARED) for unit in units[:2]))
    client.force_login(officer)
    client.get(reverse("inspections:review_list"))
    with django_assert_max_num_queries(25) as few:
        client.get(reverse("inspections:review_list"))
    compare(*(submitted(unit, campaign, SHARED) for unit in units[2:]))
    assert Likeness.objects.count() == 15

    with django_assert_num_queries(len(few)):
        client.get(reverse("inspections:review_list"))
