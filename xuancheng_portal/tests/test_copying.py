"""A copied campaign brings along what the office wrote for it, and nothing of what happened in it."""

import csv
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from accounts.models import AuditEvent
from accounts.rehearsing import paths_to, playing
from applications.actions import add_form_template, remove_form_templates
from applications.models import FormTemplate
from applications.papers import template_of
from campaigns.models import Campaign
from campaigns.tests.factories import moment
from results.actions import reset_paper_text, save_paper_text
from results.models import PaperKind, PaperText
from results.papers import BUILT_IN, text_of
from xuancheng_portal.copying import copy_whole
from xuancheng_portal.rehearsals import create_rehearsal, delete_rehearsal

AT = moment(3, 1, year=2022)
DECIDED = {row["model"]: row for row in csv.DictReader((Path(__file__).parent / "copied.csv").read_text(encoding="utf-8").splitlines())}


def template(*lines):
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    document.sections[0].footer.paragraphs[0].text = "{{ 回执编号 }} {{ 校验码 }}"
    file = io.BytesIO()
    document.save(file)
    return SimpleUploadedFile("模板.docx", file.getvalue())


@pytest.fixture
def own_words(campaign, officer):
    """A template and a text of the office's own, each the second after one that was given up."""
    told = {"by": officer, "at": moment(9, 1)}
    add_form_template(campaign, template("旧模板 {{ 申报单位 }}"), "旧模板.docx", **told)
    remove_form_templates(campaign, **told)
    add_form_template(campaign, template("{{ 申报单位 }}于2021年申报"), "模板.docx", **told)
    first = save_paper_text(campaign, PaperKind.NAMING, BUILT_IN[PaperKind.NAMING] + "【附注】起先的", base=0, **told)
    save_paper_text(campaign, PaperKind.NAMING, BUILT_IN[PaperKind.NAMING] + "【附注】自2021年起", base=first.pk, **told)
    gone = save_paper_text(campaign, PaperKind.NOTICE, BUILT_IN[PaperKind.NOTICE] + "【附注】不要的", base=0, **told)
    reset_paper_text(campaign, PaperKind.NOTICE, base=gone.pk, **told)
    return campaign


def next_year(campaign, officer):
    return copy_whole(campaign, code="xuancheng-2022", year=2022, by=officer, at=AT)


# What goes along


def test_it_is_decided_of_every_table_of_a_campaign_whether_it_goes_along():
    """Asked of what hangs on the campaign or on something that goes along; what hangs on a row that stays behind stays with it."""
    hanging = [model for model in paths_to(Campaign) if not model._meta.auto_created]
    known = {model._meta.label for model in hanging} | {"campaigns.Campaign"}
    copied = {label for label, row in DECIDED.items() if row["copied"] == "+"}
    asked = {
        model._meta.label for model in hanging
        if {key.related_model._meta.label for key in model._meta.concrete_fields if key.is_relation and key.related_model is not model} & known <= copied
    }

    assert asked | {"campaigns.Campaign"} == set(DECIDED)
    assert all(row["why"] and row["copied"] in "+-" for row in DECIDED.values())


def test_everything_that_is_said_to_go_along_is_found_in_the_copy(own_words, officer):
    copy = next_year(own_words, officer)

    for model, (path, _maybe) in paths_to(Campaign).items():
        row = DECIDED.get(model._meta.label)
        if row and row["copied"] == "+":
            assert model._base_manager.filter(**{path: copy}).exists(), row
        elif not model._meta.auto_created:
            assert not model._base_manager.filter(**{path: copy}).exists(), model


def test_the_template_and_the_texts_in_use_go_along_and_those_given_up_do_not(own_words, officer):
    copy = next_year(own_words, officer)

    own = FormTemplate.objects.get(campaign=copy)
    assert (own.title, own.uploaded_by, own.uploaded_at, own.removed_at) == ("模板.docx", officer, AT, None)
    assert template_of(copy) == template_of(own_words)
    text = PaperText.objects.get(campaign=copy)
    assert (text.kind, text.saved_by, text.saved_at) == (PaperKind.NAMING, officer, AT)
    assert text.text.endswith("自2021年起\n")
    assert text_of(copy, PaperKind.NOTICE) == BUILT_IN[PaperKind.NOTICE]
    told = AuditEvent.objects.filter(campaign_code="xuancheng-2022").exclude(action="campaigns.copy")
    assert [(event.action, event.detail["source"]) for event in told.order_by("number")] == [
        ("applications.add_form_template", own_words.code), ("results.save_paper_text", own_words.code),
    ]


