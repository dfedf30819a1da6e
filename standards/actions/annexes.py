"""An annex is kept as it was read, corrected on the screen, and becomes a draft, marked as official when all its points are."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit import record
from campaigns.rules import NotAllowed, Problem
from standards import rules
from standards.actions.drafting import refuse, rewrite, write_draft
from standards.models import Annex


@transaction.atomic
def take_annex(campaign, name, rows, spans, *, by, at):
    annex = Annex.objects.create(campaign=campaign, name=name[:150], rows=rows, spans=spans, uploaded_at=at, uploaded_by=by)
    record("standards.take_annex", annex, by=by, at=at, campaign=campaign, rows=len(rows))
    return annex


@transaction.atomic
def correct_annex(annex, choices, *, by, at):
    """What a person said of columns and matches, kept until the annex is applied."""
    annex = Annex.objects.select_for_update().get(pk=annex.pk)
    if annex.choices != choices:
        annex.choices = choices
        annex.save(update_fields=["choices"])
    return annex


@transaction.atomic
def apply_annex(annex, categories, left, *, by, at):
    """One new draft with these categories; before the campaign is published, the version that is there. `left`: items whose points the annex does not give."""
    type(annex.campaign).objects.select_for_update().get(pk=annex.campaign_id)
    annex = Annex.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=annex.pk)
    refuse(rules.annex_problems(annex.campaign))
    if not any(category["items"] for category in categories):
        raise NotAllowed([Problem(_("没有可以写入的指标，请先核对列和对应关系。"))])
    facts = facts_of(annex, left)
    note = _("按《%(name)s》修订分值") % {"name": annex.name}
    told = {"annex": annex.name, "official_points": facts["official_points"], "left": [item["code"] for item in left]}
    if present := rules.changed_in_place(annex.campaign):
        draft = rewrite(present, facts, categories, note, "standards.apply_annex", by=by, at=at, **told)
    else:
        draft = write_draft(annex.campaign, facts, categories, note, "standards.apply_annex", by=by, at=at, **told)
    annex.applied_as = draft
    annex.save(update_fields=["applied_as"])
    return draft


def facts_of(annex, left):
    """Points are official when the annex gives all of them, or what it leaves as it was is official already."""
    name, n, official = annex.name, len(left), rules.stays_official(annex.campaign, left)
    if not left:
        note = _("分值来自《%(name)s》。") % {"name": name}
    elif official:
        note = ngettext("分值来自《%(name)s》；其余 %(n)s 项沿用原来的官方分值。", "分值来自《%(name)s》；其余 %(n)s 项沿用原来的官方分值。", n) % {"name": name, "n": n}
    else:
        note = ngettext("《%(name)s》没有给出其中 %(n)s 项的分值，这些项的分值不是官方分值。", "《%(name)s》没有给出其中 %(n)s 项的分值，这些项的分值不是官方分值。", n) % {"name": name, "n": n}
    return {"official_points": official, "points_note": note}
