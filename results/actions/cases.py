"""典型案例: the unit drafts and consents, the office publishes, and either takes it off again at once."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from applications import uploads
from campaigns.rules import NotAllowed, Problem
from results import notices, rules
from results.actions.locking import refuse_if
from results.models import CasePhoto, Naming, TypicalCase


def _held(case):
    related = ("naming__application__organization", "naming__place__track__campaign")
    return TypicalCase.objects.select_for_update(of=("self",)).select_related(*related).get(pk=case.pk)


def _change(case, action, *, by, at, **fields):
    """New values, the next version and the entry in the log."""
    sha256 = fields.pop("sha256", None)
    for name, value in (fields | {"version": case.version + 1, "changed_at": at, "changed_by": by}).items():
        setattr(case, name, value)
    case.save()
    details = {"sha256": sha256} if sha256 else {"title": case.title}
    record(action, case.naming.application, by=by, at=at, case=case.pk, version=case.version, **details)
    return case


def _move(case, action, state, *, by, at, **fields):
    """The same with another state. Whoever waits for it is told, but for what the unit itself took back."""
    if state == TypicalCase.State.DRAFT:
        fields |= {"consented_at": None, "consented_by": None, "published_at": None, "published_by": None}
    case = _change(case, action, by=by, at=at, state=state, moved_at=at, **fields)
    if state != TypicalCase.State.DRAFT or case.remark:
        notices.tell_of_case.delay_on_commit(case.pk)
    return case


@transaction.atomic
def start_case(naming, *, by, at):
    naming = Naming.objects.select_for_update().get(pk=naming.pk)
    refuse_if(rules.start_case_problems(naming))
    case = TypicalCase.objects.create(naming=naming, changed_at=at, changed_by=by, moved_at=at)
    record("results.start_case", naming.application, by=by, at=at, case=case.pk)
    return case


@transaction.atomic
def save_case(case, *, base_version, title, body, by, at):
    case = _held(case)
    refuse_if(rules.change_case_problems(case, base_version))
    title, body = title.strip(), body.strip()
    if (title, body) == (case.title, case.body):
        return case
    return _change(case, "results.save_case", by=by, at=at, title=title, body=body)


def add_case_photo(case, file, caption, *, by, at):
    """The photo is looked at and stored before any row is locked. The same photo is kept once. Raises uploads.Refused."""
    refuse_if(rules.case_photo_problems(case, caption))
    taken = uploads.take(file, file.name)
    if not taken.kind.media_type.startswith("image/"):
        raise NotAllowed([Problem(_("只收照片（jpg、png、heic、webp），请重新选择。"), "#id_photo")])
    with transaction.atomic():
        case = _held(case)
        if not case.photos.filter(blob=taken.sha256).exists():
            refuse_if(rules.case_photo_problems(case, caption))
            photo = CasePhoto.objects.create(case=case, blob=uploads.blob_of(taken, at=at), caption=caption.strip(), added_at=at, added_by=by)
            _change(case, "results.add_case_photo", by=by, at=at, sha256=photo.blob_id)
        return case


@transaction.atomic
def remove_case_photo(photo, *, by, at):
    case = _held(photo.case)
    refuse_if(rules.change_case_problems(case))
    if CasePhoto.objects.filter(pk=photo.pk).delete()[0]:
        _change(case, "results.remove_case_photo", by=by, at=at, sha256=photo.blob_id)
    return case


@transaction.atomic
def consent_to_case(case, *, base_version, by, at):
    """The unit agrees that these words and photos are published; from here on they stand still."""
    case = _held(case)
    refuse_if(rules.consent_problems(case, base_version))
    return _move(case, "results.consent_to_case", TypicalCase.State.OFFERED, by=by, at=at, remark="", consented_at=at, consented_by=by)


@transaction.atomic
def withdraw_case_consent(case, *, by, at):
    """Off the public pages with this very transaction; the words stay with the unit as a draft."""
    case = _held(case)
    refuse_if(rules.withdraw_case_consent_problems(case))
    return _move(case, "results.withdraw_case_consent", TypicalCase.State.DRAFT, by=by, at=at, remark="")


@transaction.atomic
def publish_case(case, *, by, at):
    case = _held(case)
    refuse_if(rules.publish_case_problems(case))
    return _move(case, "results.publish_case", TypicalCase.State.PUBLISHED, by=by, at=at, published_at=at, published_by=by)


@transaction.atomic
def return_case(case, remark, *, by, at):
    """Back to the unit with a remark; what was published is taken off."""
    case = _held(case)
    refuse_if(rules.return_case_problems(case, remark))
    return _move(case, "results.return_case", TypicalCase.State.DRAFT, by=by, at=at, remark=remark.strip())
