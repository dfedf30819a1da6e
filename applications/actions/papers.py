"""The stamped scan comes in; the office's template for the form comes and goes."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from applications import papers, rules, uploads
from applications.actions.locking import lock, refuse
from applications.models import FormTemplate, SignedForm
from campaigns.models import Campaign
from campaigns.rules import NotAllowed, Problem


def add_signed_form(application, file, name, checksum, *, by, at):
    """Look at and store the scan, then write its row. `checksum` is what its pages carry, typed off the paper."""
    checksum = rules.read_checksum(checksum)
    refuse(rules.upload_scan_problems(application, checksum))
    if uploads.kind_named(uploads.clean_name(name)).extension not in uploads.PREVIEWED:
        raise NotAllowed([Problem(_("盖章扫描件请用 PDF 或照片（jpg、png、heic、webp）。"), "#id_signed-file")])
    taken = uploads.take(file, name)
    with transaction.atomic():
        application = lock(application)
        refuse(rules.upload_scan_problems(application, checksum))
        if full := uploads.too_much(rules.scan_bytes(application), taken.size):
            raise NotAllowed([full])
        submission = None if application.is_editable else application.latest_submission
        scan = SignedForm.objects.create(
            application=application, submission=submission, checksum=checksum, blob=uploads.blob_of(taken, at=at), title=taken.name,
            uploaded_at=at, uploaded_by=by,
        )
        record("applications.add_signed_form", application, by=by, at=at, title=scan.title, sha256=scan.blob_id, checksum=checksum)
    return scan


def add_form_template(campaign, file, name, *, by, at):
    """The office's own Word template, once it has filled a whole invented form. Raises uploads.Refused or papers.BadTemplate."""
    if uploads.kind_named(uploads.clean_name(name)).extension != "docx":
        raise NotAllowed([Problem(_("模板请用 Word 或 WPS 另存为 .docx 后上传。"), "#id_file")])
    taken = uploads.take(file, name)
    with uploads.open_blob(taken.sha256) as stored:
        papers.try_template(stored.read())
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
        template = FormTemplate.objects.create(
            campaign=campaign, blob=uploads.blob_of(taken, at=at), title=taken.name, uploaded_at=at, uploaded_by=by,
        )
        record("applications.add_form_template", template, by=by, at=at, campaign=campaign, title=template.title, sha256=template.blob_id)
    return template


@transaction.atomic
def copy_form_template(source, copy, *, by, at):
    """The office's own template of one campaign, in use in another as well. It was tried when it was taken."""
    if own := FormTemplate.objects.in_use(source):
        template = FormTemplate.objects.create(campaign=copy, blob_id=own.blob_id, title=own.title, uploaded_at=at, uploaded_by=by)
        record("applications.add_form_template", template, by=by, at=at, campaign=copy, title=template.title, sha256=template.blob_id, source=source.code)


@transaction.atomic
def remove_form_templates(campaign, *, by, at):
    """Back to the built-in template."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    for template in FormTemplate.objects.select_for_update().filter(campaign=campaign, removed_at=None):
        template.removed_at, template.removed_by = at, by
        template.save(update_fields=["removed_at", "removed_by"])
        record("applications.remove_form_template", template, by=by, at=at, campaign=campaign, title=template.title)
