"""The words and numbers of official papers."""

from django.db import transaction

from accounts.audit import record
from campaigns.models import Campaign
from results import papers, rules
from results.actions.locking import refuse_if
from results.models import PaperNumber, PaperText


def save_paper_text(campaign, kind, text, *, base, by, at):
    """Tried on an invented case before it is taken: raises BadTemplate, and what was in use stays in use."""
    text = text.replace("\r\n", "\n").strip() + "\n"
    papers.try_text(kind, text)
    with transaction.atomic():
        current = held(campaign, kind)
        refuse_if(rules.paper_text_problems(current, base))
        give_up(current, by=by, at=at)
        saved = PaperText.objects.create(campaign=campaign, kind=kind, text=text, saved_at=at, saved_by=by)
        record("results.save_paper_text", saved, by=by, at=at, kind=kind)
    return saved


@transaction.atomic
def copy_paper_texts(source, copy, *, by, at):
    """The office's own texts of one campaign, in use in another as well. They were tried when they were saved."""
    for own in PaperText.objects.in_use().filter(campaign=source):
        saved = PaperText.objects.create(campaign=copy, kind=own.kind, text=own.text, saved_at=at, saved_by=by)
        record("results.save_paper_text", saved, by=by, at=at, kind=own.kind, source=source.code)


@transaction.atomic
def reset_paper_text(campaign, kind, *, base, by, at):
    """Back to the built-in text. The office's own stays readable."""
    current = held(campaign, kind)
    refuse_if(rules.paper_text_problems(current, base))
    if current:
        give_up(current, by=by, at=at)
        record("results.reset_paper_text", current, by=by, at=at, kind=kind)


def held(campaign, kind):
    """The text in use, nobody else changing it until the transaction ends."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    return PaperText.objects.in_use().filter(campaign=campaign, kind=kind).select_related("saved_by").first()


def give_up(text, *, by, at):
    if text:
        text.removed_at, text.removed_by = at, by
        text.save(update_fields=["removed_at", "removed_by"])


@transaction.atomic
def set_paper_number(kind, subject, number, *, by, at):
    """文号 of one paper, tidied; empty takes it away."""
    campaign = Campaign.objects.select_for_update().get(pk=papers.campaign_of(kind, subject).pk)
    refuse_if(rules.number_problems(kind, subject, number))
    before = PaperNumber.objects.filter(kind=kind, about=subject.pk).first()
    if number:
        facts = {"campaign": campaign, "number": number, "set_at": at, "set_by": by}
        PaperNumber.objects.update_or_create(kind=kind, about=subject.pk, defaults=facts)
    elif before:
        before.delete()
    record("results.set_paper_number", subject, by=by, at=at, campaign=campaign, kind=kind, number=number, before=before.number if before else "")