def test_what_next_year_changes_leaves_last_year_as_it_was(own_words, officer):
    copy = next_year(own_words, officer)

    remove_form_templates(copy, by=officer, at=AT)
    reset_paper_text(copy, PaperKind.NAMING, base=PaperText.objects.get(campaign=copy).pk, by=officer, at=AT)

    assert template_of(copy) is None
    assert template_of(own_words)
    assert "自2021年起" in text_of(own_words, PaperKind.NAMING)
    assert text_of(copy, PaperKind.NAMING) == BUILT_IN[PaperKind.NAMING]


def test_a_county_does_not_get_the_words_of_the_city(own_words, officer, jing):
    copy = copy_whole(own_words, code="jing-2022", year=2022, county=jing, by=officer, at=AT)

    assert not FormTemplate.objects.filter(campaign=copy).exists()
    assert not PaperText.objects.filter(campaign=copy).exists()


def test_a_rehearsal_plays_with_the_words_of_the_real_campaign_and_takes_nothing_of_it_away(own_words, taohuatan, city_office, officer):
    rehearsal = create_rehearsal(own_words, day=moment(9, 10).date(), by=officer, at=AT)

    with playing(rehearsal.code):
        assert template_of(rehearsal) == template_of(own_words)
        assert "自2021年起" in text_of(rehearsal, PaperKind.NAMING)
    delete_rehearsal(rehearsal, typed=rehearsal.title, by=officer, at=AT)
    assert template_of(own_words)
    assert set(PaperText.objects.values_list("campaign", flat=True)) == {own_words.pk}


# On the screens


def test_the_copy_made_on_the_screen_has_the_words_and_the_check_before_publishing_names_the_old_year(client, own_words, officer):
    client.force_login(officer)
    page = client.get(reverse("campaign_copy", args=[own_words.pk]))
    assert "申报表模板和公文文本" in page.content.decode()
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    client.post(reverse("campaign_copy", args=[own_words.pk]), {name: value for name, value in values.items() if value is not None})
    copy = Campaign.objects.get(code="xuancheng-2022")
    assert FormTemplate.objects.in_use(copy)

    checks = client.get(reverse("campaign_publish", args=[copy.pk])).content.decode()

    assert "公文文本“命名通报”里写着 2021 年" in checks
    assert "申报表模板“模板.docx”里写着 2021 年" in checks


def test_words_without_a_year_or_with_the_right_one_are_not_warned_of(client, campaign, officer):
    told = {"by": officer, "at": moment(9, 1)}
    add_form_template(campaign, template("{{ 申报单位 }} 2022年 2023年"), "模板.docx", **told)
    save_paper_text(campaign, PaperKind.NAMING, BUILT_IN[PaperKind.NAMING], base=0, **told)
    copy = next_year(campaign, officer)
    client.force_login(officer)

    checks = client.get(reverse("campaign_publish", args=[copy.pk])).content.decode()

    assert "里写着" not in checks


def test_the_page_of_a_text_says_that_it_speaks_of_an_old_year_until_it_is_corrected(client, own_words, officer):
    copy = next_year(own_words, officer)
    Campaign.objects.filter(pk=copy.pk).update(published_at=AT)
    client.force_login(officer)
    address = f"{reverse('results:paper_text', args=['naming'])}?campaign={copy.code}"
    assert "正在使用的文本里写着 2021 年" in client.get(address).content.decode()

    save_paper_text(copy, PaperKind.NAMING, BUILT_IN[PaperKind.NAMING] + "【附注】自2022年起", base=PaperText.objects.get(campaign=copy).pk, by=officer, at=AT)

    assert "正在使用的文本里写着" not in client.get(address).content.decode()
