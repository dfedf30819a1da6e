"""保密审查: what a person has to decide before a notice may go out."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.audit import digest
from campaigns.rules import Problem
from results import privacy
from results.models import NoticeReview
from results.rules.notices import change_problems

PUBLISHABLE, CHANGE = "publishable", "change"


def public_words(notice):
    """All that the public would read of a notice, piece by piece."""
    units = [entry.application.organization.name for entry in notice.entries.select_related("application__organization")]
    return [notice.title, notice.body, notice.contact, *units]


def words_sha256(notice):
    return digest(public_words(notice))


def findings(notice, on):
    """What the scanner noticed in the words of a notice."""
    return privacy.noticed("\n".join(public_words(notice)), on)


def last_review(notice):
    return notice.reviews.select_related("reviewed_by").first()


def is_reviewed(notice):
    """Whether the words as they stand now have passed."""
    review = last_review(notice)
    return review is not None and review.outcome == NoticeReview.Outcome.PASSED and review.text_sha256 == words_sha256(notice)


def reviewer_problems(notice, by):
    problems = change_problems(notice)
    if by.pk == notice.created_by_id:
        problems.append(Problem(_("保密审查人不能是公示的生成人。")))
    return problems


def notice_review_problems(notice, by, outcome, decisions, remark, on):
    """`decisions`: {kind: (publishable or change, reason)}. A notice passes when all that was found may stand, for a reason."""
    problems = reviewer_problems(notice, by)
    if outcome not in NoticeReview.Outcome.values:
        return [*problems, Problem(_("请选择审查结论。"), "#id_outcome")]
    if outcome == NoticeReview.Outcome.RETURNED:
        if not remark.strip():
            problems.append(Problem(_("退回修改的，请写明要改什么。"), "#id_remark"))
        return problems
    for found in findings(notice, on):
        decision, reason = decisions.get(found.kind, ("", ""))
        words = {"kind": privacy.kind_label(found.kind), "value": found.excerpt}
        if found.kind in privacy.NEVER_PUBLIC:
            problems.append(Problem(_("公示中有%(kind)s“%(value)s”，不能公开，请退回修改。") % words))
        elif decision not in (PUBLISHABLE, CHANGE):
            problems.append(Problem(_("请决定%(kind)s“%(value)s”能不能公开。") % words, f"#id_decision_{found.kind}"))
        elif decision == CHANGE:
            problems.append(Problem(_("%(kind)s“%(value)s”要修改，不能通过，请退回修改。") % words, "#id_outcome"))
        elif len(reason.strip()) < 2:
            problems.append(Problem(_("请写明%(kind)s“%(value)s”为什么可以公开，例如：是单位的公开电话。") % words, f"#id_reason_{found.kind}"))
    return problems


def unreviewed_problems(notice, on):
    """Why the words cannot go out: nobody looked at them, they were returned, or they changed since."""
    review = last_review(notice)
    address = reverse("results:notice", args=[notice.pk])
    problems = [
        Problem(_("公示中有%(kind)s“%(value)s”，不能公开，请修改。") % {"kind": privacy.kind_label(found.kind), "value": found.excerpt}, address)
        for found in findings(notice, on) if found.kind in privacy.NEVER_PUBLIC
    ]
    if review is None:
        problems.append(Problem(_("还没有保密审查，请生成人以外的人先审查。"), address))
    elif review.text_sha256 != words_sha256(notice):
        problems.append(Problem(_("审查之后文字改过，请重新审查。"), address))
    elif review.outcome == NoticeReview.Outcome.RETURNED:
        problems.append(Problem(_("保密审查退回修改：%(remark)s") % {"remark": review.remark}, address))
    return problems
